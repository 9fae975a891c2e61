import { collect } from '../src/engines/engine.ts';
import { inlineEngine } from '../src/engines/inline.ts';
import { type Run, run } from '../src/index.ts';
import { signalGeometry } from '../src/shapes/signal-geometry.ts';
import { uniformAxis } from '../src/signal/axis.ts';
import type { DenseBlock } from '../src/signal/block.ts';
import { type Signal, withSignal } from '../src/signal/signal.ts';
import { pairReference, pairSignal, simulateInstrumentPair } from '../src/simulate/instrument-pair.ts';
import { resolveShape } from '../src/steps/index.ts';
import type { Measurements } from '../src/steps/products.ts';

/** Inputs of a step that learns from standards, by their names here. */
export const PAIR = { in: 'spectra', 'slave-standards': 'slave', 'master-standards': 'master' };

export interface Step {
  readonly id: string;
  readonly use: string;
  readonly in?: Record<string, string> | string;
  readonly params?: Record<string, unknown>;
}

export type Signals = Readonly<Record<string, Signal>>;

export const recipe = (steps: readonly Step[], inputs: Signals) => ({
  spectrail: 'recipe/1' as const,
  title: 'Transfer',
  seed: 1,
  inputs: Object.fromEntries(Object.keys(inputs).map((name) => [name, {}])),
  steps: steps.map((step) => ({ params: {}, ...step })),
  overrides: [],
});

export const runSteps = (steps: readonly Step[], inputs: Signals): Promise<Run> => run(recipe(steps, inputs), inputs);

const engine = inlineEngine(resolveShape);

/** What a signal promises, made. */
export async function valuesOf(signal: Signal): Promise<Float64Array> {
  const block = await collect(engine, signal.source, { resolve: resolveShape, geometry: signalGeometry(signal) });
  return (block as DenseBlock).values as Float64Array;
}

/** Spectra brought over by one step, with what it noted. */
export async function bring(use: string, params: Record<string, unknown>, inputs: Signals) {
  const { products, trail } = await runSteps([{ id: 'over', use, in: PAIR, params }], inputs);
  const signal = products.over as Signal;
  return { signal, values: await valuesOf(signal), notes: trail[0].notes };
}

/** A signal of the first rows. */
export function rowsOf(signal: Signal, count: number): Signal {
  const { block } = signal.source as { block: DenseBlock };
  const values = block.values.slice(0, count * block.channels);
  return withSignal(signal, {
    navigation: [uniformAxis({ name: 'sample', role: 'navigation', size: count })],
    source: { type: 'memory', block: { ...block, pixels: count, values } },
  });
}

/** Two simulated instruments, and what they have measured. */
export const pair = simulateInstrumentPair({ seed: 5, calibration: 40, samples: 60 });
export const given: Signals = {
  spectra: pairSignal(pair, pair.samples, 'slave'),
  slave: pairSignal(pair, pair.standards, 'slave', true),
  master: pairSignal(pair, pair.standards, 'master', true),
};

export const calibration: Signals = {
  known: pairSignal(pair, pair.calibration, 'master'),
  reference: pairReference(pair.calibration),
  own: pairSignal(pair, pair.samples, 'master'),
};

export const column = (found: Measurements, table: string, name: string) =>
  found.tables.find((each) => each.name === table)?.columns.find((each) => each.name === name)?.values as Float64Array;

export const rms = (values: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return Math.sqrt(sum / values.length);
};
/** Root mean square of the difference. */
export const apart = (a: Float64Array, b: Float64Array) => rms(a.map((value, i) => value - b[i]));
