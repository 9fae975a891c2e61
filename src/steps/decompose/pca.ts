import { z } from 'zod';
import { COUNTS, type Intensity } from '../../signal/intensity.ts';
import { countGain, isScaledCounts } from '../../signal/noise.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import type { Factorisation } from '../products.ts';
import { originOf } from '../products.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type StepCall } from '../step.ts';
import { factorise } from './factorise.ts';
import { fullGram, gram, passesOver, project, totals } from './passes.ts';

const params = z.strictObject({
  weighting: z
    .enum(['poisson', 'none'])
    .default('poisson')
    .describe(
      'poisson: unit noise after scaling by √(row × column means), Keenan & Kotula; none: for data of unknown law',
    ),
  components: z
    .number()
    .int()
    .min(1)
    .max(200)
    .default(20)
    .describe('components computed; the truncation step decides how many are signal'),
  method: z
    .enum(['krylov', 'gram'])
    .default('krylov')
    .describe(
      'krylov: the leading components in few passes; gram: one pass for the whole channel × channel matrix, exact in every singular value, in time and memory that grow with channels squared and cubed',
    ),
  iterations: z
    .number()
    .int()
    .min(2)
    .max(40)
    .default(8)
    .describe('krylov: passes over the data that refine the subspace'),
});
type Params = z.infer<typeof params>;

/** Four registers of single precision; as many again for every 20 components. */
const COLUMNS = 16;
const blockColumns = (components: number) => COLUMNS * Math.ceil(components / 20);

export default defineStep<Params>({
  id: 'decompose.pca',
  version: 1,
  title: 'Principal components',
  summary:
    'Leading singular triplets of the noise-weighted data, not centred: the first component is the mean spectrum.',
  params,
  inputs: {
    in: {
      product: 'signal',
      doc: 'raw counts',
      needs: ({ weighting }: Params) =>
        weighting === 'poisson'
          ? {
              noise: ['scaled-counts'],
              intensity: ['counts', 'rate', 'counts-per-unit'],
              shift: 'ignores-within',
              minPixels: 2,
              minChannels: 2,
            }
          : { shift: 'ignores-within', minPixels: 2, minChannels: 2 },
    },
  },
  output: 'factors',
  traits: ['compression'],
  residualPass({ id, raw, find, name }) {
    const existing = find('truncation');
    const truncation = existing ?? name('truncation');
    const model = name('model');
    const calls: StepCall[] = [
      { id: model, use: 'decompose.reconstruct', in: { factors: id, truncation } },
      { id: name('residual'), use: 'detect.residual', in: { counts: raw, model } },
    ];
    return existing
      ? calls
      : [{ id: truncation, use: 'decompose.truncation', in: { factors: id, counts: raw } }, ...calls];
  },
  cite: [
    'Keenan & Kotula 2004, Surf. Interface Anal. 36, 203',
    'Musco & Musco 2015, NeurIPS: randomized block Krylov methods',
  ],
  shapes: { totals, gram, fullGram, project },
  effect: ({ in: state }, p) => {
    const of = state as SignalState;
    return { product: 'factors', of: { ...of, intensity: intensityAfter(of) }, rank: p.components };
  },
  cost: ({ in: state }, p) => {
    const { spectral, noise } = state as SignalState;
    const gain = countGain(noise);
    const pixels = pixelCount(state as SignalState);
    const columns = blockColumns(p.components);
    const scores = 4 * pixels * p.components;
    const square = p.method === 'gram' ? 8 * spectral.size * spectral.size : 0;
    return {
      passes: p.method === 'gram' ? 3 : p.iterations + 2,
      keeps: scores + 16 * pixels + 8 * spectral.size * p.components,
      // Both basis and its images; weights of their own for values whose gain differs from pixel to pixel.
      works: 16 * spectral.size * columns * p.iterations + 4 * square + (gain.per === 'pixel' ? 8 * pixels : 0),
      // A tile's sums, and those that wait for their neighbours in the tree.
      lane: 4 * 8 * spectral.size * columns + 4 * square,
    };
  },
  async run(context, inputs, p): Promise<Factorisation> {
    const signal = inputs.in as Signal;
    const { noise, mask, spectral } = signal;
    const pixels = pixelCount(signal);
    const geometry = { pixels, channels: spectral.size, width: signal.navigation.at(-1)?.size ?? 1 };
    const gain = countGain(noise);
    const found = await factorise(
      passesOver(context, signal.source, geometry),
      { pixelMask: mask.pixels, channelMask: mask.channels, gain },
      {
        rank: p.components,
        block: blockColumns(p.components),
        weighting: p.weighting,
        method: p.method,
        steps: p.iterations,
        seed: context.seed,
      },
    );
    return {
      ...originOf(signal),
      product: 'factors',
      pixels,
      channels: spectral.size,
      rank: found.rank,
      weighting: p.weighting,
      intensity: intensityAfter(signal),
      mask,
      shift: signal.shift,
      singularValues: found.singularValues,
      spectrum: found.spectrum,
      scores: found.scores,
      vectors: found.vectors,
      rowWeights: found.weights.rows,
      channelWeights: found.weights.channels,
      pixelCounts: found.totals.rows,
      channelCounts: found.totals.channels,
      validPixels: found.validPixels,
      validChannels: found.validChannels,
      totalSquares: found.totalSquares,
    };
  },
});

/** A known gain is divided out: from here on values are counts. */
function intensityAfter({ intensity, noise }: Pick<Signal, 'intensity' | 'noise'>): Intensity {
  return isScaledCounts(noise) ? COUNTS : intensity;
}
