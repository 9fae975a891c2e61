import { z } from 'zod';
import { inputError } from '../../signal/errors.ts';
import type { Noise } from '../../signal/noise.ts';
import { pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import { mappedRows } from '../mapped-rows.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import { channelMoments, channelSums } from './channel-moments.ts';
import { corrected } from './corrected.ts';

const params = z.strictObject({
  level: z.number().optional().describe('the dark level, where it is one known number and there are no dark frames'),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'detector.dark',
  version: 1,
  title: 'Dark level',
  summary:
    'Takes off what a detector shows without light, channel by channel: the mean of dark frames, or a known level. The error of the mean is the same in all pixels, and its variance is added: that of one dark frame, (1 + 1/frames) times.',
  params,
  inputs: {
    in: { product: 'signal', doc: 'values as recorded' },
    dark: {
      product: 'signal',
      doc: 'frames without light, recorded in the same way; not for a known level',
      default: 'in',
    },
  },
  output: 'signal',
  cite: ['Janesick 2007, Photon Transfer, SPIE Press'],
  shapes: { channelSums, corrected },
  effect: ({ in: state, dark }, p) =>
    darkState(state as SignalState, dark === state ? undefined : (dark as SignalState), p),
  cost: (_, p) => ({ passes: p.level === undefined ? 1 : 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const dark = inputs.dark === inputs.in ? undefined : (inputs.dark as Signal);
    const channels = signal.spectral.size;
    const state = darkState(signal as unknown as SignalState, dark as unknown as SignalState | undefined, p);
    const levels =
      p.level === undefined && dark
        ? await levelsOf(context, signal, dark)
        : new Float64Array(channels).fill(p.level ?? 0);
    return withSignal(signal, {
      ...state,
      source: mappedRows(signal, context.shapeId('corrected'), { levels, factors: new Float64Array(channels).fill(1) }),
      history: [...signal.history, { step: 'detector.dark', version: 1, params: p }],
    });
  },
});

/** Dark noise may differ from the law by this much, and by chance. */
const ALLOWED = { part: 0.1, sigmas: 5 };

/** @throws SpectrailError `input/dark-noise-differs` where the dark frames do not have the noise that the law says. */
async function levelsOf(context: StepContext, signal: Signal, dark: Signal): Promise<Float64Array> {
  const { pixels, mean, variance } = await channelMoments(context, dark);
  const valid = [...variance.keys()].filter((j) => !dark.mask.channels?.[j] && !signal.mask.channels?.[j]);
  const seen = valid.reduce((sum, j) => sum + variance[j], 0) / Math.max(1, valid.length);
  const level = valid.reduce((sum, j) => sum + mean[j], 0) / Math.max(1, valid.length);
  const number = (value: number) => Number(value.toPrecision(4));
  context.note(
    `the dark level is ${number(level)} on average, with noise of σ ${number(Math.sqrt(seen))}, from ${pixels} frames`,
  );
  const { noise } = signal;
  const said =
    noise.tag === 'poisson' ? noise.readout * noise.readout : noise.tag === 'gaussian' ? noise.sigma * noise.sigma : 0;
  if (!(said > 0) || pixels < 2) return mean;
  const chance = ALLOWED.sigmas * Math.sqrt(2 / (valid.length * (pixels - 1)));
  if (Math.abs(seen / said - 1) <= ALLOWED.part + chance) return mean;
  throw inputError({
    code: 'dark-noise-differs',
    what: `the dark frames have noise of σ ${number(Math.sqrt(seen))}, the law of the data says ${number(Math.sqrt(said))}`,
    expected: 'dark frames recorded like the data, without light',
    fix: `state \`readout: ${number(Math.sqrt(seen))}\` in the noise of the data, if the frames are right`,
  });
}

function darkState(state: SignalState, dark: SignalState | undefined, { level }: Params): SignalState {
  if (level === undefined && !dark) {
    throw inputError({
      code: 'no-dark',
      what: 'there are neither dark frames nor a known level',
      expected: 'an input "dark", or `level`',
      fix: 'in: {in: …, dark: …}',
    });
  }
  if (level === undefined && dark && dark.spectral.size !== state.spectral.size) {
    throw inputError({
      code: 'shape-mismatch',
      what: `the dark frames have ${dark.spectral.size} channels, the data ${state.spectral.size}`,
      expected: 'the same channels',
      fix: 'crop or rebin both alike',
    });
  }
  const next = { ...state, storage: 'dense' as const, entriesPerPixel: state.spectral.size };
  if (level !== undefined || !dark) return { ...next, noise: lowered(state.noise, level ?? 0) };
  const codes = dark.mask.channels;
  const channels = codes ? codes.map((code, j) => state.mask.channels?.[j] || code) : state.mask.channels;
  return { ...next, mask: { ...state.mask, channels }, noise: afterDark(state.noise, framesOf(dark)) };
}

/** A level that is known lowers the pedestal and nothing else. */
function lowered(noise: Noise, level: number): Noise {
  return noise.tag === 'poisson' ? { ...noise, offset: noise.offset - level } : noise;
}

const framesOf = (dark: SignalState) =>
  Math.max(1, pixelCount(dark) - (dark.mask.pixels?.reduce((n, code) => n + (code ? 1 : 0), 0) ?? 0));

/** The mean of the frames is off by the same in all pixels. */
function afterDark(noise: Noise, frames: number): Noise {
  const across = { kind: 'global', rank: 1 } as const;
  const more = Math.sqrt(1 + 1 / frames);
  switch (noise.tag) {
    case 'poisson':
      return noise.readout > 0 && noise.gain.per === 'cube'
        ? { ...noise, offset: 0, readout: noise.readout * more, across }
        : { tag: 'diagonal', variance: `gain × value + dark counts × (1 + 1/${frames})`, across };
    case 'gaussian':
      return { ...noise, sigma: noise.sigma * more, across };
    case 'diagonal':
      return { ...noise, variance: `${noise.variance} + that of the mean of ${frames} dark frames`, across };
    case 'correlated':
      return { ...noise, form: { kind: 'full' }, why: `${noise.why}; dark frames taken off`, across };
    default:
      return { ...noise, across };
  }
}
