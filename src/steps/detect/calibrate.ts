import {
  type AliasTable,
  buildAlias,
  CounterRandom,
  drawEvents,
  HalfBandRows,
  halfBandStride,
  joinAlias,
  portableExpm1,
  portableLog1p,
  portableLog10,
  portablePow,
} from '../../kernels/index.ts';
import { defineSmall } from '../../shapes/shape.ts';
import type { StepContext } from '../step.ts';
import { type ModelVariance, strongestExcess } from './scan-map.ts';

/** Pixels of a calibration map at most. */
export const CALIBRATION_PIXELS = 4096;
/** Above this many counts per half-band a draw per half-band is cheaper than a draw per count. */
const COUNTS_PER_HALF = 2;

export interface ChanceArgs {
  /** Model counts per half-band of a whole-row part of the map, `halfBandStride` numbers a pixel. */
  readonly expected: Float32Array;
  readonly variance: ModelVariance;
  readonly halves: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
}

/** The largest significance in a map drawn from the model itself. */
export const chanceExcess = defineSmall<ChanceArgs, number>({
  run: (args, repeat) => {
    const { variance, width, height } = args;
    return strongestExcess(drawCounts(args, repeat), variance, {
      base: 0,
      start: 0,
      end: width * height,
      width,
      height,
    });
  },
  example: ({ pixels, width, channels: halves }) => ({
    args: {
      expected: Float32Array.from({ length: pixels * halfBandStride(halves) }, (_, at) =>
        at % halfBandStride(halves) < halves ? 1 + (at % 3) : 0,
      ),
      variance: { pixels: new Float64Array(pixels).fill(0.1), bands: new Float64Array(halves).fill(0.1) },
      halves,
      width,
      height: pixels / width,
      seed: 3,
    },
    kinds: [],
    pieces: 3,
  }),
});

/**
 * Number of independent tests per pixel that the scan amounts to, from maps drawn from the model. With N independent
 * tests the smallest of N probabilities p has P(p > t) = (1−t)^N, so N = repeats / Σ −ln(1 − p_r).
 */
export async function testsPerPixel({ small }: StepContext, args: ChanceArgs, repeats: number): Promise<number> {
  let sum = 0;
  for (const top of await small<number>('chanceExcess', args, repeats)) {
    sum += -portableLog1p(-Math.min(portablePow(10, -top), 1 - 1e-12));
  }
  return repeats / Math.max(sum, 1e-300) / (args.width * args.height);
}

/** The model and Poisson counts drawn from it, negative means taken as 0. */
function drawCounts({ expected, halves, width, height, seed }: ChanceArgs, repeat: number): HalfBandRows {
  const pixels = width * height;
  const { means, tables } = lawOf(expected, halves);
  const random = new CounterRandom(seed, 0);
  if (!tables) {
    const rows = rowsExpecting(expected, pixels, halves);
    const { observed, stride } = rows;
    for (let i = 0; i < pixels; i++) {
      random.reset(repeat * pixels + i);
      for (let h = i * stride; h < i * stride + halves; h++) observed[h] = random.poisson(Math.max(0, expected[h]));
    }
    return rows;
  }
  const totals = new Uint32Array(pixels);
  const group = new Uint32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    random.reset(repeat * pixels + i);
    totals[i] = random.poisson(means[i]);
    group[i] = i;
  }
  const drawn = drawEvents({ channels: halves, totals, group, tables }, seed + repeat);
  const rows = rowsExpecting(expected, pixels, halves);
  rows.observeEvents(
    drawn,
    Uint16Array.from({ length: halves }, (_, h) => h),
  );
  return rows;
}

function rowsExpecting(expected: Float32Array, pixels: number, halves: number): HalfBandRows {
  const rows = new HalfBandRows(pixels, halves);
  rows.expected.set(expected);
  return rows;
}

interface DrawingLaw {
  /** Counts expected of each pixel. */
  readonly means: Float64Array;
  /** How they spread over its half-bands; absent where a draw per half-band is cheaper. */
  readonly tables?: AliasTable;
}

/** Prepared once for all maps that a thread draws from one model. */
const prepared = new WeakMap<Float32Array, DrawingLaw>();

function lawOf(expected: Float32Array, halves: number): DrawingLaw {
  const known = prepared.get(expected);
  if (known) return known;
  const stride = halfBandStride(halves);
  const pixels = expected.length / stride;
  const means = new Float64Array(pixels);
  let most = 0;
  for (let i = 0; i < pixels; i++) {
    for (let h = 0; h < halves; h++) means[i] += Math.max(0, expected[i * stride + h]);
    most = Math.max(most, means[i]);
  }
  const law = most > COUNTS_PER_HALF * halves ? { means } : { means, tables: tablesOf(expected, halves, means) };
  prepared.set(expected, law);
  return law;
}

function tablesOf(expected: Float32Array, halves: number, means: Float64Array): AliasTable {
  const stride = halfBandStride(halves);
  const weights = new Float64Array(halves);
  const tables: AliasTable[] = [];
  for (let i = 0; i < means.length; i++) {
    for (let h = 0; h < halves; h++) weights[h] = means[i] > 0 ? Math.max(0, expected[i * stride + h]) : 1;
    tables.push(buildAlias(weights));
  }
  return joinAlias(tables);
}

/** Significance (−log₁₀ p) that chance reaches somewhere among `tests` with this probability. */
export function familyWiseThreshold(tests: number, rate: number): number {
  return -portableLog10(-portableExpm1(portableLog1p(-rate) / tests));
}

/** Probability that chance reaches this significance somewhere among `tests`. */
export function familyWiseP(significance: number, tests: number): number {
  return -portableExpm1(tests * portableLog1p(-Math.min(portablePow(10, -significance), 1 - 1e-15)));
}
