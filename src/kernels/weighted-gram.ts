import { machine, Room } from './wasm/machine.ts';
import {
  addUnpacked,
  bytesPerNumber,
  type ColumnLayout,
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

/** A matrix Q as the kernels take it beside rows of one kind. */
export interface PackedColumns {
  readonly kind: Rows['kind'];
  readonly width: number;
  readonly precision: Precision;
  readonly layout: ColumnLayout;
  readonly numbers: Numbers;
}

/** Packs a row-major channels × width matrix; sums with it are kept in the stated precision. */
export function packColumns(
  { kind, channels }: Pick<Rows, 'kind' | 'channels'>,
  q: Float64Array,
  width: number,
  precision: Precision,
): PackedColumns {
  const layout = columnLayout(kind, width, precision);
  const length = channels * layout.columns;
  const numbers = precision === 'single' ? new Float32Array(length) : new Float64Array(length);
  pack(numbers, q, channels, width, layout);
  return { kind, width, precision, layout, numbers };
}

const packed = new WeakMap<Float64Array, PackedColumns>();

/** The same for a matrix that does not change any more, as the arguments of a pass: packed once for all its tiles. */
export function packOnce(rows: Rows, q: Float64Array, width: number, precision: Precision): PackedColumns {
  const known = packed.get(q);
  if (known?.kind === rows.kind && known.width === width && known.precision === precision) return known;
  const columns = packColumns(rows, q, width, precision);
  packed.set(q, columns);
  return columns;
}

/**
 * out += Xᵀ·diag(weights)·X·Q in one pass over the rows. Q and `out` are row-major channels × width, `weights` has one
 * entry a pixel. `out` is added to in double.
 */
export function gramApply(rows: Rows, q: PackedColumns, weights: Float64Array, out: Float64Array): void {
  if (rows.pixels === 0) return;
  const { width, precision, layout, numbers } = q;
  const { length } = numbers;
  const room = new Room();
  const from = room.place(numbers.byteLength);
  const to = room.place(numbers.byteLength);
  const memory = room.buffer();
  numbersAt(memory, from, length, precision).set(numbers);
  numbersAt(memory, to, length, precision).fill(0);
  const call = kernelFor(rows, precision, 'gram');
  eachRun(rows, precision, room, 8, (run) => {
    copyPerPixel(run.memory, run.extra, weights, run.first, run.pixels);
    call(...run.told, from, layout.columns, run.extra, to);
  });
  addUnpacked(out, numbersAt(room.buffer(), to, length, precision), rows.channels, width, layout.panel);
}

/** Weights of channels and of pixels in a sum of squares. */
export interface SquaresOf {
  readonly scale: Float64Array;
  readonly weights: Float64Array;
}

/**
 * out = X·Q: row-major pixels × width, for Q row-major channels × width.
 * @returns Σ_i weights_i · Σ_j (scale_j·x_ij)² of the same rows, in double; 0 where it is not asked for
 */
export function project(rows: Rows, q: PackedColumns, out: Numbers, squaresOf?: SquaresOf): number {
  if (rows.pixels === 0) return 0;
  const { width, precision, numbers } = q;
  const { columns } = q.layout;
  const size = bytesPerNumber(precision);
  const room = new Room();
  const from = room.place(numbers.byteLength);
  const scaleAt = room.place(8 * rows.channels);
  numbersAt(room.buffer(), from, numbers.length, precision).set(numbers);
  if (squaresOf) new Float64Array(room.buffer(), scaleAt, rows.channels).set(squaresOf.scale);
  const call = kernelFor(rows, precision, 'project');
  const addSquares = squaresFor(rows, precision);
  let squares = 0;
  eachRun(rows, precision, room, columns * size + 8, ({ first, pixels, told, extra, memory }) => {
    const found = extra + 8 * pixels;
    if (squaresOf) {
      copyPerPixel(memory, extra, squaresOf.weights, first, pixels);
      squares = addSquares(...told, scaleAt, extra, squares);
    }
    call(...told, from, columns, found);
    copyColumns(numbersAt(memory, found, pixels * columns, precision), columns, out, first * width, width);
  });
  return squares;
}

/** The first `width` of every `columns` numbers, from `to` on. */
function copyColumns(found: Numbers, columns: number, out: Numbers, to: number, width: number): void {
  if (columns === width) {
    out.set(found, to);
    return;
  }
  for (let row = 0; row < found.length; row += columns) for (let k = 0; k < width; k++) out[to++] = found[row + k];
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

function squaresFor({ kind }: Rows, precision: Precision) {
  const { squaresEvents, squaresDense32, squaresDense64 } = machine();
  return kind === 'events' ? squaresEvents : precision === 'single' ? squaresDense32 : squaresDense64;
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
