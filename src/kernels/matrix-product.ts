/** Columns worked on at a time, so that the eight rows of a tile stay in the first-level cache. */
const CHUNK = 512;

/**
 * out = A·Bᵀ for row-major A (m×n) and B (k×n); `out` is m×k. All pairs of rows are multiplied in 4×4 register tiles.
 */
export function multiplyTransposed(
  a: Float64Array,
  m: number,
  b: Float64Array,
  k: number,
  n: number,
  out: Float64Array,
): void {
  const m4 = m - (m % 4);
  const k4 = k - (k % 4);
  out.fill(0, 0, m * k);
  for (let from = 0; from < n; from += CHUNK) {
    const length = Math.min(CHUNK, n - from);
    for (let i = 0; i < m4; i += 4) {
      for (let j = 0; j < k4; j += 4) tile(a, i * n + from, b, j * n + from, n, length, out, i * k + j, k);
    }
    for (let i = 0; i < m; i++) {
      for (let j = i < m4 ? k4 : 0; j < k; j++) {
        let sum = 0;
        for (let l = 0, p = i * n + from, q = j * n + from; l < length; l++) sum += a[p + l] * b[q + l];
        out[i * k + j] += sum;
      }
    }
  }
}

function tile(
  a: Float64Array,
  a0: number,
  b: Float64Array,
  b0: number,
  n: number,
  length: number,
  out: Float64Array,
  at: number,
  k: number,
): void {
  const a1 = a0 + n;
  const a2 = a1 + n;
  const a3 = a2 + n;
  const b1 = b0 + n;
  const b2 = b1 + n;
  const b3 = b2 + n;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let l = 0; l < length; l++) {
    const y0 = b[b0 + l];
    const y1 = b[b1 + l];
    const y2 = b[b2 + l];
    const y3 = b[b3 + l];
    let x = a[a0 + l];
    s00 += x * y0;
    s01 += x * y1;
    s02 += x * y2;
    s03 += x * y3;
    x = a[a1 + l];
    s10 += x * y0;
    s11 += x * y1;
    s12 += x * y2;
    s13 += x * y3;
    x = a[a2 + l];
    s20 += x * y0;
    s21 += x * y1;
    s22 += x * y2;
    s23 += x * y3;
    x = a[a3 + l];
    s30 += x * y0;
    s31 += x * y1;
    s32 += x * y2;
    s33 += x * y3;
  }
  out[at] += s00;
  out[at + 1] += s01;
  out[at + 2] += s02;
  out[at + 3] += s03;
  at += k;
  out[at] += s10;
  out[at + 1] += s11;
  out[at + 2] += s12;
  out[at + 3] += s13;
  at += k;
  out[at] += s20;
  out[at + 1] += s21;
  out[at + 2] += s22;
  out[at + 3] += s23;
  at += k;
  out[at] += s30;
  out[at + 1] += s31;
  out[at + 2] += s32;
  out[at + 3] += s33;
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
  const k4 = k - (k % 4);
  const m2 = m - (m % 2);
  for (let from = 0; from < n; from += CHUNK) {
    const length = Math.min(CHUNK, n - from);
    for (let j = 0; j < k4; j += 4) {
      for (let i = 0; i < m2; i += 2) addTwoRows(c, i * k + j, k, b, j * n + from, n, scale, out, i * n + from, length);
      for (let i = m2; i < m; i++) {
        for (let p = j; p < j + 4; p++) addRow(scale * c[i * k + p], b, p * n + from, out, i * n + from, length);
      }
    }
    for (let j = k4; j < k; j++) {
      for (let i = 0; i < m; i++) addRow(scale * c[i * k + j], b, j * n + from, out, i * n + from, length);
    }
  }
}

function addTwoRows(
  c: Float64Array,
  at: number,
  k: number,
  b: Float64Array,
  b0: number,
  n: number,
  scale: number,
  out: Float64Array,
  row: number,
  length: number,
): void {
  const c00 = scale * c[at];
  const c01 = scale * c[at + 1];
  const c02 = scale * c[at + 2];
  const c03 = scale * c[at + 3];
  const c10 = scale * c[at + k];
  const c11 = scale * c[at + k + 1];
  const c12 = scale * c[at + k + 2];
  const c13 = scale * c[at + k + 3];
  const b1 = b0 + n;
  const b2 = b1 + n;
  const b3 = b2 + n;
  const next = row + n;
  for (let l = 0; l < length; l++) {
    const x0 = b[b0 + l];
    const x1 = b[b1 + l];
    const x2 = b[b2 + l];
    const x3 = b[b3 + l];
    out[row + l] += c00 * x0 + c01 * x1 + c02 * x2 + c03 * x3;
    out[next + l] += c10 * x0 + c11 * x1 + c12 * x2 + c13 * x3;
  }
}

function addRow(factor: number, b: Float64Array, from: number, out: Float64Array, to: number, length: number): void {
  for (let l = 0; l < length; l++) out[to + l] += factor * b[from + l];
}

/** Transpose of a row-major m×n matrix, as n×m. */
export function transpose(
  a: Float64Array,
  m: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j];
  return out;
}
