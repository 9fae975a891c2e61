import { type BaselineFit, fitRows } from './lanes.ts';
import { requirePositive, requireShare } from './penalty.ts';
import { type WhittakerOptions, whittakerSettings } from './whittaker-options.ts';

export interface PsalsaOptions extends WhittakerOptions {
  /** Weight just above the baseline, 1 − p below. In (0, 1), default 0.5. */
  readonly p?: number;
  /** Height, in units of y, at which a peak loses its weight. Default: a tenth of the row's standard deviation. */
  readonly height?: number;
}

/**
 * Peaked signal's asymmetric least squares (S. Oller-Moreno et al., IEEE SSD 2014): w = p·e^(−r/k) where r = y − z > 0, else
 * 1 − p. Default λ = 10⁵, weights within 10⁻³, 50 systems at most.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function psalsa(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: PsalsaOptions = {},
): BaselineFit {
  const { p = 0.5, height } = options;
  requireShare(p, 'p');
  if (height !== undefined) requirePositive(height, 'height');
  return fitRows(values, channels, out, whittakerSettings(options, { lambda: 1e5 }), {
    enter(lanes, lane, row) {
      lanes.tell(lane, p, 1 - p, -1 / (height ?? peakHeight(values, channels, row)));
    },
    reweigh(lanes) {
      lanes.weigh(({ decayingWeights }) => decayingWeights);
      lanes.endWhereSettled();
    },
  });
}

/** A tenth of the standard deviation, with n, of a row; 1 where that is 0: then nothing lies above. */
export function peakHeight(values: Float64Array, channels: number, row: number): number {
  const y = values.subarray(row * channels, (row + 1) * channels);
  // From the first channel on, so that a row of one value has no spread from rounding.
  let mean = 0;
  for (const value of y) mean += (value - y[0]) / channels;
  let squares = 0;
  for (const value of y) squares += (value - y[0] - mean) * (value - y[0] - mean);
  return Math.sqrt(squares / channels) / 10 || 1;
}
