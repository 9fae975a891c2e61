import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect, runFold, runSmall } from '../src/engines/engine.ts';
import { inlineEngine } from '../src/engines/inline.ts';
import { blocking, makePlan } from '../src/plan/plan.ts';
import { checkRecipe } from '../src/plan/recipe.ts';
import { pixelArray, plainMemory } from '../src/shapes/per-pixel.ts';
import type { DenseBlock } from '../src/signal/block.ts';
import { isSpectrailError } from '../src/signal/errors.ts';
import {
  type CorrelatedNoise,
  type Factor,
  type Noise,
  poisson,
  scaleNoise,
  selectNoise,
  sumNoise,
} from '../src/signal/noise.ts';
import { type Signal, withSignal } from '../src/signal/signal.ts';
import { loadStep, resolveShape } from '../src/steps/index.ts';
import type { Product, ProductKind } from '../src/steps/products.ts';
import { type SignalState, signalState } from '../src/steps/state.ts';
import type { Step, StepContext } from '../src/steps/step.ts';
import { claimOf } from './laws/claimed-noise.ts';
import { CHANNELS, EXPERIMENTS, type Experiment, REPEATS, realise, WIDTH } from './laws/known-means.ts';
import { byRank, expectIndependence, expectVariances, type Observed, observe, ratios } from './laws/monte-carlo.ts';
import { registeredSteps } from './laws/registered.ts';
import { sampleParams } from './laws/sample-params.ts';
import { suited } from './laws/suited.ts';

/** Enough to see a correlation of a tenth in one pair, and of a thousandth in all pairs of a distance. */
const FEWER_REPEATS = 600;

/** Where only independence is claimed. */
const FEWEST_REPEATS = 300;

/** Where nothing is claimed: that it can be made at all. */
const NOTHING_TO_SEE = 2;

/** What is made of a realisation for steps that read more than a signal; `once`: of the first one, for all. */
const MAKERS: Readonly<Partial<Record<ProductKind, { use: string; params: object; once: boolean }>>> = {
  factors: { use: 'decompose.pca', params: { components: 2, iterations: 2 }, once: false },
  truncation: { use: 'decompose.truncation', params: { components: 2, nulls: 8 }, once: true },
};

const engine = inlineEngine(resolveShape);

/** @param seed where a step draws lots, its errors are over the lots too: another one for each realisation. */
function contextOf(step: Step, seed = 1): StepContext {
  const resolve = resolveShape;
  return {
    node: 'one',
    seed,
    shapeId: (name) => `${step.id}/${name}`,
    fold: (name, args, sources, geometry, into) =>
      runFold(engine, `${step.id}/${name}`, args, sources, { resolve, geometry, into }) as Promise<never>,
    small: (name, args, count) => runSmall(engine, `${step.id}/${name}`, args, count) as Promise<never>,
    array: (type, length) => pixelArray(type, length, plainMemory),
    collect: (source, geometry) => collect(engine, source, { resolve, geometry }),
    note: () => {},
  };
}

/** Inputs of a step for each realisation. */
async function inputsOf(step: Step, signals: readonly Signal[]): Promise<Record<string, Product>[]> {
  const kept = new Map<ProductKind, Product>();
  const inputs: Record<string, Product>[] = [];
  for (const signal of signals) {
    const made: Partial<Record<ProductKind, Product>> = { signal };
    for (const [kind, maker] of await makersOf(step)) {
      const { params, once } = MAKERS[kind]!;
      const given = { in: signal, counts: signal, factors: made.factors as Product };
      made[kind] = kept.get(kind) ?? (await maker.run(contextOf(maker), given, maker.params.parse(params)));
      if (once) kept.set(kind, made[kind]);
    }
    inputs.push(Object.fromEntries(Object.entries(step.inputs).map(([name, { product }]) => [name, made[product]!])));
  }
  return inputs;
}

async function makersOf(step: Step): Promise<[ProductKind, Step][]> {
  const makers: [ProductKind, Step][] = [];
  for (const { product } of Object.values(step.inputs)) {
    if (product === 'signal') continue;
    const maker = MAKERS[product];
    if (!maker) throw new Error(`"${step.id}" reads ${product}: MAKERS must say how to make it`);
    makers.push([product, await loadStep(maker.use)]);
  }
  return makers;
}

/** May this step, or what makes its inputs, read this signal? */
async function isLegal(step: Step, params: unknown, signal: Signal): Promise<boolean> {
  const [maker] = await makersOf(step);
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'One step',
    inputs: { counts: {} },
    steps: maker
      ? [{ id: 'one', use: maker[1].id, in: 'counts', params: MAKERS[maker[0]]?.params }]
      : [
          {
            id: 'one',
            use: step.id,
            in: Object.fromEntries(Object.keys(step.inputs).map((n) => [n, 'counts'])),
            params,
          },
        ],
  });
  try {
    return blocking(await makePlan(recipe, { counts: signalState(signal) })).length === 0;
  } catch (error) {
    if (isSpectrailError(error, 'input')) return false;
    throw error;
  }
}

/** Nothing that could be refuted: any two values may be correlated, by amounts that are not said. */
function isVague({ tag, across, ...noise }: Noise): boolean {
  if (across.kind !== 'global') return false;
  if (tag === 'unknown') return true;
  const { form } = noise as Partial<CorrelatedNoise>;
  return form?.kind === 'full' || (form?.kind === 'band' && form.channels >= CHANNELS - 1);
}

/** Estimated row by row from the counts: what is claimed is that pixels are independent. */
const isByResponse = (noise: Noise) => noise.tag === 'correlated' && noise.form.kind === 'response';

/** Where nothing is claimed of the channels of a pixel, its values may be quotients, and as heavy in the tails. */
const isHeavy = (noise: Noise) => noise.tag === 'correlated' && ['response', 'full'].includes(noise.form.kind);

/**
 * What the tag claims is what is seen. A low-rank law holds to first order in the errors of the subspace it was found
 * with: within a few per cent over all values together and for sums over channels.
 */
function expectHonest(observed: Observed): void {
  const { noise } = observed.signal;
  expectIndependence(isHeavy(noise) ? byRank(observed) : observed);
  if (noise.tag === 'poisson' || noise.tag === 'gaussian') expectVariances(observed);
  if (noise.tag !== 'correlated' || noise.form.kind !== 'low-rank') return;
  const { total, channel, pixel, sum } = ratios(observed);
  expect(total, 'variance seen over claimed').toBeLessThan(1.03);
  expect(total, 'variance seen over claimed').toBeGreaterThan(0.9);
  expect(channel, 'variance of a channel seen over claimed').toBeLessThan(1.2);
  expect(pixel, 'variance of a pixel seen over claimed').toBeLessThan(1.2);
  expect(sum, 'variance of sums seen over claimed').toBeLessThan(1.05);
}

/** Realisations by what is claimed. */
function repeatsFor(claim: Noise | undefined): number {
  if (!claim) return FEWER_REPEATS;
  if (claim.tag === 'unknown') return NOTHING_TO_SEE;
  if (claim.tag === 'poisson' || claim.tag === 'gaussian') return REPEATS;
  return isHeavy(claim) ? FEWEST_REPEATS : FEWER_REPEATS;
}

const makeSignals = registeredSteps.filter(({ output }) => output === 'signal').map((step) => [step.id, step] as const);

describe.each(makeSignals)('%s claims no less error than there is', (_, step) => {
  const completed = sampleParams(step).map((params) => step.params.parse(params));
  const samples = [...new Map(completed.map((params) => [JSON.stringify(params), params])).values()];
  let tried = 0;

  it.each(EXPERIMENTS.map((experiment) => [experiment.name, experiment] as const))('for %s', async (_, experiment) => {
    const [first] = realisations(step, experiment, 1);
    const legal: unknown[] = [];
    for (const params of samples) if (await isLegal(step, params, first)) legal.push(params);
    if (legal.length === 0) return;
    const alone = (await makersOf(step)).length === 0;
    const given = Object.fromEntries(Object.keys(step.inputs).map((name) => [name, signalState(first)]));
    const claims = legal.map((params) => (alone ? (step.effect(given, params) as SignalState).noise : undefined));
    const [claimed] = claims;
    if (claims.every((claim) => claim && isVague(claim))) {
      for (const params of legal) await step.run(contextOf(step), (await inputsOf(step, [first]))[0], params);
      tried += legal.length;
      return;
    }
    // What is made row by row claims that pixels are independent, which any cut of its map shows, too: once is enough.
    if (claimed && isByResponse(claimed) && experiment !== EXPERIMENTS[0]) return;
    if (claimed && isHeavy(claimed)) legal.length = 1;
    const drawn: { readonly params: unknown; readonly repeats: number }[] = [];
    for (const [n, params] of legal.entries()) {
      const claim = claims[n];
      if (claim && isVague(claim)) continue;
      const fate = alone ? await fateOfValues(step, params, first) : 'made';
      if (fate === 'made') drawn.push({ params, repeats: repeatsFor(claim) });
      if (fate === 'handed on') tried++;
    }
    if (drawn.length === 0) return;
    const most = Math.max(...drawn.map(({ repeats }) => repeats));
    const inputs = await inputsOf(step, realisations(step, experiment, most));
    for (const { params, repeats } of drawn) {
      const out: Signal[] = [];
      for (let r = 0; r < repeats; r++) out.push((await step.run(contextOf(step, r), inputs[r], params)) as Signal);
      expectHonest(await observe(out, resolveShape));
      tried++;
    }
  });

  it('for at least one law', () => {
    expect(tried).toBeGreaterThan(0);
  });
});

/** Values that are handed on as they are have the errors they came with: nothing is to be drawn; nor where a step refuses them. */
async function fateOfValues(step: Step, params: unknown, signal: Signal): Promise<'made' | 'handed on' | 'refused'> {
  const inputs = Object.fromEntries(Object.keys(step.inputs).map((name) => [name, signal]));
  try {
    const made = (await step.run(contextOf(step), inputs, params)) as Signal;
    if (made.source !== signal.source) return 'made';
    expect(made.noise).toEqual(signal.noise);
    return 'handed on';
  } catch (error) {
    if (isSpectrailError(error, 'input') && error.fix) return 'refused';
    throw error;
  }
}

function realisations(step: Step, experiment: Experiment, repeats: number): Signal[] {
  return Array.from({ length: repeats }, (_, r) => suited(step, realise(experiment, r)));
}

describe('a step that lies is caught', () => {
  const [counts] = EXPERIMENTS;
  const observeAs = (change: (values: Float64Array) => Float64Array, noise: Noise = poisson()) =>
    observe(
      Array.from({ length: FEWER_REPEATS }, (_, r) => realise(counts, r)).map((signal) => {
        const { block } = signal.source as { block: DenseBlock };
        const values = change(block.values as Float64Array);
        return withSignal(signal, { noise, source: { type: 'memory', block: { ...block, values } } });
      }),
      resolveShape,
    );
  const average = (lag: number) => (values: Float64Array) =>
    values.map((value, at) => 0.95 * value + 0.05 * (values[at + lag] ?? value));

  it('when nothing is wrong, nothing is found', async () => {
    expectHonest(await observeAs((values) => values));
  });

  it('when it scales and does not say so', async () => {
    const observed = await observeAs((values) => values.map((value) => 1.03 * value));
    expect(() => expectHonest(observed)).toThrow(/of the claim/);
  });

  it('when one channel has errors of its own', async () => {
    const observed = await observeAs((values) => values.map((value, at) => (at % CHANNELS === 5 ? 2 * value : value)));
    expect(() => expectHonest(observed)).toThrow(/variance of value/);
  });

  it('when it mixes a little of the next channel into each', async () => {
    const observed = await observeAs(average(1));
    expect(() => expectHonest(observed)).toThrow(/1 channels apart/);
  });

  it('when it mixes a little of the next pixel, or row, into each', async () => {
    for (const [lag, where] of [
      [CHANNELS, /0 rows and 1 columns/],
      [CHANNELS * WIDTH, /1 rows and 0 columns/],
    ] as const) {
      const observed = await observeAs(average(lag));
      expect(() => expectHonest(observed)).toThrow(where);
    }
  });

  it('when its errors reach further than it says', async () => {
    const noise: Noise = {
      tag: 'correlated',
      form: { kind: 'band', channels: 1 },
      why: 'a test',
      across: { kind: 'independent' },
    };
    expectHonest(await observeAs(average(1), noise));
    const observed = await observeAs(average(2), noise);
    expect(() => expectHonest(observed)).toThrow(/2 channels apart/);
  });
});

describe('the algebra of noise', () => {
  const pixels = 4;
  const channels = 6;
  const positive = fc.double({ min: 0.1, max: 10, noNaN: true });
  const list = (size: number) => fc.array(positive, { minLength: size, maxLength: size });
  const factor: fc.Arbitrary<Factor> = fc.oneof(
    positive.map((value): Factor => ({ per: 'cube', value })),
    list(channels).map((values): Factor => ({ per: 'channel', values: Float64Array.from(values) })),
    list(pixels).map((values): Factor => ({ per: 'pixel', values: Float64Array.from(values) })),
  );
  const law: fc.Arbitrary<Noise> = fc.oneof(
    fc
      .record({ gain: factor, offset: fc.constantFrom(0, 100), readout: fc.constantFrom(0, 3) })
      .map((options) => poisson(options)),
    positive.map((sigma): Noise => ({ tag: 'gaussian', sigma, across: { kind: 'independent' } })),
  );
  const block: DenseBlock = { kind: 'dense', pixels, channels, values: new Float64Array(pixels * channels) };
  const varianceOf = (noise: Noise, i: number, j: number, mean: number) => claimOf(noise, block).variance?.(i, j, mean);
  const at = (by: Factor, i: number, j: number) =>
    by.per === 'cube' ? by.value : by.values[by.per === 'pixel' ? i : j];
  const place = {
    i: fc.nat(pixels - 1),
    j: fc.nat(channels - 1),
    mean: fc.double({ min: 100, max: 200, noNaN: true }),
  };

  it('scaling multiplies the variance by the square, or claims none', () => {
    fc.assert(
      fc.property(fc.record({ noise: law, by: factor, ...place }), ({ noise, by, i, j, mean }) => {
        const scaled = scaleNoise(noise, by);
        const c = at(by, i, j);
        const after = varianceOf(scaled, i, j, c * mean);
        if (after === undefined) expect(scaled.tag).toBe('diagonal');
        else expect(after).toBeCloseTo(c * c * (varianceOf(noise, i, j, mean) ?? Number.NaN), 6);
      }),
    );
  });

  it('summing equal values multiplies the variance by their number, or claims none', () => {
    const along = fc.constantFrom('channels' as const, 'pixels' as const);
    fc.assert(
      fc.property(fc.record({ noise: law, count: fc.integer({ min: 1, max: 5 }), along, ...place }), (given) => {
        const { noise, count, i, j, mean } = given;
        const summed = sumNoise(noise, count, given.along);
        const after = varianceOf(summed, i, j, count * mean);
        if (after === undefined) expect(summed.tag).toBe('diagonal');
        else expect(after).toBeCloseTo(count * (varianceOf(noise, i, j, mean) ?? Number.NaN), 6);
      }),
    );
  });

  it('scaling and summing may change places', () => {
    fc.assert(
      fc.property(fc.record({ noise: law, count: fc.integer({ min: 1, max: 5 }), value: positive }), (given) => {
        const by: Factor = { per: 'cube', value: given.value };
        const one = scaleNoise(sumNoise(given.noise, given.count, 'pixels'), by);
        const other = sumNoise(scaleNoise(given.noise, by), given.count, 'pixels');
        expect(one.tag).toBe(other.tag);
        if (varianceOf(one, 0, 0, 0) === undefined) return;
        // Half as much again as the offset: at the offset itself only rounding would be left to compare.
        const mean = given.value * given.count * 150;
        const [a, b] = [one, other].map((noise) => varianceOf(noise, 0, 0, mean) ?? Number.NaN);
        expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.abs(a));
      }),
    );
  });

  it('a selection has the variances of what was selected', () => {
    const along = fc.constantFrom('channel' as const, 'pixel' as const);
    const indices = fc.uniqueArray(fc.nat(pixels - 1), { minLength: 1 });
    fc.assert(
      fc.property(fc.record({ noise: law, along, indices, mean: place.mean }), ({ noise, mean, ...given }) => {
        const selected = selectNoise(noise, given.along, given.indices);
        given.indices.forEach((index, n) => {
          const [from, to] =
            given.along === 'pixel'
              ? [
                  [index, 1],
                  [n, 1],
                ]
              : [
                  [1, index],
                  [1, n],
                ];
          expect(varianceOf(selected, to[0], to[1], mean)).toBe(varianceOf(noise, from[0], from[1], mean));
        });
      }),
    );
  });

  it('a law of factors follows its pixels, and is given up where the values are no longer their product', () => {
    const variance = Float64Array.of(1, 2, 3, 4);
    const noise: Noise = {
      tag: 'correlated',
      form: { kind: 'low-rank', rank: 2, variance },
      why: 'a test',
      across: { kind: 'global', rank: 2 },
    };
    expect(selectNoise(noise, 'pixel', [3, 1])).toMatchObject({ form: { rank: 2, variance: Float64Array.of(4, 2) } });
    const { form: kept } = selectNoise(noise, 'channel', [0]) as typeof noise;
    expect(kept).toEqual(noise.form);
    for (const changed of [scaleNoise(noise, { per: 'cube', value: 2 }), sumNoise(noise, 2, 'pixels')]) {
      expect(changed).toMatchObject({ tag: 'correlated', form: { kind: 'low-rank', rank: 2 }, across: noise.across });
      expect(changed).not.toHaveProperty('form.variance');
    }
  });

  it('nothing is claimed of a sum over pixels whose errors are correlated', () => {
    for (const across of [
      { kind: 'kernel', pixels: 2 },
      { kind: 'global', rank: 1 },
    ] as const) {
      for (const noise of [poisson(), { tag: 'gaussian', sigma: 1 } as Noise]) {
        expect(sumNoise({ ...noise, across }, 3, 'pixels').tag).toBe('unknown');
        expect(sumNoise({ ...noise, across }, 3, 'channels').tag).toBe(noise.tag);
      }
    }
  });
});
