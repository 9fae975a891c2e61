import { inputError } from '../signal/errors.ts';
import type { ModalityId } from '../signal/modality.ts';
import { lineNamed } from './xray-lines.ts';

/** A feature of a known position. */
export interface ReferenceLine {
  readonly name: string;
  /** In `unit`. */
  readonly position: number;
  readonly unit: string;
  /** Standard uncertainty of the position. */
  readonly uncertainty: number;
  /** `maximum`: on a step or under a tail, known by where it is highest: fitted close to the top only. */
  readonly feature: 'line' | 'maximum';
  /**
   * Taken for known in the spectra themselves by custom: positions on an axis that is tied to it are relative to it, and
   * its own shift cannot be seen any more.
   */
  readonly conventional?: boolean;
}

export interface CalibrationStandard {
  readonly name: string;
  readonly modality: ModalityId;
  readonly source: string;
  readonly lines: readonly ReferenceLine[];
}

type Row = readonly [name: string, position: number, uncertainty: number];

const ISO_15472 = 'ISO 15472:2010 for monochromatic Al Kα; M. P. Seah, Surf. Interface Anal. 31 (2001) 721';
const ISO_UNCERTAINTY = 0.02;
/** N. Itoh & N. Hanari, Anal. Sci. 37 (2021) 1533, confirm the lines of ASTM E1840 within this. */
const POLYSTYRENE_UNCERTAINTY = 0.6;
const NEON_UNCERTAINTY = 1e-4;

function standard(
  modality: ModalityId,
  unit: string,
  name: string,
  source: string,
  rows: readonly Row[],
  kind: Pick<ReferenceLine, 'feature' | 'conventional'> = { feature: 'line' },
): CalibrationStandard {
  const lines = rows.map(([line, position, uncertainty]) => ({ name: line, position, unit, uncertainty, ...kind }));
  return { name, modality, source, lines };
}

const one = (modality: ModalityId, unit: string, row: Row, source: string, kind?: Parameters<typeof standard>[5]) =>
  standard(modality, unit, row[0], source, [row], kind);

/**
 * Air wavelengths in nm of the strong lines of neon that stand alone at 0.1 nm (E. Saloman & C. Sansonetti, J. Phys. Chem.
 * Ref. Data 33 (2004) 1113; NIST Atomic Spectra Database).
 */
const NEON = [
  585.24878, 588.1895, 594.4834, 602.99968, 607.43376, 609.6163, 614.30627, 616.35937, 621.72812, 626.64952, 630.47893,
  633.44276, 638.29914, 640.2248, 650.65277, 653.28824, 659.89528, 667.82766, 671.7043, 692.94672, 703.24128, 717.3938,
  724.51665, 743.88981, 748.88712,
];

/** Names are those of recipes. */
export const CALIBRATION_STANDARDS: readonly CalibrationStandard[] = [
  one('eels', 'eV', ['zero-loss', 0, 0], 'the definition of energy loss'),
  one('eels', 'eV', ['C K π*', 285, 0.3], 'amorphous carbon, by custom', {
    feature: 'maximum',
  }),
  one('eels', 'eV', ['Ni L3', 853, 0.5], 'maximum of the white line of NiO, by custom', {
    feature: 'maximum',
  }),
  one('xps', 'eV', ['Au 4f7/2', 83.96, ISO_UNCERTAINTY], ISO_15472),
  one('xps', 'eV', ['Ag 3d5/2', 368.21, ISO_UNCERTAINTY], ISO_15472),
  one('xps', 'eV', ['Cu 2p3/2', 932.62, ISO_UNCERTAINTY], ISO_15472),
  one('xps', 'eV', ['C 1s', 284.8, 0.2], 'adventitious carbon, by custom; ISO 19318', {
    feature: 'line',
    conventional: true,
  }),
  // 520.45 ± 0.14 on NMIJ CRM 5606-a (N. Itoh & K. Shirono, J. Raman Spectrosc. 51 (2020) 2496) is 1.2 of this away.
  one('raman', '1/cm', ['Si', 520.7, 0.2], 'crystalline silicon near 20 °C, by custom'),
  standard(
    'raman',
    '1/cm',
    'polystyrene',
    'ASTM E1840',
    [620.9, 795.8, 1001.4, 1031.8, 1155.3, 1450.5, 1583.1, 1602.3, 2852.4, 2904.5, 3054.3].map((position) => [
      `polystyrene ${position}`,
      position,
      POLYSTYRENE_UNCERTAINTY,
    ]),
  ),
  standard(
    'raman',
    'nm',
    'Ne',
    'E. Saloman & C. Sansonetti, J. Phys. Chem. Ref. Data 33 (2004) 1113',
    NEON.map((position) => [`Ne ${position}`, position, NEON_UNCERTAINTY]),
  ),
];

/**
 * Refractive index of standard air (15 °C, 101 325 Pa) for a vacuum wavelength in nm, 185 to 1700 nm.
 * @see E. R. Peck & K. Reeder, J. Opt. Soc. Am. 62 (1972) 958, formula 2
 */
export function airIndex(vacuumNm: number): number {
  const perMicron = 1000 / vacuumNm;
  const square = perMicron * perMicron;
  return 1 + 1e-8 * (8060.51 + 2480990 / (132.274 - square) + 17455.7 / (39.32957 - square));
}

/** Raman shift in 1/cm of light of an air wavelength, for a laser of an air wavelength; both in nm. */
export function ramanShift(airNm: number, laserAirNm: number): number {
  const wavenumber = (nm: number) => 1e7 / (nm * airIndex(nm * airIndex(nm)));
  return wavenumber(laserAirNm) - wavenumber(airNm);
}

/**
 * The lines of a name: a standard of the modality ("Si", "polystyrene", "C 1s"), or for EDS any line of the X-ray table
 * ("Cu_Ka": the mean of what the detector does not resolve, not Kα₁).
 * @param laserNm turns lines of a lamp into Raman shifts where the axis is one of shifts.
 * @throws SpectrailError `input/unknown-reference`
 */
export function referenceLines(
  name: string,
  modality: ModalityId,
  axisUnit: string,
  laserNm?: number,
): readonly ReferenceLine[] {
  if (modality === 'eds') {
    const { energyKeV } = lineNamed(name);
    return [{ name, position: energyKeV, unit: 'keV', uncertainty: 5e-4, feature: 'line' }];
  }
  const ours = CALIBRATION_STANDARDS.filter((each) => each.modality === modality);
  const found = ours.find((each) => each.name === name);
  if (!found) {
    throw inputError({
      code: 'unknown-reference',
      what: `"${name}" is not a reference of ${modality.toUpperCase()} that has a position here`,
      expected: ours.length ? ours.map((each) => each.name).join(', ') : 'a position of your own',
      fix: 'give it a position: {name: …, position: …, uncertainty: …}',
    });
  }
  if (found.lines[0].unit !== 'nm' || axisUnit === 'nm') return found.lines;
  if (laserNm === undefined) {
    throw inputError({
      code: 'unknown-laser',
      what: `the lines of "${name}" are wavelengths, and the axis is in ${axisUnit || 'no unit'}`,
      expected: 'the wavelength of the laser in nm, from the file or as the parameter laser',
    });
  }
  return found.lines.map((line) => ({
    ...line,
    position: ramanShift(line.position, laserNm),
    unit: '1/cm',
    uncertainty: (1e7 * line.uncertainty) / (line.position * line.position),
  }));
}
