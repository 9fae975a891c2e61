import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { collect } from '../src/engines/engine.ts';
import { inlineEngine } from '../src/engines/inline.ts';
import { blocking, makePlan } from '../src/plan/plan.ts';
import { checkRecipe } from '../src/plan/recipe.ts';
import { runPlan } from '../src/plan/run.ts';
import { signalGeometry } from '../src/shapes/signal-geometry.ts';
import { explicitAxis } from '../src/signal/axis.ts';
import { isSpectrailError } from '../src/signal/errors.ts';
import type { Intensity } from '../src/signal/intensity.ts';
import { MODALITY_IDS } from '../src/signal/modality.ts';
import { type AcrossPixels, type Noise, poisson, unknownNoise } from '../src/signal/noise.ts';
import { driftExtent } from '../src/signal/shift.ts';
import { pixelCount, type Signal } from '../src/signal/signal.ts';
import { sourceChannels, sourceKind, sourcePixels } from '../src/signal/source.ts';
import { resolveShape, STEPS } from '../src/steps/index.ts';
import type { Product } from '../src/steps/products.ts';
import { type SignalState, type State, signalState } from '../src/steps/state.ts';
import { needsOf, type Step } from '../src/steps/step.ts';
import { bind, type Canon, canonicalSignals, canonOf } from './laws/canonical-products.ts';
import { registeredSteps } from './laws/registered.ts';
import { digest } from './laws/same-numbers.ts';
import { paramSchema, sampleParams } from './laws/sample-params.ts';
import { suited } from './laws/suited.ts';
import { unlessRefused } from './laws/unless-refused.ts';

const canons = await Promise.all(
  (await canonicalSignals()).map(async ([name, signal]) => [name, await canonOf(signal)] as const),
);
const steps = registeredSteps.map((step) => [step.id, step] as const);
const engine = inlineEngine(resolveShape);

/** A recipe of one step whose every input is given. */
function alone(step: Step, params: unknown) {
  const names = Object.keys(step.inputs);
  return checkRecipe({
    spectrail: 'recipe/1',
    title: 'One step',
    inputs: Object.fromEntries(names.map((name) => [name, {}])),
    steps: [{ id: 'one', use: step.id, in: Object.fromEntries(names.map((name) => [name, name])), params }],
  });
}

function pick<T>(step: Step, from: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(bind(step)).map(([name, node]) => [name, from[node]]));
}

/** What a step reads of what can be made of a signal, and what is known of it. */
function given(
  step: Step,
  { products, states }: Canon,
): { inputs: Record<string, Product>; states: Record<string, State> } {
  const inputs = pick(step, products);
  const known = pick(step, states);
  for (const [name, product] of Object.entries(inputs)) {
    if (product.product !== 'signal') continue;
    const { modality, spectral, shift } = (inputs[name] = suited(step, product));
    known[name] = { ...(known[name] as SignalState), modality, spectral, shift };
  }
  return { inputs, states: known };
}

/** What a plan can know of a signal: all but its values, its past and the numbers that only its values give. */
function knowable(state: SignalState) {
  const { navigation, modality, title, intensity, mask, shift, storage, noise } = state;
  const { kind, name, unit, size, role, calibration } = state.spectral;
  // Positions that were found from values.
  const spectral = calibration?.fitted ? { kind, name, unit, size, role, fitted: true } : state.spectral;
  const form =
    noise.tag === 'correlated'
      ? { ...noise.form, variance: undefined, loadingErrors: undefined, rank: undefined }
      : undefined;
  const law = form ? { ...noise, form, across: noise.across.kind } : noise;
  const drift = shift.state === 'map' || shift.state === 'expected' ? { within: shift.within } : driftExtent(shift);
  return { navigation, spectral, modality, title, intensity, mask, drift, storage, noise: law };
}

function expectPredicted(product: Product, predicted: State, { traits }: Pick<Step, 'traits'> = {}): void {
  expect(product.product).toBe(predicted.product);
  if (product.product === 'signal') {
    const known = predicted as SignalState;
    const seen = signalState(product);
    // What a step finds to mask comes on top of what was known.
    const finds = traits?.includes('finds-mask');
    expect(knowable(finds ? { ...seen, mask: known.mask } : seen)).toEqual(knowable(known));
    if (finds) for (const along of ['pixels', 'channels'] as const) expectMasked(seen.mask[along], known.mask[along]);
    return;
  }
  if (predicted.product === 'signal') return;
  const { title, modality, navigation, spectral } = product;
  const of = { title, modality, navigation, spectral };
  expect(of).toEqual(Object.fromEntries(Object.keys(of).map((key) => [key, predicted.of[key as keyof typeof of]])));
  if (product.product === 'factors') expect(product.rank).toBeLessThanOrEqual(predicted.rank ?? 0);
}

/** All that was known to be masked still is. */
function expectMasked(seen: Uint8Array | undefined, known: Uint8Array | undefined): void {
  for (const [at, code] of known?.entries() ?? []) if (code) expect(seen?.[at]).toBe(code);
}

describe.each(steps)('%s', (id, step) => {
  const samples = sampleParams(step);

  it('is registered by its own id, with all that a page about it needs', () => {
    expect(Object.keys(STEPS)).toContain(id);
    expect(id).toMatch(/^[a-z]+(\.[a-z-]+)?$/);
    expect(step.version).toBeGreaterThanOrEqual(1);
    for (const text of [step.title, step.summary, ...Object.values(step.inputs).map(({ doc }) => doc)]) {
      expect(text.length).toBeGreaterThanOrEqual(3);
    }
    expect(step.summary).toMatch(/\.$/);
  });

  it('describes every parameter in a schema that JSON can hold', () => {
    const schema = paramSchema(step);
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    for (const [name, { description }] of Object.entries(schema.properties ?? {})) {
      expect(description, name).toBeTruthy();
    }
    expect(() => z.toJSONSchema(step.params, { io: 'output' })).not.toThrow();
  });

  it.each(samples.map((params) => [JSON.stringify(params), params] as const))(
    'takes %s; completed once, they stay as they are, through JSON too',
    (_, params) => {
      const completed = step.params.parse(params);
      expect(step.params.parse(completed)).toEqual(completed);
      expect(step.params.parse(JSON.parse(JSON.stringify(completed)))).toEqual(completed);
    },
  );

  it('refuses parameters it does not know', () => {
    expect(step.params.safeParse({ ...samples[0], noSuchParameter: 1 }).success).toBe(false);
  });

  describe.each(canons)('on %s', (_, canon) => {
    it('makes what its effect says, reads what the plan says, and leaves its inputs as they were', async () => {
      const { inputs, states } = given(step, canon);
      const before = await digest(inputs);
      let ran = 0;
      let refused = 0;
      for (const params of samples) {
        const completed = step.params.parse(params);
        let predicted: State;
        try {
          predicted = step.effect(states, completed);
        } catch (error) {
          expect(isSpectrailError(error, 'input'), `${JSON.stringify(params)}: ${error}`).toBe(true);
          continue;
        }
        for (const figure of Object.values(step.cost(states, completed)))
          expect(figure >= 0 && Number.isFinite(figure)).toBe(true);
        const plan = await makePlan(alone(step, params), states);
        if (blocking(plan).length > 0) continue;
        const one = { ...plan, nodes: plan.nodes.slice(0, 1) };
        const run = await unlessRefused(runPlan(one, inputs as Record<string, Signal>, engine));
        if (!run) {
          refused++;
          continue;
        }
        const { products } = run;
        expectPredicted(products.one, predicted, step);
        if (products.one.product === 'signal') await expectReadable(products.one);
        ran++;
      }
      expect(await digest(inputs)).toBe(before);
      expect(ran + refused).toBeGreaterThan(0);
    });

    it('meets an objection, not a crash, when a need is not met', async () => {
      const params = samples[0];
      for (const [name, input] of Object.entries(step.inputs)) {
        if (input.product !== 'signal') continue;
        const needs = needsOf(input, step.params.parse(params));
        const { states } = given(step, canon);
        for (const [what, change] of violations(states[name] as SignalState, needs)) {
          const changed = { ...states[name], ...change } as State;
          const alike = Object.entries(step.inputs).filter(([other, { default: of }]) => other === name || of === name);
          const plan = await makePlan(alone(step, params), {
            ...states,
            ...Object.fromEntries(alike.map(([other]) => [other, changed])),
          });
          expect(
            blocking(plan).map(({ step: at }) => at),
            `${name}: ${what}`,
          ).toContain('one');
          for (const { reason, fix } of plan.objections) expect(reason && fix).toBeTruthy();
        }
      }
    });
  });
});

it('an effect that does not come true is caught', () => {
  const { signal } = canons[0][1];
  const promised = signalState(signal);
  expect(() => expectPredicted(signal, promised)).not.toThrow();
  const lies: Partial<SignalState>[] = [
    { noise: poisson({ gain: 2 }) },
    { intensity: { kind: 'rate', unit: 's' } },
    { navigation: [] },
    { spectral: { ...promised.spectral, name: 'another' } },
    { storage: 'dense' },
    { shift: { state: 'bounded', within: 1, origin: 'a test' } },
    { mask: { channels: new Uint8Array(promised.spectral.size) } },
  ];
  for (const lie of lies) expect(() => expectPredicted(signal, { ...promised, ...lie })).toThrow();
});

/** The values are as many, and held as, the signal says. */
async function expectReadable(signal: Signal): Promise<void> {
  const { source, navigation, spectral } = signal;
  const block = await collect(engine, source, { resolve: resolveShape, geometry: signalGeometry(signal) });
  expect([block.pixels, block.channels, block.kind]).toEqual([
    sourcePixels(source),
    sourceChannels(source),
    sourceKind(source),
  ]);
  expect([block.pixels, block.channels]).toEqual([pixelCount({ navigation }), spectral.size]);
}

const LAWS: readonly Noise[] = [
  poisson({ gain: 2 }),
  poisson({ offset: 100, readout: 3 }),
  { tag: 'gaussian', sigma: 1, across: { kind: 'independent' } },
  { tag: 'diagonal', variance: 'known', across: { kind: 'independent' } },
  { tag: 'correlated', form: { kind: 'band', channels: 3 }, why: 'smoothed', across: { kind: 'independent' } },
  unknownNoise('nobody knows'),
];

const ACROSS: readonly AcrossPixels[] = [
  { kind: 'independent' },
  { kind: 'kernel', pixels: 2 },
  { kind: 'global', rank: 1 },
];

const INTENSITIES: readonly Intensity[] = [
  { kind: 'counts' },
  { kind: 'counts-per-unit', unit: 'eV' },
  { kind: 'rate', unit: 's' },
  { kind: 'normalised', how: 'total counts' },
  { kind: 'log' },
  { kind: 'dimensionless' },
];

/** The same state with one need broken at a time. */
function violations(state: SignalState, needs: ReturnType<typeof needsOf>): [string, Partial<SignalState>][] {
  const broken: [string, Partial<SignalState>][] = [];
  const { noise, intensity, modality, axis, across, shift, minPixels = 0, minChannels = 0 } = needs;
  for (const law of noise ? LAWS : []) {
    const scaled = law.tag === 'poisson' && law.offset === 0;
    if (noise?.some((tag) => tag === law.tag || (tag === 'scaled-counts' && scaled))) continue;
    broken.push([`noise ${law.tag}`, { noise: law }]);
  }
  for (const kind of INTENSITIES)
    if (intensity && !intensity.includes(kind.kind)) broken.push([kind.kind, { intensity: kind }]);
  for (const id of MODALITY_IDS) if (modality && !modality.includes(id)) broken.push([id, { modality: id }]);
  for (const how of across ? ACROSS : []) {
    if (!across?.includes(how.kind)) broken.push([`errors ${how.kind}`, { noise: { ...state.noise, across: how } }]);
  }
  if (axis === 'uniform') {
    const positions = Float64Array.from({ length: state.spectral.size }, (_, j) => j ** 1.1);
    broken.push(['axis', { spectral: explicitAxis({ role: 'spectral', positions }) }]);
  }
  if (shift === 'ignores-within') {
    broken.push(['drift', { modality: 'eels', shift: { state: 'bounded', within: 1e4, origin: 'a test' } }]);
  }
  const sized = (size: number) => ({ ...state.spectral, size }) as SignalState['spectral'];
  if (minPixels > 1) broken.push(['pixels', { navigation: [] }]);
  if (minChannels > 1) broken.push(['channels', { spectral: sized(minChannels - 1) }]);
  return broken;
}
