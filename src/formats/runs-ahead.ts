import type { EventsBlock } from '../signal/block.ts';
import type { ValueArray } from '../signal/dtype.ts';
import type { PixelRows } from './pixel-rows.ts';

/** Some pixels of a dataset, [start, end), and their values. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly values: ValueArray | EventsBlock;
}

/** These runs of pixels in order; the next one is read while one is worked on. */
export async function* runsAhead(
  { read }: Pick<PixelRows, 'read'>,
  runs: Iterable<{ readonly start: number; readonly end: number }>,
): AsyncGenerator<Run> {
  let waiting: { start: number; end: number; values: Promise<ValueArray | EventsBlock> } | undefined;
  for (const { start, end } of runs) {
    const values = read(start, end);
    values.catch(() => {});
    if (waiting) yield { ...waiting, values: await waiting.values };
    waiting = { start, end, values };
  }
  if (waiting) yield { ...waiting, values: await waiting.values };
}

/** All pixels, so many at a time. */
export function* runsOf(pixels: number, size: number): Generator<{ start: number; end: number }> {
  for (let start = 0; start < pixels; start += size) yield { start, end: Math.min(start + size, pixels) };
}
