import { normalCdf } from '../normal.ts';
import { portableExp } from '../portable-math.ts';
import type { Divisor } from './row-normaliser.ts';

const ROOT_TWO_PI = 2.5066282746310002;
/** Standard errors below the tallest at which a channel has no chance: 10⁻¹⁹. */
const FAR = 9;

/**
 * s = max_j x_j. The maximum picks a channel, and another one when errors strike again: its response to each value is the
 * chance that the value is the tallest, and its variance is below that of the value picked. Both by the moments of the
 * maximum of normal values, taken in one channel after the other (Clark 1961, Oper. Res. 9, 145). The maximum of noisy values
 * is above that of their means: by about σ√(2 ln n) among n that are alike.
 * @param counts 1 for channels that take part, 0 for others.
 */
export function tallestDivisor(counts: Float64Array): Divisor {
  /** Chance that the tallest of the channels before is above this one. */
  const stays = new Float64Array(counts.length);
  return {
    divisor(row) {
      let tallest = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < row.length; j++) {
        if (counts[j] === 0) continue;
        if (Number.isNaN(row[j])) return Number.NaN;
        if (row[j] > tallest) tallest = row[j];
      }
      return tallest;
    },
    respondDivisor(row, variance, out) {
      let mean = 0;
      let spread = 0;
      let begun = false;
      for (let j = 0; j < row.length; j++) {
        stays[j] = 1;
        if (counts[j] === 0) continue;
        if (!begun) {
          [mean, spread, stays[j], begun] = [row[j], variance[j], 0, true];
          continue;
        }
        const apart = Math.sqrt(spread + variance[j]);
        const gamma = apart > 0 ? (mean - row[j]) / apart : mean >= row[j] ? Infinity : -Infinity;
        if (gamma > FAR) continue;
        const stay = normalCdf(gamma);
        const density = apart > 0 ? (apart * portableExp((-gamma * gamma) / 2)) / ROOT_TWO_PI : 0;
        // About the taller of both, so that nothing cancels at 10⁹ counts.
        const from = Math.max(mean, row[j]);
        const [one, other] = [mean - from, row[j] - from];
        const first = one * stay + other * (1 - stay) + density;
        const second =
          (one * one + spread) * stay + (other * other + variance[j]) * (1 - stay) + (one + other) * density;
        [mean, spread, stays[j]] = [from + first, Math.max(0, second - first * first), stay];
      }
      let later = 1;
      let linear = 0;
      for (let j = row.length - 1; j >= 0; j--) {
        out[j] = counts[j] === 0 ? 0 : (1 - stays[j]) * later;
        later *= stays[j];
        linear += out[j] * out[j] * variance[j];
      }
      return Math.max(0, spread - linear);
    },
  };
}
