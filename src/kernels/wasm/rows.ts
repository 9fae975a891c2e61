import type { DenseBlock, EventsBlock } from '../../signal/block.ts';
import type { NumberArray } from '../../signal/dtype.ts';
import { machine, type Room } from './machine.ts';

/** Rows as kernels take them: sparse or dense. */
export type Rows = EventsBlock | DenseBlock;

/** `single` keeps 7 digits of each sum and takes half the time of `double`, which keeps 15. */
export type Precision = 'single' | 'double';

export type Numbers = Float32Array | Float64Array;

/** One call works on this much at most: a few milliseconds, and what stays in the second-level cache. */
const DENSE_BYTES = 2 ** 19;
const ENTRIES = 2 ** 20;
/** Pixels that share a panel of the dense kernels. */
const TOGETHER = 6;

export const bytesPerNumber = (precision: Precision) => (precision === 'single' ? 4 : 8);

export function numbersAt(memory: ArrayBuffer, at: number, length: number, precision: Precision): Numbers {
  return precision === 'single' ? new Float32Array(memory, at, length) : new Float64Array(memory, at, length);
}

/** Rows [first, first + pixels) in the kernels' memory. */
export interface PlacedRows {
  readonly first: number;
  readonly pixels: number;
  /** What a kernel is told of them. */
  readonly told: readonly number[];
  /** Place for `extra` bytes a pixel. */
  readonly extra: number;
  readonly memory: ArrayBuffer;
}

/** Copies one run of rows after the other behind what `room` holds, and hands each to `work`. */
export function eachRun(
  rows: Rows,
  precision: Precision,
  room: Room,
  extra: number,
  work: (placed: PlacedRows) => void,
): void {
  const mark = room.mark();
  for (let first = 0; first < rows.pixels; ) {
    const last = rows.kind === 'events' ? endOfRun(rows, first) : endOfDenseRun(rows, precision, first);
    work(
      rows.kind === 'events'
        ? placeEvents(rows, room, first, last, extra)
        : placeDense(rows, precision, room, first, last, extra),
    );
    room.release(mark);
    first = last;
  }
}

function endOfRun({ pixels, offsets }: EventsBlock, first: number): number {
  let last = first + 1;
  while (last < pixels && offsets[last + 1] - offsets[first] <= ENTRIES) last++;
  return last;
}

function endOfDenseRun({ pixels, channels }: DenseBlock, precision: Precision, first: number): number {
  const groups = Math.floor(DENSE_BYTES / (channels * bytesPerNumber(precision) * TOGETHER));
  return Math.min(pixels, first + TOGETHER * Math.max(1, groups));
}

function placeEvents(rows: EventsBlock, room: Room, first: number, last: number, extra: number): PlacedRows {
  const { offsets } = rows;
  const pixels = last - first;
  const base = offsets[first];
  const channel = rows.channel.subarray(base, offsets[last]);
  const count = rows.count.subarray(base, offsets[last]);
  const places = {
    offsets: room.place(4 * (pixels + 1)),
    channel: placeLike(channel, room),
    count: placeLike(count, room),
    extra: room.place(extra * pixels),
  };
  const memory = room.buffer();
  const local = new Uint32Array(memory, places.offsets, pixels + 1);
  for (let i = 0; i <= pixels; i++) local[i] = offsets[first + i] - base;
  copyBytes(memory, places.channel, channel);
  copyBytes(memory, places.count, count);
  const { offsets: o, channel: c, count: n } = places;
  const told = [channel.BYTES_PER_ELEMENT, count.BYTES_PER_ELEMENT, o, c, n, pixels];
  return { first, pixels, told, extra: places.extra, memory };
}

/**
 * Place for a copy of an array, as far from a multiple of 8 as the array is: out of shared memory words are copied only
 * between such places, else byte by byte, many times slower.
 */
function placeLike(array: ArrayBufferView, room: Room): number {
  return room.place(array.byteLength + 8) + (array.byteOffset % 8);
}

function copyBytes(memory: ArrayBuffer, at: number, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
  new Uint8Array(memory, at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
}

function placeDense(
  { channels, values }: DenseBlock,
  precision: Precision,
  room: Room,
  first: number,
  last: number,
  extra: number,
): PlacedRows {
  const pixels = last - first;
  const rows = values.subarray(first * channels, last * channels);
  const x = room.place(bytesPerNumber(precision) * pixels * channels);
  const place = room.place(extra * pixels);
  const raw = placeLike(rows, room);
  const memory = room.buffer();
  const numbers = numbersAt(memory, x, pixels * channels, precision);
  const convert = converter(rows, precision);
  if (convert) {
    copyBytes(memory, raw, rows);
    convert(raw, x, rows.length);
  } else if (rows.buffer instanceof ArrayBuffer || raw % rows.BYTES_PER_ELEMENT !== 0) numbers.set(rows);
  else {
    // Numbers are set fast only from memory that is not shared.
    copyBytes(memory, raw, rows);
    const Values = rows.constructor as new (buffer: ArrayBuffer, at: number, length: number) => NumberArray;
    numbers.set(new Values(memory, raw, rows.length));
  }
  return { first, pixels, told: [x, pixels, channels], extra: place, memory };
}

/** The kernel that makes numbers of this type those of the precision; none where the engine's own copying does. */
function converter(rows: NumberArray, precision: Precision) {
  const { wholeToSingles, wholeToDoubles, doublesToSingles, singlesToDoubles } = machine();
  if (rows instanceof Uint8Array || rows instanceof Uint16Array || rows instanceof Uint32Array) {
    const whole = precision === 'single' ? wholeToSingles : wholeToDoubles;
    return (from: number, to: number, n: number) => whole(rows.BYTES_PER_ELEMENT, from, to, n);
  }
  if (rows instanceof Float64Array && precision === 'single') return doublesToSingles;
  if (rows instanceof Float32Array && precision === 'double') return singlesToDoubles;
  return undefined;
}

const REGISTER_BYTES = 16;

/**
 * How a matrix of `width` columns lies in the kernels' memory: columns padded to whole registers and cut into panels, one
 * after the other, each channels × panel. Sparse rows want all columns of a channel together: one panel.
 */
export interface ColumnLayout {
  readonly columns: number;
  readonly panel: number;
}

export function columnLayout(kind: Rows['kind'], width: number, precision: Precision): ColumnLayout {
  const register = REGISTER_BYTES / bytesPerNumber(precision);
  if (kind === 'dense') {
    const panel = 2 * register;
    return { columns: Math.ceil(width / panel) * panel, panel };
  }
  // Kernels of sparse rows take four registers at a time, and one that is left over by itself.
  const registers = Math.ceil(width / register);
  const columns = register * (registers % 4 === 1 ? registers : 4 * Math.ceil(registers / 4));
  return { columns, panel: columns };
}

/** Row-major channels × width into panels; padding columns are 0. */
export function pack(target: Numbers, q: Float64Array, channels: number, width: number, layout: ColumnLayout): void {
  const { columns, panel } = layout;
  if (columns === width && panel === width) {
    for (let at = 0; at < target.length; at++) target[at] = q[at];
    return;
  }
  target.fill(0);
  for (let from = 0, base = 0; from < width; from += panel, base += channels * panel) {
    const wide = Math.min(panel, width - from);
    for (let c = 0; c < channels; c++) {
      for (let k = 0; k < wide; k++) target[base + c * panel + k] = q[c * width + from + k];
    }
  }
}

/** Adds panels to a row-major channels × width matrix. */
export function addUnpacked(out: Float64Array, source: Numbers, channels: number, width: number, panel: number): void {
  if (panel === width) {
    for (let at = 0; at < source.length; at++) out[at] += source[at];
    return;
  }
  for (let from = 0, base = 0; from < width; from += panel, base += channels * panel) {
    const wide = Math.min(panel, width - from);
    for (let c = 0; c < channels; c++) {
      for (let k = 0; k < wide; k++) out[c * width + from + k] += source[base + c * panel + k];
    }
  }
}
