import { z } from 'zod';
import {
  evaluateBasis,
  FITTED,
  FITTED_WIDTH,
  fitBasis,
  fitLogLinear,
  leastSquaresBasis,
  portableExp,
  portableLog,
  powerLawRegressor,
  respondBasis,
} from '../../kernels/index.ts';
import { defineFold, type Geometry } from '../../shapes/shape.ts';
import { inputError } from '../../signal/errors.ts';
import { mapShape, pixelCount, type Signal } from '../../signal/signal.ts';
import { eachRowGroup } from '../row-groups.ts';
import type { StepContext } from '../step.ts';
import { defineBackground } from './define-background.ts';
import type { Estimator, Setting } from './estimator.ts';
import { exampleSetting } from './example-setting.ts';
import { fitWeights } from './fit-weights.ts';
import { fitParameter, fittedChannels } from './fit-window.ts';

const params = z.strictObject({
  fit: fitParameter,
  low: z
    .number()
    .min(0)
    .max(50)
    .default(20)
    .describe(
      'the lower exponent stands at this percentile of the exponents of all spectra; the higher one as far from the top',
    ),
  weights: z
    .enum(['mean', 'equal'])
    .default('mean')
    .describe('mean: channels weigh as the mean spectrum says their counts vary; equal: all alike, as first published'),
});
type Params = z.infer<typeof params>;

/** Exponents are counted in bins of this width from 0 on; what is below or above goes into the end bins. */
const BIN = 0.0025;
const BINS = 4800;
/** Exponents closer than this are set apart by it: the same space of backgrounds, told apart. */
const NEAREST = 0.05;

interface LearnArgs {
  readonly setting: Setting<Params>;
  readonly pixelMask?: Uint8Array;
}

interface Exponents {
  readonly bins: Float64Array;
  /** Sum of the spectra in the fit window, and how many. */
  readonly window: Float64Array;
  spectra: number;
}

/** Exponent of every spectrum by likelihood, as a histogram, and the sum of all spectra in the window. */
const exponents = defineFold<LearnArgs, Exponents>({
  init: ({ setting }) => ({
    bins: new Float64Array(BINS),
    window: new Float64Array(fittedChannels(setting, setting.params.fit).channels.length),
    spectra: 0,
  }),
  add: ({ setting, pixelMask }, state, [block], start) => {
    const { channels } = fittedChannels(setting, setting.params.fit);
    const { window } = powerLawRegressor(setting.positions, channels);
    const weights = fitWeights(setting, channels);
    const stride = block.channels;
    let fitted = new Float64Array(0);
    eachRowGroup([block], setting.noise, ({ from, count, values }) => {
      if (fitted.length < count * FITTED_WIDTH) fitted = new Float64Array(count * FITTED_WIDTH);
      fitLogLinear(values, count, stride, window, weights, fitted);
      for (let i = 0; i < count; i++) {
        if (pixelMask?.[start + from + i] || fitted[i * FITTED_WIDTH + FITTED.converged] === 0) continue;
        const bin = Math.floor(fitted[i * FITTED_WIDTH + FITTED.b] / BIN);
        state.bins[Math.min(BINS - 1, Math.max(0, bin))]++;
        state.spectra++;
        for (let k = 0; k < channels.length; k++) state.window[k] += values[i * stride + channels[k]];
      }
    });
    return state;
  },
  merge: (left, right) => {
    for (let k = 0; k < BINS; k++) left.bins[k] += right.bins[k];
    for (let k = 0; k < left.window.length; k++) left.window[k] += right.window[k];
    left.spectra += right.spectra;
    return left;
  },
  example: ({ channels }) => {
    const params: Params = { fit: [2, 9], low: 20, weights: 'mean' };
    const setting = exampleSetting(params, channels);
    return { args: { setting }, kinds: ['events'], channels: [setting.positions.length] };
  },
});

/** The exponent below which this share of the spectra lies: the middle of its bin. */
function exponentAt({ bins, spectra }: Exponents, share: number): number {
  let below = 0;
  for (let bin = 0; bin < BINS; bin++) {
    below += bins[bin];
    if (below >= share * spectra) return (bin + 0.5) * BIN;
  }
  return BINS * BIN;
}

/** Both exponents, and the mean spectrum in the window. */
async function learn(context: StepContext, signal: Signal, setting: Setting<Params>): Promise<Float64Array> {
  const args: LearnArgs = { setting, pixelMask: signal.mask.pixels };
  const { navigation, spectral, source } = signal;
  const geometry: Geometry = {
    pixels: pixelCount(signal),
    channels: spectral.size,
    width: mapShape(navigation).width,
  };
  const found = await context.fold<Exponents>('exponents', args, [source], geometry);
  if (found.spectra === 0) {
    throw inputError({
      code: 'no-intensity',
      what: 'no spectrum holds any intensity in the fit window',
      expected: 'counts before the edge',
      fix: 'move the window',
    });
  }
  const { low } = setting.params;
  const [a, b] = [low / 100, 1 - low / 100].map((share) => exponentAt(found, share));
  const apart = Math.max(0, NEAREST - (b - a)) / 2;
  context.note(`exponents ${(a - apart).toFixed(3)} and ${(b + apart).toFixed(3)}, of ${found.spectra} spectra`);
  return Float64Array.of(a - apart, b + apart, ...found.window.map((sum) => sum / found.spectra));
}

/** The two power laws, 1 in the middle of the window; their coefficients are linear in the values. */
function estimator(setting: Setting<Params>): Estimator {
  const { params: p, positions, learned } = setting;
  const { channels, range } = fittedChannels(setting, p.fit);
  const [first, end] = range;
  const stride = positions.length;
  const { reference } = powerLawRegressor(positions, channels);
  const [low, high, ...window] = learned ?? [];
  const shapes = new Float64Array(2 * stride);
  [low, high].forEach((exponent, k) => {
    for (let j = first; j < end; j++) {
      shapes[k * stride + j] = portableExp(-exponent * portableLog(positions[j] / reference));
    }
  });
  const least = Math.max(...window) * 1e-6;
  const weights = p.weights === 'mean' ? Float64Array.from(window, (mean) => 1 / Math.max(least, mean)) : undefined;
  const basis = leastSquaresBasis(shapes, 2, channels, weights);
  const response = new Float64Array(channels.length);
  return {
    estimate(values, rows, out) {
      const coefficients = new Float64Array(2 * rows);
      fitBasis(values, rows, basis, coefficients);
      evaluateBasis(coefficients, rows, basis, out);
    },
    respond(_row, sum, out) {
      respondBasis(basis, sum, response);
      out.fill(0);
      for (let k = 0; k < response.length; k++) out[channels[k]] = response[k];
    },
  };
}

export default defineBackground<Params>({
  id: 'background.two-power-laws',
  version: 1,
  title: 'Background of two power laws (LCPL)',
  summary:
    'Takes off c1·E^−r1 + c2·E^−r2, with two exponents learned from all spectra of the map and coefficients fitted to each: linear in the counts, so without bias at any dose, and able to follow an exponent that differs over the map. As precise as a power law of each spectrum, not more.',
  params,
  needs: { modality: ['eels'], intensity: ['counts', 'counts-per-unit', 'rate'] },
  cite: ['Cueva, Hovden, Mundy, Xin & Muller 2012, Microsc. Microanal. 18, 667'],
  example: { fit: [2, 9], low: 20, weights: 'mean' },
  passes: 1,
  exampleLearned: Float64Array.of(1.5, 3, 9, 8, 7, 6, 5, 4, 3, 2),
  shapes: { exponents },
  learn,
  range(setting) {
    const { channels, range } = fittedChannels(setting, setting.params.fit);
    powerLawRegressor(setting.positions, channels);
    return range;
  },
  prepare: estimator,
});
