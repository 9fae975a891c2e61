import { type Alikeness, nonLocalWeights, type Run, rowsAround, rowsCompared } from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import { type Block, readRow } from '../../signal/block.ts';
import { roomForRows } from '../row-by-row.ts';
import { type Bands, bandFeatures } from './compared-bands.ts';
import type { SmoothingArgs } from './smoother.ts';

export type NonLocalArgs = SmoothingArgs & Alikeness & Bands;

const runOf = ({ width, height, pixelMask }: NonLocalArgs, start: number, end: number): Run => ({
  width,
  height,
  start,
  end,
  masked: pixelMask,
});

function gather(args: NonLocalArgs, start: number, end: number): readonly (readonly [number, number])[] {
  const [first, last] = rowsAround(rowsCompared(args), runOf(args, start, end));
  return [[first * args.width, last * args.width]];
}

/** The weights around each pixel of a run, and the first pixel of the block. */
function weightsOf(args: NonLocalArgs, block: Block, start: number, end: number) {
  const [[base]] = gather(args, start, end);
  const features = bandFeatures(args, args.noise, block, base);
  const weights = nonLocalWeights(features, args.ends.length, base / args.width, runOf(args, start, end), args);
  return { base, weights };
}

export const means = defineMap<NonLocalArgs>({
  gather,
  apply: (args, [block], start, end, lend) => {
    const { width, search, pixelMask } = args;
    const { channels } = block;
    const { base, weights } = weightsOf(args, block, start, end);
    const add = weightedSum(block);
    const values = roomForRows(end - start, channels, lend).fill(0);
    const around = (2 * search.y + 1) * (2 * search.x + 1);
    const [some, pixels] = [new Float64Array(around), new Int32Array(around)];
    for (let i = start; i < end; i++) {
      const mean = values.subarray((i - start) * channels, (i - start + 1) * channels);
      if (pixelMask?.[i]) {
        readRow(block, i - base, mean);
        continue;
      }
      let [total, count, at] = [0, 0, (i - start) * around];
      for (let dy = -search.y; dy <= search.y; dy++) {
        for (let dx = -search.x; dx <= search.x; dx++, at++) {
          if (weights[at] === 0) continue;
          some[count] = weights[at];
          pixels[count++] = i - base + dy * width + dx;
          total += weights[at];
        }
      }
      add(some, pixels, count, mean);
      const scale = 1 / total;
      for (let j = 0; j < channels; j++) mean[j] *= scale;
    }
    return { kind: 'dense', pixels: end - start, channels, values };
  },
  example: ({ pixels, width, channels }) => ({
    args: exampleArgs(pixels, width, channels),
    kinds: ['events'],
  }),
});

const alike = (make: (weights: Float64Array) => ArrayLike<number>) =>
  defineMap<NonLocalArgs>({
    gather,
    apply: (args, [block], start, end) => {
      const { weights } = weightsOf(args, block, start, end);
      const around = weights.length / Math.max(1, end - start);
      const rows = Array.from({ length: end - start }, (_, i) => make(weights.subarray(i * around, (i + 1) * around)));
      const channels = rows[0]?.length ?? 0;
      const values = new Float64Array(rows.length * channels);
      rows.forEach((row, i) => {
        values.set(row, i * channels);
      });
      return { kind: 'dense', pixels: rows.length, channels, values };
    },
    example: ({ pixels, width, channels }) => ({ args: exampleArgs(pixels, width, channels), kinds: ['events'] }),
  });

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

/** One number a pixel: (Σw)²/Σw², 0 where masked. */
export const worth = alike((weights) => {
  const total = sum(weights);
  return [total > 0 ? (total * total) / sum(weights.map((w) => w * w)) : 0];
});

/** The weights of the pixels around each. */
export const weighed = alike((weights) => weights);

function exampleArgs(pixels: number, width: number, channels: number): NonLocalArgs {
  return {
    width,
    height: pixels / width,
    pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
    noise: { tag: 'gaussian', sigma: 1, across: { kind: 'independent' } },
    field: { mixes: '', axes: [] },
    patch: 1,
    search: { y: Math.min(1, pixels / width - 1), x: Math.min(2, width - 1) },
    strength: 0.5,
    ends: Int32Array.of(...(channels > 1 ? [Math.ceil(channels / 2)] : []), channels),
  };
}

/** Σ w·row into a mean, for the rows of a block; sparse rows by their entries, written-out rows four at a time. */
type WeightedSum = (weights: Float64Array, pixels: Int32Array, count: number, mean: Float64Array) => void;

function weightedSum(block: Block): WeightedSum {
  const { channels } = block;
  if (block.kind === 'events') {
    const { offsets, channel, count: counts } = block;
    return (weights, pixels, count, mean) => {
      for (let k = 0; k < count; k++) {
        const w = weights[k];
        for (let e = offsets[pixels[k]]; e < offsets[pixels[k] + 1]; e++) mean[channel[e]] += w * counts[e];
      }
    };
  }
  const values = new Float64Array(block.pixels * channels);
  for (let i = 0; i < block.pixels; i++) readRow(block, i, values.subarray(i * channels, (i + 1) * channels));
  return (weights, pixels, count, mean) => {
    for (let k = 0; k < count; k += 4) {
      const row = (n: number) => pixels[Math.min(k + n, count - 1)] * channels;
      const weight = (n: number) => (k + n < count ? weights[k + n] : 0);
      const [a, b, c, d] = [row(0), row(1), row(2), row(3)];
      const [wa, wb, wc, wd] = [weight(0), weight(1), weight(2), weight(3)];
      for (let j = 0; j < channels; j++) {
        mean[j] += wa * values[a + j] + wb * values[b + j] + wc * values[c + j] + wd * values[d + j];
      }
    }
  };
}
