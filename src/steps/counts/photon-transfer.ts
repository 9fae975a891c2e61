import { z } from 'zod';
import {
  type ContrastSums,
  fitPhotonTransfer,
  type LevelStatistics,
  levelStatistics,
  type PhotonTransfer,
  type WithoutLight,
} from '../../kernels/index.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { inputError } from '../../signal/errors.ts';
import { mapShape, pixelCount, type Signal } from '../../signal/signal.ts';
import type { Source } from '../../signal/source.ts';
import { type Measurements, originOf } from '../products.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import { type ContrastArgs, contrasts, fourthOf, type LevelRange, levelRange, type Pairing } from './contrasts.ts';
import { described } from './photon-transfer-found.ts';

const params = z.strictObject({
  offset: z
    .number()
    .optional()
    .describe(
      'pedestal in signal units, where it is known and no dark frames are given: without either there is no readout noise',
    ),
  pairs: z
    .enum(['auto', 'frames', 'pixels', 'channels'])
    .default('auto')
    .describe(
      'what is taken for equal but for noise: frames, the same values of the repeat; pixels, neighbouring pixels and channels, slopes along either cancelled; channels, three in a row; auto: the first of them that the inputs allow',
    ),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'counts.photon-transfer',
  version: 1,
  title: 'Gain and readout noise of a camera',
  summary:
    'Finds the gain, the readout noise and the pedestal of a camera in its own data: the variance of differences between values that should be equal rises with their mean by the gain. Structure cancels in the differences, spikes are left out.',
  params,
  inputs: {
    in: { product: 'signal', doc: 'camera values, as recorded' },
    repeat: { product: 'signal', doc: 'the same measured again, where there is such a recording', default: 'in' },
    dark: { product: 'signal', doc: 'frames without light, for the pedestal', default: 'in' },
  },
  output: 'measurements',
  cite: [
    'Janesick 2007, Photon Transfer, SPIE Press',
    'Foi, Trimeche, Katkovnik & Egiazarian 2008, IEEE Trans. Image Process. 17, 1737',
  ],
  shapes: { levelRange, contrasts },
  effect: ({ in: state, repeat, dark }, p) => {
    const of = state as SignalState;
    checkSizes(of, repeat as SignalState, dark as SignalState);
    pairingOf(p, repeat !== state, of);
    return { product: 'measurements', of };
  },
  cost: () => ({ passes: 3, keeps: 1e5, works: 0, lane: 5e5 }),
  async run(context, inputs, p): Promise<Measurements> {
    const signal = inputs.in as Signal;
    const repeated = inputs.repeat !== inputs.in;
    const pairing = pairingOf(p, repeated, signal);
    const sources = pairing === 'frames' ? [signal.source, (inputs.repeat as Signal).source] : [signal.source];
    const dark = inputs.dark === inputs.in ? undefined : await darkLevel(context, inputs.dark as Signal);
    const known = dark ?? (p.offset === undefined ? undefined : { offset: p.offset, offsetSigma: 0 });
    const args = await argsFor(context, signal, sources, pairing);
    const levels = await levelsOf(context, signal, sources, args);
    const fit = fitPhotonTransfer(levels, fourthOf(pairing), known);
    if (!fit || !(fit.gain > 0)) throw noLine(levels, fit);
    const law = {
      gain: fit.gain,
      offset: known?.offset ?? 0,
      sigma: Math.sqrt(Math.max(0, fit.readoutSquare ?? 0)),
    };
    const stabilised = known ? await levelsOf(context, signal, sources, { ...args, stabilise: law }) : undefined;
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'counts.photon-transfer', version: 1, params: p as never }],
      product: 'measurements',
      ...described(context.node, pairing, levels, fit, known, stabilised),
    };
  },
});

/** @throws SpectrailError `input/shape-mismatch` */
function checkSizes(of: SignalState, repeat: SignalState, dark: SignalState): void {
  for (const [name, other] of [
    ['repeat', repeat],
    ['dark', dark],
  ] as const) {
    const samePixels = name === 'dark' || pixelCount(other) === pixelCount(of);
    if (other.spectral.size === of.spectral.size && samePixels) continue;
    throw inputError({
      code: 'shape-mismatch',
      what: `"${name}" is ${pixelCount(other)} pixels × ${other.spectral.size} channels, the data ${pixelCount(of)} × ${of.spectral.size}`,
      expected: name === 'repeat' ? 'the same pixels and channels' : 'the same channels',
      fix: 'crop or rebin both alike',
    });
  }
}

/** @throws SpectrailError `input/no-pairs` where the inputs do not have what the parameters ask for. */
function pairingOf({ pairs }: Params, repeated: boolean, of: Pick<Signal, 'navigation'>): Pairing {
  const neighbours = mapShape(of.navigation).width > 1;
  if (pairs === 'auto') return repeated ? 'frames' : neighbours ? 'pixels' : 'channels';
  if ((pairs !== 'frames' || repeated) && (pairs !== 'pixels' || neighbours)) return pairs;
  throw inputError({
    code: 'no-pairs',
    what: pairs === 'frames' ? 'there is no second recording of the same' : 'there are no neighbouring pixels',
    expected: pairs === 'frames' ? 'an input "repeat"' : 'a map of at least two columns',
    fix: 'give it, or leave `pairs` to auto',
  });
}

async function argsFor(
  context: StepContext,
  signal: Signal,
  sources: readonly Source[],
  pairing: Pairing,
): Promise<ContrastArgs> {
  const { width } = mapShape(signal.navigation);
  const { mask } = signal;
  const args: ContrastArgs = { pairing, width, pixelMask: mask.pixels, channelMask: mask.channels, range: [0, 0] };
  const {
    low,
    high,
    contrasts: found,
  } = await context.fold<LevelRange>('levelRange', args, sources, signalGeometry(signal));
  if (found > 0) return { ...args, range: [low, high] };
  throw inputError({
    code: 'no-pairs',
    what: 'no two values beside each other are unmasked, with another one beside them',
    expected: 'a few unmasked channels in a row',
    fix: 'mask less, or take a larger part of the spectrum',
  });
}

async function levelsOf(context: StepContext, signal: Signal, sources: readonly Source[], args: ContrastArgs) {
  const { sums } = await context.fold<{ sums: ContrastSums }>('contrasts', args, sources, signalGeometry(signal));
  return levelStatistics(sums);
}

/** Mean and variance without light: all values of the dark frames are one level. */
async function darkLevel(context: StepContext, dark: Signal): Promise<WithoutLight> {
  const pairing = mapShape(dark.navigation).width > 1 ? 'pixels' : 'channels';
  const args = { ...(await argsFor(context, dark, [dark.source], pairing)), range: [0, 0] as const };
  const [level] = await levelsOf(context, dark, [dark.source], args);
  const { mean, variance, contrasts: n } = level;
  return {
    offset: mean,
    offsetSigma: Math.sqrt((variance * fourthOf(pairing)) / n),
    variance,
    varianceSigma: variance * Math.sqrt(2 / n),
  };
}

function noLine(levels: readonly LevelStatistics[], fit?: PhotonTransfer) {
  const means = levels.map(({ mean }) => mean);
  return inputError({
    code: 'no-light-levels',
    what: `the variance does not rise with the mean, from ${Math.min(...means).toPrecision(3)} to ${Math.max(...means).toPrecision(3)}${fit ? `: slope ${fit.gain.toPrecision(2)} ± ${fit.gainSigma.toPrecision(1)}` : ''}`,
    expected: 'values that were recorded as they are, of different brightness',
    fix: 'take data before any correction, with bright and dark channels, or more of them',
  });
}
