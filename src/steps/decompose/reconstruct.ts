import { z } from 'zod';
import { square } from '../../kernels/index.ts';
import type { FactorsBlock } from '../../signal/block.ts';
import { inputError } from '../../signal/errors.ts';
import type { CorrelatedNoise, Noise } from '../../signal/noise.ts';
import { createSignal } from '../../signal/signal.ts';
import type { Factorisation, Truncation } from '../products.ts';
import type { ResultState, SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';

const params = z.strictObject({
  components: z
    .union([z.literal('common'), z.literal('all'), z.array(z.number().int().positive()).min(1)])
    .default('common')
    .describe(
      'common: what the truncation keeps; all: also what lives in few pixels; or a list of component numbers from 1',
    ),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'decompose.reconstruct',
  version: 1,
  title: 'Reconstruction',
  summary:
    'The data as the kept components see them. Less noise per value, but errors correlated over channels and over the whole map: no √N holds any more, and what is rare may be gone.',
  params,
  inputs: {
    factors: { product: 'factors', doc: 'result of decompose.pca' },
    truncation: { product: 'truncation', doc: 'result of decompose.truncation' },
  },
  output: 'signal',
  traits: ['compression'],
  residualPass: ({ id, raw, name }) => [
    { id: name('residual'), use: 'detect.residual', in: { counts: raw, model: id } },
  ],
  cite: ['Lichtert & Verbeeck 2013, Ultramicroscopy 125, 35'],
  effect: ({ factors }, p) =>
    reconstructedState(
      factors as ResultState,
      Array.isArray(p.components) ? p.components.length : ((factors as ResultState).rank ?? 1),
    ),
  cost: ({ factors }) => {
    const { of, rank = 1 } = factors as ResultState;
    const pixels = of.navigation.reduce((n, axis) => n * axis.size, 1);
    // The components that are kept are not known yet: half of those computed is more than any map has shown.
    return { passes: 0, keeps: 2 * rank * pixels + 16 * pixels + 8 * rank * of.spectral.size, works: 0, lane: 0 };
  },
  async run(context, inputs, p) {
    const factors = inputs.factors as Factorisation;
    const truncation = inputs.truncation as Truncation;
    const kept = keptComponents(p, truncation, factors.rank);
    const { navigation, spectral, modality, title, history } = factors;
    return createSignal({
      title,
      modality,
      navigation,
      spectral,
      source: { type: 'memory', block: reconstruction(context, factors, kept) },
      intensity: factors.intensity,
      noise: reconstructionNoise(context, factors, kept),
      mask: factors.mask,
      shift: factors.shift,
      history: [
        ...history,
        { step: 'decompose.reconstruct', version: 1, params: { components: kept.map((k) => k + 1) } },
      ],
    });
  },
});

function keptComponents({ components }: Params, truncation: Truncation, rank: number): readonly number[] {
  if (components === 'common') return truncation.kept;
  if (components === 'all') return Array.from({ length: truncation.components }, (_, k) => k);
  const outside = components.find((k) => k > rank);
  if (outside !== undefined) {
    throw inputError({
      code: 'no-such-component',
      what: `component ${outside} was not computed`,
      expected: `numbers from 1 to ${rank}`,
      fix: 'compute more components in decompose.pca',
    });
  }
  return components.map((k) => k - 1);
}

/** x̂_ij = Σ_k (score_ik / row weight_i)·(vector_jk / channel weight_j); zero where a pixel or channel took no part. */
export function reconstruction(
  { array }: Pick<StepContext, 'array'>,
  factors: Factorisation,
  kept: readonly number[],
): FactorsBlock {
  const { pixels, channels, rowWeights, channelWeights } = factors;
  const rank = kept.length;
  const scores = array('float32', pixels * rank);
  const loadings = new Float64Array(channels * rank);
  takeUnweighted(factors.scores, factors.rank, kept, rowWeights, scores);
  takeUnweighted(factors.vectors, factors.rank, kept, channelWeights, loadings);
  return { kind: 'factors', pixels, channels, rank, scores, loadings };
}

/** Columns `kept` of a row-major matrix of `rank` columns, each row over its weight; zero where that is 0. */
function takeUnweighted(
  values: Float32Array | Float64Array,
  rank: number,
  kept: readonly number[],
  weights: Float64Array,
  out: Float32Array | Float64Array,
): void {
  const columns = kept.length;
  for (let row = 0; row < weights.length; row++) {
    const weight = weights[row];
    if (weight <= 0) continue;
    for (let at = 0; at < columns; at++) out[row * columns + at] = values[row * rank + kept[at]] / weight;
  }
}

/**
 * First order in unit-variance weighted noise: scores have variance 1/row weight², the same in every direction; the found
 * loadings have errors of their own, which reach pixel i with its leverage h_i = Σ (score/s)² and are independent from
 * channel to channel: h_i·(1 − l_j) with l_j = Σ vector².
 */
function reconstructionNoise(
  { array }: Pick<StepContext, 'array'>,
  factors: Factorisation,
  kept: readonly number[],
): Noise {
  const { weighting, rowWeights, channelWeights, scores, vectors, singularValues, rank } = factors;
  if (weighting !== 'poisson') return lowRank({ kind: 'low-rank', rank: kept.length });
  const variance = array('float64', rowWeights.length);
  const pixels = array('float64', rowWeights.length);
  const channels = new Float64Array(channelWeights.length);
  divideBySquares(variance.fill(1), rowWeights);
  addSquares(
    scores,
    rank,
    kept,
    Float64Array.from(kept, (k) => singularValues[k] || 1),
    pixels,
  );
  divideBySquares(pixels, rowWeights);
  addSquares(vectors, rank, kept, new Float64Array(kept.length).fill(1), channels);
  for (let j = 0; j < channels.length; j++) channels[j] = Math.max(0, 1 - channels[j]);
  divideBySquares(channels, channelWeights);
  return lowRank({ kind: 'low-rank', rank: kept.length, variance, loadingErrors: { pixels, channels } });
}

/** sums += Σ over columns `kept` of (value/scale)², row by row. */
function addSquares(
  values: Float32Array | Float64Array,
  rank: number,
  kept: readonly number[],
  scales: Float64Array,
  sums: Float64Array,
): void {
  for (let row = 0; row < sums.length; row++) {
    for (let at = 0; at < kept.length; at++) sums[row] += square(values[row * rank + kept[at]] / scales[at]);
  }
}

/** Each value over its squared weight; 0 where that is 0. */
function divideBySquares(values: Float64Array, weights: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = weights[i] > 0 ? values[i] / (weights[i] * weights[i]) : 0;
}

function lowRank(form: Extract<CorrelatedNoise['form'], { kind: 'low-rank' }>): Noise {
  return {
    tag: 'correlated',
    form,
    why: 'projected onto principal components',
    across: { kind: 'global', rank: form.rank },
  };
}

function reconstructedState({ of }: ResultState, rank: number): SignalState {
  return { ...of, noise: lowRank({ kind: 'low-rank', rank }), storage: 'factors', entriesPerPixel: rank };
}
