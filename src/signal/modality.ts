/** What a modality brings: its axis, its tolerances, its default noise. One entry per modality, in this one table. */
export interface Modality {
  readonly title: string;
  /** Units its spectral axis is usually written in; the first is the default. */
  readonly units: readonly string[];
  readonly axisName: string;
  /** Axis drift across a map above which a decomposition finds the drift instead of the chemistry; undefined: stable by construction. */
  readonly driftTolerance?: { readonly value: number; readonly unit: string };
  /** `signal_type` values of instrument files that mean this modality; the last says no more than that. */
  readonly signalTypes: readonly string[];
  /** Without what its numbers are hard to defend: shown as unknown where a file does not say them. */
  readonly conditions: readonly WantedCondition[];
}

export interface WantedCondition {
  readonly name: string;
  /** Words of the vocabulary that say it, the best first. */
  readonly keys: readonly string[];
  /** Programs write 0 where it was never set. */
  readonly positive?: true;
}

const BEAM_ENERGY = { name: 'beam energy', keys: ['beam_energy_keV'], positive: true } as const;
const LIGHT_TIMES = ['instrument_Detector.integration_time', 'instrument_Detector.exposure_per_frame', 'dwell_time_s'];

export const MODALITIES = {
  eels: {
    title: 'Electron energy-loss spectroscopy',
    units: ['eV', 'keV'],
    axisName: 'Energy loss',
    driftTolerance: { value: 0.1, unit: 'eV' },
    signalTypes: ['EELS'],
    conditions: [
      BEAM_ENERGY,
      { name: 'convergence angle', keys: ['convergence_angle_mrad'], positive: true },
      { name: 'collection angle', keys: ['detector_*.collection_angle'], positive: true },
      { name: 'exposure', keys: ['detector_*.exposure', 'detector_*.dwell_time', 'dwell_time_s'], positive: true },
    ],
  },
  eds: {
    title: 'Energy-dispersive X-ray spectroscopy',
    units: ['keV', 'eV'],
    axisName: 'X-ray energy',
    signalTypes: ['EDS_TEM', 'EDS_SEM', 'EDS'],
    conditions: [
      BEAM_ENERGY,
      { name: 'live time', keys: ['detector_*.live_time'], positive: true },
      { name: 'take-off angle', keys: ['detector_*.elevation_angle'], positive: true },
      { name: 'energy resolution', keys: ['detector_*.energy_resolution_MnKa'], positive: true },
    ],
  },
  xrd: {
    title: 'X-ray diffraction',
    units: ['°'],
    axisName: '2θ',
    driftTolerance: { value: 0.05, unit: '°' },
    signalTypes: ['XRD'],
    conditions: [
      { name: 'wavelength', keys: ['wavelength_angstrom', 'wavelength_K_alpha1_angstrom'], positive: true },
      { name: 'time per step', keys: ['dwell_time_s'], positive: true },
    ],
  },
  xps: {
    title: 'X-ray photoelectron spectroscopy',
    units: ['eV'],
    axisName: 'Binding energy',
    driftTolerance: { value: 0.1, unit: 'eV' },
    signalTypes: ['XPS'],
    conditions: [
      { name: 'source energy', keys: ['source_energy_eV'], positive: true },
      { name: 'pass energy', keys: ['pass_energy_eV', 'retarding_ratio'], positive: true },
      { name: 'work function', keys: ['work_function_eV'] },
      { name: 'energy axis', keys: ['energy_axis'] },
    ],
  },
  raman: {
    title: 'Raman spectroscopy',
    units: ['1/cm', 'cm-1', 'cm⁻¹', 'nm'],
    axisName: 'Raman shift',
    driftTolerance: { value: 1, unit: '1/cm' },
    signalTypes: ['Raman'],
    conditions: [
      { name: 'laser wavelength', keys: ['instrument_Laser.wavelength'], positive: true },
      { name: 'integration time', keys: LIGHT_TIMES, positive: true },
    ],
  },
  xas: {
    title: 'X-ray absorption spectroscopy',
    units: ['eV', 'keV'],
    axisName: 'Photon energy',
    driftTolerance: { value: 0.1, unit: 'eV' },
    signalTypes: ['XAS'],
    conditions: [
      { name: 'element', keys: ['element'] },
      { name: 'edge', keys: ['edge'] },
      { name: 'spacing of the monochromator', keys: ['mono_d_spacing_angstrom'], positive: true },
    ],
  },
  cl: {
    title: 'Cathodoluminescence',
    units: ['nm', 'eV'],
    axisName: 'Wavelength',
    signalTypes: ['CL_SEM', 'CL_STEM', 'CL'],
    conditions: [BEAM_ENERGY, { name: 'integration time', keys: LIGHT_TIMES, positive: true }],
  },
  unknown: { title: 'Unknown', units: [], axisName: 'Channel', signalTypes: [], conditions: [] },
} as const satisfies Record<string, Modality>;

export type ModalityId = keyof typeof MODALITIES;
export const MODALITY_IDS = Object.keys(MODALITIES) as ModalityId[];

export function modality(id: ModalityId): Modality {
  return MODALITIES[id];
}

/** Types that say nothing of the probe. */
const GENERIC = /^(?:complex)?(?:base)?signal(?:1d|2d)?$/i;

/** Techniques whose spectra are read, and which no step is made for. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  IR: 'infrared spectroscopy',
  NMR: 'magnetic resonance',
  MS: 'mass spectrometry',
  'UV-VIS': 'optical absorption',
  AES: 'Auger electrons',
  UPS: 'ultraviolet photoelectrons',
  gamma: 'gamma spectrometry',
  diffraction: 'electron diffraction',
  electron_diffraction: 'electron diffraction',
};

/** What the name of an axis leaves no doubt about. */
const AXIS_NAMES: readonly { readonly says: RegExp; readonly id: ModalityId }[] = [
  { says: /loss/i, id: 'eels' },
  { says: /^(?:2|two)[\s_-]*(?:θ|theta|th$)/i, id: 'xrd' },
  { says: /(?:binding|kinetic)[\s_-]*energy/i, id: 'xps' },
  { says: /raman/i, id: 'raman' },
];

const ABSORPTION = /^(?:x?mu|xmu|mu[\s_-]*(?:trans|fluor|norm)|normalised mu|background of mu|chi\([kRq]\))$/i;

export interface InferredModality {
  readonly id: ModalityId;
  /** From what, in words; of an unknown one, why. */
  readonly evidence: string;
}

/**
 * Modality of a spectrum from what its file says (`signal_type`) and, failing that, from the name and unit of its axis and
 * from what its values are called.
 */
export function inferModality(
  { signal_type: signalType, quantity }: { readonly signal_type?: unknown; readonly quantity?: unknown },
  axis?: { readonly unit: string; readonly name: string },
): InferredModality {
  for (const id of MODALITY_IDS) {
    if (modality(id).signalTypes.some((type) => type === signalType)) {
      return { id, evidence: `the file says signal type ${String(signalType)}` };
    }
  }
  if (typeof signalType === 'string' && signalType !== '' && !GENERIC.test(signalType)) {
    return { id: 'unknown', evidence: otherType(signalType) };
  }
  if (!axis) return { id: 'unknown', evidence: 'it has no spectral axis, and the file does not say' };
  const { unit, name } = axis;
  const named = AXIS_NAMES.find(({ says }) => says.test(name));
  if (named) return { id: named.id, evidence: `the axis is called "${name}"` };
  if (typeof quantity === 'string' && ABSORPTION.test(quantity.trim())) {
    return { id: 'xas', evidence: `the values are called "${quantity.trim()}"` };
  }
  if (unit === 'keV') return { id: 'eds', evidence: 'the axis is in keV (a guess)' };
  if (/^(1\/cm|cm-1|cm⁻¹)$/.test(unit)) return { id: 'raman', evidence: `the axis is in ${unit} (a guess)` };
  const seen = [name ? `called "${name}"` : 'without a name', unit ? `in ${unit}` : 'without a unit'].join(', ');
  return { id: 'unknown', evidence: `the file does not say, and its axis, ${seen}, may be of several` };
}

function otherType(signalType: string): string {
  const meaning = Object.hasOwn(OTHER_TYPES, signalType) ? ` (${OTHER_TYPES[signalType]})` : '';
  return `the file says signal type ${signalType}${meaning}: no modality here, so only steps for spectra of any kind take it`;
}

/** The `signal_type` of what a user says is of a modality, where the file says another: no more than the user does. */
export function signalTypeOf(id: ModalityId, said: unknown): string | undefined {
  const { signalTypes } = modality(id);
  return signalTypes.find((type) => type === said) ?? signalTypes.at(-1);
}
