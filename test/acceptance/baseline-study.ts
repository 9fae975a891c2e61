import {
  arpls,
  asls,
  CounterRandom,
  correctExpectileOffset,
  improvedModPoly,
  isrea,
  isreaKnots,
  modPoly,
  ramanLambda,
} from '../../src/kernels/index.ts';

const CHANNELS = 1000;
/** An area is taken over so many half-widths to either side: 4/5 of a Lorentzian. */
const AREA_HALF_WIDTHS = 3;

/** Fluorescence of some 2000–4000 counts over t from 0 to 1. */
export const SHAPES: Readonly<Record<string, (t: number) => number>> = {
  line: (t) => 4000 - 2000 * t,
  exponential: (t) => 2000 + 2000 * Math.exp(-t / 0.25),
  hump: (t) => 2000 + 2000 * Math.exp(-(((t - 0.45) / 0.25) ** 2) / 2),
  'two humps': (t) =>
    2000 + 1500 * Math.exp(-(((t - 0.3) / 0.12) ** 2) / 2) + 1800 * Math.exp(-(((t - 0.75) / 0.15) ** 2) / 2),
  cubic: (t) => 3000 + 8000 * (t - 0.15) * (t - 0.55) * (t - 0.95),
  sigmoid: (t) => 2000 + 2000 / (1 + Math.exp((t - 0.5) / 0.06)),
};
/** Mean height of a line over the noise of the fluorescence. */
export const RATIOS = [2, 20, 80] as const;

interface Lines {
  readonly count: number;
  /** Lorentzians, else Gaussians. */
  readonly tails: boolean;
}

export const LINES = {
  'ten Lorentzians': { count: 10, tails: true },
  'three Gaussians': { count: 3, tails: false },
} as const satisfies Record<string, Lines>;

type Baseline = (rows: Float64Array, count: number, out: Float64Array) => unknown;

export const METHODS: Readonly<Record<string, Baseline>> = {
  'ISREA, own knots': (rows, count, out) => {
    for (let i = 0; i < count; i++) {
      const row = rows.slice(i * CHANNELS, (i + 1) * CHANNELS);
      isrea(row, 1, CHANNELS, { knots: isreaKnots(row).knots }, out.subarray(i * CHANNELS, (i + 1) * CHANNELS));
    }
  },
  'ISREA, 8 knots': (rows, count, out) => isrea(rows, count, CHANNELS, { knots: 8 }, out),
  arPLS: (rows, _, out) => arpls(rows, CHANNELS, out, { lambda: ramanLambda(CHANNELS) }),
  'IModPoly 5': (rows, count, out) => improvedModPoly(rows, count, CHANNELS, { degree: 5 }, out),
  'ModPoly 5': (rows, count, out) => modPoly(rows, count, CHANNELS, { degree: 5 }, out),
  AsLS: (rows, _, out) => asls(rows, CHANNELS, out, { lambda: 1e6, p: 0.01 }),
  'AsLS, offset back': (rows, _, out) => {
    asls(rows, CHANNELS, out, { lambda: 1e6, p: 0.01 });
    correctExpectileOffset(out, 0.01);
  },
};

interface Peak {
  readonly at: number;
  readonly half: number;
  readonly height: number;
}

/** Spectra whose lines are known. */
interface Made {
  readonly counts: Float64Array;
  readonly truth: Float64Array;
  /** Of each spectrum. */
  readonly peaks: readonly (readonly Peak[])[];
  readonly kind: Lines;
}

function made(shape: (t: number) => number, ratio: number, kind: Lines, spectra: number, seed: number): Made {
  const counts = new Float64Array(spectra * CHANNELS);
  const truth = new Float64Array(spectra * CHANNELS);
  const peaks: Peak[][] = [];
  for (let row = 0; row < spectra; row++) {
    const random = new CounterRandom(seed, row);
    const within = (a: number, b: number) => a + (b - a) * random.next();
    const lines = Array.from({ length: kind.count }, (): Peak => {
      const at = within(30, 970);
      return { at, half: within(3, 9), height: within(0.5, 1.5) * ratio * Math.sqrt(shape(at / CHANNELS)) };
    });
    peaks.push(lines);
    for (let j = 0; j < CHANNELS; j++) {
      const at = row * CHANNELS + j;
      truth[at] = shape(j / CHANNELS);
      counts[at] = random.poisson(truth[at] + linesAt(lines, kind, j));
    }
  }
  return { counts, truth, peaks, kind };
}

/** Σ of lines at a channel. */
function linesAt(lines: readonly Peak[], { tails }: Lines, j: number): number {
  return lines.reduce((sum, { at, half, height }) => {
    const x = (j - at) / half;
    return sum + (tails ? height / (1 + x * x) : height * Math.exp(-Math.LN2 * x * x));
  }, 0);
}

export interface Score {
  /** Root mean square error of a line's area over the root mean square of the areas. */
  readonly area: number;
  /** Median of what is lost or gained of a line's height. */
  readonly height: number;
  /** Root mean square error of the baseline, counts. */
  readonly baseline: number;
}

function score({ counts, truth, peaks, kind }: Made, method: Baseline): Score {
  const out = new Float64Array(counts.length);
  method(counts, peaks.length, out);
  let [errors, areas, baseline] = [0, 0, 0];
  const heights: number[] = [];
  for (const [row, lines] of peaks.entries()) {
    for (const { at, half, height } of lines) {
      const [first, last] = [at - AREA_HALF_WIDTHS * half, at + AREA_HALF_WIDTHS * half].map(Math.round);
      let [wanted, error] = [0, 0];
      for (let j = Math.max(0, first); j <= Math.min(CHANNELS - 1, last); j++) {
        const k = row * CHANNELS + j;
        wanted += linesAt(lines, kind, j);
        // The counting error of the line is no baseline's.
        error += truth[k] - out[k];
      }
      errors += error * error;
      areas += wanted * wanted;
      const top = row * CHANNELS + Math.round(at);
      heights.push(Math.abs(truth[top] - out[top]) / height);
    }
  }
  for (let k = 0; k < out.length; k++) baseline += (out[k] - truth[k]) ** 2 / out.length;
  heights.sort((a, b) => a - b);
  return {
    area: Math.sqrt(errors / areas),
    height: heights[heights.length >> 1],
    baseline: Math.sqrt(baseline),
  };
}

interface Study {
  /** Of ten or three lines each. */
  readonly spectra: number;
  readonly lines: keyof typeof LINES;
  readonly methods?: readonly string[];
  readonly ratios?: readonly number[];
}

/** Methods on every shape and ratio. */
export function baselineStudy({ spectra, lines, methods = Object.keys(METHODS), ratios = RATIOS }: Study) {
  return Object.entries(SHAPES).flatMap(([shape, law], s) =>
    ratios.map((ratio) => {
      const spectraMade = made(law, ratio, LINES[lines], spectra, 100 * s + ratio);
      const scores = methods.map((name) => [name, score(spectraMade, METHODS[name])] as const);
      return { shape, ratio, scores: Object.fromEntries(scores) as Readonly<Record<string, Score>> };
    }),
  );
}
