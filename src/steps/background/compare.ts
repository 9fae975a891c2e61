import { z } from 'zod';
import { defineFold } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import type { Signal } from '../../signal/signal.ts';
import { type BackgroundComparison, originOf } from '../products.ts';
import { eachRowGroup, rowOf } from '../row-groups.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { exampleSetting } from './example-setting.ts';
import { backgroundMethod } from './methods.ts';
import { repeatedNets, varianceOfSum } from './repeats.ts';
import { halfRange, rivalsOf } from './rivals.ts';
import { varianceAt } from './variance.ts';

/** Of estimates whose response is not known. */
const REPEATS = 200;

const params = z.strictObject({});
type Params = z.infer<typeof params>;

interface Args {
  readonly candidates: readonly Chosen[];
  readonly pixelMask?: Uint8Array;
}

/** Sums over all pixels that count, a number a channel; the backgrounds of one candidate after the other. */
interface Sums {
  readonly raw: Float64Array;
  readonly variance: Float64Array;
  readonly backgrounds: Float64Array;
  pixels: number;
}

const sums = defineFold<Args, Sums>({
  init: ({ candidates }, { channels }) => ({
    raw: new Float64Array(channels),
    variance: new Float64Array(channels),
    backgrounds: new Float64Array(candidates.length * channels),
    pixels: 0,
  }),
  add: ({ candidates, pixelMask }, state, blocks, start) => {
    const { noise } = candidates[0].setting;
    const [{ channels }] = blocks;
    const estimators = candidates.map(({ id, setting }) => backgroundMethod(id).prepare(setting));
    let background = new Float64Array(0);
    eachRowGroup(blocks, noise, ({ from, count, values, beside }) => {
      if (background.length < values.length) background = new Float64Array(values.length);
      const counts = (i: number) => !pixelMask?.[start + from + i];
      for (let i = 0; i < count; i++) {
        if (!counts(i)) continue;
        state.pixels++;
        for (let j = 0; j < channels; j++) {
          const value = values[i * channels + j];
          state.raw[j] += value;
          state.variance[j] += varianceAt(noise, start + from + i, j, value);
        }
      }
      for (const [k, estimator] of estimators.entries()) {
        estimator.estimate(values, count, background, beside);
        const sum = rowOf(state.backgrounds, k, channels);
        for (let i = 0; i < count; i++) {
          if (counts(i)) for (let j = 0; j < channels; j++) sum[j] += background[i * channels + j];
        }
      }
    });
    return state;
  },
  merge: (left, right) => {
    for (const name of ['raw', 'variance', 'backgrounds'] as const) {
      for (let at = 0; at < left[name].length; at++) left[name][at] += right[name][at];
    }
    left.pixels += right.pixels;
    return left;
  },
  example: ({ channels, pixels }) => {
    const setting = exampleSetting({ fit: [2, 9], method: 'likelihood' }, channels);
    return {
      args: {
        candidates: [
          { id: 'background.power-law', setting },
          { id: 'background.exponential', setting },
        ],
        pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
      },
      kinds: ['events'],
      channels: [setting.positions.length],
    };
  },
});

export default defineStep<Params>({
  id: 'background.compare',
  version: 1,
  title: 'Backgrounds compared',
  summary:
    'The mean spectrum with the background that was taken off, the rivals that could have been, and what is left: with the error of counting and of the background, and the spread of the rivals.',
  params,
  inputs: {
    in: { product: 'signal', doc: 'what a background step left', needs: { noise: ['correlated'] } },
  },
  output: 'backgrounds',
  cite: [],
  shapes: { sums },
  effect: ({ in: state }) => ({ product: 'backgrounds', of: state as SignalState }),
  cost: ({ in: state }) => ({ passes: 1, keeps: 80 * (state as SignalState).spectral.size, works: 0, lane: 0 }),
  async run(context, inputs, p): Promise<BackgroundComparison> {
    const signal = inputs.in as Signal;
    const { chosen, parents } = chosenOf(signal);
    const rivals = rivalsOf(signal.modality, chosen);
    const channels = signal.spectral.size;
    const geometry = signalGeometry(signal);
    const args: Args = { candidates: [chosen, ...rivals], pixelMask: signal.mask.pixels };
    const found = await context.fold<Sums>('sums', args, parents, geometry);
    const perPixel = (values: Float64Array) => values.map((value) => value / Math.max(1, found.pixels));
    const ranges = [chosen, ...rivals].map(({ id, setting }) => backgroundMethod(id).range(setting));
    const [background, ...others] = ranges.map(([first, end], k) =>
      perPixel(rowOf(found.backgrounds, k, channels)).map((value, j) => (j >= first && j < end ? value : Number.NaN)),
    );
    const raw = perPixel(found.raw);
    const [range] = ranges;
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'background.compare', version: 1, params: p }],
      product: 'backgrounds',
      pixels: found.pixels,
      range,
      raw,
      chosen: backgroundMethod(chosen.id).title,
      background,
      rivals: rivals.map(({ label }, k) => ({ label, background: others[k] })),
      net: raw.map((value, j) => value - background[j]),
      sigma: perPixel(errorsOfSum(chosen, range, found)),
      spread: background.map((value, j) => {
        if (Number.isNaN(value)) return Number.NaN;
        const all = [value, ...others.map((other) => other[j])].filter((each) => !Number.isNaN(each));
        return halfRange(Math.min(...all), Math.max(...all));
      }),
    };
  },
});

/** σ of each channel of the sum of all spectra above its background: what the estimate makes of the sum as one spectrum. */
function errorsOfSum({ id, setting }: Chosen, [first, end]: readonly [number, number], { raw, variance }: Sums) {
  const estimator = backgroundMethod(id).prepare(setting);
  const one = new Float64Array(raw.length);
  const response = new Float64Array(raw.length);
  const { respond } = estimator;
  const repeated = respond ? undefined : repeatedNets(estimator, raw, variance, REPEATS, 0);
  return raw.map((_, j) => {
    if (j < first || j >= end) return Number.NaN;
    one[j] = 1;
    // The mean of neighbourhoods is the mean of all.
    let sum = estimator.varianceBeside?.(raw, one, raw) ?? 0;
    if (repeated) sum += varianceOfSum(repeated, one);
    else {
      respond?.(raw, one, response, raw);
      for (let k = 0; k < raw.length; k++) {
        const weight = one[k] - response[k];
        if (weight !== 0) sum += weight * weight * variance[k];
      }
    }
    one[j] = 0;
    return Math.sqrt(sum);
  });
}
