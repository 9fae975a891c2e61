/** Everything the plan can object to; one file per rule in `rules/`, one line of meaning here. */
export const OBJECTION_CODES = {
  'poisson-lost': 'a Poisson-aware step after the counts are gone',
  'normalised-too-early': 'normalisation before a Poisson-aware step',
  'unaligned-decomposition': 'decomposition while the axis drifts',
  'sqrt-n-after-denoise': 'counting-statistics errors on filtered or denoised data',
  overwarp: 'a warp that nothing bounds',
  'no-residual-pass': 'compression without a residual pass beside it',
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
