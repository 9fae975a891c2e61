import { machine, Room } from '../wasm/machine.ts';
import { eachFiniteRow, type Iterated } from './finite-rows.ts';
import { requireAbove, requireWhole } from './limits.ts';
import {
  evaluateSplines,
  factoriseSplines,
  projectSplines,
  type SplineBasis,
  solveSplines,
  splineBasis,
} from './spline-basis.ts';

export interface IsreaOptions {
  /** Inner knots of the spline, which has knots + 4 degrees of freedom: 5–20 for 1000–2000 channels of Raman. */
  readonly knots: number;
  /** Positions of the channels, strictly ascending or descending; default even. Knots are even on it. */
  readonly axis?: Float64Array;
  /**
   * s: residuals above it count as √(s·e). `noise`: so many times the noise, which is 1.4826 times the median size of the
   * residuals below 0, anew in each pass; default 0.25. `fixed`: that value. 1 is the root of the residual itself, as published,
   * where it is above 1; the result depends on the unit of the data.
   */
  readonly scale?: { readonly noise: number } | { readonly fixed: number };
  /** Stop when the baseline changes nowhere by more than this part of its range. Default 10⁻³. */
  readonly tolerance?: number;
  /** Default 200. */
  readonly iterations?: number;
}

export interface IsreaResult extends Iterated {
  /** s of each row; NaN for a row that is NaN. */
  readonly scales: Float64Array;
}

const SCALE = { noise: 0.25 };

/**
 * ISREA baseline of each row: fit a spline, replace the data by the spline + ψ(residual), where ψ leaves small and negative
 * residuals and takes the root of large ones, and again. Idea and name: Y. Xu, P. Du, R. Senger, J. Robertson & J. Pirkle,
 * Appl. Spectrosc. 75 (2021) 34, who fit a smoothing spline and take the root of the residual as it is. Their update is
 * published only in part. Ours: a cubic regression spline on few even knots; ψ(e) = e up to s and √(s·e) above, continuous and
 * of one unit, with s from the noise.
 *
 * s weighs two errors: part of every peak is counted to the baseline, the more the larger s is; and without peaks the baseline
 * lies below the mean, by 0.06, 0.4, 0.7 and 1.2 noises for s of 1, 1/4, 1/10 and 1/25 of it. On the Raman recipe of the tests,
 * where a quarter lets the two cancel, the error is 25, 15, 18 and 27 counts with five knots. A quarter of the noise takes 1 % of
 * lone Gaussian peaks 20 noises high; of Lorentzians, whose tails look like baseline, 2 % with the two or three knots that are enough
 * there and 3.5 % with five; and far more of bright peaks that overlap. Peaks broader than the distance of the knots are eaten: see
 * `isreaKnots`. With s from the noise, a tolerance far below the default may never be met, since the median jumps from value to
 * value.
 *
 * @param values row-major rows × channels; @param out as large, may be `values`. A row with a value that is not finite
 * becomes NaN. Each row's result is independent of the others.
 * @throws input error `baseline-parameter`: knots 0 … 10000, an axis that does not fit, a scale or tolerance of 0 or below,
 * fewer than one iteration; `baseline-shape`
 */
export function isrea(
  values: Float64Array,
  rows: number,
  channels: number,
  options: IsreaOptions,
  out: Float64Array,
): IsreaResult {
  const fitted = fitter(channels, options);
  const result = {
    iterations: new Uint32Array(rows),
    converged: new Uint8Array(rows),
    scales: new Float64Array(rows).fill(Number.NaN),
  };
  eachFiniteRow(values, rows, channels, out, (row, baseline, index) => {
    const { passes, scale, residuals } = fitted(row);
    for (let j = 0; j < channels; j++) baseline[j] = row[j] - residuals[j];
    result.iterations[index] = Math.abs(passes);
    result.converged[index] = passes > 0 ? 1 : 0;
    result.scales[index] = scale;
  });
  return result;
}

/** Fits one row after the other; residuals are good until the next. */
function fitter(channels: number, options: IsreaOptions) {
  const { knots, axis, scale = SCALE, tolerance = 1e-3, iterations = 200 } = options;
  const fixed = 'fixed' in scale ? scale.fixed : undefined;
  requireAbove('scale', fixed ?? ('noise' in scale ? scale.noise : 0), 0);
  requireAbove('tolerance', tolerance, 0);
  requireWhole('iterations', iterations, 1, 1e6);
  const basis = splineBasis(channels, knots, axis);
  const factor = factoriseSplines(basis);
  const splines = basis.intervals + 3;
  const room = new Room();
  const places = {
    row: room.place(8 * channels),
    residuals: room.place(8 * channels),
    basis: room.place(8 * basis.values.length),
    bounds: room.place(basis.bounds.byteLength),
    factor: room.place(8 * factor.length),
    coefficients: room.place(8 * splines),
    sums: room.place(8 * splines),
    scale: room.place(16),
    work: room.place(8 * (2 * channels + 2)),
  };
  const memory = room.buffer();
  const doubles = (at: number, length: number) => new Float64Array(memory, at, length);
  doubles(places.basis, basis.values.length).set(basis.values);
  doubles(places.factor, factor.length).set(factor);
  new Uint32Array(memory, places.bounds, basis.bounds.length).set(basis.bounds);
  const placed = doubles(places.row, channels);
  const residuals = doubles(places.residuals, channels);
  const used = doubles(places.scale, 2);
  return (row: Float64Array) => {
    placed.set(row);
    used[0] = fixed ?? 0;
    used[1] = 'noise' in scale ? 1.4826 * scale.noise : 0;
    const passes = machine().isrea(
      places.row,
      places.residuals,
      channels,
      places.basis,
      places.bounds,
      basis.intervals,
      places.factor,
      tolerance,
      iterations,
      places.coefficients,
      places.sums,
      places.scale,
      places.work,
    );
    return { passes, scale: used[0], residuals };
  };
}

/**
 * How a weighted sum over the ISREA baseline of a row answers to its data: Σ weights·baseline changes by Σ response·(change of
 * the row), s frozen and the iteration at its end. It is the least-squares spline with weights ψ'(residual). On the Raman recipe
 * of the tests, standard deviations made of it are 1.0 to 1.15 times those of repeated draws.
 *
 * @throws as `isrea`
 */
export function isreaResponse(row: Float64Array, options: IsreaOptions, weights: Float64Array): Float64Array {
  const channels = row.length;
  const { residuals, scale } = fitter(channels, options)(row);
  const slopes = residuals.map((e) => (e > scale ? 0.5 * Math.sqrt(scale / e) : 1));
  const basis = splineBasis(channels, options.knots, options.axis);
  return weightedResponse(basis, slopes, weights);
}

function weightedResponse(basis: SplineBasis, slopes: Float64Array, weights: Float64Array): Float64Array {
  const coefficients = projectSplines(basis, weights);
  solveSplines(factoriseSplines(basis, slopes), coefficients);
  const response = new Float64Array(basis.channels);
  evaluateSplines(basis, coefficients, response);
  for (let j = 0; j < response.length; j++) response[j] *= slopes[j];
  return response;
}
