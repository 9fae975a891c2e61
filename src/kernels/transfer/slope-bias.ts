import { fSurvival } from '../incomplete-beta.ts';

/** A straight line through predictions, y = bias + slope·x, and what speaks for and against it. */
export interface SlopeBias {
  readonly slope: number;
  readonly bias: number;
  readonly slopeSigma: number;
  readonly biasSigma: number;
  /** Standard deviation of what the line leaves, with two degrees of freedom taken off. */
  readonly residual: number;
  /** Against slope 1 and bias 0 together: F(2, n − 2) and the probability of as much by chance. 1 where none is to be had. */
  readonly f: number;
  readonly pValue: number;
  /** Against a bend: F(1, n − 3) of a further square term, and the probability of as much by chance. */
  readonly bendF: number;
  readonly bendPValue: number;
}

/**
 * Least squares of what the master predicts on what the slave predicts for the same samples. Legal only where what it leaves
 * shows no structure: a bend is tested for.
 */
export function fitSlopeBias(slave: Float64Array, master: Float64Array): SlopeBias {
  const n = slave.length;
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, n);
  const [mx, my] = [mean(slave), mean(master)];
  let [sxx, sxy] = [0, 0];
  for (let i = 0; i < n; i++) {
    sxx += (slave[i] - mx) * (slave[i] - mx);
    sxy += (slave[i] - mx) * (master[i] - my);
  }
  const slope = sxx > 0 ? sxy / sxx : 1;
  const bias = my - slope * mx;
  const left = master.map((value, i) => value - bias - slope * slave[i]);
  const rss = squares(left);
  const unchanged = squares(master.map((value, i) => value - slave[i]));
  const variance = n > 2 ? rss / (n - 2) : Number.NaN;
  const f = Math.max(0, unchanged - rss) / 2 / variance;
  const bent = rss - bendGain(slave, left, mx, sxx);
  const bendF = n > 3 ? Math.max(0, rss - bent) / (bent / (n - 3)) : Number.NaN;
  return {
    slope,
    bias,
    slopeSigma: Math.sqrt(variance / sxx),
    biasSigma: Math.sqrt(variance * (1 / n + (mx * mx) / sxx)),
    residual: Math.sqrt(variance),
    f,
    pValue: Number.isNaN(f) ? 1 : fSurvival(f, 2, n - 2),
    bendF,
    bendPValue: Number.isNaN(bendF) ? 1 : fSurvival(bendF, 1, n - 3),
  };
}

/** By how much a square term would lower the sum of squares of what a straight line left. */
function bendGain(x: Float64Array, left: Float64Array, mean: number, sxx: number): number {
  const n = x.length;
  const centred = x.map((value) => value - mean);
  const cubes = centred.reduce((sum, d) => sum + d * d * d, 0);
  const tilt = sxx > 0 ? cubes / sxx : 0;
  const bend = centred.map((d) => d * d - sxx / n - tilt * d);
  const size = squares(bend);
  if (!(size > 1e-20 * sxx * sxx)) return 0;
  let product = 0;
  for (let i = 0; i < n; i++) product += bend[i] * left[i];
  return (product * product) / size;
}

const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
