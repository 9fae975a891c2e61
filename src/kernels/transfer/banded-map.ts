import { machine, Room } from '../wasm/machine.ts';

/** An affine map whose channels each look at a window of those that come in. */
export interface BandedMap {
  readonly from: number;
  readonly to: number;
  /** Most channels in a window. */
  readonly width: number;
  /** First channel of the window of each channel that comes out, and how many it has: fewer at the ends. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** to × width: weights from the first channel of the window on, 0 behind its end. */
  readonly weights: Float64Array;
  readonly offset: Float64Array;
}

/** What goes through the kernels' memory at once: what stays in the second-level cache. */
const BYTES = 2 ** 18;
/** Rows that are worked on side by side. */
const TOGETHER = 8;

/**
 * The map of row-major `values` (rows × from) into `out` (rows × to). Each row comes out the same to the last bit whatever
 * rows are beside it.
 */
export function applyBandedMap(map: BandedMap, values: Float64Array, rows: number, out: Float64Array): void {
  const { from, to, width, first, count, weights, offset } = map;
  const most = TOGETHER * Math.max(1, Math.floor(BYTES / (8 * TOGETHER * Math.max(1, from + to))));
  const room = new Room();
  const places = {
    first: room.place(4 * to),
    count: room.place(4 * to),
    weights: room.place(8 * to * width),
    offset: room.place(8 * to),
    lanes: room.place(8 * TOGETHER * from),
    x: room.place(8 * Math.min(most, rows) * from),
    out: room.place(8 * Math.min(most, rows) * to),
  };
  const memory = room.buffer();
  new Int32Array(memory, places.first, to).set(first);
  new Int32Array(memory, places.count, to).set(count);
  new Float64Array(memory, places.weights, to * width).set(weights);
  new Float64Array(memory, places.offset, to).set(offset);
  const { windowRows } = machine();
  for (let row = 0; row < rows; row += most) {
    const some = Math.min(most, rows - row);
    new Float64Array(memory, places.x, some * from).set(values.subarray(row * from, (row + some) * from));
    const { x, first: f, count: c, weights: w, offset: o, lanes } = places;
    windowRows(x, some, from, f, c, w, width, o, to, lanes, places.out);
    out.set(new Float64Array(memory, places.out, some * to), row * to);
  }
}

/** √Σ b² of each channel: the factor on the standard deviation of equal, independent errors. */
export function bandedNoiseGains({ to, width, weights }: BandedMap): Float64Array {
  return Float64Array.from({ length: to }, (_, j) => {
    let sum = 0;
    for (let w = j * width; w < (j + 1) * width; w++) sum += weights[w] * weights[w];
    return Math.sqrt(sum);
  });
}
