import { z } from 'zod';
import { square } from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import type { Block } from '../../signal/block.ts';
import { COUNTS } from '../../signal/intensity.ts';
import type { Lend } from '../../signal/lent-memory.ts';
import { type Factor, gainAt, type Noise, poisson } from '../../signal/noise.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { mappedRows } from '../mapped-rows.ts';
import { rowByRow } from '../row-by-row.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';

const params = z.strictObject({});
type Params = z.infer<typeof params>;

interface Args {
  readonly gain: Factor;
  readonly offset: number;
  readonly readout: number;
}

/** (z − o)/g + (r/g)², value by value. */
function toCounts({ gain, offset, readout }: Args, block: Block, start: number, lend?: Lend): Block {
  const { channels } = block;
  return rowByRow(block, channels, lend, (row, values, at, i) => {
    for (let j = 0; j < channels; j++) {
      const g = gainAt(gain, start + i, j);
      values[at + j] = (row[j] - offset) / g + square(readout / g);
    }
  });
}

const shifted = defineMap<Args>({
  apply: (args, [block], start, _end, lend) => toCounts(args, block, start, lend),
  example: () => ({ args: { gain: { per: 'cube', value: 2 }, offset: 1, readout: 0.5 }, kinds: ['events'] }),
});

export default defineStep<Params>({
  id: 'counts.camera',
  version: 1,
  title: 'Counts of a camera',
  summary:
    'Turns camera values of known gain, pedestal and readout noise into counts on a small pedestal whose variance equals their mean, so that Poisson steps are legal: (z − offset)/gain + (readout/gain)².',
  params,
  inputs: { in: { product: 'signal', doc: 'camera values', needs: { noise: ['poisson'] } } },
  output: 'signal',
  cite: ['Snyder, Hammoud & White 1993, J. Opt. Soc. Am. A 10, 1014'],
  shapes: { shifted },
  effect: ({ in: state }) => countState(state as SignalState),
  cost: () => ({ passes: 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs) {
    const signal = inputs.in as Signal;
    return withSignal(signal, {
      ...countState(signal as unknown as SignalState),
      source: mappedRows(signal, context.shapeId('shifted'), argsOf(signal.noise)),
      history: [...signal.history, { step: 'counts.camera', version: 1, params: {} }],
    });
  },
});

function argsOf(noise: Noise): Args {
  if (noise.tag !== 'poisson') return { gain: { per: 'cube', value: 1 }, offset: 0, readout: 0 };
  return { gain: noise.gain, offset: noise.offset, readout: noise.readout };
}

function countState(state: SignalState): SignalState {
  return {
    ...state,
    storage: 'dense',
    entriesPerPixel: state.spectral.size,
    intensity: COUNTS,
    noise: { ...poisson(), across: state.noise.across },
  };
}
