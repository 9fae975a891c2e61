/** Spectra side by side: row-major pixels×channels. */
export interface DenseRows {
  readonly pixels: number;
  readonly channels: number;
  readonly values: ArrayLike<number>;
}

/*
 * All kernels here act on Z = diag(rowScale)·X·diag(columnScale), never formed. A null scale stands for ones.
 */

/** out += ZᵀZ·Q in one pass over the data, for Q and `out` row-major channels×b. Tiles of 4 pixels × 4 columns. */
export function gramApplyDense(
  rows: DenseRows,
  block: Float64Array,
  b: number,
  rowScale: Float64Array | null,
  columnScale: Float64Array | null,
  out: Float64Array,
): void {
  const p4 = rows.pixels - (rows.pixels % 4);
  const b4 = b - (b % 4);
  for (let i = 0; i < p4; i += 4) {
    for (let k = 0; k < b4; k += 4) gramTile(rows, i, block, b, k, rowScale, columnScale, out);
    for (let r = i; r < i + 4; r++) gramRow(rows, r, block, b, b4, rowScale, columnScale, out);
  }
  for (let i = p4; i < rows.pixels; i++) gramRow(rows, i, block, b, 0, rowScale, columnScale, out);
}

function gramTile(
  { values, channels }: DenseRows,
  i: number,
  block: Float64Array,
  b: number,
  k: number,
  rowScale: Float64Array | null,
  columnScale: Float64Array | null,
  out: Float64Array,
): void {
  const at0 = i * channels;
  const at1 = at0 + channels;
  const at2 = at1 + channels;
  const at3 = at2 + channels;
  let t00 = 0;
  let t01 = 0;
  let t02 = 0;
  let t03 = 0;
  let t10 = 0;
  let t11 = 0;
  let t12 = 0;
  let t13 = 0;
  let t20 = 0;
  let t21 = 0;
  let t22 = 0;
  let t23 = 0;
  let t30 = 0;
  let t31 = 0;
  let t32 = 0;
  let t33 = 0;
  for (let c = 0, q = k; c < channels; c++, q += b) {
    const scale = columnScale ? columnScale[c] : 1;
    const q0 = scale * block[q];
    const q1 = scale * block[q + 1];
    const q2 = scale * block[q + 2];
    const q3 = scale * block[q + 3];
    let x = values[at0 + c];
    t00 += x * q0;
    t01 += x * q1;
    t02 += x * q2;
    t03 += x * q3;
    x = values[at1 + c];
    t10 += x * q0;
    t11 += x * q1;
    t12 += x * q2;
    t13 += x * q3;
    x = values[at2 + c];
    t20 += x * q0;
    t21 += x * q1;
    t22 += x * q2;
    t23 += x * q3;
    x = values[at3 + c];
    t30 += x * q0;
    t31 += x * q1;
    t32 += x * q2;
    t33 += x * q3;
  }
  if (rowScale) {
    let weight = rowScale[i] * rowScale[i];
    t00 *= weight;
    t01 *= weight;
    t02 *= weight;
    t03 *= weight;
    weight = rowScale[i + 1] * rowScale[i + 1];
    t10 *= weight;
    t11 *= weight;
    t12 *= weight;
    t13 *= weight;
    weight = rowScale[i + 2] * rowScale[i + 2];
    t20 *= weight;
    t21 *= weight;
    t22 *= weight;
    t23 *= weight;
    weight = rowScale[i + 3] * rowScale[i + 3];
    t30 *= weight;
    t31 *= weight;
    t32 *= weight;
    t33 *= weight;
  }
  for (let c = 0, q = k; c < channels; c++, q += b) {
    const scale = columnScale ? columnScale[c] : 1;
    const x0 = scale * values[at0 + c];
    const x1 = scale * values[at1 + c];
    const x2 = scale * values[at2 + c];
    const x3 = scale * values[at3 + c];
    out[q] += x0 * t00 + x1 * t10 + x2 * t20 + x3 * t30;
    out[q + 1] += x0 * t01 + x1 * t11 + x2 * t21 + x3 * t31;
    out[q + 2] += x0 * t02 + x1 * t12 + x2 * t22 + x3 * t32;
    out[q + 3] += x0 * t03 + x1 * t13 + x2 * t23 + x3 * t33;
  }
}

function gramRow(
  { values, channels }: DenseRows,
  i: number,
  block: Float64Array,
  b: number,
  from: number,
  rowScale: Float64Array | null,
  columnScale: Float64Array | null,
  out: Float64Array,
): void {
  const at = i * channels;
  const r = rowScale ? rowScale[i] : 1;
  for (let k = from; k < b; k++) {
    let t = 0;
    for (let c = 0; c < channels; c++) t += (columnScale ? columnScale[c] : 1) * values[at + c] * block[c * b + k];
    t *= r * r;
    for (let c = 0; c < channels; c++) out[c * b + k] += (columnScale ? columnScale[c] : 1) * values[at + c] * t;
  }
}

/** gram += ZᵀZ, upper triangle (row ≤ column) of a row-major channels×channels matrix, four pixels at a time. */
export function gramMatrixDense(
  { pixels, channels, values }: DenseRows,
  rowScale: Float64Array | null,
  columnScale: Float64Array | null,
  gram: Float64Array,
): void {
  const scaled = new Float64Array(4 * channels);
  const s1 = channels;
  const s2 = 2 * channels;
  const s3 = 3 * channels;
  for (let i = 0; i < pixels; i += 4) {
    scaled.fill(0);
    for (let p = 0; p < 4 && i + p < pixels; p++) {
      const r = rowScale ? rowScale[i + p] : 1;
      for (let c = 0; c < channels; c++) {
        scaled[p * channels + c] = r * (columnScale ? columnScale[c] : 1) * values[(i + p) * channels + c];
      }
    }
    for (let c = 0; c < channels; c++) {
      const x0 = scaled[c];
      const x1 = scaled[s1 + c];
      const x2 = scaled[s2 + c];
      const x3 = scaled[s3 + c];
      if (x0 === 0 && x1 === 0 && x2 === 0 && x3 === 0) continue;
      for (let d = c, base = c * channels; d < channels; d++) {
        gram[base + d] += x0 * scaled[d] + x1 * scaled[s1 + d] + x2 * scaled[s2 + d] + x3 * scaled[s3 + d];
      }
    }
  }
}

/** out = Z·V: scores of every pixel (row-major pixels×k) on the columns of V (row-major channels×k). */
export function projectDense(
  { pixels, channels, values }: DenseRows,
  vectors: Float64Array,
  k: number,
  rowScale: Float64Array | null,
  columnScale: Float64Array | null,
  out: Float64Array,
): void {
  for (let i = 0; i < pixels; i++) {
    const at = i * channels;
    const base = i * k;
    const r = rowScale ? rowScale[i] : 1;
    out.fill(0, base, base + k);
    for (let c = 0; c < channels; c++) {
      const x = r * (columnScale ? columnScale[c] : 1) * values[at + c];
      if (x === 0) continue;
      for (let j = 0, q = c * k; j < k; j++) out[base + j] += x * vectors[q + j];
    }
  }
}

/** out[i] = Σ_j x_ij. */
export function rowSumsDense({ pixels, channels, values }: DenseRows, out: Float64Array): void {
  for (let i = 0; i < pixels; i++) {
    let sum = 0;
    for (let at = i * channels, end = at + channels; at < end; at++) sum += values[at];
    out[i] = sum;
  }
}

/** out[j] += Σ_i x_ij. */
export function columnSumsDense({ pixels, channels, values }: DenseRows, out: Float64Array): void {
  for (let i = 0, at = 0; i < pixels; i++) for (let c = 0; c < channels; c++, at++) out[c] += values[at];
}

/** ‖Z‖², the sum of squares of all scaled elements. */
export function sumSquaresDense(
  { pixels, channels, values }: DenseRows,
  rowScale: Float64Array | null,
  columnScale: Float64Array | null,
): number {
  let total = 0;
  for (let i = 0; i < pixels; i++) {
    const at = i * channels;
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const x = columnScale ? columnScale[c] * values[at + c] : values[at + c];
      sum += x * x;
    }
    total += rowScale ? rowScale[i] * rowScale[i] * sum : sum;
  }
  return total;
}
