import type { EventsBlock } from '../../signal/block.ts';
import type { ValueArray } from '../../signal/dtype.ts';
import type { PixelRows } from '../pixel-rows.ts';

export interface TileRun {
  readonly tile: number;
  readonly start: number;
  readonly end: number;
  readonly values: ValueArray | EventsBlock;
}

/** All pixels in order, a tile at a time; the next one is read while one is worked on. */
export async function* tilesOf({ pixels, read }: PixelRows, tile: number): AsyncGenerator<TileRun> {
  const readAt = (start: number) => {
    const values = start < pixels ? read(start, Math.min(start + tile, pixels)) : undefined;
    values?.catch(() => {});
    return values;
  };
  let next = readAt(0);
  for (let start = 0; start < pixels; start += tile) {
    const values = await next;
    next = readAt(start + tile);
    if (values) yield { tile: start / tile, start, end: Math.min(start + tile, pixels), values };
  }
}
