/**
 * Sparse counts by pixel: the events of pixel i are entries offsets[i] … offsets[i+1] − 1 of `channel` and `count`.
 * offsets[0] need not be 0.
 */
export interface EventRows {
  readonly pixels: number;
  readonly channels: number;
  readonly offsets: Uint32Array;
  readonly channel: Uint16Array | Uint32Array;
  readonly count: Uint8Array | Uint16Array | Uint32Array;
}

/*
 * All kernels here act on Z = diag(rowScale)·X·diag(columnScale), never formed. A null scale stands for ones.
 */

/**
 * out += ZᵀZ·Q in one pass over the events, for Q and `out` row-major channels×b. Eight columns of a pixel's projection
 * at a time stay in registers.
 */
export function gramApplyEvents(
  rows: EventRows,
  block: Float64Array,
  b: number,
  rowScale: Float64Array | null,
  columnScale: Float64Array | null,
  out: Float64Array,
): void {
  const { pixels, offsets, channel, count } = rows;
  const b8 = b - (b % 8);
  for (let i = 0; i < pixels; i++) {
    const start = offsets[i];
    const end = offsets[i + 1];
    if (start === end) continue;
    const r = rowScale ? rowScale[i] : 1;
    const weight = r * r;
    if (weight === 0) continue;
    for (let k = 0; k < b8; k += 8) {
      let t0 = 0;
      let t1 = 0;
      let t2 = 0;
      let t3 = 0;
      let t4 = 0;
      let t5 = 0;
      let t6 = 0;
      let t7 = 0;
      for (let e = start; e < end; e++) {
        const c = channel[e];
        const x = columnScale ? count[e] * columnScale[c] : count[e];
        const q = c * b + k;
        t0 += x * block[q];
        t1 += x * block[q + 1];
        t2 += x * block[q + 2];
        t3 += x * block[q + 3];
        t4 += x * block[q + 4];
        t5 += x * block[q + 5];
        t6 += x * block[q + 6];
        t7 += x * block[q + 7];
      }
      t0 *= weight;
      t1 *= weight;
      t2 *= weight;
      t3 *= weight;
      t4 *= weight;
      t5 *= weight;
      t6 *= weight;
      t7 *= weight;
      for (let e = start; e < end; e++) {
        const c = channel[e];
        const x = columnScale ? count[e] * columnScale[c] : count[e];
        const q = c * b + k;
        out[q] += x * t0;
        out[q + 1] += x * t1;
        out[q + 2] += x * t2;
        out[q + 3] += x * t3;
        out[q + 4] += x * t4;
        out[q + 5] += x * t5;
        out[q + 6] += x * t6;
        out[q + 7] += x * t7;
      }
    }
    for (let k = b8; k < b; k++) {
      let t = 0;
      for (let e = start; e < end; e++) {
        const c = channel[e];
        t += (columnScale ? count[e] * columnScale[c] : count[e]) * block[c * b + k];
      }
      t *= weight;
      for (let e = start; e < end; e++) {
        const c = channel[e];
        out[c * b + k] += (columnScale ? count[e] * columnScale[c] : count[e]) * t;
      }
    }
  }
}

/** gram += ZᵀZ, upper triangle (row ≤ column) of a row-major channels×channels matrix. Channels ascend within a pixel. */
export function gramMatrixEvents(
  rows: EventRows,
  rowScale: Float64Array | null,
  columnScale: Float64Array | null,
  gram: Float64Array,
): void {
  const { pixels, channels, offsets, channel, count } = rows;
  const scaled = new Float64Array(channels);
  const index = new Int32Array(channels);
  for (let i = 0; i < pixels; i++) {
    const start = offsets[i];
    const length = offsets[i + 1] - start;
    const r = rowScale ? rowScale[i] : 1;
    if (r === 0) continue;
    for (let e = 0; e < length; e++) {
      const c = channel[start + e];
      index[e] = c;
      scaled[e] = r * (columnScale ? count[start + e] * columnScale[c] : count[start + e]);
    }
    for (let e = 0; e < length; e++) {
      const x = scaled[e];
      const base = index[e] * channels;
      for (let f = e; f < length; f++) gram[base + index[f]] += x * scaled[f];
    }
  }
}

/** out = Z·V: scores of every pixel (row-major pixels×k) on the columns of V (row-major channels×k). */
export function projectEvents(
  rows: EventRows,
  vectors: Float64Array,
  k: number,
  rowScale: Float64Array | null,
  columnScale: Float64Array | null,
  out: Float64Array,
): void {
  const { pixels, offsets, channel, count } = rows;
  for (let i = 0; i < pixels; i++) {
    const end = offsets[i + 1];
    const base = i * k;
    const r = rowScale ? rowScale[i] : 1;
    out.fill(0, base, base + k);
    for (let e = offsets[i]; e < end; e++) {
      const c = channel[e];
      const x = r * (columnScale ? count[e] * columnScale[c] : count[e]);
      for (let j = 0, q = c * k; j < k; j++) out[base + j] += x * vectors[q + j];
    }
  }
}

/** out[i] = Σ_j x_ij, the counts of each pixel. */
export function rowSumsEvents(rows: EventRows, out: Float64Array): void {
  const { pixels, offsets, count } = rows;
  for (let i = 0; i < pixels; i++) {
    let sum = 0;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) sum += count[e];
    out[i] = sum;
  }
}

/** out[j] += Σ_i x_ij, the counts of each channel. */
export function columnSumsEvents(rows: EventRows, out: Float64Array): void {
  const { pixels, offsets, channel, count } = rows;
  for (let e = offsets[0]; e < offsets[pixels]; e++) out[channel[e]] += count[e];
}

/** ‖Z‖², the sum of squares of all scaled elements. */
export function sumSquaresEvents(
  rows: EventRows,
  rowScale: Float64Array | null,
  columnScale: Float64Array | null,
): number {
  const { pixels, offsets, channel, count } = rows;
  let total = 0;
  for (let i = 0; i < pixels; i++) {
    let sum = 0;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const x = columnScale ? count[e] * columnScale[channel[e]] : count[e];
      sum += x * x;
    }
    total += rowScale ? rowScale[i] * rowScale[i] * sum : sum;
  }
  return total;
}
