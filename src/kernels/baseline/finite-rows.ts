import { isAllFinite } from '../finite.ts';
import { requireRows } from './limits.ts';

/** Does `work` on every row that is finite, and makes the others NaN. `out` may be `values`. */
export function eachFiniteRow(
  values: Float64Array,
  rows: number,
  channels: number,
  out: Float64Array,
  work: (row: Float64Array, out: Float64Array, index: number) => void,
): void {
  requireRows(values, rows, channels, out);
  for (let index = 0; index < rows; index++) {
    const at = index * channels;
    const row = values.subarray(at, at + channels);
    const result = values === out ? row : out.subarray(at, at + channels);
    if (isAllFinite(row)) work(row, result, index);
    else result.fill(Number.NaN);
  }
}

/** How the iterations of each row went. */
export interface Iterated {
  /** Passes, the first included; 0 for a row that is NaN. */
  readonly iterations: Uint32Array;
  /** Whether the stopping rule was met: 1 or 0. */
  readonly converged: Uint8Array;
}
