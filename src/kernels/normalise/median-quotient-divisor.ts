import type { Divisor } from './row-normaliser.ts';

/** Standard errors within which a quotient passes for unchanged. */
const UNCHANGED = 3;
const TWO_PI = 6.283185307179586;

/**
 * s = median_j x_j/r_j: the probabilistic quotient of Dieterle, Ross, Schlotterbeck & Senn 2006, Anal. Chem. 78, 4281. By its
 * assumption most channels differ from the reference by the dilution alone: those whose quotient is within 3σ of the median
 * are taken to have it for their mean. A median of n such quotients then has the variance π/2 · 1/(Σ 1/σ_j)² · n, and responds to
 * each by the density of its errors at the median.
 * @param reference r, one a channel; channels where it is not above 0 take no part, nor those that `counts` marks with 0.
 */
export function medianQuotientDivisor(reference: Float64Array, counts: Float64Array): Divisor {
  const used = Int32Array.from(reference.keys()).filter((j) => counts[j] !== 0 && reference[j] > 0);
  const quotients = new Float64Array(used.length);
  const divisor = (row: Float64Array) => {
    for (let k = 0; k < used.length; k++) {
      quotients[k] = row[used[k]] / reference[used[k]];
      if (Number.isNaN(quotients[k])) return Number.NaN;
    }
    quotients.sort();
    const half = used.length >> 1;
    if (used.length === 0) return Number.NaN;
    return used.length % 2 === 1 ? quotients[half] : (quotients[half - 1] + quotients[half]) / 2;
  };
  return {
    divisor,
    respondDivisor(row, variance, out) {
      const median = divisor(row);
      out.fill(0);
      let unchanged = 0;
      let density = 0;
      for (const j of used) {
        const error = Math.sqrt(variance[j]) / reference[j];
        if (!(error > 0 && Math.abs(row[j] / reference[j] - median) <= UNCHANGED * error)) continue;
        unchanged++;
        density += 1 / error;
        out[j] = 1 / (error * reference[j]);
      }
      if (unchanged === 0) return 0;
      for (const j of used) out[j] /= density;
      return (unchanged * (TWO_PI / 4 - 1)) / (density * density);
    },
    throughReference(row, out) {
      for (const j of used) out[j] *= -row[j] / reference[j];
    },
  };
}
