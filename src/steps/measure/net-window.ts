import { defineFold } from '../../shapes/shape.ts';
import type { Block } from '../../signal/block.ts';
import { type Factor, poisson } from '../../signal/noise.ts';
import type { Chosen } from '../background/chosen.ts';
import { exampleSetting } from '../background/example-setting.ts';
import { backgroundMethod } from '../background/methods.ts';
import { repeatedNets, varianceOfSum } from '../background/repeats.ts';
import { eachRowGroup, rowOf } from '../background/rows.ts';
import { varianceAt } from '../background/variance.ts';

export interface NetArgs {
  readonly first: number;
  readonly end: number;
  readonly pixelMask?: Uint8Array;
  readonly channelMask?: Uint8Array;
  readonly chosen: Chosen;
  readonly rivals: readonly Chosen[];
}

/** Sums of a window above the background. */
export interface NetWindows {
  /** Per pixel: the net sum, its variance by counting alone, and with the error of the background. */
  readonly net: Float64Array;
  readonly counting: Float64Array;
  readonly variance: Float64Array;
  /** Per pixel: the part of the variance that pixels around share. */
  readonly shared: Float64Array;
  /** Per pixel: lowest and highest net sum among the rivals and the chosen one. */
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
  /** Over all pixels: the net sum with each rival. */
  readonly rivalTotals: Float64Array;
}

type NetRows = Omit<NetWindows, 'rivalTotals'>;

/** Of estimates whose response is not known: a standard deviation is then known to an eighth. */
const REPEATS = 32;
const ONE_A_PIXEL = { type: 'float64', width: 1 } as const;

function netOf(args: NetArgs, rivalTotals: Float64Array, blocks: readonly Block[], start: number, rows: NetRows): void {
  const { chosen, rivals, first, end, pixelMask, channelMask } = args;
  const { noise } = chosen.setting;
  const [{ channels }] = blocks;
  const [estimator, ...others] = [chosen, ...rivals].map(({ id, setting }) => backgroundMethod(id).prepare(setting));
  const sum = Float64Array.from({ length: channels }, (_, j) => (j >= first && j < end && !channelMask?.[j] ? 1 : 0));
  const own = new Float64Array(channels);
  const response = new Float64Array(channels);
  let background = new Float64Array(0);
  eachRowGroup(blocks, noise, ({ from, count, values, beside }) => {
    if (background.length < values.length) background = new Float64Array(values.length);
    const counts = (i: number) => !pixelMask?.[start + from + i];
    const netAt = (i: number) => {
      let net = 0;
      for (let at = i * channels + first; at < i * channels + end; at++) {
        if (sum[at - i * channels]) net += values[at] - background[at];
      }
      return net;
    };
    estimator.estimate(values, count, background, beside);
    for (let i = 0; i < count; i++) {
      if (counts(i)) rows.net[from + i] = rows.lowest[from + i] = rows.highest[from + i] = netAt(i);
    }
    for (const [k, rival] of others.entries()) {
      rival.estimate(values, count, background, beside);
      for (let i = 0; i < count; i++) {
        if (!counts(i)) continue;
        const [pixel, net] = [from + i, netAt(i)];
        rivalTotals[k] += net;
        if (net < rows.lowest[pixel]) rows.lowest[pixel] = net;
        if (net > rows.highest[pixel]) rows.highest[pixel] = net;
      }
    }
    for (let i = 0; i < count; i++) {
      if (!counts(i)) continue;
      const pixel = from + i;
      const row = rowOf(values, i, channels);
      const around = beside && rowOf(beside, i, channels);
      const shared = (around && estimator.varianceBeside?.(row, sum, around)) ?? 0;
      let counting = 0;
      for (let j = 0; j < channels; j++) {
        own[j] = varianceAt(noise, start + pixel, j, row[j]);
        if (sum[j] !== 0) counting += sum[j] * sum[j] * own[j];
      }
      let variance = shared;
      if (estimator.respond) {
        estimator.respond(row, sum, response, around);
        for (let j = 0; j < channels; j++) {
          const weight = sum[j] - response[j];
          if (weight !== 0) variance += weight * weight * own[j];
        }
      } else variance += varianceOfSum(repeatedNets(estimator, row, own, REPEATS, start + pixel), sum);
      rows.counting[pixel] = counting;
      rows.variance[pixel] = variance;
      rows.shared[pixel] = shared;
    }
  });
}

/** Sums of a window above the background of each pixel, from the values that the background was estimated on. */
export const netWindow = defineFold<NetArgs, { rivalTotals: Float64Array }, NetRows>({
  init: ({ rivals }) => ({ rivalTotals: new Float64Array(rivals.length) }),
  perPixel: () => ({
    net: ONE_A_PIXEL,
    counting: ONE_A_PIXEL,
    variance: ONE_A_PIXEL,
    shared: ONE_A_PIXEL,
    lowest: ONE_A_PIXEL,
    highest: ONE_A_PIXEL,
  }),
  add: (args, state, blocks, start, _end, rows) => {
    netOf(args, state.rivalTotals, blocks, start, rows);
    return state;
  },
  merge: (left, right) => {
    for (let k = 0; k < left.rivalTotals.length; k++) left.rivalTotals[k] += right.rivalTotals[k];
    return left;
  },
  example: ({ channels, pixels }) => {
    const gain: Factor = { per: 'pixel', values: Float64Array.from({ length: pixels }, (_, i) => 1 + (i % 5)) };
    const example = exampleSetting({ fit: [2, 9], method: 'likelihood' }, channels);
    const setting = { ...example, noise: poisson({ gain }) };
    return {
      args: {
        first: 10,
        end: 15,
        pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
        chosen: { id: 'background.power-law', setting },
        rivals: [{ id: 'background.exponential', setting }],
      },
      kinds: ['events'],
      channels: [setting.positions.length],
    };
  },
});
