/** What a modality brings: its axis, its tolerances, its default noise. One entry per modality, in this one table. */
export interface Modality {
  readonly title: string;
  /** Units its spectral axis is usually written in; the first is the default. */
  readonly units: readonly string[];
  readonly axisName: string;
  /** Axis drift across a map above which a decomposition finds the drift instead of the chemistry; undefined: stable by construction. */
  readonly driftTolerance?: { readonly value: number; readonly unit: string };
  /** `signal_type` values of instrument files that mean this modality. */
  readonly signalTypes: readonly string[];
}

export const MODALITIES = {
  eels: {
    title: 'Electron energy-loss spectroscopy',
    units: ['eV', 'keV'],
    axisName: 'Energy loss',
    driftTolerance: { value: 0.1, unit: 'eV' },
    signalTypes: ['EELS'],
  },
  eds: {
    title: 'Energy-dispersive X-ray spectroscopy',
    units: ['keV', 'eV'],
    axisName: 'X-ray energy',
    signalTypes: ['EDS_TEM', 'EDS_SEM', 'EDS'],
  },
  xrd: {
    title: 'X-ray diffraction',
    units: ['°'],
    axisName: '2θ',
    driftTolerance: { value: 0.05, unit: '°' },
    signalTypes: ['XRD'],
  },
  xps: {
    title: 'X-ray photoelectron spectroscopy',
    units: ['eV'],
    axisName: 'Binding energy',
    driftTolerance: { value: 0.1, unit: 'eV' },
    signalTypes: ['XPS'],
  },
  raman: {
    title: 'Raman spectroscopy',
    units: ['1/cm', 'cm-1', 'cm⁻¹', 'nm'],
    axisName: 'Raman shift',
    driftTolerance: { value: 1, unit: '1/cm' },
    signalTypes: ['Raman'],
  },
  xas: {
    title: 'X-ray absorption spectroscopy',
    units: ['eV', 'keV'],
    axisName: 'Photon energy',
    driftTolerance: { value: 0.1, unit: 'eV' },
    signalTypes: ['XAS'],
  },
  cl: {
    title: 'Cathodoluminescence',
    units: ['nm', 'eV'],
    axisName: 'Wavelength',
    signalTypes: ['CL', 'CL_SEM', 'CL_STEM'],
  },
  unknown: { title: 'Unknown', units: [], axisName: 'Channel', signalTypes: [] },
} as const satisfies Record<string, Modality>;

export type ModalityId = keyof typeof MODALITIES;
export const MODALITY_IDS = Object.keys(MODALITIES) as ModalityId[];

export function modality(id: ModalityId): Modality {
  return MODALITIES[id];
}

/** Types that say nothing of the probe. */
const GENERIC = /^(?:complex)?(?:base)?signal(?:1d|2d)?$/i;

/** What the name of an axis leaves no doubt about. */
const AXIS_NAMES: readonly { readonly says: RegExp; readonly id: ModalityId }[] = [
  { says: /loss/i, id: 'eels' },
  { says: /^(?:2|two)[\s_-]*(?:θ|theta|th$)/i, id: 'xrd' },
  { says: /binding[\s_-]*energy/i, id: 'xps' },
  { says: /raman/i, id: 'raman' },
];

/** Modality of a file from what it says (`signal_type`) and, failing that, from the unit and name of its axis. */
export function inferModality(
  signalType: unknown,
  unit: string,
  axisName: string,
): { id: ModalityId; evidence: string } {
  for (const id of MODALITY_IDS) {
    if (modality(id).signalTypes.some((type) => type === signalType)) {
      return { id, evidence: `the file says signal type ${String(signalType)}` };
    }
  }
  if (typeof signalType === 'string' && signalType !== '' && !GENERIC.test(signalType)) {
    return { id: 'unknown', evidence: `the file says signal type ${signalType}, which has no rules of its own here` };
  }
  const named = AXIS_NAMES.find(({ says }) => says.test(axisName));
  if (named) return { id: named.id, evidence: `the axis is called "${axisName}"` };
  if (unit === 'keV') return { id: 'eds', evidence: 'the axis is in keV (a guess)' };
  if (/^(1\/cm|cm-1|cm⁻¹)$/.test(unit)) return { id: 'raman', evidence: `the axis is in ${unit} (a guess)` };
  return { id: 'unknown', evidence: 'the file does not say' };
}
