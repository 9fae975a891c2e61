import type { z } from 'zod';
import type { RowNormaliser } from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import { axisValues } from '../../signal/axis.ts';
import type { Block } from '../../signal/block.ts';
import type { Lend } from '../../signal/lent-memory.ts';
import { type Noise, unknownNoise } from '../../signal/noise.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import type { Setting } from '../background/estimator.ts';
import { exampleSetting } from '../background/example-setting.ts';
import { mappedRows } from '../mapped-rows.ts';
import { roomForRows } from '../row-by-row.ts';
import { eachRowGroup, rowOf } from '../row-groups.ts';
import type { SignalState, State } from '../state.ts';
import { defineStep, type InputSpec, type Step, type StepContext, type Trait } from '../step.ts';
import { bringToScale, type NormalisationMethod, type NormalisationSetting } from './method.ts';
import { countedSpectra, SPECTRA } from './reference-spectrum.ts';
import { type Questions, survey, surveyOf } from './survey.ts';

type Inputs<T> = Readonly<Record<string, T>>;

/** What a method takes from spectra beforehand, the same for all of them. */
interface Learning<P> {
  readonly inputs: Inputs<InputSpec>;
  /** Passes over the data. */
  readonly passes: number;
  /** Bytes of a lane's sums. */
  readonly lane?: (channels: number) => number;
  /** @throws SpectrailError `input/…` where inputs and parameters do not fit. */
  check(inputs: Inputs<SignalState>, setting: Setting<P>): void;
  learn(context: StepContext, inputs: Inputs<Signal>, params: P): Promise<Float64Array>;
  readonly respondLearned?: NormalisationMethod<P>['respondLearned'];
  /** What is to be said of what was learned. */
  remark?(setting: Setting<P>): string | undefined;
  /** What it may have learned from spectra of so many channels. */
  example(channels: number): Float64Array;
  /** Shapes that it runs. */
  readonly shapes?: Step<P>['shapes'];
}

interface Definition<P> extends Pick<Step<P>, 'id' | 'version' | 'title' | 'summary' | 'cite'> {
  readonly params: z.ZodType<P>;
  readonly example: P;
  readonly traits?: readonly Trait[];
  /** What values are divided by, for notes: "the total". */
  readonly scale: string;
  /** For axis labels: "SNV". */
  readonly how: (params: P) => string;
  readonly questions: Questions;
  readonly prepare: (setting: Setting<P>) => RowNormaliser;
  readonly learning?: Learning<P>;
}

export type NormalisationStep<P> = Step<P> & NormalisationMethod<P>;

function normalised(normaliser: RowNormaliser, { noise }: Setting, blocks: readonly Block[], lend?: Lend): Block {
  const [{ pixels, channels }] = blocks;
  const out = roomForRows(pixels, channels, lend);
  eachRowGroup(blocks, noise, ({ from, count, values }) => {
    for (let i = 0; i < count; i++) bringToScale(normaliser, rowOf(values, i, channels));
    out.set(values, from * channels);
  });
  return { kind: 'dense', pixels, channels, values: out };
}

/** A step that brings every spectrum to a scale of its own, with the law of its errors. */
export function defineNormalisation<P>(definition: Definition<P>): NormalisationStep<P> {
  const { scale, how, questions, prepare, learning, ...rest } = definition;
  const { example } = rest;
  const scaled = defineMap<Setting<P>>({
    apply: (setting, blocks, _start, _end, lend) => normalised(prepare(setting), setting, blocks, lend),
    example: ({ channels }) => {
      const args = exampleSetting(example, channels);
      const size = args.positions.length;
      return { args: { ...args, learned: learning?.example(size) }, kinds: ['events'], channels: [size] };
    },
  });
  const stateOf = (inputs: Inputs<State>, p: P): SignalState => {
    const state = inputs.in as SignalState;
    const setting = settingOf(inputs, p);
    if (learning) learning.check(inputs as Inputs<SignalState>, setting);
    else prepare(setting);
    return {
      ...state,
      storage: 'dense',
      entriesPerPixel: state.spectral.size,
      intensity: { kind: 'normalised', how: how(p) },
      noise: noiseAfter(state.noise, scale, learning !== undefined),
    };
  };
  const step = defineStep<P>({
    ...rest,
    inputs: {
      in: { product: 'signal', doc: 'spectra, above their background', needs: SPECTRA },
      ...learning?.inputs,
    },
    output: 'signal',
    shapes: {
      scaled,
      survey: surveyOf(prepare, questions, { params: example, learned: learning?.example }),
      ...learning?.shapes,
    },
    effect: stateOf,
    cost: ({ in: state }) => ({
      passes: 1 + (learning?.passes ?? 0),
      keeps: 0,
      works: 0,
      lane: learning?.lane?.((state as SignalState).spectral.size) ?? 0,
    }),
    async run(context, inputs, p) {
      const signal = inputs.in as Signal;
      const states = inputs as unknown as Inputs<State>;
      const state = stateOf(states, p);
      const setting: NormalisationSetting<P> = {
        ...settingOf(states, p),
        learned: await learning?.learn(context, inputs as Inputs<Signal>, p),
        ownSpectra: learning && inputs.reference === signal ? countedSpectra(signal) : undefined,
      };
      prepare(setting);
      const remark = learning?.remark?.(setting);
      if (remark) context.note(remark);
      await survey(context, signal, setting, { scale, questions });
      return withSignal(signal, {
        ...state,
        source: mappedRows(signal, context.shapeId('scaled'), setting),
        history: [...signal.history, { step: rest.id, version: rest.version, params: p as never }],
      });
    },
  });
  return { ...step, prepare, respondLearned: learning?.respondLearned };
}

/** Channels that are masked in any input take no part. */
function settingOf<P>(inputs: Inputs<State>, params: P): Setting<P> {
  const { spectral, mask, noise } = inputs.in as SignalState;
  let masked = mask.channels;
  for (const input of Object.values(inputs)) {
    const other = (input as SignalState).mask.channels;
    if (!other || other === masked || other.length !== spectral.size) continue;
    masked = masked ? masked.map((code, j) => code || other[j]) : other;
  }
  return { params, positions: axisValues(spectral), unit: spectral.unit, axis: spectral.name, masked, noise };
}

/** Known as a response where the variance of every value is; what is learned is wrong for all spectra alike. */
function noiseAfter(raw: Noise, scale: string, learned: boolean): Noise {
  const across = learned ? ({ kind: 'global', rank: 1 } as const) : raw.across;
  if (raw.tag === 'unknown') return { ...unknownNoise(`normalised values of unknown law: ${raw.why}`), across };
  const known =
    raw.tag === 'poisson' || raw.tag === 'gaussian' || (raw.tag === 'correlated' && raw.form.kind === 'response');
  return {
    tag: 'correlated',
    form: known ? { kind: 'response', of: 'normalisation', raw } : { kind: 'full' },
    why: `each spectrum was divided by ${scale} of its own`,
    across,
  };
}
