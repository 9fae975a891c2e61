import { machine, Room } from './wasm/machine.ts';

/** out = A·Bᵀ for row-major A (m×n) and B (k×n); `out` is m×k. */
export function multiplyTransposed(
  a: Float64Array,
  m: number,
  b: Float64Array,
  k: number,
  n: number,
  out: Float64Array,
): void {
  const room = new Room();
  const places = { a: room.place(8 * m * n), b: room.place(8 * k * n), out: room.place(8 * m * k) };
  const memory = room.buffer();
  const doubles = (at: number, length: number) => new Float64Array(memory, at, length);
  doubles(places.a, m * n).set(a.subarray(0, m * n));
  doubles(places.b, k * n).set(b.subarray(0, k * n));
  machine().dotRows(places.a, m, places.b, k, n, places.out);
  out.set(doubles(places.out, m * k));
}

/** out += scale·C·B for row-major C (m×k) and B (k×n); `out` is m×n. */
export function addProduct(
  c: Float64Array,
  m: number,
  k: number,
  b: Float64Array,
  n: number,
  scale: number,
  out: Float64Array,
): void {
  const room = new Room();
  const places = { c: room.place(8 * m * k), b: room.place(8 * k * n), out: room.place(8 * m * n) };
  const memory = room.buffer();
  const doubles = (at: number, length: number) => new Float64Array(memory, at, length);
  const factors = doubles(places.c, m * k);
  for (let at = 0; at < factors.length; at++) factors[at] = scale * c[at];
  doubles(places.b, k * n).set(b.subarray(0, k * n));
  const sum = doubles(places.out, m * n);
  sum.set(out.subarray(0, m * n));
  machine().combineRows(places.c, m, k, places.b, n, places.out);
  out.set(sum);
}

/** Rows and columns of a square that fits the first-level cache twice. */
const SQUARE = 32;

/** Transpose of a row-major m×n matrix, as n×m. */
export function transpose(
  a: Float64Array,
  m: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  for (let top = 0; top < m; top += SQUARE) {
    const bottom = Math.min(m, top + SQUARE);
    for (let left = 0; left < n; left += SQUARE) {
      const right = Math.min(n, left + SQUARE);
      for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) out[j * m + i] = a[i * n + j];
    }
  }
  return out;
}
