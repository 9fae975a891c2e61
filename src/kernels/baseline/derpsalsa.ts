import { portableExp } from '../portable-math.ts';
import { type BaselineFit, fitRows, LANES } from './lanes.ts';
import { requirePositive, requireShare, requireWhole } from './penalty.ts';
import { peakHeight } from './psalsa.ts';
import { type WhittakerOptions, whittakerSettings } from './whittaker-options.ts';

export interface DerpsalsaOptions extends WhittakerOptions {
  /** Weight just above the baseline, 1 − p below. In (0, 1), default 0.01. */
  readonly p?: number;
  /** Height, in units of y, at which a peak loses its weight. Default: a tenth of the row's standard deviation. */
  readonly height?: number;
  /** Half-width in channels of the smoothing before derivatives; 0: none. Default: channels/200, rounded down. */
  readonly smoothing?: number;
  /** How often it is smoothed. Default 16. */
  readonly smoothings?: number;
}

/**
 * Derivative peak-screening asymmetric least squares (V. Korepanov, J. Raman Spectrosc. 51 (2020) 2061): as psalsa, with
 * p·e^(−(r/k)²/2) above the baseline, and all weights times e^(−(y′/rms y′)²/2 − (y″/rms y″)²/2), y′ and y″ being the
 * derivatives of smoothed data: where they are large there is a peak. Default λ = 10⁶, weights within 10⁻³, 50 systems at
 * most.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function derpsalsa(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: DerpsalsaOptions = {},
): BaselineFit {
  const { p = 0.01, height, smoothing = Math.floor(channels / 200), smoothings = 16 } = options;
  requireShare(p, 'p');
  if (height !== undefined) requirePositive(height, 'height');
  requireWhole(smoothing, 'smoothing', 0, channels - 1);
  requireWhole(smoothings, 'smoothings', 0, 1000);
  const screen = flatness(channels, smoothing, smoothings);
  return fitRows(values, channels, out, whittakerSettings(options, { lambda: 1e6 }), {
    enter({ numbers, at }, lane, row) {
      const factors = screen(values.subarray(row * channels, (row + 1) * channels));
      for (let i = 0; i < channels; i++) numbers[at.factors / 8 + LANES * i + lane] = factors[i];
      const told = [p, 1 - p, 1 / (height ?? peakHeight(values, channels, row))];
      for (const [k, value] of told.entries()) numbers[at.told / 8 + k * LANES + lane] = value;
    },
    reweigh(lanes) {
      lanes.weigh(({ bellWeights }) => bellWeights);
      lanes.endWhereSettled();
    },
  });
}

/** The factors of a row: 1 where it is flat. The array is the same every time. */
function flatness(channels: number, half: number, times: number): (y: Float64Array) => Float64Array {
  const kernel = mollifier(half);
  let smooth = new Float64Array(channels + 2 * half);
  let spare = new Float64Array(channels + 2 * half);
  const first = new Float64Array(channels);
  const second = new Float64Array(channels);
  return (y) => {
    extend(y, half, smooth);
    for (let time = 0; half > 0 && time < times; time++) {
      convolve(smooth, kernel, half, spare);
      [smooth, spare] = [spare, smooth];
    }
    gradient(smooth.subarray(half, half + channels), first);
    gradient(first, second);
    const [one, two] = [-0.5 / (meanSquare(first) || 1), -0.5 / (meanSquare(second) || 1)];
    for (let i = 0; i < channels; i++) {
      first[i] = portableExp(one * first[i] * first[i]) * portableExp(two * second[i] * second[i]);
    }
    return first;
  };
}

/** e^(−1/(1 − t²)) on |t| < 1, 2·half + 1 points, sum 1. */
function mollifier(half: number): Float64Array {
  const kernel = Float64Array.from({ length: 2 * half + 1 }, (_, j) => {
    const t = (j - half) / half;
    return Math.abs(t) < 1 ? portableExp(-1 / (1 - t * t)) : 0;
  });
  const sum = kernel.reduce((total, value) => total + value, 0);
  return kernel.map((value) => value / sum);
}

/** The row with `half` channels more at each end, on the straight lines through its first and last `half` channels. */
function extend(y: Float64Array, half: number, out: Float64Array): void {
  out.set(y, half);
  const [left, right] = [lineThrough(y, 0, half), lineThrough(y, y.length - half, half)];
  for (let i = 0; i < half; i++) {
    out[i] = left(i - half);
    out[half + y.length + i] = right(y.length + i);
  }
}

function lineThrough(y: Float64Array, from: number, count: number): (at: number) => number {
  const middle = from + (count - 1) / 2;
  let [level, slope, spread] = [0, 0, 0];
  for (let i = from; i < from + count; i++) {
    level += y[i] / count;
    slope += (i - middle) * y[i];
    spread += (i - middle) * (i - middle);
  }
  const rise = spread > 0 ? slope / spread : 0;
  return (at) => level + rise * (at - middle);
}

/** Beyond the ends the data are mirrored about the end points. */
function convolve(y: Float64Array, kernel: Float64Array, half: number, out: Float64Array): void {
  const last = y.length - 1;
  for (let i = 0; i <= last; i++) {
    let sum = 0;
    for (let j = -half; j <= half; j++) {
      const at = Math.abs(i + j);
      sum += kernel[half + j] * y[at > last ? 2 * last - at : at];
    }
    out[i] = sum;
  }
}

/** Central differences, one-sided at the ends. */
function gradient(y: Float64Array, out: Float64Array): void {
  const last = y.length - 1;
  out[0] = y[1] - y[0];
  for (let i = 1; i < last; i++) out[i] = (y[i + 1] - y[i - 1]) / 2;
  out[last] = y[last] - y[last - 1];
}

function meanSquare(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum / values.length;
}
