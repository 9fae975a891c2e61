/** Everything the plan can object to; one file per rule in `rules/`, one line of meaning here. */
export const OBJECTION_CODES = {
  'anscombe-low-counts': 'variance stabilisation of values with too few counts',
  'poisson-lost': 'a Poisson-aware step after the counts are gone',
  'normalised-too-early': 'normalisation before a Poisson-aware step',
  'snv-on-background': 'a scale taken of EELS spectra before their background is removed',
  'unaligned-decomposition': 'decomposition while the axis drifts',
  'sqrt-n-after-denoise': 'counting-statistics errors on filtered or denoised data',
  overwarp: 'a warp that nothing bounds',
  'unclosed-calibration': 'positions on an axis whose own uncertainty nobody has stated',
  'receptive-field': 'pixels are mixed over more than the smallest feature, or nobody declared that',
  'shared-errors': 'pixels share errors where they are taken for independent, or the other way round',
  'no-residual-pass': 'compression without a residual pass beside it',
  'unpaired-transfer': 'two instruments aligned without samples measured on both',
  'wrong-modality': 'a step for another modality',
  'wrong-intensity': 'values that do not mean what the step assumes',
  'wrong-noise': 'a noise law the step cannot use',
  'wrong-axis': 'an axis the step cannot use',
  'too-small': 'fewer pixels or channels than the step needs',
} as const;

export type ObjectionCode = keyof typeof OBJECTION_CODES;

export interface Objection {
  readonly code: ObjectionCode;
  /** Errors stop the run unless the recipe overrides that very code with a reason; warnings travel with the result. */
  readonly severity: 'error' | 'warning';
  /** Node of the recipe. */
  readonly step: string;
  /** One sentence. */
  readonly reason: string;
  readonly cite?: string;
  readonly fix: string;
  /** Set when the recipe overrides it: the user's reason. */
  readonly overridden?: string;
}
