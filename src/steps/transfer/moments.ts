import { addProduct, chiSquareSurvival, symmetricEigen, transpose } from '../../kernels/index.ts';
import { defineFold } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { type Block, readRow } from '../../signal/block.ts';
import type { Signal } from '../../signal/signal.ts';
import type { StepContext } from '../step.ts';

const ROWS_AT_ONCE = 64;
/** Directions, of most variance in the master's spectra, in which the shapes of the distributions are compared. */
const DIRECTIONS = 5;
/** Third moments that differ by as much as this is likely by chance are said to differ. */
const UNLIKELY = 1e-4;

/** Spectra and channels that take no part. */
export interface Selected {
  readonly pixelMask?: Uint8Array;
  readonly unused?: Uint8Array;
}

interface Sum {
  readonly values: Float64Array;
  spectra: number;
}

/** Every spectrum that counts, channels without use at 0. */
function eachRow({ pixelMask, unused }: Selected, block: Block, start: number, use: (row: Float64Array) => void) {
  const row = new Float64Array(block.channels);
  for (let i = 0; i < block.pixels; i++) {
    if (pixelMask?.[start + i]) continue;
    readRow(block, i, row);
    if (unused) for (let j = 0; j < row.length; j++) if (unused[j]) row[j] = 0;
    use(row);
  }
}

function addInto(left: Sum, right: Sum): Sum {
  for (let at = 0; at < left.values.length; at++) left.values[at] += right.values[at];
  left.spectra += right.spectra;
  return left;
}

const some = (pixels: number) => Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0));

export const sums = defineFold<Selected, Sum>({
  init: (_, { channels }) => ({ values: new Float64Array(channels), spectra: 0 }),
  add: (args, state, [block], start) => {
    eachRow(args, block, start, (row) => {
      for (let j = 0; j < row.length; j++) state.values[j] += row[j];
      state.spectra++;
    });
    return state;
  },
  merge: addInto,
  example: ({ pixels }) => ({ args: { pixelMask: some(pixels) }, kinds: ['events'] }),
});

interface CentredArgs extends Selected {
  readonly mean: Float64Array;
}

/** Σ (x − x̄)(x − x̄)ᵀ. */
export const products = defineFold<CentredArgs, Sum>({
  init: (_, { channels }) => ({ values: new Float64Array(channels * channels), spectra: 0 }),
  add: (args, state, [block], start) => {
    const n = block.channels;
    const group = new Float64Array(ROWS_AT_ONCE * n);
    let rows = 0;
    const flush = () => {
      const some = group.subarray(0, rows * n);
      addProduct(transpose(some, rows, n), n, rows, some, n, 1, state.values);
      state.spectra += rows;
      rows = 0;
    };
    eachRow(args, block, start, (row) => {
      for (let j = 0; j < n; j++) group[rows * n + j] = row[j] - args.mean[j];
      if (++rows === ROWS_AT_ONCE) flush();
    });
    if (rows) flush();
    return state;
  },
  merge: addInto,
  example: ({ pixels, channels }) => ({
    args: { pixelMask: some(pixels), mean: new Float64Array(channels).fill(1) },
    kinds: ['events'],
  }),
});

interface ThirdsArgs extends CentredArgs {
  /** Directions × channels. */
  readonly directions: Float64Array;
}

/** Σ z_a² of each direction, then Σ z_a·z_b·z_c of every three with a ≤ b ≤ c. */
export const thirds = defineFold<ThirdsArgs, Sum>({
  init: ({ directions, mean }) => {
    const count = directions.length / mean.length;
    return { values: new Float64Array(count + triples(count)), spectra: 0 };
  },
  add: ({ directions, mean, ...selected }, state, [block], start) => {
    const n = mean.length;
    const z = new Float64Array(directions.length / n);
    eachRow(selected, block, start, (row) => {
      state.spectra++;
      for (let a = 0; a < z.length; a++) {
        z[a] = 0;
        for (let j = 0; j < n; j++) z[a] += directions[a * n + j] * (row[j] - mean[j]);
        state.values[a] += z[a] * z[a];
      }
      eachTriple(z.length, (a, b, c, at) => {
        state.values[z.length + at] += z[a] * z[b] * z[c];
      });
    });
    return state;
  },
  merge: addInto,
  example: ({ pixels, channels }) => ({
    args: {
      pixelMask: some(pixels),
      mean: new Float64Array(channels).fill(1),
      directions: Float64Array.from({ length: 2 * channels }, (_, at) => ((at * 7) % 5) / 5),
    },
    kinds: ['events'],
  }),
});

const triples = (count: number) => (count * (count + 1) * (count + 2)) / 6;

function eachTriple(count: number, use: (a: number, b: number, c: number, at: number) => void): void {
  let at = 0;
  for (let a = 0; a < count; a++) for (let b = a; b < count; b++) for (let c = b; c < count; c++) use(a, b, c, at++);
}

export interface Moments {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** Mean and covariance of the spectra that count. */
export async function momentsOf(context: StepContext, signal: Signal, selected: Selected): Promise<Moments> {
  const geometry = signalGeometry(signal);
  const { values, spectra } = await context.fold<Sum>('sums', selected, [signal.source], geometry);
  const mean = values.map((value) => value / Math.max(1, spectra));
  const found = await context.fold<Sum>('products', { ...selected, mean }, [signal.source], geometry);
  return { mean, covariance: found.values.map((value) => value / Math.max(1, spectra - 1)) };
}

type Sampled = readonly [Signal, Moments, Selected];

/**
 * Means and covariances are equal now. Where third moments still differ beyond chance, the two sets are not of the same mix:
 * Mardia's statistic (Biometrika 57 (1970) 519) of their difference, which is that of χ² for Gaussian sets.
 */
export async function shapesUnlike(
  context: StepContext,
  [slave, source, ofSlave]: Sampled,
  [master, target, ofMaster]: Sampled,
  transform: Float64Array,
) {
  const n = target.mean.length;
  const count = Math.min(DIRECTIONS, n);
  const { vectors } = symmetricEigen(target.covariance, n);
  const directions = Float64Array.from({ length: count * n }, (_, at) => vectors[(at % n) * n + Math.floor(at / n)]);
  const images = new Float64Array(count * n);
  for (let a = 0; a < count; a++) {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += transform[i * n + j] * directions[a * n + j];
      images[a * n + i] = sum;
    }
  }
  const thirdsOf = (signal: Signal, mean: Float64Array, selected: Selected, along: Float64Array) =>
    context.fold<Sum>('thirds', { ...selected, mean, directions: along }, [signal.source], signalGeometry(signal));
  const a = await thirdsOf(slave, source.mean, ofSlave, images);
  const b = await thirdsOf(master, target.mean, ofMaster, directions);
  if (!(a.spectra > 0 && b.spectra > 0)) return undefined;
  let distance = 0;
  eachTriple(count, (i, j, k, at) => {
    const off = standardThird(a, count, i, j, k, at) - standardThird(b, count, i, j, k, at);
    // Each stands for all its permutations.
    distance += (i === k ? 1 : i === j || j === k ? 3 : 6) * off * off;
  });
  const statistic = distance / (6 * (1 / a.spectra + 1 / b.spectra));
  const probability = chiSquareSurvival(statistic, triples(count));
  if (!(probability < UNLIKELY)) return undefined;
  return `the two sets are not of the same mix: means and covariances are equal now, and third moments in the ${count} directions of most variance differ (χ² ${statistic.toFixed(0)} of ${triples(count)}, probability ${probability.toExponential(0)}); chemistry may have been aligned away. Compare a few known samples (transfer.check)`;
}

/** The third moment of three directions in units of their standard deviations; 0 where one has none. */
function standardThird({ values, spectra }: Sum, count: number, i: number, j: number, k: number, at: number): number {
  const scale = (values[i] / spectra) * (values[j] / spectra) * (values[k] / spectra);
  return scale > 0 ? values[count + at] / spectra / Math.sqrt(scale) : 0;
}
