import { EXPONENTIAL_TABLE, portableExp } from '../portable-math.ts';
import { machine, Room } from '../wasm/machine.ts';
import { ExponentialMoments } from './exponential-moments.ts';
import type { FitWeights } from './fit-window.ts';

/** Scoring of counts is Newton's method, whose next step would be the square of this; any other weights only come nearer. */
const NEWTON_REST = 1e-6;
const REST = 1e-11;

/** The window of one row in the kernels' memory, and what a step of scoring finds. */
export interface Scoring {
  readonly x: Float64Array;
  /** Σ x and Σ x·t. */
  sum: number;
  tilt: number;
  /** Of the step from a and b. */
  readonly sums: Float64Array;
  readonly step: (a: number, b: number) => void;
  /** Largest |t|. */
  readonly reach: number;
  /** How far the mean regressors of both halves of the window are apart. */
  readonly apart: number;
  /** Largest step after which it is at rest. */
  readonly rest: number;
  /** Is the covariance scaled by what the fit leaves? */
  readonly scaled: boolean;
}

/** Where every count weighs the same, Σ w·f·x needs no f, and the sums of f those of the exponential alone. */
export function scoringOf(t: Float64Array, weights: FitWeights): Scoring {
  const scoring = placeScoring(t, weights);
  const gain = sameGain(weights);
  if (gain === undefined) return scoring;
  const moments = new ExponentialMoments(t);
  const { sums } = scoring;
  const own: Scoring = {
    ...scoring,
    step(a, b) {
      if (!moments.find(b)) {
        scoring.step(a, b);
        return;
      }
      const height = portableExp(a);
      const { found } = moments;
      sums[0] = (own.sum - height * found[0]) / gain;
      sums[1] = (own.tilt - height * found[1]) / gain;
      sums[2] = (height * found[0]) / gain;
      sums[3] = (height * found[1]) / gain;
      sums[4] = (height * found[2]) / gain;
    },
  };
  return own;
}

/** The gain of all counts, where it is one and they have no readout noise. */
function sameGain(weights: FitWeights): number | undefined {
  if (weights.law !== 'poisson' || (weights.readout ?? 0) !== 0) return undefined;
  const first = weights.gain?.[0] ?? 1;
  return !weights.gain || weights.gain.every((each) => each === first) ? first : undefined;
}

function placeScoring(t: Float64Array, weights: FitWeights): Scoring {
  const padded = t.length + (t.length & 1);
  const room = new Room();
  const at = {
    exponential: room.place(EXPONENTIAL_TABLE.byteLength),
    step: room.place(64),
    sums: room.place(48),
    x: room.place(8 * padded),
    t: room.place(8 * padded),
    gain: room.place(8 * padded),
    use: room.place(8 * padded),
  };
  const memory = room.buffer();
  const doubles = (place: number, length: number) => new Float64Array(memory, place, length).fill(0);
  const [x, placed, gain, use] = [at.x, at.t, at.gain, at.use].map((place) => doubles(place, padded));
  doubles(at.exponential, EXPONENTIAL_TABLE.length).set(EXPONENTIAL_TABLE);
  placed.set(t);
  use.fill(1, 0, t.length);
  const poisson = weights.law === 'poisson';
  if (poisson) gain.set(weights.gain ?? new Float64Array(t.length).fill(1));
  // What pads the window has a variance, so that nothing is divided by 0.
  gain.fill(1, t.length);
  const readout = poisson ? (weights.readout ?? 0) : 1;
  const floor = readout * readout;
  const { scoreLine } = machine();
  return {
    x,
    sum: 0,
    tilt: 0,
    sums: new Float64Array(memory, at.sums, 6),
    step: (a, b) => scoreLine(at.x, at.t, at.gain, at.use, floor, padded, a, b, at.exponential, at.step, at.sums),
    reach: t.reduce((most, each) => Math.max(most, Math.abs(each)), 0),
    apart: apartOf(t),
    rest: poisson && floor === 0 ? NEWTON_REST : REST,
    scaled: !poisson,
  };
}

function apartOf(t: Float64Array): number {
  const half = t.length >> 1;
  let apart = 0;
  for (let k = 0; k < half; k++) apart += t[t.length - 1 - k] - t[k];
  return apart / half || 0;
}
