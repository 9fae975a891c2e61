import { type Divisor, hasScale } from './row-normaliser.ts';

/** s = √Σ x_j²: vectors of unit length. @param counts 1 for channels that take part, 0 for others. */
export function lengthDivisor(counts: Float64Array): Divisor {
  const divisor = (row: Float64Array) => {
    let squares = 0;
    for (let j = 0; j < row.length; j++) if (counts[j] !== 0) squares += row[j] * row[j];
    return Math.sqrt(squares);
  };
  return {
    divisor,
    respondDivisor(row, _variance, out) {
      const s = divisor(row);
      for (let j = 0; j < row.length; j++) out[j] = counts[j] !== 0 && hasScale(s) ? row[j] / s : 0;
      return 0;
    },
  };
}
