import { portablePow } from '../kernels/portable-math.ts';

/**
 * The unit of merging, in pixels. Blocks are whole tiles and tiles merge in a fixed binary tree, so a result does not
 * depend on how the cube was cut or on who computed what. Changing this number changes results in the last bits.
 */
export const TILE_PIXELS = 4096;

export interface TileRun {
  /** Position of the run among runs of its size. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

export function tileCount(pixels: number): number {
  return Math.ceil(pixels / TILE_PIXELS);
}

/** Cuts `pixels` into runs of 2^level tiles, the last one possibly shorter. */
export function tileRuns(pixels: number, level: number): TileRun[] {
  const length = TILE_PIXELS * portablePow(2, level);
  const runs: TileRun[] = [];
  for (let start = 0; start < pixels; start += length) {
    runs.push({ index: runs.length, start, end: Math.min(start + length, pixels) });
  }
  return runs;
}
