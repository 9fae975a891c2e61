import type { z } from 'zod';
import { defineMap } from '../../shapes/shape.ts';
import { axisValues } from '../../signal/axis.ts';
import type { Block, BlockKind } from '../../signal/block.ts';
import type { Lend } from '../../signal/lent-memory.ts';
import { reasonCode } from '../../signal/mask.ts';
import { type AcrossPixels, type Noise, spreadErrors } from '../../signal/noise.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { mappedRows } from '../mapped-rows.ts';
import { roomForRows } from '../row-by-row.ts';
import { eachRowGroup } from '../row-groups.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type Needs, type Step, type StepContext } from '../step.ts';
import type { BackgroundMethod, Estimator, Setting } from './estimator.ts';
import { exampleSetting } from './example-setting.ts';

interface Definition<P> extends Pick<Step<P>, 'id' | 'version' | 'title' | 'summary' | 'cite' | 'receptiveField'> {
  readonly params: z.ZodType<P>;
  readonly needs: Needs;
  readonly range: BackgroundMethod<P>['range'];
  readonly prepare: BackgroundMethod<P>['prepare'];
  /** Does the estimate take something from the whole signal? Default: where it can. */
  readonly learns?: (params: P) => boolean;
  /** What it takes. */
  readonly learn?: (context: StepContext, signal: Signal, setting: Setting<P>) => Promise<Float64Array>;
  /** What it may have learned from spectra that suit the example. */
  readonly exampleLearned?: Float64Array;
  /** Shapes that `learn` runs. */
  readonly shapes?: Step<P>['shapes'];
  /** Passes over the data that `learn` makes. */
  readonly passes?: number;
  /** A map of this step that makes a second row of each pixel out of its neighbourhood. */
  readonly beside?: Beside<P>;
  readonly example: P;
}

interface Beside<P> {
  /** Name of the map among the shapes. */
  readonly map: string;
  readonly args: (setting: Setting<P>, signal: Signal) => unknown;
  /** Pixels up to this far apart take from each other. */
  readonly reach: (params: P) => number;
}

/** A step that takes a background off, and the method that others may ask for the same estimate. */
export type BackgroundStep<P> = Step<P> & BackgroundMethod<P>;

/** x − pedestal − B of every pixel, where B is defined; 0 elsewhere. */
function subtract(
  estimator: Estimator,
  [first, end]: readonly [number, number],
  { noise }: Setting,
  blocks: readonly Block[],
  lend?: Lend,
): Block {
  const [{ pixels, channels }] = blocks;
  const out = roomForRows(pixels, channels, lend);
  let background = new Float64Array(0);
  eachRowGroup(blocks, noise, ({ from, count, values, beside }) => {
    if (estimator.subtract) {
      estimator.subtract(values, count, out.subarray(from * channels, (from + count) * channels));
      return;
    }
    if (background.length < values.length) background = new Float64Array(values.length);
    estimator.estimate(values, count, background, beside);
    for (let i = 0; i < count; i++) {
      const [to, at] = [(from + i) * channels, i * channels];
      for (let j = 0; j < first; j++) out[to + j] = 0;
      for (let j = first; j < end; j++) out[to + j] = values[at + j] - background[at + j];
      for (let j = end; j < channels; j++) out[to + j] = 0;
    }
  });
  return { kind: 'dense', pixels, channels, values: out };
}

/** A background step: the values less their background, with the law of their errors. */
export function defineBackground<P>(definition: Definition<P>): BackgroundStep<P> {
  const {
    needs,
    range,
    prepare,
    learn,
    learns = () => learn !== undefined,
    exampleLearned,
    beside,
    passes = 0,
    shapes,
    ...rest
  } = definition;
  const subtracted = defineMap<Setting<P>>({
    apply: (setting, blocks, _start, _end, lend) => subtract(prepare(setting), range(setting), setting, blocks, lend),
    example: ({ channels }) => {
      const args = exampleSetting(rest.example, channels, exampleLearned);
      const kinds: readonly BlockKind[] = beside ? ['events', 'dense'] : ['events'];
      return { args, kinds, channels: kinds.map(() => args.positions.length) };
    },
  });
  // What is learned from all spectra is wrong for all of them alike; what neighbours share, for those around.
  const acrossOf = (params: P, { across }: Noise): AcrossPixels => {
    if (learns(params)) return { kind: 'global', rank: 1 };
    return beside ? spreadErrors(across, beside.reach(params)) : across;
  };
  const step = defineStep<P>({
    ...rest,
    inputs: { in: { product: 'signal', doc: 'spectra with their background', needs: { shift: 'refuses', ...needs } } },
    output: 'signal',
    shapes: { subtracted, ...shapes },
    effect: (inputs, p) => {
      const state = inputs.in as SignalState;
      rest.receptiveField?.(inputs, p);
      return subtractedState(state, range(settingOf(state, p)), acrossOf(p, state.noise));
    },
    cost: (_, p) => ({ passes: learns(p) ? passes : 0, keeps: 0, works: 0, lane: 0 }),
    async run(context, inputs, p) {
      const signal = inputs.in as Signal;
      const plain = settingOf(signal as unknown as SignalState, p);
      const setting = learn && learns(p) ? { ...plain, learned: await learn(context, signal, plain) } : plain;
      return withSignal(signal, {
        ...subtractedState(signal as unknown as SignalState, range(setting), acrossOf(p, signal.noise)),
        source: mappedRows(signal, context.shapeId('subtracted'), setting, {
          parents: beside
            ? [signal.source, mappedRows(signal, context.shapeId(beside.map), beside.args(setting, signal))]
            : [signal.source],
        }),
        history: [...signal.history, { step: rest.id, version: rest.version, params: p as never }],
      });
    },
  });
  return { ...step, modality: needs.modality, range, prepare };
}

function settingOf<P>({ spectral, mask, noise }: SignalState, params: P): Setting<P> {
  return {
    params,
    positions: axisValues(spectral),
    unit: spectral.unit,
    axis: spectral.name,
    masked: mask.channels,
    noise,
  };
}

function subtractedState(
  state: SignalState,
  [first, end]: readonly [number, number],
  across: AcrossPixels,
): SignalState {
  const channels = state.mask.channels?.slice() ?? new Uint8Array(state.spectral.size);
  const outside = reasonCode('no background');
  for (let j = 0; j < channels.length; j++) if ((j < first || j >= end) && !channels[j]) channels[j] = outside;
  return {
    ...state,
    mask: { ...state.mask, channels: channels.some((code) => code !== 0) ? channels : undefined },
    storage: 'dense',
    entriesPerPixel: state.spectral.size,
    noise: {
      tag: 'correlated',
      form: { kind: 'response', of: 'background', raw: state.noise },
      why: 'an estimated background was taken off',
      across,
    },
  };
}
