import { z } from 'zod';
import { anscombeMoments, generalisedAnscombe } from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import type { Block } from '../../signal/block.ts';
import { inputError } from '../../signal/errors.ts';
import type { Lend } from '../../signal/lent-memory.ts';
import { type Factor, gainAt, type PoissonNoise } from '../../signal/noise.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { mappedRows } from '../mapped-rows.ts';
import { rowByRow } from '../row-by-row.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import {
  ENOUGH_READOUT,
  type ExpectedCounts,
  expectedCounts,
  FEWEST,
  quantileExpected,
  TOLERATED,
} from './stabilised-variance.ts';

const params = z.strictObject({
  low: z
    .enum(['refuse', 'declare'])
    .default('refuse')
    .describe(
      'where values expect fewer than 4 counts and the variance is not stabilised: refuse, or go on and declare a variance that is 1 in bright values only',
    ),
});
type Params = z.infer<typeof params>;

interface Args {
  readonly gain: Factor;
  readonly offset: number;
  readonly readout: number;
}

function stabilise({ gain, offset, readout }: Args, block: Block, start: number, lend?: Lend): Block {
  const { channels } = block;
  const law = { gain: 1, offset, sigma: readout };
  return rowByRow(block, channels, lend, (row, values, at, i) => {
    for (let j = 0; j < channels; j++) {
      law.gain = gainAt(gain, start + i, j);
      values[at + j] = generalisedAnscombe(row[j], law);
    }
  });
}

const stabilised = defineMap<Args>({
  apply: (args, [block], start, _end, lend) => stabilise(args, block, start, lend),
  example: ({ pixels }) => ({
    args: {
      gain: { per: 'pixel', values: Float64Array.from({ length: pixels }, (_, i) => 1 + (i % 3)) },
      offset: 0,
      readout: 0,
    },
    kinds: ['events'],
  }),
});

export default defineStep<Params>({
  id: 'counts.anscombe',
  version: 1,
  title: 'Variance stabilisation (Anscombe)',
  summary:
    'Turns counts, or camera values of known gain, pedestal and readout noise, into values of variance 1 in every channel: 2√(counts + 3/8 + readout²). For methods that take all errors for equal. Not below about 4 counts a value.',
  params,
  inputs: {
    in: {
      product: 'signal',
      doc: 'raw counts, or camera values of known gain',
      needs: ({ low }: Params) => ({
        noise: ['poisson'],
        intensity: ['counts', 'counts-per-unit', 'rate'],
        minCounts: low === 'refuse' ? { counts: FEWEST, share: TOLERATED } : undefined,
      }),
    },
  },
  output: 'signal',
  cite: ['Anscombe 1948, Biometrika 35, 246', 'Murtagh, Starck & Bijaoui 1995, Astron. Astrophys. Suppl. 112, 179'],
  shapes: { stabilised, expectedCounts },
  effect: ({ in: state }, p) => stabilisedState(state as SignalState, p),
  cost: (_, p) => ({
    passes: p.low === 'refuse' ? 1 : 0,
    keeps: 0,
    works: 0,
    lane: 0,
  }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const args = argsOf(signal.noise as PoissonNoise);
    const state = stabilisedState(signal as unknown as SignalState, p);
    if (p.low === 'refuse') await refuseLowCounts(context, signal, args);
    return withSignal(signal, {
      ...state,
      source: mappedRows(signal, context.shapeId('stabilised'), args),
      history: [...signal.history, { step: 'counts.anscombe', version: 1, params: p }],
    });
  },
});

const argsOf = ({ gain, offset, readout }: PoissonNoise): Args => ({ gain, offset, readout });

/** @throws SpectrailError `input/anscombe-low-counts` with the numbers, where too many values expect too few counts. */
async function refuseLowCounts(context: StepContext, signal: Signal, { gain, offset, readout }: Args) {
  const { mask, source } = signal;
  const geometry = signalGeometry(signal);
  const given = { pixelMask: mask.pixels, channelMask: mask.channels, gain, offset };
  const found = await context.fold<ExpectedCounts>('expectedCounts', given, [source], geometry);
  const inCounts = gain.per === 'cube' ? readout / gain.value : 0;
  const share = found.values > 0 ? found.low / found.values : 0;
  const percent = `${(100 * share).toPrecision(2)} %`;
  const dim = Number(quantileExpected(found, TOLERATED).toPrecision(2));
  if (share <= TOLERATED || inCounts >= ENOUGH_READOUT) {
    context.note(
      `${percent} of the values expect fewer than ${FEWEST} counts, where the variance falls below 1; all but a twentieth expect ${dim} and more`,
    );
    return;
  }
  const { variance } = anscombeMoments(dim, inCounts);
  throw inputError({
    code: 'anscombe-low-counts',
    what: `${percent} of the values expect fewer than ${FEWEST} counts; a twentieth expects ${dim} or less, whose variance would be ${variance.toPrecision(2)} and not 1`,
    expected: `at most ${100 * TOLERATED} % of the values below ${FEWEST} counts`,
    fix: 'sum channels or pixels first (rebin), crop to where there are counts, weigh by the Poisson law of the raw counts instead, or say `low: declare`',
  });
}

function stabilisedState(state: SignalState, { low }: Params): SignalState {
  const { noise, spectral } = state;
  const { across } = noise;
  return {
    ...state,
    storage: 'dense',
    entriesPerPixel: spectral.size,
    intensity: { kind: 'stabilised', readout: readoutInCounts(state) },
    noise:
      low === 'refuse'
        ? { tag: 'gaussian', sigma: 1, across }
        : { tag: 'diagonal', variance: `near 1 where ${FEWEST} counts and more are expected, less below`, across },
  };
}

/** @throws SpectrailError `input/varying-readout` where there is no one number. */
function readoutInCounts({ noise }: Pick<SignalState, 'noise'>): number {
  if (noise.tag !== 'poisson' || noise.readout === 0) return 0;
  if (noise.gain.per === 'cube') return noise.readout / noise.gain.value;
  throw inputError({
    code: 'varying-readout',
    what: `the readout noise is ${noise.readout} in all values, and the gain differs per ${noise.gain.per}: in counts there is no one readout noise`,
    expected: 'one gain, or no readout noise',
    fix: 'stabilise before the gain is corrected',
  });
}
