import { square } from '../../kernels/index.ts';
import { type Column, columnOf } from './column.ts';
import type { Response } from './emission.ts';
import { CholeskyFactor } from './poisson-mixture.ts';
import type { SpectrumFit, SpectrumModel } from './spectrum-model.ts';

const PARAMETERS = ['offsetKeV', 'gain', 'resolutionEV'] as const;
/** How far the stated axis and resolution are trusted: one standard deviation. */
const SPREAD: Readonly<Response> = { offsetKeV: 0.008, gain: 0.0005, resolutionEV: 6 };
const LARGEST: Readonly<Response> = { offsetKeV: 0.04, gain: 0.004, resolutionEV: 40 };
const PROBE: Readonly<Response> = { offsetKeV: 0.001, gain: 0.0002, resolutionEV: 1 };
/** Below this the width of soft lines has no law. */
export const LEAST_RESOLUTION_EV = 122.5;
const ROUNDS = 2;

/**
 * Adjusts offset, gain and resolution to the elements found so far: Gauss-Newton steps on the weighted likelihood,
 * amplitudes free, with the stated values as a prior. Leaves the model under the new response; returns the new fit.
 */
export function fitResponse(model: SpectrumModel, stated: Response, fit: SpectrumFit): SpectrumFit {
  let best = fit;
  for (let round = 0; round < ROUNDS; round++) {
    const from = model.response;
    const weights = model.weights(best);
    const before = model.fit(best.elements, weights, best);
    const step = responseStep(model, stated, before, weights);
    const to = moved(from, step, stated);
    model.response = to;
    const after = model.fit(best.elements, weights, before);
    const gain = before.deviance + responsePenalty(from, stated) - after.deviance - responsePenalty(to, stated);
    if (gain <= 0) {
      model.response = from;
      return before;
    }
    best = after;
    if (gain < 1) break;
  }
  return best;
}

function responseStep(model: SpectrumModel, stated: Response, fit: SpectrumFit, weights: Float64Array): Float64Array {
  const { response } = model;
  const tangent = model.tangent(fit, weights);
  const columns = PARAMETERS.map((name): Column => {
    const up = model.linesUnder({ ...response, [name]: response[name] + PROBE[name] }, fit);
    const low = Math.max(response[name] - PROBE[name], name === 'resolutionEV' ? LEAST_RESOLUTION_EV : -1);
    const down = model.linesUnder({ ...response, [name]: low }, fit);
    // In units of the spread, for the matrix's sake.
    const scale = SPREAD[name] / (response[name] + PROBE[name] - low);
    return columnOf(
      0,
      up.map((value, j) => (value - down[j]) * scale),
    );
  });
  const along = columns.map((column) => tangent.along(column));
  const size = columns.length;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      let value = tangent.overlap(columns[i], columns[k]);
      along[i].cleared.forEach((each, l) => {
        value -= each * along[k].cleared[l];
      });
      matrix[i * size + k] = value + (i === k ? 1 : 0);
    }
  }
  const pull = PARAMETERS.map((name, i) => along[i].slope - (response[name] - stated[name]) / SPREAD[name]);
  return new CholeskyFactor(matrix, size, [0, 1, 2]).solve(pull);
}

function moved(from: Response, step: Float64Array, stated: Response): Response {
  const [offsetKeV, gain, resolutionEV] = PARAMETERS.map((name, i) => {
    const far = Math.min(Math.max(step[i] * SPREAD[name], -LARGEST[name] / 2), LARGEST[name] / 2);
    return Math.min(Math.max(from[name] + far, stated[name] - LARGEST[name]), stated[name] + LARGEST[name]);
  });
  return { offsetKeV, gain, resolutionEV: Math.max(resolutionEV, LEAST_RESOLUTION_EV) };
}

/** Squared distance from the stated response, in standard deviations: what a shift costs, on the scale of the deviance. */
export function responsePenalty(response: Response, stated: Response): number {
  return PARAMETERS.reduce((sum, name) => sum + square((response[name] - stated[name]) / SPREAD[name]), 0);
}
