/**
 * Indices of `values` worth drawing on `columns` pixel columns: the least and the largest of each, in order. All indices
 * when there are at most two a column.
 */
export function decimate(values: ArrayLike<number>, columns: number): Uint32Array {
  const n = values.length;
  if (n <= 2 * columns) return Uint32Array.from({ length: n }, (_, i) => i);
  const kept: number[] = [];
  for (let column = 0; column < columns; column++) {
    const start = Math.floor((column * n) / columns);
    const end = Math.floor(((column + 1) * n) / columns);
    let least = start;
    let most = start;
    for (let i = start + 1; i < end; i++) {
      if (values[i] < values[least]) least = i;
      if (values[i] > values[most]) most = i;
    }
    kept.push(Math.min(least, most));
    if (least !== most) kept.push(Math.max(least, most));
  }
  return Uint32Array.from(kept);
}
