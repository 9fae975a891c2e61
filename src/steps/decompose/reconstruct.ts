import { z } from 'zod';
import type { FactorsBlock } from '../../signal/block.ts';
import type { Noise } from '../../signal/noise.ts';
import { createSignal } from '../../signal/signal.ts';
import { COUNTS } from '../../signal/intensity.ts';
import type { Factorisation, Truncation } from '../products.ts';
import type { ResultState, SignalState } from '../state.ts';
import { defineStep } from '../step.ts';

const params = z.strictObject({
  components: z.number().int().positive().optional().describe('overrides the number the truncation chose'),
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
  cite: ['Lichtert & Verbeeck 2013, Ultramicroscopy 125, 35'],
  effect: ({ factors }, p) => reconstructedState(factors as ResultState, p.components ?? (factors as ResultState).rank ?? 1),
  cost: ({ factors }, p) => {
    const { of, rank = 1 } = factors as ResultState;
    const pixels = of.navigation.reduce((n, axis) => n * axis.size, 1);
    return { passes: 0, bytes: 8 * (p.components ?? rank) * (pixels + of.spectral.size) };
  },
  async run(_context, inputs, p) {
    const factors = inputs.factors as Factorisation;
    const truncation = inputs.truncation as Truncation;
    const rank = Math.min(p.components ?? truncation.components, factors.rank);
    const { navigation, spectral, modality, title, history } = factors;
    return createSignal({
      title,
      modality,
      navigation,
      spectral,
      source: { type: 'memory', block: reconstruction(factors, rank) },
      intensity: COUNTS,
      noise: reconstructionNoise(rank),
      mask: factors.mask,
      shift: { state: 'bounded', within: 0, origin: 'as decomposed' },
      history: [...history, { step: 'decompose.reconstruct', version: 1, params: { components: rank } }],
    });
  },
});

/** x̂_ij = Σ_k (score_ik / row weight_i)·(vector_jk / channel weight_j), in counts; zero where a pixel or channel took no part. */
export function reconstruction(factors: Factorisation, rank: number): FactorsBlock {
  const { pixels, channels, rowWeights, channelWeights } = factors;
  const scores = new Float64Array(pixels * rank);
  const loadings = new Float64Array(channels * rank);
  for (let i = 0; i < pixels; i++) {
    if (rowWeights[i] <= 0) continue;
    for (let k = 0; k < rank; k++) scores[i * rank + k] = factors.scores[i * factors.rank + k] / rowWeights[i];
  }
  for (let j = 0; j < channels; j++) {
    if (channelWeights[j] <= 0) continue;
    for (let k = 0; k < rank; k++) loadings[j * rank + k] = factors.vectors[j * factors.rank + k] / channelWeights[j];
  }
  return { kind: 'factors', pixels, channels, rank, scores, loadings };
}

function reconstructionNoise(rank: number): Noise {
  return {
    tag: 'correlated',
    form: { kind: 'low-rank', rank },
    why: 'projected onto principal components',
    across: { kind: 'global', rank },
  };
}

function reconstructedState({ of }: ResultState, rank: number): SignalState {
  return { ...of, intensity: COUNTS, noise: reconstructionNoise(rank), storage: 'factors', entriesPerPixel: rank };
}
