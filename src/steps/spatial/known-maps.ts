import { CounterRandom } from '../../kernels/index.ts';
import type { DenseBlock } from '../../signal/block.ts';
import { type Factor, type Noise, poisson } from '../../signal/noise.ts';

/** Two phases of equal counts: the mean spectrum of the data, and one with half of them in a line. */
export interface TwoPhases {
  readonly matrix: Float64Array;
  readonly other: Float64Array;
  /** Channels of the line, first ≤ j < end. */
  readonly line: readonly [first: number, end: number];
}

/** The line takes this part of the channels. */
const LINE_PART = 32;

export function twoPhases(mean: Float64Array): TwoPhases {
  const channels = mean.length;
  const wide = Math.max(1, Math.round(channels / LINE_PART));
  const first = Math.floor((channels - wide) / 2);
  const total = mean.reduce((sum, value) => sum + value, 0);
  const other = mean.map((value, j) => value / 2 + (j >= first && j < first + wide ? total / 2 / wide : 0));
  return { matrix: mean, other, line: [first, first + wide] };
}

/** Share of the other phase in each column of a map. */
export type Shares = Float64Array;

/** A sharp step in the middle. */
export const stepEdge = (columns: number): Shares =>
  Float64Array.from({ length: columns }, (_, x) => (2 * x + 1 > columns ? 1 : 0));

/** A layer so many pixels wide in the middle, with so much of the other phase. */
export function layer(columns: number, wide: number, share: number): Shares {
  const first = Math.floor((columns - wide) / 2);
  return Float64Array.from({ length: columns }, (_, x) => (x >= first && x < first + wide ? share : 0));
}

/** Errors like those of the data, of values in counts: what a map with known truth is drawn with. */
export function errorsInCounts(noise: Noise): Noise {
  if (noise.tag === 'gaussian') return { ...noise, across: { kind: 'independent' } };
  return noise.tag === 'poisson' ? poisson({ readout: noise.readout / meanOf(noise.gain) }) : poisson();
}

function meanOf(gain: Factor): number {
  if (gain.per === 'cube') return gain.value;
  return gain.values.reduce((sum, value) => sum + value, 0) / gain.values.length;
}

/** The spectra that a map of such shares holds: expected ones, or drawn with their errors. */
export function knownMap(
  { matrix, other }: TwoPhases,
  shares: Shares,
  rows: number,
  drawn?: { readonly noise: Noise; readonly seed: number },
): DenseBlock {
  const channels = matrix.length;
  const pixels = rows * shares.length;
  const values = new Float64Array(pixels * channels);
  const random = drawn && new CounterRandom(drawn.seed, 0);
  const sigma = drawn?.noise.tag === 'gaussian' ? drawn.noise.sigma : 0;
  const readout = drawn?.noise.tag === 'poisson' ? drawn.noise.readout : 0;
  for (let i = 0; i < pixels; i++) {
    random?.reset(i);
    const share = shares[i % shares.length];
    for (let j = 0; j < channels; j++) {
      const mean = (1 - share) * matrix[j] + share * other[j];
      const at = i * channels + j;
      if (!random) values[at] = mean;
      else if (sigma > 0) values[at] = mean + sigma * random.normal();
      else values[at] = random.poisson(Math.max(0, mean)) + (readout > 0 ? readout * random.normal() : 0);
    }
  }
  return { kind: 'dense', pixels, channels, values };
}
