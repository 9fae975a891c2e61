import { defineFold } from '../../shapes/shape.ts';
import type { Block } from '../../signal/block.ts';
import { reasonCode } from '../../signal/mask.ts';
import { type Factor, type Noise, poisson } from '../../signal/noise.ts';
import type { Chosen } from '../background/chosen.ts';
import type { Estimator } from '../background/estimator.ts';
import { exampleSetting } from '../background/example-setting.ts';
import { backgroundMethod } from '../background/methods.ts';
import { varianceAt } from '../background/variance.ts';
import { normalisationMethod } from '../normalise/methods.ts';
import { eachRowGroup, type RowGroup, rowOf } from '../row-groups.ts';
import type { ChosenNormalisation } from './made-from.ts';
import { type Link, RowChain } from './row-chain.ts';

export interface NetArgs {
  readonly first: number;
  readonly end: number;
  readonly pixelMask?: Uint8Array;
  readonly channelMask?: Uint8Array;
  /** Errors of the raw values. */
  readonly noise: Noise;
  readonly background?: Chosen;
  readonly normalisations: readonly ChosenNormalisation[];
  /**
   * For the errors of a sum over all pixels: weights that it puts on the reference of each normalisation, where that was
   * learned from the rows themselves and the weights are known.
   */
  readonly onReferences?: readonly (Float64Array | undefined)[];
  /** Number of the normalisation whose reference is to be weighed. */
  readonly weigh?: number;
  readonly rivals: readonly Chosen[];
}

/** Sums of a window of what was made of raw rows: above a background, on a scale of the row's own, or both. */
export interface NetWindows {
  /** Per pixel: the sum, its variance by counting alone, and with the error of the background. */
  readonly net: Float64Array;
  readonly counting: Float64Array;
  readonly variance: Float64Array;
  /** Per pixel: the part of the variance that pixels around share. */
  readonly shared: Float64Array;
  /** Per pixel: lowest and highest sum among the rivals and the chosen one. */
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
  /** Over all pixels: the sum with each rival. */
  readonly rivalTotals: Float64Array;
  /** How the sum over all pixels responds to the reference that was to be weighed; empty where none was. */
  readonly onReference: Float64Array;
}

type NetTotals = Pick<NetWindows, 'rivalTotals' | 'onReference'>;
type NetRows = Omit<NetWindows, keyof NetTotals>;

const ONE_A_PIXEL = { type: 'float64', width: 1 } as const;

interface Taken {
  readonly estimator: Estimator;
  readonly range: readonly [first: number, end: number];
}

function takenOf({ id, setting }: Chosen): Taken {
  const method = backgroundMethod(id);
  return { estimator: method.prepare(setting), range: method.range(setting) };
}

/** Rows of a group less their backgrounds; where a rival has none, its row is that of the chosen one. */
function netRows(
  { values, count, beside }: RowGroup,
  { estimator, range }: Taken,
  channels: number,
  out: Float64Array,
  work: Float64Array,
): void {
  estimator.estimate(values, count, work, beside);
  for (let at = 0; at < count * channels; at += channels) {
    for (let j = range[0]; j < range[1]; j++) out[at + j] = values[at + j] - work[at + j];
  }
}

function linkOf({ id, setting }: ChosenNormalisation, weights: Float64Array | undefined): Link {
  const method = normalisationMethod(id);
  const normaliser = method.prepare(setting);
  if (!weights) return { normaliser };
  return {
    normaliser,
    byReference: (row, out) =>
      method.respondLearned ? method.respondLearned(setting, row, weights, out) : out.set(weights),
  };
}

function netOf(args: NetArgs, totals: NetTotals, blocks: readonly Block[], start: number, rows: NetRows): void {
  const { background, normalisations, rivals, noise, first, end, pixelMask, channelMask, onReferences, weigh } = args;
  const [{ channels }] = blocks;
  const sum = Float64Array.from({ length: channels }, (_, j) => (j >= first && j < end && !channelMask?.[j] ? 1 : 0));
  const chosen = background && takenOf(background);
  const others = rivals.map(takenOf);
  const chain = new RowChain(
    chosen?.estimator,
    normalisations.map((each, k) => linkOf(each, onReferences?.[k])),
    channels,
  );
  const own = new Float64Array(channels);
  let [net, rivalNet, work] = [new Float64Array(0), new Float64Array(0), new Float64Array(0)];
  eachRowGroup(blocks, noise, (group) => {
    const { from, count, values, beside } = group;
    if (net.length < values.length) [net, rivalNet, work] = [1, 2, 3].map(() => new Float64Array(values.length));
    const counts = (i: number) => !pixelMask?.[start + from + i];
    if (chosen) {
      net.fill(0);
      netRows(group, chosen, channels, net, work);
    } else net.set(values);
    for (let i = 0; i < count; i++) {
      if (!counts(i) || !chain.take(rowOf(net, i, channels))) continue;
      const pixel = from + i;
      const row = rowOf(values, i, channels);
      for (let j = 0; j < channels; j++) own[j] = varianceAt(noise, start + pixel, j, row[j]);
      const total = chain.total(sum);
      rows.net[pixel] = rows.lowest[pixel] = rows.highest[pixel] = total;
      const errors = chain.errors(row, sum, own, beside && rowOf(beside, i, channels), start + pixel);
      rows.counting[pixel] = errors.counting;
      rows.variance[pixel] = errors.variance;
      rows.shared[pixel] = errors.shared;
      if (weigh !== undefined) chain.addReferenceResponse(weigh, totals.onReference);
    }
    for (const [k, rival] of others.entries()) {
      rivalNet.set(net);
      netRows(group, rival, channels, rivalNet, work);
      for (let i = 0; i < count; i++) {
        if (!counts(i) || !chain.take(rowOf(rivalNet, i, channels))) continue;
        const [pixel, total] = [from + i, chain.total(sum)];
        totals.rivalTotals[k] += total;
        if (total < rows.lowest[pixel]) rows.lowest[pixel] = total;
        if (total > rows.highest[pixel]) rows.highest[pixel] = total;
      }
    }
  });
}

/** Sums of a window of what was made of raw values, from those raw values. */
export const netWindow = defineFold<NetArgs, NetTotals, NetRows>({
  init: ({ rivals, weigh }, { channels }) => ({
    rivalTotals: new Float64Array(rivals.length),
    onReference: new Float64Array(weigh === undefined ? 0 : channels),
  }),
  perPixel: () => ({
    net: ONE_A_PIXEL,
    counting: ONE_A_PIXEL,
    variance: ONE_A_PIXEL,
    shared: ONE_A_PIXEL,
    lowest: ONE_A_PIXEL,
    highest: ONE_A_PIXEL,
  }),
  add: (args, state, blocks, start, _end, rows) => {
    netOf(args, state, blocks, start, rows);
    return state;
  },
  merge: (left, right) => {
    for (const name of ['rivalTotals', 'onReference'] as const) {
      for (let k = 0; k < left[name].length; k++) left[name][k] += right[name][k];
    }
    return left;
  },
  example: ({ channels, pixels }) => {
    const gain: Factor = { per: 'pixel', values: Float64Array.from({ length: pixels }, (_, i) => 1 + (i % 5)) };
    const noise = poisson({ gain });
    const setting = { ...exampleSetting({ fit: [2, 9], method: 'likelihood' }, channels), noise };
    // As behind the step: below the fit window there is no background.
    const masked = Uint8Array.from(setting.positions, (energy) => (energy < 2 ? reasonCode('no background') : 0));
    return {
      args: {
        first: 10,
        end: 15,
        pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
        noise,
        background: { id: 'background.power-law', setting },
        normalisations: [{ id: 'normalise.total', setting: { ...setting, params: {}, masked } }],
        rivals: [{ id: 'background.exponential', setting }],
      },
      kinds: ['events'],
      channels: [setting.positions.length],
    };
  },
});
