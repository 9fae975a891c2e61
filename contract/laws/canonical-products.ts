import { inlineEngine } from '../../src/engines/inline.ts';
import { CounterRandom } from '../../src/kernels/index.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { checkRecipe } from '../../src/plan/recipe.ts';
import { runPlan } from '../../src/plan/run.ts';
import { explicitAxis, uniformAxis } from '../../src/signal/axis.ts';
import { COUNTS } from '../../src/signal/intensity.ts';
import { reasonCode } from '../../src/signal/mask.ts';
import { poisson } from '../../src/signal/noise.ts';
import { createSignal, type Signal } from '../../src/signal/signal.ts';
import { resolveShape } from '../../src/steps/index.ts';
import type { InputKind, Product } from '../../src/steps/products.ts';
import { type State, signalState } from '../../src/steps/state.ts';
import type { Needs, Step } from '../../src/steps/step.ts';
import { simulatedMap } from './phase-map.ts';

/** A signal with everything that can be made of it. */
export interface Canon {
  readonly signal: Signal;
  readonly products: Readonly<Record<string, Product>>;
  readonly states: Readonly<Record<string, State>>;
}

/** One node for every kind of product there is; a new kind needs its line here to be given to steps that read it. */
const MAKERS: Readonly<Record<Exclude<InputKind, 'signal'>, string>> = {
  factors: 'pca',
  truncation: 'components',
  phases: 'phases',
  anomalies: 'rare',
  window: 'line',
  backgrounds: 'compared',
};

const RECIPE = checkRecipe({
  spectrail: 'recipe/1',
  title: 'One of every product',
  inputs: { counts: {} },
  steps: [
    { id: 'pca', use: 'decompose.pca', in: 'counts', params: { components: 6 } },
    { id: 'components', use: 'decompose.truncation', in: { factors: 'pca', counts: 'counts' }, params: { nulls: 8 } },
    { id: 'model', use: 'decompose.reconstruct', in: { factors: 'pca', truncation: 'components' } },
    { id: 'phases', use: 'segment.phases', in: { factors: 'pca', truncation: 'components', counts: 'counts' } },
    { id: 'rare', use: 'detect.residual', in: { counts: 'counts', model: 'model' }, params: { nulls: 10 } },
    { id: 'line', use: 'measure.window', in: 'counts', params: { window: [1, 2] } },
    { id: 'net', use: 'background.power-law', in: 'counts', params: { fit: [0.5, 2] } },
    { id: 'stabilised', use: 'counts.anscombe', in: 'counts', params: { low: 'declare' } },
    { id: 'compared', use: 'background.compare', in: 'net' },
    { id: 'smoothed', use: 'spatial.gaussian', in: 'counts', params: { sigma: 1 } },
  ],
  overrides: [{ code: 'wrong-modality', reason: 'laws of numbers hold whatever the probe' }],
});

export async function canonOf(signal: Signal): Promise<Canon> {
  const plan = await makePlan(RECIPE, { counts: signalState(signal) });
  const { products } = await runPlan(plan, { counts: signal }, inlineEngine(resolveShape));
  const states: Record<string, State> = { counts: signalState(signal) };
  for (const { id, output } of plan.nodes) states[id] = output;
  return { signal, products, states };
}

/**
 * Which product each input of a step gets: signals are the counts, or what a background or a smoothing left of them, or stabilised
 * counts, where the step is for nothing else; a second one is the model of them, unless it is the first by default.
 */
export function bind(step: Step): Readonly<Record<string, string>> {
  let signals = 0;
  const bound: Record<string, string> = {};
  for (const [name, { product, needs, default: other }] of Object.entries(step.inputs)) {
    if (other) bound[name] = bound[other];
    else if (product !== 'signal') bound[name] = MAKERS[product];
    else bound[name] = signals++ === 0 ? firstFor(typeof needs === 'function' ? {} : (needs ?? {})) : 'model';
  }
  return bound;
}

function firstFor({ noise, intensity, across }: Needs): string {
  if (noise?.length === 1 && noise[0] === 'correlated') return 'net';
  if (intensity?.length === 1 && intensity[0] === 'stabilised') return 'stabilised';
  return across && !across.includes('independent') ? 'smoothed' : 'counts';
}

/** Counts of two mixed spectra in every pixel, written out and multiplied by a gain, with dead pixels and channels. */
function countsWithGain(): Signal {
  const [height, width, channels] = [9, 14, 40];
  const pixels = height * width;
  const random = new CounterRandom(5, 0);
  const gain = Float64Array.from({ length: pixels }, (_, i) => 1 + (i % 4) / 2);
  const values = new Float64Array(pixels * channels);
  const mask = { pixels: new Uint8Array(pixels), channels: new Uint8Array(channels) };
  mask.pixels[17] = reasonCode('dead');
  mask.channels[3] = reasonCode('saturated');
  for (let i = 0; i < pixels; i++) {
    random.reset(i);
    const share = i % width < 6 ? 0.9 : 0.2;
    for (let j = 0; j < channels; j++) {
      const peak = (at: number) => 30 * Math.exp(-((j - at) ** 2) / 8);
      values[i * channels + j] = gain[i] * random.poisson(2 + share * peak(10) + (1 - share) * peak(25));
    }
  }
  return createSignal({
    title: 'with gain',
    modality: 'eels',
    navigation: [height, width].map((size, i) => uniformAxis({ name: 'yx'[i], unit: 'nm', role: 'navigation', size })),
    spectral: explicitAxis({
      name: 'Energy loss',
      unit: 'eV',
      role: 'spectral',
      positions: Float64Array.from({ length: channels }, (_, j) => (j / 10) ** 1.1),
    }),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels, values } },
    intensity: COUNTS,
    noise: poisson({ gain: { per: 'pixel', values: gain } }),
    mask,
  });
}

/** Signals of different build: sparse counts of a map with a measured axis, and what is left when little is regular. */
export async function canonicalSignals(): Promise<readonly (readonly [string, Signal])[]> {
  return [
    ['an EDS map of events', await simulatedMap({ height: 16, width: 20, channels: 480, dose: 60 })],
    ['a masked EELS map with a gain in each pixel', countsWithGain()],
  ];
}
