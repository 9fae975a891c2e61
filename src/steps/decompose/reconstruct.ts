import { z } from 'zod';
import type { FactorsBlock } from '../../signal/block.ts';
import { inputError } from '../../signal/errors.ts';
import { COUNTS } from '../../signal/intensity.ts';
import type { Noise } from '../../signal/noise.ts';
import { createSignal } from '../../signal/signal.ts';
import type { Factorisation, Truncation } from '../products.ts';
import type { ResultState, SignalState } from '../state.ts';
import { defineStep } from '../step.ts';

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
  residualPass: ({ id, raw }) => [{ id: `${id}-residual`, use: 'detect.residual', in: { counts: raw, model: id } }],
  cite: ['Lichtert & Verbeeck 2013, Ultramicroscopy 125, 35'],
  effect: ({ factors }, p) =>
    reconstructedState(
      factors as ResultState,
      Array.isArray(p.components) ? p.components.length : ((factors as ResultState).rank ?? 1),
    ),
  cost: ({ factors }) => {
    const { of, rank = 1 } = factors as ResultState;
    const pixels = of.navigation.reduce((n, axis) => n * axis.size, 1);
    return { passes: 0, bytes: 8 * rank * (pixels + of.spectral.size) };
  },
  async run(_context, inputs, p) {
    const factors = inputs.factors as Factorisation;
    const truncation = inputs.truncation as Truncation;
    const kept = keptComponents(p, truncation, factors.rank);
    const { navigation, spectral, modality, title, history } = factors;
    return createSignal({
      title,
      modality,
      navigation,
      spectral,
      source: { type: 'memory', block: reconstruction(factors, kept) },
      intensity: COUNTS,
      noise: reconstructionNoise(kept.length, scoreVariance(factors)),
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

/** x̂_ij = Σ_k (score_ik / row weight_i)·(vector_jk / channel weight_j), in counts; zero where a pixel or channel took no part. */
export function reconstruction(factors: Factorisation, kept: readonly number[]): FactorsBlock {
  const { pixels, channels, rowWeights, channelWeights } = factors;
  const rank = kept.length;
  const scores = new Float64Array(pixels * rank);
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

/** Weighted noise has unit variance in every direction, so the scores of pixel i have variance 1/row weight². */
function scoreVariance({ rowWeights, weighting }: Factorisation): Float64Array | undefined {
  return weighting === 'poisson' ? rowWeights.map((w) => (w > 0 ? 1 / (w * w) : 0)) : undefined;
}

function reconstructionNoise(rank: number, variance?: Float64Array): Noise {
  return {
    tag: 'correlated',
    form: { kind: 'low-rank', rank, variance },
    why: 'projected onto principal components',
    across: { kind: 'global', rank },
  };
}

function reconstructedState({ of }: ResultState, rank: number): SignalState {
  return { ...of, intensity: COUNTS, noise: reconstructionNoise(rank), storage: 'factors', entriesPerPixel: rank };
}
