import type { PlainTree } from '../../signal/dataset.ts';
import { numberAt } from '../json-tree.ts';

const MOST_PIXELS = 1 << 26;
const LONGEST_LINE = 1 << 16;

export interface ScanSize {
  readonly height: number;
  readonly width: number;
}

/** Sizes that a file gives for its scan, the most telling first. */
export interface DeclaredSizes {
  readonly sizes: readonly ScanSize[];
  /** The first is that of the part of the full scan that was scanned, which Velox states to the last digit. */
  readonly stated: boolean;
}

/**
 * The part of the full scan that was scanned, the raster, images of the file. Velox writes the full scan for the raster
 * where only a part was scanned.
 */
export function declaredSizes(metadata: PlainTree, settings: PlainTree, images: readonly ScanSize[]): DeclaredSizes {
  const scan = (key: string) => numberAt(metadata, 'Scan', 'ScanSize', key) ?? 0;
  const edge = (key: string) => numberAt(metadata, 'Scan', 'ScanArea', key);
  const raster = (key: string) => numberAt(settings, 'RasterScanDefinition', key) ?? 0;
  const part = {
    height: Math.round(scan('height') * ((edge('bottom') ?? 1) - (edge('top') ?? 0))),
    width: Math.round(scan('width') * ((edge('right') ?? 1) - (edge('left') ?? 0))),
  };
  const sizes = [
    part,
    { height: raster('Height'), width: raster('Width') },
    ...images.filter(({ height, width }) => height * width > 1),
  ].filter(({ height, width }) => height > 0 && width > 0);
  const stated = sizes[0] === part && edge('right') !== undefined && edge('bottom') !== undefined;
  return { sizes, stated };
}

/**
 * The size of a scan as far as declarations tell it: the one that the file states, or the only one, or the one that the
 * scan and its raster agree on. Sizes that need more values than there are give way to others.
 *
 * @param values In the fullest stream: every pixel ends with one, but for the last.
 * @param frames Begun; the last may be unfinished.
 * @returns undefined when the file leaves a choice, or gives no possible size.
 */
export function declaredSize({ sizes, stated }: DeclaredSizes, values: number, frames = 1): ScanSize | undefined {
  const possible = sizes.filter(isPossible);
  const filled = possible.filter(({ height, width }) => height * width * frames <= values + 1);
  const [first, second = first] = filled.length > 0 ? filled : possible;
  if (!first || (stated && first === sizes[0])) return first;
  return first.height === second.height && first.width === second.width ? first : undefined;
}

/**
 * The size that fits the number of pixels in the streams: exactly, given the number of frames; as a whole number of
 * frames; else the first possible one, as an interrupted scan leaves it.
 *
 * @param pixels In the fullest stream; there may be one more, empty, at its end.
 * @returns undefined when no size is possible.
 */
export function fittingSize(sizes: readonly ScanSize[], pixels: number, frames?: number): ScanSize | undefined {
  const possible = sizes.filter(isPossible);
  const fits = (total: number) => total === pixels || total === pixels + 1;
  const whole = ({ height, width }: ScanSize) => {
    const n = height * width;
    return fits(Math.max(1, Math.round(pixels / n)) * n);
  };
  return (
    possible.find(({ height, width }) => frames !== undefined && fits(height * width * frames)) ??
    possible.find(whole) ??
    possible[0]
  );
}

function isPossible({ height, width }: ScanSize): boolean {
  return Number.isInteger(height) && Number.isInteger(width) && width <= LONGEST_LINE && height * width <= MOST_PIXELS;
}
