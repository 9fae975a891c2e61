export { type Job, type Pass, runJob } from './job.ts';
export { MergeTree } from './merge-tree.ts';
export type { PerPixel, PixelArray } from './per-pixel.ts';
export * from './read.ts';
export * from './shape.ts';
export * from './tile.ts';
