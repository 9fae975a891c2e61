import type { PlainTree } from '../../signal/dataset.ts';
import { numberAt } from './json.ts';

const MOST_PIXELS = 1 << 26;
const LONGEST_LINE = 1 << 16;

export interface ScanSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Sizes that a file gives for its scan, the most telling first: the part of the full scan that was scanned, the raster,
 * images of the file. Velox writes the full scan for the raster where only a part was scanned.
 */
export function declaredSizes(metadata: PlainTree, settings: PlainTree, images: readonly ScanSize[]): ScanSize[] {
  const scan = (key: string) => numberAt(metadata, 'Scan', 'ScanSize', key) ?? 0;
  const edge = (key: string, otherwise: number) => numberAt(metadata, 'Scan', 'ScanArea', key) ?? otherwise;
  const raster = (key: string) => numberAt(settings, 'RasterScanDefinition', key) ?? 0;
  return [
    {
      height: Math.round(scan('height') * (edge('bottom', 1) - edge('top', 0))),
      width: Math.round(scan('width') * (edge('right', 1) - edge('left', 0))),
    },
    { height: raster('Height'), width: raster('Width') },
    ...images.filter(({ height, width }) => height * width > 1),
  ].filter(({ height, width }) => height > 0 && width > 0);
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
