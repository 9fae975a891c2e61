import { packColumns, project } from './weighted-gram.ts';

/** out = A·Bᵀ for row-major A (m×n) and B (k×n); `out` is m×k. */
export function multiplyTransposed(
  a: Float64Array,
  m: number,
  b: Float64Array,
  k: number,
  n: number,
  out: Float64Array,
): void {
  const rows = rowsOf(a, m, n);
  project(rows, packColumns(rows, transpose(b, k, n), k, 'double'), out);
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
  const product = new Float64Array(m * n);
  const rows = rowsOf(c, m, k);
  project(rows, packColumns(rows, b.subarray(0, k * n), n, 'double'), product);
  for (let i = 0; i < product.length; i++) out[i] += scale * product[i];
}

function rowsOf(values: Float64Array, pixels: number, channels: number) {
  return { kind: 'dense' as const, pixels, channels, values };
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
