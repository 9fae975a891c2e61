import { z } from 'zod';
import {
  bandedNoiseGains,
  type FittedPiecewise,
  fitPiecewise,
  invertBanded,
  noiseGains,
  type PairedStandards,
} from '../../kernels/index.ts';
import { type Axis, axisValue } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import type { CorrelatedNoise } from '../../signal/noise.ts';
import { pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import { parseInUnit } from '../../signal/units.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { collectPairs } from './collected.ts';
import { choiceOf, componentParameters } from './component-choice.ts';
import { gainsSaid, learned, learningCost, PAIRED_INPUTS } from './define-transfer.ts';
import { joinedMask, nearestChannels, type PairedStates, pairedStates, pairsOf } from './instruments.ts';
import { banded, linear, mappedBy, onAxisOf, transferredNoise } from './transferred.ts';

const reach = z.union([z.number().nonnegative(), z.string()]);
const params = z.strictObject({
  reach: reach
    .optional()
    .describe(
      'how far a window of the slave reaches to each side of a channel of the master, for example "40 1/cm": what remains of the shift between the axes, the blur, and two channels more. Default: 8 channels',
    ),
  ...componentParameters(6),
  choice: z
    .enum(['common', 'each'])
    .default('common')
    .describe(
      'common: one number of components for all channels; each: one of its own, jagged where neighbours differ',
    ),
  shared: reach
    .optional()
    .describe(
      'double window: how far channels of the master on each side share one regression, as `reach`; for few standards. Default: they do not',
    ),
  smoothing: reach
    .optional()
    .describe(
      'how far the weights are averaged over channels of the master on each side, as `reach`. Default: they are not',
    ),
  direction: z
    .enum(['needed', 'inverse'])
    .default('needed')
    .describe(
      'needed: the master regressed on the slave; inverse: the slave on the master, and that undone, for comparison',
    ),
  tikhonov: z
    .number()
    .positive()
    .max(1)
    .default(1e-3)
    .describe('inverse: regularisation, in parts of the largest eigenvalue of what is undone'),
});
type Params = z.infer<typeof params>;

const DEFAULT_REACH = 8;
/** Wider windows are no pieces any more, and their regressions take their time. */
const MOST_REACH = 64;

export default defineStep<Params>({
  id: 'transfer.pds',
  version: 1,
  title: 'Piecewise direct standardisation (PDS)',
  summary:
    'Brings spectra of one instrument to another: each channel of the master is a regression on a window of the slave, learned from standards measured on both. Undoes shift, blur and sensitivity as far as the windows reach; the axes may differ.',
  params,
  inputs: PAIRED_INPUTS,
  output: 'signal',
  cite: ['Wang, Veltkamp & Kowalski 1991, Anal. Chem. 63, 2750'],
  shapes: { banded, linear },
  effect: (states, p) => stateAfter(pairedStates(states), p),
  cost: (states) => learningCost(pairedStates(states)),
  async run(context, inputs, p) {
    const { in: signal, 'slave-standards': slave, 'master-standards': master } = inputs as Record<string, Signal>;
    const states = pairedStates(inputs);
    const state = stateAfter(states, p);
    const unused = joinedMask(slave.spectral.size, [signal.mask.channels, slave.mask.channels]);
    const paired = await collectPairs(context, slave, master, { slave: unused, master: master.mask.channels });
    const history = [...signal.history, { step: 'transfer.pds', version: 1, params: p as never }];
    const windows = windowsOf(states, p);
    if (p.direction === 'inverse') {
      const { map, condition } = inverseOf(paired, states, p, windows);
      context.note(
        `what is undone has the condition number ${condition.toPrecision(3)}: errors may grow by as much where the regularisation does not stop them; ${gainsSaid(noiseGains(map), state.mask.channels)}`,
      );
      return withSignal(signal, {
        ...state,
        source: mappedBy(signal, context.shapeId('linear'), { map }),
        history,
      });
    }
    const fitted = fitPiecewise(paired, {
      ...windows,
      components: choiceOf(p),
      eachItsOwn: p.choice === 'each',
      unusedFrom: unused,
      unusedTo: state.mask.channels,
    });
    const gains = gainsSaid(bandedNoiseGains(fitted.map), state.mask.channels);
    context.note(learned(componentsSaid(fitted, p), fitted.leftOut, gains));
    return withSignal(signal, {
      ...state,
      source: mappedBy(signal, context.shapeId('banded'), { map: fitted.map }),
      history,
    });
  },
});

interface WindowSetting {
  readonly centres: Int32Array;
  readonly halfWidth: number;
  readonly shared: number;
  readonly smoothing: number;
}

/** @throws SpectrailError `input/window-too-wide`, `input/bad-window`, `input/unit-mismatch`, `input/bad-quantity`. */
function windowsOf({ slave, master }: PairedStates, p: Params): WindowSetting {
  const channels = (given: string | number | undefined, axis: Axis, otherwise: number) => {
    if (given === undefined) return Math.min(otherwise, axis.size - 1);
    const channel = Math.abs(axisValue(axis, axis.size - 1) - axisValue(axis, 0)) / Math.max(1, axis.size - 1);
    const distance = parseInUnit(given, axis.unit);
    if (!(distance >= 0)) {
      throw inputError({
        code: 'bad-window',
        what: `${given} is below 0`,
        expected: 'how far to each side, at least 0',
      });
    }
    const wanted = Math.round(distance / (channel || 1));
    if (wanted <= MOST_REACH) return Math.min(wanted, axis.size - 1);
    throw inputError({
      code: 'window-too-wide',
      what: `${given} reaches over ${wanted} channels to each side`,
      expected: `at most ${MOST_REACH} channels, ${(MOST_REACH * channel).toPrecision(3)} ${axis.unit}`,
      fix: 'align the axes first, or use transfer.ds',
    });
  };
  return {
    centres: nearestChannels(slave.spectral, master.spectral).centres,
    halfWidth: channels(p.reach, slave.spectral, DEFAULT_REACH),
    shared: channels(p.shared, master.spectral, 0),
    smoothing: channels(p.smoothing, master.spectral, 0),
  };
}

function stateAfter(states: PairedStates, p: Params): SignalState {
  const { in: state, slave, master } = states;
  const windows = windowsOf(states, p);
  const { outside } = nearestChannels(slave.spectral, master.spectral);
  const channels = joinedMask(master.spectral.size, [master.mask.channels], outside);
  const form: CorrelatedNoise['form'] = p.direction === 'inverse' ? { kind: 'full' } : bandOf(windows, state);
  const standards = pairsOf(slave, master, pixelCount(slave)).length;
  const why =
    p.direction === 'inverse'
      ? 'spectra of another instrument, deconvolved'
      : 'spectra of another instrument: σ² of a channel is Σ b²·σ² over its window';
  return onAxisOf(state, master, transferredNoise(state.noise, form, why, Math.max(1, standards - 1)), channels);
}

/** Channels whose windows, and what their weights were learned from, have channels in common, or correlated ones. */
function bandOf(
  { centres, halfWidth, shared, smoothing }: WindowSetting,
  { noise }: SignalState,
): CorrelatedNoise['form'] {
  let correlated = 0;
  if (noise.tag === 'correlated') {
    const raw = noise.form;
    if (raw.kind !== 'band') return { kind: 'full' };
    correlated = raw.channels;
  }
  const away = 2 * halfWidth + correlated;
  let most = 0;
  for (let j = 0, far = 0; j < centres.length; j++) {
    far = Math.max(far, j);
    while (far + 1 < centres.length && Math.abs(centres[far + 1] - centres[j]) <= away) far++;
    most = Math.max(most, far - j);
  }
  return { kind: 'band', channels: most + 2 * (shared + smoothing) };
}

/** The same the other way round, and that undone. */
function inverseOf(paired: PairedStandards, { slave, master }: PairedStates, p: Params, windows: WindowSetting) {
  const { standards, slave: x, from, master: y, to } = paired;
  const forward = fitPiecewise(
    { standards, slave: y, from: to, master: x, to: from },
    {
      ...windows,
      centres: nearestChannels(master.spectral, slave.spectral).centres,
      components: choiceOf(p),
      eachItsOwn: p.choice === 'each',
    },
  );
  return invertBanded(forward.map, p.tikhonov);
}

function componentsSaid({ components }: FittedPiecewise, p: Params): number | string {
  if (p.components === 'all') return 'all';
  const [least, most] = [Math.min(...components), Math.max(...components)];
  return least === most ? least : `${least} to ${most}`;
}
