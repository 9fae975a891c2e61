import { z } from 'zod';
import { aboutMeans, asLoadings, coralTransform, noiseGains, shrinkage } from '../../kernels/index.ts';
import { inputError } from '../../signal/errors.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { gainsSaid } from './define-transfer.ts';
import { joinedMask, requireSameChannels, sameAxis } from './instruments.ts';
import { type Moments, momentsOf, products, type Selected, shapesUnlike, sums, thirds } from './moments.ts';
import { linear, mappedBy, onAxisOf, transferredNoise } from './transferred.ts';

const params = z.strictObject({
  shrinkage: z
    .number()
    .positive()
    .max(1)
    .default(0.01)
    .describe('what is added to the diagonal of both covariances, in parts of their mean variance'),
});
type Params = z.infer<typeof params>;

/** Covariances are square in the channels, their eigenvectors take a time that is cubic. */
const MOST_CHANNELS = 2048;

interface States {
  readonly in: SignalState;
  readonly slave: SignalState;
  readonly master: SignalState;
}

const statesOf = (given: Readonly<Record<string, unknown>>): States => ({
  in: given.in as SignalState,
  slave: given['slave-samples'] as SignalState,
  master: given['master-samples'] as SignalState,
});

/** @throws SpectrailError `input/another-axis`, `input/too-many-channels`. */
function stateAfter({ in: state, slave, master }: States): SignalState {
  sameAxis(state.spectral, slave.spectral, 'the slave’s samples', 1e-3);
  requireSameChannels(slave.spectral, master.spectral);
  const { size } = master.spectral;
  if (size > MOST_CHANNELS) {
    throw inputError({
      code: 'too-many-channels',
      what: `a covariance of ${size} channels is too large`,
      expected: `at most ${MOST_CHANNELS} channels`,
      fix: 'rebin or crop first',
    });
  }
  const noise = transferredNoise(
    state.noise,
    { kind: 'full' },
    'aligned to the covariance of another instrument',
    size,
  );
  const channels = joinedMask(size, [state.mask.channels, slave.mask.channels, master.mask.channels]);
  return onAxisOf(state, master, noise, channels);
}

export default defineStep<Params>({
  id: 'transfer.coral',
  version: 1,
  title: 'Correlation alignment (CORAL)',
  summary:
    'Gives spectra the mean and covariance of those of another instrument, without samples measured on both: for classes, not for amounts. Only where both instruments have seen the same mix of samples: a difference in what was measured is taken for one of the instruments, and removed with it.',
  params,
  inputs: {
    in: { product: 'signal', doc: 'spectra of the slave instrument', needs: { minPixels: 2, shift: 'refuses' } },
    'master-samples': {
      product: 'signal',
      doc: 'spectra of like samples on the master',
      needs: { minPixels: 2, shift: 'refuses' },
    },
    'slave-samples': {
      product: 'signal',
      doc: 'spectra of like samples on the slave, to learn from',
      default: 'in',
      needs: { minPixels: 2, shift: 'refuses' },
    },
  },
  output: 'signal',
  traits: ['unpaired'],
  cite: ['Sun, Feng & Saenko 2016, AAAI, 2058'],
  shapes: { linear, sums, products, thirds },
  effect: (states) => stateAfter(statesOf(states)),
  cost: (states) => {
    const n = statesOf(states).master.spectral.size;
    return { passes: 6, keeps: 8 * n * n, works: 8 * 8 * n * n, lane: 4 * 8 * n * n };
  },
  async run(context, inputs, p) {
    const { in: signal, 'slave-samples': slave, 'master-samples': master } = inputs as Record<string, Signal>;
    const state = stateAfter(statesOf(inputs));
    const n = state.spectral.size;
    const unused = state.mask.channels;
    const of = (one: Signal): Selected => ({ pixelMask: one.mask.pixels, unused });
    const source = await momentsOf(context, slave, of(slave));
    const target = await momentsOf(context, master, of(master));
    // Spectra that are all alike have no covariance to be divided by: any scale will do.
    const ridge = ({ covariance }: Moments) => shrinkage(covariance, n, p.shrinkage) || 1;
    const regularisers = { source: ridge(source), target: ridge(target) };
    const transform = coralTransform(source.covariance, target.covariance, n, regularisers);
    const loadings = asLoadings(transform, n);
    const map = aboutMeans({ from: n, to: n, rank: n, keep: 0, loadings }, { from: source.mean, to: target.mean });
    context.note(gainsSaid(noiseGains(map), state.mask.channels));
    const unlike = await shapesUnlike(context, [slave, source, of(slave)], [master, target, of(master)], transform);
    if (unlike) context.note(unlike);
    return withSignal(signal, {
      ...state,
      source: mappedBy(signal, context.shapeId('linear'), { map }),
      history: [...signal.history, { step: 'transfer.coral', version: 1, params: p }],
    });
  },
});
