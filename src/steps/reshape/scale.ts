import { z } from 'zod';
import { defineMap } from '../../shapes/shape.ts';
import { combinedIntensity } from '../../signal/intensity.ts';
import { scaleNoise } from '../../signal/noise.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { mappedRows } from '../mapped-rows.ts';
import { rowByRow } from '../row-by-row.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';

const params = z.strictObject({
  factor: z.number().positive().describe('signal units per present unit: 1/gain, 1/live time, …'),
  rate: z.string().optional().describe('unit of time when the factor turns counts into a rate, for example "s"'),
});
type Params = z.infer<typeof params>;

const times = defineMap<{ factor: number }>({
  apply: ({ factor }, [block], _start, _end, lend) => {
    const { channels } = block;
    return rowByRow(block, channels, lend, (row, values, at) => {
      for (let j = 0; j < channels; j++) values[at + j] = factor * row[j];
    });
  },
  example: () => ({ args: { factor: 2.5 }, kinds: ['events'] }),
});

export default defineStep<Params>({
  id: 'scale',
  version: 1,
  title: 'Scale',
  summary: 'Multiplies by a fixed factor. Counts stay Poisson: the factor is remembered as their gain.',
  params,
  inputs: { in: { product: 'signal', doc: 'any signal' } },
  output: 'signal',
  cite: [],
  shapes: { times },
  effect: ({ in: state }, p) => scaleState(state as SignalState, p),
  cost: () => ({ passes: 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    return withSignal(signal, {
      ...scaleState(signal as unknown as SignalState, p),
      source: mappedRows(signal, context.shapeId('times'), { factor: p.factor }),
      history: [...signal.history, { step: 'scale', version: 1, params: p as never }],
    });
  },
});

function scaleState(state: SignalState, p: Params): SignalState {
  return {
    ...state,
    storage: 'dense',
    entriesPerPixel: state.spectral.size,
    intensity: p.rate ? { kind: 'rate', unit: p.rate } : combinedIntensity(state.intensity),
    noise: scaleNoise(state.noise, { per: 'cube', value: p.factor }),
  };
}
