/** Types of per-pixel results. */
const TYPES = { float64: Float64Array, float32: Float32Array, uint8: Uint8Array };

export type PixelArray = Float64Array | Float32Array | Uint8Array;

/** One per-pixel result of a fold: its type, and numbers a pixel. */
export interface PerPixel {
  readonly type: keyof typeof TYPES;
  readonly width: number;
}

/** Gives memory of so many bytes, all 0. */
export type Allocate = (bytes: number) => ArrayBufferLike;

export const plainMemory: Allocate = (bytes) => new ArrayBuffer(bytes);

export type PixelArrayOf<T extends PerPixel['type']> = InstanceType<(typeof TYPES)[T]>;

/** An array of `length` numbers, all 0, in memory from `allocate`. */
export function pixelArray<T extends PerPixel['type']>(type: T, length: number, allocate: Allocate): PixelArrayOf<T> {
  const Numbers = TYPES[type];
  return new Numbers(allocate(length * Numbers.BYTES_PER_ELEMENT) as ArrayBuffer) as PixelArrayOf<T>;
}

/** Arrays for the per-pixel results of so many pixels. */
export function pixelRows(
  described: Readonly<Record<string, PerPixel>>,
  pixels: number,
  allocate: Allocate,
): Record<string, PixelArray> {
  return mapRows(described, (_name, { type, width }) => pixelArray(type, width * pixels, allocate));
}

/** Arrays that were used before, all 0 again. */
export function clearedRows(
  described: Readonly<Record<string, PerPixel>>,
  used: Readonly<Record<string, PixelArray>>,
): Record<string, PixelArray> {
  return mapRows(described, (name) => used[name].fill(0));
}

/** Pixels [start, end) of each array, as views. */
export function sliceRows(
  described: Readonly<Record<string, PerPixel>>,
  rows: Readonly<Record<string, PixelArray>>,
  start: number,
  end: number,
): Record<string, PixelArray> {
  return mapRows(described, (name, { width }) => rows[name].subarray(start * width, end * width));
}

function mapRows(
  described: Readonly<Record<string, PerPixel>>,
  make: (name: string, one: PerPixel) => PixelArray,
): Record<string, PixelArray> {
  return Object.fromEntries(Object.entries(described).map(([name, one]) => [name, make(name, one)]));
}
