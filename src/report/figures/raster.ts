import { type Frame, type Pen, tenths } from './drawing.ts';
import { LEVELS, type Rgb } from './palette.ts';
import { encodePng, pngDataUri } from './png.ts';

/** Pixels a side that a picture of `size` px holds at most: about three a screen pixel, and never above 1024. */
export function mostPixels(size: number): number {
  return size > 300 ? 1024 : 512;
}

export type Reduction = 'mean' | 'max';

export interface Grid<T extends ArrayLike<number> = Float64Array> {
  readonly width: number;
  readonly height: number;
  readonly values: T;
}

/** The values of a map by pixel, row-major: listed, or found when they are looked at. */
export type MapValues = ArrayLike<number> | ((pixel: number) => number);

export function valueAt(values: MapValues): (pixel: number) => number {
  return typeof values === 'function' ? values : (pixel) => values[pixel];
}

/** A map to be reduced. */
interface Whole {
  readonly width: number;
  readonly height: number;
  readonly values: MapValues;
}

/** At most `most` pixels a side, each the mean or maximum of the finite values it covers (NaN where there are none). */
export function reduceGrid(grid: Whole, how: Reduction, most: number): Grid {
  return shrink(grid, most, (cell) => {
    let total = 0;
    let n = 0;
    let largest = Number.NaN;
    for (const value of cell) {
      if (!Number.isFinite(value)) continue;
      total += value;
      n++;
      if (!(largest >= value)) largest = value;
    }
    return how === 'max' ? largest : n ? total / n : Number.NaN;
  });
}

/** At most `most` pixels a side, each the commonest label it covers. */
export function reduceLabels(grid: Grid<Uint8Array>, most: number): Grid {
  const tally = new Uint32Array(256);
  return shrink(grid, most, (cell) => {
    tally.fill(0);
    for (const label of cell) tally[label]++;
    let best = 0;
    for (let label = 1; label < 256; label++) if (tally[label] > tally[best]) best = label;
    return best;
  });
}

function shrink(grid: Whole, most: number, pick: (cell: Float64Array) => number): Grid {
  const at = valueAt(grid.values);
  const width = Math.min(grid.width, most);
  const height = Math.min(grid.height, most);
  if (width === grid.width && height === grid.height) {
    const same = new Float64Array(width * height);
    for (let i = 0; i < same.length; i++) same[i] = at(i);
    return { width, height, values: same };
  }
  const out = new Float64Array(width * height);
  const longest = Math.ceil(grid.width / width + 1) * Math.ceil(grid.height / height + 1);
  const cell = new Float64Array(longest);
  for (let y = 0; y < height; y++) {
    const [y0, y1] = covered(y, height, grid.height);
    for (let x = 0; x < width; x++) {
      const [x0, x1] = covered(x, width, grid.width);
      let n = 0;
      for (let row = y0; row < y1; row++) {
        for (let column = x0; column < x1; column++) cell[n++] = at(row * grid.width + column);
      }
      out[y * width + x] = pick(cell.subarray(0, n));
    }
  }
  return { width, height, values: out };
}

function covered(index: number, cells: number, size: number): [number, number] {
  return [Math.floor((index * size) / cells), Math.floor(((index + 1) * size) / cells)];
}

/** Palette indices of values over [low, high]; values outside take the end colours, NaN the colour of nothing. */
export function levelsOf(values: ArrayLike<number>, low: number, high: number): Uint8Array {
  const scale = high > low ? (LEVELS - 1) / (high - low) : 0;
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const level = (value - low) * scale + 0.5;
    levels[i] = !Number.isFinite(value) ? LEVELS : level < 0 ? 0 : level < LEVELS ? level : LEVELS - 1;
  }
  return levels;
}

/** Places an image over the whole frame, its pixels left as they are. */
export function placeImage(pen: Pen, frame: Frame, image: Grid<Uint8Array>, colours: readonly Rgb[]): void {
  const { left, right, top, bottom } = frame;
  placePng(pen, pngDataUri(encodePng(image.values, image.width, image.height, colours)), [left, top, right, bottom]);
}

/** A bar of all levels, highest on top. */
export function placeRamp(pen: Pen, [left, top, right, bottom]: readonly number[], colours: readonly Rgb[]): void {
  const levels = Uint8Array.from({ length: LEVELS }, (_, i) => LEVELS - 1 - i);
  placePng(pen, pngDataUri(encodePng(levels, 1, LEVELS, colours)), [left, top, right, bottom]);
}

function placePng(pen: Pen, href: string, [left, top, right, bottom]: readonly number[]): void {
  pen.add('image', {
    x: tenths(left),
    y: tenths(top),
    width: tenths(right - left),
    height: tenths(bottom - top),
    preserveAspectRatio: 'none',
    style: 'image-rendering:pixelated',
    href,
  });
}
