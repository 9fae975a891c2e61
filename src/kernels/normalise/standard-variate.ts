import { hasScale, type RowNormaliser } from './row-normaliser.ts';

/** A deviation below this share of the mean is that of a constant row, added up. */
const ROUNDING = 1e-13;

/**
 * Standard normal variate: y = (x − x̄)/s with the mean and standard deviation of the row's own channels (Barnes, Dhanoa &
 * Lister 1989, Appl. Spectrosc. 43, 772). The covariance of the result is that of the values, projected off 1 and off x.
 * @param counts 1 for channels that take part in mean and deviation, 0 for others.
 * @param lost 1: the deviation is over n − 1, as in the paper; 0: over n.
 */
export function standardVariate(counts: Float64Array, lost: 0 | 1 = 1): RowNormaliser {
  let n = 0;
  for (const count of counts) if (count !== 0) n++;
  const meanOf = (row: Float64Array) => {
    let sum = 0;
    for (let j = 0; j < row.length; j++) if (counts[j] !== 0) sum += row[j];
    return sum / n;
  };
  const deviationFrom = (mean: number, row: Float64Array) => {
    let squares = 0;
    for (let j = 0; j < row.length; j++) if (counts[j] !== 0) squares += (row[j] - mean) * (row[j] - mean);
    const deviation = n > lost ? Math.sqrt(squares / (n - lost)) : 0;
    return deviation <= ROUNDING * Math.abs(mean) ? 0 : deviation;
  };
  return {
    divisor: (row) => deviationFrom(meanOf(row), row),
    respondDivisor(row, _variance, out) {
      const mean = meanOf(row);
      const s = deviationFrom(mean, row);
      for (let j = 0; j < row.length; j++) {
        out[j] = counts[j] !== 0 && hasScale(s) ? (row[j] - mean) / ((n - lost) * s) : 0;
      }
      return 0;
    },
    normalise(row, out) {
      const mean = meanOf(row);
      const s = deviationFrom(mean, row);
      if (!hasScale(s)) out.fill(Number.NaN);
      else for (let j = 0; j < row.length; j++) out[j] = (row[j] - mean) / s;
      return s;
    },
    respond(row, sum, _variance, out) {
      const mean = meanOf(row);
      const s = deviationFrom(mean, row);
      out.fill(0);
      if (!hasScale(s)) return 0;
      let total = 0;
      let weight = 0;
      for (let j = 0; j < row.length; j++) {
        if (sum[j] === 0) continue;
        total += (sum[j] * (row[j] - mean)) / s;
        weight += sum[j];
      }
      for (let j = 0; j < row.length; j++) {
        const own = counts[j] !== 0 ? weight / n + (total * (row[j] - mean)) / ((n - lost) * s) : 0;
        out[j] = (sum[j] - own) / s;
      }
      return 0;
    },
  };
}
