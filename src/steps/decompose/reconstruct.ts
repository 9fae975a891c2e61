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
  for (let i = 0; i < pixels; i++) {
    if (rowWeights[i] <= 0) continue;
    kept.forEach((k, at) => {
      scores[i * rank + at] = factors.scores[i * factors.rank + k] / rowWeights[i];
    });
  }
  for (let j = 0; j < channels; j++) {
    if (channelWeights[j] <= 0) continue;
    kept.forEach((k, at) => {
      loadings[j * rank + at] = factors.vectors[j * factors.rank + k] / channelWeights[j];
    });
  }
  return { kind: 'factors', pixels, channels, rank, scores, loadings };
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
  const leverage = (values: Float64Array | Float32Array, at: number, scale: (k: number) => number) =>
    kept.reduce((sum, k) => sum + square(values[at * rank + k] / scale(k)), 0);
  const perWeight = (weights: Float64Array, share: (at: number) => number) => {
    const out = array('float64', weights.length);
    weights.forEach((w, at) => {
      if (w > 0) out[at] = share(at) / (w * w);
    });
    return out;
  };
  return lowRank({
    kind: 'low-rank',
    rank: kept.length,
    variance: perWeight(rowWeights, () => 1),
    loadingErrors: {
      pixels: perWeight(rowWeights, (i) => leverage(scores, i, (k) => singularValues[k] || 1)),
      channels: perWeight(channelWeights, (j) => Math.max(0, 1 - leverage(vectors, j, () => 1))),
    },
  });
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
