import { z } from 'zod';
import {
  type AnscombeInverse,
  anscombeInverse,
  inverseAnscombeAlgebraic,
  inverseAnscombeClosedForm,
  invertAnscombe,
} from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import { inputError } from '../../signal/errors.ts';
import { COUNTS, type Intensity } from '../../signal/intensity.ts';
import { type Noise, poisson } from '../../signal/noise.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { mappedRows } from '../mapped-rows.ts';
import { rowByRow } from '../row-by-row.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';

const params = z.strictObject({
  method: z
    .enum(['unbiased', 'closed-form', 'algebraic'])
    .default('unbiased')
    .describe(
      'unbiased: the exact unbiased inverse of averaged or denoised values; closed-form: its formula, off by up to 0.02 counts, more below 1; algebraic: of values that were not averaged, which gives their counts back and is ¼ count too low of any others',
    ),
});
type Params = z.infer<typeof params>;

interface Args {
  readonly method: Params['method'];
  readonly readout: number;
  /** Of the unbiased inverse. */
  readonly table?: AnscombeInverse;
}

function inverseOf({ method, readout, table }: Args): (z: number) => number {
  const square = readout * readout;
  if (table) return (z) => invertAnscombe(z, table);
  if (method === 'closed-form') return (z) => Math.max(0, inverseAnscombeClosedForm(z) - square);
  return (z) => inverseAnscombeAlgebraic(z) - square;
}

const counted = defineMap<Args>({
  apply: (args, [block], _start, _end, lend) => {
    const { channels } = block;
    const inverse = inverseOf(args);
    return rowByRow(block, channels, lend, (row, values, at) => {
      for (let j = 0; j < channels; j++) values[at + j] = inverse(row[j]);
    });
  },
  example: () => ({ args: { method: 'unbiased', readout: 0, table: anscombeInverse(0) }, kinds: ['dense'] }),
});

export default defineStep<Params>({
  id: 'counts.anscombe-inverse',
  version: 1,
  title: 'Back to counts (inverse of Anscombe)',
  summary:
    'Turns variance-stabilised values, denoised or reconstructed, back into expected counts (gain 1, no pedestal), without the bias of squaring: the mean whose counts would have this transform on average. For display; errors are those of the denoising.',
  params,
  inputs: {
    in: {
      product: 'signal',
      doc: 'what counts.anscombe made, or what was made of it',
      needs: { intensity: ['stabilised'], noise: ['gaussian', 'diagonal', 'correlated', 'unknown'] },
    },
  },
  output: 'signal',
  cite: [
    'Mäkitalo & Foi 2011, IEEE Trans. Image Process. 20, 99',
    'Mäkitalo & Foi 2013, IEEE Trans. Image Process. 22, 91',
  ],
  shapes: { counted },
  effect: ({ in: state }, p) => countedState(state as SignalState, p),
  cost: () => ({ passes: 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const readout = readoutOf(signal.intensity);
    const table = p.method === 'unbiased' ? tableFor(readout) : undefined;
    return withSignal(signal, {
      ...countedState(signal as unknown as SignalState, p),
      source: mappedRows(signal, context.shapeId('counted'), { method: p.method, readout, table } satisfies Args),
      history: [...signal.history, { step: 'counts.anscombe-inverse', version: 1, params: p }],
    });
  },
});

let kept: AnscombeInverse | undefined;

/** The table takes longer to make than most spectra to turn back: that of the last readout noise is kept. */
function tableFor(readout: number): AnscombeInverse {
  if (kept?.readout !== readout) kept = anscombeInverse(readout);
  return kept;
}

const readoutOf = (intensity: Intensity) => (intensity.kind === 'stabilised' ? intensity.readout : 0);

function countedState(state: SignalState, p: Params): SignalState {
  return {
    ...state,
    storage: 'dense',
    entriesPerPixel: state.spectral.size,
    intensity: COUNTS,
    noise: countedNoise(state, p),
  };
}

/** To first order errors are multiplied by the slope of the inverse, value by value: what is independent stays so. */
function countedNoise({ noise, intensity }: SignalState, { method }: Params): Noise {
  const { across } = noise;
  switch (noise.tag) {
    case 'gaussian':
      if (method === 'algebraic' && noise.sigma === 1 && readoutOf(intensity) === 0) return { ...poisson(), across };
      return { tag: 'diagonal', variance: `slope of the inverse² × ${noise.sigma}²`, across };
    case 'diagonal':
      return { tag: 'diagonal', variance: `slope of the inverse² × (${noise.variance})`, across };
    case 'correlated': {
      const { form } = noise;
      if (form.kind === 'response') {
        const done = form.of === 'background' ? 'a background was taken off the' : 'a scale was taken off the';
        throw inputError({
          code: 'background-taken-off',
          what: `${done} stabilised values: what is left cannot be turned back into counts`,
          expected: 'stabilised values as they were made',
          fix: 'turn them back first, then take it off',
        });
      }
      const why = `turned back from stabilised values; ${noise.why}`;
      return { ...noise, form: form.kind === 'low-rank' ? { kind: 'low-rank', rank: form.rank } : form, why };
    }
    default:
      return noise;
  }
}
