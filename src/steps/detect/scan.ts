import { type NeighbourSums, noNeighbourSums, residualColumns, residualSums } from '../../kernels/index.ts';
import { defineFold } from '../../shapes/shape.ts';
import { type HalfBandArgs, sumHalfBands } from './half-bands.ts';
import { columnVariances, LEAST_EXPECTED, MODEL_SIGMAS, type ModelVariance, scanMap } from './scan-map.ts';

export interface ScanArgs extends HalfBandArgs {
  readonly variance: ModelVariance;
  readonly width: number;
  readonly height: number;
}

/** What the scan of a map finds. */
export interface Scan {
  /** −log₁₀ of the smallest tail probability, the test that gave it, and the misfit. */
  readonly significance: Float32Array;
  readonly test: Float32Array;
  readonly residual: Float32Array;
  /** What the neighbour correlation of each column needs, without a map per column in memory. */
  readonly neighbours: NeighbourSums;
}

const ONE_A_PIXEL = { type: 'float32', width: 1 } as const;

/** Tests every pixel and sums what its residual has in common with its neighbours'. */
export const scan = defineFold<ScanArgs, Pick<Scan, 'neighbours'>, Omit<Scan, 'neighbours'>>({
  halo: ({ width, height }, start, end) => [Math.max(0, start - width - 1), Math.min(width * height, end + width + 1)],
  init: ({ halves }) => ({ neighbours: noNeighbourSums(residualColumns(halves)) }),
  perPixel: () => ({ significance: ONE_A_PIXEL, test: ONE_A_PIXEL, residual: ONE_A_PIXEL }),
  add: (args, { neighbours }, [raw, model], start, end, maps) => {
    const { halves, variance, width, height } = args;
    const base = Math.max(0, start - width - 1);
    const part = { base, start, end, width, height };
    const rows = sumHalfBands(raw, model, args, base);
    const { significance, test } = scanMap(rows, variance, part);
    const columns = residualColumns(halves);
    const law = {
      least: LEAST_EXPECTED,
      sigmas: MODEL_SIGMAS,
      pixels: variance.pixels,
      columns: columnVariances(variance, columns),
    };
    maps.significance.set(significance);
    maps.test.set(test);
    maps.residual.set(residualSums(rows, part, law, neighbours).map((sum) => Math.sqrt(sum / columns)));
    return { neighbours };
  },
  merge: (left, right) => {
    for (const part of ['products', 'squares'] as const) {
      const sums = left.neighbours[part];
      for (let b = 0; b < sums.length; b++) sums[b] += right.neighbours[part][b];
    }
    return left;
  },
  example: ({ pixels, channels, width }) => ({
    args: {
      halfBand: Uint16Array.from({ length: channels }, (_, j) => j >> 1),
      halves: (channels + 1) >> 1,
      variance: { pixels: new Float64Array(pixels).fill(1), bands: new Float64Array(channels).fill(0.01) },
      gain: { per: 'cube', value: 1 },
      width,
      height: pixels / width,
    },
    kinds: ['events', 'factors'],
  }),
});
