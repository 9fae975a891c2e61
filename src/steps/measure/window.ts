import { z } from 'zod';
import { defineFold } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { axisValue } from '../../signal/axis.ts';
import { countGain, type Factor, gainAt } from '../../signal/noise.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import { backgroundMethod } from '../background/methods.ts';
import { halfRange, rivalsOf } from '../background/rivals.ts';
import { originOf, type WindowIntensity } from '../products.ts';
import { windowChannels } from '../reshape/channels.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import { type MadeFrom, madeFrom } from './made-from.ts';
import { type NetArgs, type NetWindows, netWindow } from './net-window.ts';

const edge = z.union([z.number(), z.string()]);
const params = z.strictObject({
  window: z.tuple([edge, edge]).describe('energy window, for example ["6.2 keV", "6.6 keV"]'),
});
type Params = z.infer<typeof params>;

interface Args {
  readonly first: number;
  readonly end: number;
  readonly pixelMask?: Uint8Array;
  readonly channelMask?: Uint8Array;
  /** Variance per unit of value: the gain, times the value. */
  readonly gain: Factor;
}

/** Window sum and its counting variance. */
interface Integrated {
  readonly sums: Float64Array;
  readonly variances: Float64Array;
}

const ONE_A_PIXEL = { type: 'float64', width: 1 } as const;

const integrate = defineFold<Args, Record<string, never>, Integrated>({
  init: () => ({}),
  perPixel: () => ({ sums: ONE_A_PIXEL, variances: ONE_A_PIXEL }),
  add: ({ first, end, pixelMask, channelMask, gain }, state, [block], start, _end, { sums, variances }) => {
    const row = new Float64Array(block.kind === 'factors' ? block.rank : 0);
    for (let i = 0; i < block.pixels; i++) {
      if (pixelMask?.[start + i]) continue;
      let sum = 0;
      let variance = 0;
      const add = (j: number, value: number) => {
        if (j < first || j >= end || channelMask?.[j]) return;
        sum += value;
        variance += gainAt(gain, start + i, j) * Math.max(0, value);
      };
      if (block.kind === 'events') {
        for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++) add(block.channel[e], block.count[e]);
      } else if (block.kind === 'dense') {
        for (let j = first; j < end; j++) add(j, block.values[i * block.channels + j]);
      } else {
        row.set(block.scores.subarray(i * block.rank, (i + 1) * block.rank));
        for (let j = first; j < end; j++) {
          let value = 0;
          for (let k = 0; k < block.rank; k++) value += row[k] * block.loadings[j * block.rank + k];
          add(j, value);
        }
      }
      sums[i] = sum;
      variances[i] = variance;
    }
    return state;
  },
  merge: (left) => left,
  example: ({ channels, pixels }) => ({
    args: {
      first: channels > 2 ? 1 : 0,
      end: channels,
      pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
      gain: { per: 'pixel', values: Float64Array.from({ length: pixels }, (_, i) => 1 + (i % 5)) },
    },
    kinds: ['events'],
  }),
});

export default defineStep<Params>({
  id: 'measure.window',
  version: 2,
  title: 'Window intensity',
  summary:
    'Counts in a window: a map and a total. Of raw counts with counting statistics as the error, the background still in them; behind a background step net counts, with the error of counting, that of the background, and the spread of rival backgrounds each on its own line; behind a normalisation, of raw counts or of such net counts, shares with the errors that the common scale leaves them.',
  params,
  inputs: {
    in: {
      product: 'signal',
      doc: 'raw counts, what a background step left of them, or either normalised',
      needs: { noise: ['scaled-counts', 'correlated', 'unknown'], shift: 'refuses' },
    },
  },
  output: 'window',
  traits: ['counting-errors'],
  cite: [],
  shapes: { integrate, net: netWindow },
  effect: ({ in: state }, p) => {
    windowChannels((state as SignalState).spectral, p.window);
    return { product: 'window', of: state as SignalState };
  },
  cost: ({ in: state }) => {
    const { noise, ...rest } = state as SignalState;
    // What all spectra share is seen when they were all seen once.
    const again = noise.tag === 'correlated' && noise.form.kind === 'response' && noise.across.kind === 'global';
    const pixels = pixelCount(rest);
    return { passes: again ? 2 : 1, keeps: 56 * pixels, works: again ? 48 * pixels : 0, lane: 0 };
  },
  async run(context, inputs, p): Promise<WindowIntensity> {
    const signal = inputs.in as Signal;
    const { spectral } = signal;
    const [first, end] = windowChannels(spectral, p.window);
    const made = madeFrom(signal);
    const measured = made
      ? await measureMade(context, signal, made, first, end)
      : await measureCounts(context, signal, first, end);
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'measure.window', version: 2, params: p as never }],
      product: 'window',
      window: [axisValue(spectral, first), axisValue(spectral, end - 1)],
      ...measured,
    };
  },
});

type Measured = Pick<WindowIntensity, 'map' | 'sigma' | 'spread' | 'rivals' | 'total'>;

async function measureCounts(context: StepContext, signal: Signal, first: number, end: number): Promise<Measured> {
  const { mask, noise, intensity } = signal;
  // √N of a share means nothing.
  const isShare = intensity.kind === 'normalised' && noise.tag !== 'poisson';
  const gain: Factor = isShare ? { per: 'cube', value: Number.NaN } : countGain(noise);
  const args: Args = { first, end, pixelMask: mask.pixels, channelMask: mask.channels, gain };
  const { sums, variances } = await context.fold<Integrated>(
    'integrate',
    args,
    [signal.source],
    signalGeometry(signal),
  );
  return {
    map: sums,
    sigma: variances.map(Math.sqrt),
    total: {
      value: total(sums),
      unit: intensity.kind === 'normalised' ? '' : 'counts',
      random: [{ name: 'counting', sigma: Math.sqrt(total(variances)) }],
      systematic: [],
      trail: context.node,
    },
  };
}

/**
 * Windows as they are, and with errors that add up to that of the total: a reference learned from the spectra themselves is
 * wrong for all of them alike, and how the total takes it is known when all spectra were seen once. From the last
 * normalisation to the first.
 */
async function throughReferences(
  normalisations: MadeFrom['normalisations'],
  windows: (more: Pick<NetArgs, 'onReferences' | 'weigh'>) => Promise<NetWindows>,
): Promise<{ readonly found: NetWindows; readonly ofTotal: NetWindows }> {
  const learned = [...normalisations.keys()].filter((k) => normalisations[k].setting.ownSpectra).reverse();
  const onReferences: (Float64Array | undefined)[] = normalisations.map(() => undefined);
  const found = await windows({ weigh: learned[0] });
  let ofTotal = found;
  for (const [n, k] of learned.entries()) {
    const spectra = normalisations[k].setting.ownSpectra ?? 1;
    onReferences[k] = ofTotal.onReference.map((weight) => weight / spectra);
    ofTotal = await windows({ onReferences, weigh: learned[n + 1] });
  }
  return { found, ofTotal };
}

async function measureMade(
  context: StepContext,
  signal: Signal,
  { noise, parents, background, normalisations }: MadeFrom,
  first: number,
  end: number,
): Promise<Measured> {
  const { mask, modality } = signal;
  const rivals = background ? rivalsOf(modality, background, [first, end]) : [];
  const args: NetArgs = {
    first,
    end,
    pixelMask: mask.pixels,
    channelMask: mask.channels,
    noise,
    background,
    normalisations,
    rivals,
  };
  const { found, ofTotal } = await throughReferences(normalisations, (more) =>
    context.fold<NetWindows>('net', { ...args, ...more }, parents, signalGeometry(signal)),
  );
  const { net, variance, lowest, highest, rivalTotals } = found;
  const value = total(net);
  const totals = [value, ...rivalTotals];
  const byCounting = total(ofTotal.counting);
  const scaled = normalisations.length > 0;
  const random = [{ name: scaled ? 'counting, of window and scale' : 'counting', sigma: Math.sqrt(byCounting) }];
  if (background) {
    const { sharing = 1 } = backgroundMethod(background.id).prepare(background.setting);
    const byBackground = total(ofTotal.variance) - byCounting + (sharing - 1) * total(ofTotal.shared);
    random.push({ name: 'background', sigma: Math.sqrt(Math.max(0, byBackground)) });
  }
  return {
    map: net,
    sigma: variance.map(Math.sqrt),
    spread: background && net.map((_, i) => halfRange(lowest[i], highest[i])),
    rivals: background && rivals.map(({ label }, k) => ({ label, total: rivalTotals[k] })),
    total: {
      value,
      unit: scaled ? '' : 'counts',
      random,
      systematic: rivals.length
        ? [{ source: 'choice of the background', sensitivity: halfRange(Math.min(...totals), Math.max(...totals)) }]
        : [],
      trail: context.node,
    },
  };
}

const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
