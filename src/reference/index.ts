export { chapman, kramers, lifshin } from './bremsstrahlung.ts';
export {
  airIndex,
  CALIBRATION_STANDARDS,
  type CalibrationStandard,
  type ReferenceLine,
  ramanShift,
  referenceLines,
} from './calibration-standards.ts';
export { type DetectorWindow, detectorEfficiency, lineFwhm, MN_KA_KEV, SILICON_K } from './eds-detector.ts';
export { ELEMENTS, type Element, elementOf, isElementSymbol, massFractions } from './elements.ts';
export { formulaAtoms } from './formula.ts';
export { ionisationCrossSection, type LineStrength, lineStrengths } from './ionisation.ts';
export { compoundAttenuation, massAttenuation } from './mass-attenuation.ts';
export {
  ANODES,
  alpha2Beside,
  anodeLines,
  POWDER_STANDARDS,
  type PowderLine,
  type PowderStandardName,
  powderLines,
} from './powder-standards.ts';
export { type Absorber, selfAbsorption } from './self-absorption.ts';
export {
  type CandidateLine,
  type ElementCandidate,
  type ExcessSpectrum,
  type SuggestOptions,
  suggestElements,
} from './suggest-elements.ts';
export {
  edgeEnergy,
  everyLine,
  type LineFamily,
  lineFamilies,
  lineNamed,
  lines,
  linesNear,
  type XrayLine,
} from './xray-lines.ts';
