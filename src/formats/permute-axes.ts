import type { ValueArray } from '../signal/dtype.ts';

/**
 * Reorders the axes of a C-order array: axis d of the result is axis `order[d]` of the input.
 * @param width Array elements per value (2 for complex, 4 for rgba8).
 */
export function permuteAxes<T extends ValueArray>(
  values: T,
  shape: readonly number[],
  order: readonly number[],
  width = 1,
): T {
  if (order.every((axis, d) => axis === d)) return values;
  const rank = shape.length;
  const strides = new Array<number>(rank).fill(width);
  for (let d = rank - 2; d >= 0; d--) strides[d] = strides[d + 1] * shape[d + 1];
  const size = order.map((axis) => shape[axis]);
  const step = order.map((axis) => strides[axis]);
  const out = values.slice() as T;
  const index = new Array<number>(rank).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to += width) {
    for (let k = 0; k < width; k++) out[to + k] = values[from + k];
    for (let d = rank - 1; d >= 0; d--) {
      from += step[d];
      if (++index[d] < size[d]) break;
      from -= step[d] * size[d];
      index[d] = 0;
    }
  }
  return out;
}
