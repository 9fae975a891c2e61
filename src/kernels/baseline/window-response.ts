import { inputError } from '../../signal/errors.ts';
import { machine, Room } from '../wasm/machine.ts';
import { LANES, requireRows } from './lanes.ts';
import { COEFFICIENTS, DIFFERENCES, differenceBands, outOfRange, requirePositive, requireWhole } from './penalty.ts';

export interface ResponseOptions {
  /** λ of the baseline. */
  readonly lambda: number;
  /** Order of its differences: 1, 2 (default) or 3. */
  readonly order?: number;
}

/**
 * How Σ aⱼzⱼ answers to the data, for baselines z = H y with frozen weights w, H = (W + λDᵀD)⁻¹W: the row aᵀH of each set of
 * weights. So Σ aⱼzⱼ = Σ (aᵀH)ⱼyⱼ, and Var(Σ aⱼzⱼ) = Σ (aᵀH)ⱼ²·Var(yⱼ) for independent channels. As W + λDᵀD is symmetric,
 * aᵀH = W·(W + λDᵀD)⁻¹a: one banded solve. That the weights themselves follow the data is left out, which understates the
 * variance; a bootstrap that repeats the iteration has it.
 * @param weights rows × channels, not negative, as the option `weights` of asls, arpls, … gives them
 * @param window the functional a, one number a channel; the same for all rows
 * @param out gets the rows aᵀH; NaN where the weights are not finite
 * @throws SpectrailError `input/baseline-shape`, `input/baseline-option`, `input/baseline-weights` for a negative weight
 */
export function windowResponse(
  weights: Float64Array,
  channels: number,
  window: Float64Array,
  out: Float64Array,
  { lambda, order = 2 }: ResponseOptions,
): void {
  requireRows(weights, channels, out);
  requireRows(window, channels);
  if (window.length !== channels) throw outOfRange('window', window.length, `${channels} numbers, one a channel`);
  requirePositive(lambda, 'lambda');
  requireWhole(order, 'order', 1, 3);
  if (weights.some((weight) => weight < 0)) {
    throw inputError({
      code: 'baseline-weights',
      what: 'a negative weight',
      where: 'windowResponse',
      expected: 'weights ≥ 0',
    });
  }
  const solver = bandedSolver(channels, order, window, lambda);
  const rows = weights.length / channels;
  for (let first = 0; first < rows; first += LANES) {
    const last = Math.min(rows, first + LANES);
    solver(weights.subarray(first * channels, last * channels), out.subarray(first * channels, last * channels));
  }
}

/** Solves (W/λ + DᵀD) x = a/λ, for up to eight rows of weights, and gives W·x. */
function bandedSolver(channels: number, order: number, window: Float64Array, lambda: number) {
  const room = new Room();
  const all = 8 * LANES * channels;
  const difference = room.place(8 * 4);
  const at = {
    bands: room.place(8 * COEFFICIENTS * channels),
    zeros: room.place(all),
    w: room.place(all),
    right: room.place(all),
    x: room.place(all),
    elimination: room.place(4 * all),
    work: room.place(all + 48 * LANES),
    rest: room.place(all),
    correction: room.place(all),
  };
  const numbers = new Float64Array(room.buffer());
  numbers.set(DIFFERENCES[order], difference / 8);
  numbers.set(differenceBands(channels, order), at.bands / 8);
  numbers.fill(0, at.zeros / 8, at.zeros / 8 + LANES * channels);
  for (let i = 0; i < LANES * channels; i++) numbers[at.right / 8 + i] = window[Math.floor(i / LANES)] / lambda;
  const { solveBands, bandedRest, addLanes } = machine();
  return (weights: Float64Array, out: Float64Array) => {
    const count = weights.length / channels;
    for (let i = 0; i < LANES * channels; i++) {
      const lane = i % LANES;
      numbers[at.w / 8 + i] = lane < count ? weights[lane * channels + (i - lane) / LANES] / lambda : 1;
    }
    const { zeros, w, right, bands, x, elimination, work, rest, correction } = at;
    solveBands(zeros, w, 0, right, bands, channels, x, elimination);
    bandedRest(zeros, w, 0, right, difference, order, 0, channels, x, work, rest);
    solveBands(zeros, w, 0, rest, bands, channels, correction, elimination);
    addLanes(x, correction, channels);
    for (let lane = 0; lane < count; lane++) {
      for (let j = 0; j < channels; j++) {
        out[lane * channels + j] = weights[lane * channels + j] * numbers[x / 8 + j * LANES + lane];
      }
    }
  };
}
