import { type FittedMap, noiseGains, type PairedStandards } from '../../kernels/index.ts';
import { pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type InputSpec, type Step } from '../step.ts';
import { collectPairs } from './collected.ts';
import { joinedMask, type PairedStates, pairedStates, pairsOf, requireSameChannels } from './instruments.ts';
import { linear, mappedBy, onAxisOf, transferredNoise } from './transferred.ts';

/** Inputs of a step that learns from samples measured on both instruments. */
export const PAIRED_INPUTS: Readonly<Record<string, InputSpec>> = {
  in: { product: 'signal', doc: 'spectra of the slave instrument', needs: { shift: 'refuses' } },
  'slave-standards': { product: 'signal', doc: 'spectra of the standards on the slave', needs: { shift: 'refuses' } },
  'master-standards': {
    product: 'signal',
    doc: 'the same standards, in the same order, on the master',
    needs: { shift: 'refuses' },
  },
};

/** A map, and what there is to say of it. */
type Learned = Omit<FittedMap, 'leftOut'> & { readonly leftOut?: Float64Array; readonly remark?: string };

interface Definition<P> extends Pick<Step<P>, 'id' | 'version' | 'title' | 'summary' | 'params' | 'cite'> {
  /** Must the instruments have the same channels? */
  readonly sameChannels: boolean;
  /** What the spectra say in place of what they said: for the law of their errors. */
  readonly why: string;
  readonly learn: (paired: PairedStandards, params: P) => Learned;
}

/** A step that learns one map of whole spectra from standards. */
export function defineTransfer<P>(definition: Definition<P>): Step<P> {
  const { sameChannels, why, learn, ...rest } = definition;
  const stateAfter = (states: PairedStates): SignalState => {
    const { in: state, slave, master } = states;
    if (sameChannels) requireSameChannels(slave.spectral, master.spectral);
    const before = [state.mask.channels, slave.mask.channels];
    const channels = joinedMask(master.spectral.size, [master.mask.channels, ...(sameChannels ? before : [])]);
    const rank = Math.max(1, pairsOf(slave, master, pixelCount(slave)).length - 1);
    return onAxisOf(state, master, transferredNoise(state.noise, { kind: 'full' }, why, rank), channels);
  };
  return defineStep<P>({
    ...rest,
    inputs: PAIRED_INPUTS,
    output: 'signal',
    shapes: { linear },
    effect: (states) => stateAfter(pairedStates(states)),
    cost: (states) => learningCost(pairedStates(states)),
    async run(context, inputs, p) {
      const { in: signal, 'slave-standards': slave, 'master-standards': master } = inputs as Record<string, Signal>;
      const state = stateAfter(pairedStates(inputs));
      const size = slave.spectral.size;
      const unused = joinedMask(size, [signal.mask.channels, slave.mask.channels]);
      const masked = sameChannels
        ? { slave: state.mask.channels, master: state.mask.channels }
        : { slave: unused, master: master.mask.channels };
      const fitted = learn(await collectPairs(context, slave, master, masked), p);
      const gains = gainsSaid(noiseGains(fitted.map), state.mask.channels);
      context.note(learned(fitted.components, fitted.leftOut, gains));
      if (fitted.remark) context.note(fitted.remark);
      const source = mappedBy(signal, context.shapeId('linear'), { map: fitted.map });
      const history = [...signal.history, { step: rest.id, version: rest.version, params: p as never }];
      return withSignal(signal, { ...state, source, history });
    },
  });
}

/** Standards are read once; what was learned from them is as large as they are, at most. */
export function learningCost({ slave, master }: PairedStates) {
  const standards = pixelCount(slave);
  const values = standards * (slave.spectral.size + master.spectral.size);
  const short = Math.min(standards, slave.spectral.size + master.spectral.size);
  return { passes: 1, keeps: 8 * values, works: 8 * (4 * values + 4 * short * short), lane: 0 };
}

/** "3 components, error of left-out standards 0.0031; noise …": what a map was made of, and what it does to errors. */
export function learned(components: number | string, leftOut: Float64Array | undefined, gains: string): string {
  const error =
    typeof components === 'number' && components > 0 && leftOut?.length
      ? `, error of left-out standards ${leftOut[Math.min(components, leftOut.length) - 1].toPrecision(3)}`
      : '';
  return `${components} component${components === 1 ? '' : 's'}${error}; ${gains}`;
}

/** "noise of a channel × 0.83 (0.71 to 1.1)": the median, the least and the most over channels that count. */
export function gainsSaid(gains: Float64Array, masked: Uint8Array | undefined): string {
  const sorted = gains.filter((_, j) => !masked?.[j]).sort();
  const at = (share: number) => (sorted[Math.round(share * (sorted.length - 1))] ?? 1).toPrecision(2);
  return `noise of a channel × ${at(0.5)} (${at(0)} to ${at(1)})`;
}
