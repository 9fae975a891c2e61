import { z } from 'zod';
import type { SpikeSearch } from '../../kernels/index.ts';
import { axisValues } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { type Mask, reasonCode } from '../../signal/mask.ts';
import { isPureCounts, type PoissonNoise } from '../../signal/noise.ts';
import { mapShape, pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import { sourceKind } from '../../signal/source.ts';
import { widthInChannels } from '../background/whole-rows.ts';
import { mappedRows } from '../mapped-rows.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { despiked, type FoundSpikes, type SpikeArgs, spikes } from './despike.ts';

const params = z.strictObject({
  line: z
    .union([z.number(), z.string()])
    .optional()
    .describe(
      'full width at half maximum of the narrowest real line, for example "0.8 eV": what is narrower can be a spike; default: one and a half times the width of a spike',
    ),
  width: z.number().int().min(1).max(16).default(2).describe('channels that a spike has at most'),
  falseAlarms: z
    .number()
    .positive()
    .max(1e6)
    .default(0.1)
    .describe(
      'values of the whole signal that may be taken for spikes where there are none: the number to be expected at most, and never more than one in 10 000, of which the law of the others would suffer',
    ),
  against: z
    .enum(['both', 'spectrum'])
    .default('both')
    .describe(
      'what a spike stands out from: both, the spectrum and, in maps, the same channel of the pixels around; spectrum: that alone',
    ),
  replace: z
    .enum(['draw', 'mask'])
    .default('draw')
    .describe(
      'draw: counts drawn anew, with the mean that the values around have and the noise of the others; mask: the whole pixel takes no part any more',
    ),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'detector.spikes',
  version: 1,
  title: 'Spikes',
  summary:
    'Finds cosmic rays and X-rays in the detector: values that are higher than any line of the instrument’s width could make them, and than their neighbours in the map, at a stated rate of false alarms. Draws new counts for them, or masks their pixels.',
  params,
  inputs: {
    in: {
      product: 'signal',
      doc: 'counts, or camera values of known gain, as recorded',
      needs: { noise: ['poisson'], minChannels: 3 },
    },
  },
  output: 'signal',
  traits: ['finds-mask'],
  cite: [
    'Przyborowski & Wilenski 1940, Biometrika 31, 313',
    'Whitaker & Hayes 2018, Chemometr. Intell. Lab. Syst. 179, 82',
  ],
  shapes: { spikes, despiked },
  effect: ({ in: state }, p) => {
    searchOf(state as SignalState, p);
    return cleanState(state as SignalState, p);
  },
  cost: ({ in: state }) => ({ passes: 1, keeps: pixelCount(state as SignalState), works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const { navigation, spectral, source, mask } = signal;
    const { width, height } = mapShape(navigation);
    const { gain, offset, readout } = signal.noise as PoissonNoise;
    const args: SpikeArgs = {
      search: searchOf(signal as unknown as SignalState, p),
      neighbours: p.against === 'both' && width * height > 1,
      map: { width, height },
      pixelMask: mask.pixels,
      law: { gain, offset, readout },
      seed: context.seed,
    };
    const geometry = { pixels: width * height, channels: spectral.size, width };
    const { perPixel, values, pixels } = await context.fold<FoundSpikes>('spikes', args, [source], geometry);
    const what = p.replace === 'draw' ? 'drawn anew' : 'their pixels masked';
    context.note(
      `${values} values in ${pixels} of ${width * height} pixels are spikes (${what}); without any, ${Number((args.search.chance * width * height * spectral.size).toPrecision(2))} at most would be expected`,
    );
    const history = [...signal.history, { step: 'detector.spikes', version: 1, params: p as never }];
    if (p.replace === 'mask') return withSignal(signal, { mask: withSpikes(mask, perPixel), history });
    const kind = sourceKind(source);
    const state = cleanState({ ...(signal as unknown as SignalState), storage: kind }, p);
    return withSignal(signal, {
      ...state,
      source: mappedRows(
        signal,
        context.shapeId('despiked'),
        { ...args, sparse: state.storage === 'events' },
        { kind: state.storage },
      ),
      history,
    });
  },
});

/** Share of the values that may be false alarms: what is drawn for them leans on the values beside. */
const MOST = 1e-4;

/** @throws SpectrailError `input/spike-as-wide-as-line` where a spike would be no narrower than a line. */
function searchOf(state: SignalState, { line, width, falseAlarms }: Params): SpikeSearch {
  const { spectral, mask } = state;
  const positions = axisValues(spectral);
  const lines =
    line === undefined
      ? new Uint32Array(spectral.size).fill(Math.ceil(1.5 * width))
      : widthInChannels({ positions, unit: spectral.unit }, line);
  const narrowest = lines.reduce((least, wide) => Math.min(least, wide), Number.POSITIVE_INFINITY);
  if (narrowest <= width) {
    throw inputError({
      code: 'spike-as-wide-as-line',
      what: `a line of ${line} has ${narrowest} channels, a spike up to ${width}`,
      expected: 'lines wider than spikes',
      fix: 'lower `width`, or look for spikes by eye: nothing tells them from lines',
    });
  }
  const chance = Math.min(MOST, falseAlarms / Math.max(1, pixelCount(state) * spectral.size));
  return { line: lines, width, chance, masked: mask.channels };
}

function withSpikes(mask: Mask, perPixel: Uint8Array): Mask {
  const pixels = mask.pixels?.slice() ?? new Uint8Array(perPixel.length);
  for (let i = 0; i < pixels.length; i++) if (perPixel[i] && !pixels[i]) pixels[i] = reasonCode('spike');
  return { ...mask, pixels: pixels.some((code) => code !== 0) ? pixels : undefined };
}

/** New counts have the law of the others; values of a gain are no longer held as whole counts. */
function cleanState(state: SignalState, { replace }: Params): SignalState {
  if (replace === 'mask' || (state.storage === 'events' && isPureCounts(state.noise))) return state;
  return { ...state, storage: 'dense', entriesPerPixel: state.spectral.size };
}
