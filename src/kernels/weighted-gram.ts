import { machine, Room } from './wasm/machine.ts';
import {
  addUnpacked,
  bytesPerNumber,
  columnLayout,
  eachRun,
  type Numbers,
  numbersAt,
  type Precision,
  pack,
  type Rows,
} from './wasm/rows.ts';

export type { Precision, Rows };

/*
 * Every sum runs over ascending channels, then over ascending pixels, one term after the other, so the same counts give the
 * same bits as events and as dense rows: zeros add nothing.
 */

/**
 * out += Xᵀ·diag(weights)·X·Q in one pass over the rows. Q and `out` are row-major channels × width, `weights` has one
 * entry a pixel. Sums are kept in the stated precision; `out` is added to in double.
 */
export function gramApply(
  rows: Rows,
  q: Float64Array,
  width: number,
  weights: Float64Array,
  precision: Precision,
  out: Float64Array,
): void {
  if (rows.pixels === 0) return;
  const { channels } = rows;
  const layout = columnLayout(rows, width, precision);
  const length = channels * layout.columns;
  const room = new Room();
  const from = room.place(length * bytesPerNumber(precision));
  const to = room.place(length * bytesPerNumber(precision));
  const memory = room.buffer();
  pack(numbersAt(memory, from, length, precision), q, channels, width, layout);
  numbersAt(memory, to, length, precision).fill(0);
  const call = kernelFor(rows, precision, 'gram');
  eachRun(rows, precision, room, 8, (run) => {
    copyPerPixel(run.memory, run.extra, weights, run.first, run.pixels);
    call(...run.told, from, layout.columns, run.extra, to);
  });
  addUnpacked(out, numbersAt(room.buffer(), to, length, precision), channels, width, layout.panel);
}

/** out = X·Q: row-major pixels × width, for Q row-major channels × width. */
export function project(rows: Rows, q: Float64Array, width: number, precision: Precision, out: Numbers): void {
  if (rows.pixels === 0) return;
  const { channels } = rows;
  const layout = columnLayout(rows, width, precision);
  const { columns } = layout;
  const size = bytesPerNumber(precision);
  const room = new Room();
  const from = room.place(channels * columns * size);
  pack(numbersAt(room.buffer(), from, channels * columns, precision), q, channels, width, layout);
  const call = kernelFor(rows, precision, 'project');
  eachRun(rows, precision, room, columns * size, (run) => {
    call(...run.told, from, columns, run.extra);
    const found = numbersAt(run.memory, run.extra, run.pixels * columns, precision);
    if (columns === width) {
      out.set(found, run.first * width);
      return;
    }
    let to = run.first * width;
    for (let i = 0; i < run.pixels; i++) {
      for (let k = 0, at = i * columns; k < width; k++) out[to++] = found[at++];
    }
  });
}

/**
 * out += Xᵀ·diag(weights)·X in double: entries (c, d) with c ≤ d of a row-major channels × channels matrix; the others
 * are left alone.
 */
export function gramMatrix(rows: Rows, weights: Float64Array, out: Float64Array): void {
  const { channels, kind } = rows;
  const room = new Room();
  const to = room.place(8 * channels * channels);
  const mine = () => numbersAt(room.buffer(), to, channels * channels, 'double');
  mine().set(out);
  eachRun(rows, 'double', room, 8, (run) => {
    copyPerPixel(run.memory, run.extra, weights, run.first, run.pixels);
    if (kind === 'events') machine().gramMatrixEvents(...run.told, channels, run.extra, to);
    else machine().gramMatrixDense(...run.told, run.extra, to);
  });
  out.set(mine());
}

/** Σ_i weights_i · Σ_j (scale_j·x_ij)², in double. */
export function weightedSquares(rows: Rows, scale: Float64Array, weights: Float64Array): number {
  let total = 0;
  const room = new Room();
  const at = room.place(8 * rows.channels);
  new Float64Array(room.buffer(), at, rows.channels).set(scale);
  const call = rows.kind === 'events' ? machine().squaresEvents : machine().squaresDense;
  eachRun(rows, 'double', room, 8, (run) => {
    copyPerPixel(run.memory, run.extra, weights, run.first, run.pixels);
    total = call(...run.told, at, run.extra, total);
  });
  return total;
}

function kernelFor({ kind }: Rows, precision: Precision, name: 'gram' | 'project') {
  const single = precision === 'single';
  const m = machine();
  if (name === 'gram') {
    if (kind === 'events') return single ? m.gramEvents32 : m.gramEvents64;
    return single ? m.gramDense32 : m.gramDense64;
  }
  if (kind === 'events') return single ? m.projectEvents32 : m.projectEvents64;
  return single ? m.projectDense32 : m.projectDense64;
}

function copyPerPixel(memory: ArrayBuffer, at: number, weights: Float64Array, first: number, pixels: number): void {
  new Float64Array(memory, at, pixels).set(weights.subarray(first, first + pixels));
}
