import { z } from 'zod';
import type { AxisCorrection } from '../../kernels/index.ts';
import type { Shift } from '../../signal/shift.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { spectrumSum } from '../mean-spectrum.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import {
  calibration,
  describeCorrection,
  orderParam,
  plannedAxis,
  refuseOtherUnit,
  warningsOf,
} from './calibration.ts';
import { correctAxis, orderFor, refuseTooFew, relativeTo } from './correct-axis.ts';
import { plannedLines, referenceParams } from './references.ts';

const params = z.strictObject({ ...referenceParams, order: orderParam });
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'calibrate.axis',
  version: 1,
  title: 'Calibrated axis',
  summary:
    'Fits the lines of a standard and moves the spectral axis so that they are where they belong. Values stay as they are; the axis gets the uncertainty of its calibration at every position.',
  params,
  // Lines that the spectra which every step is tried on happen to have: of the one or of the other.
  example: { references: [1, 2.74, 4, 11].map((position) => ({ position })), missing: 'skip' },
  inputs: {
    in: { product: 'signal', doc: 'signal whose axis is to be corrected' },
    standard: {
      product: 'signal',
      default: 'in',
      doc: 'spectrum of the standard, taken with the same settings; its mean is used',
    },
  },
  output: 'signal',
  cite: ['Fischler & Bolles 1981, Commun. ACM 24, 381', 'Cash 1979, Astrophys. J. 228, 939'],
  shapes: { spectrumSum },
  effect: ({ in: state, standard }, p) => effectOf(state as SignalState, standard as SignalState, p),
  cost: ({ standard }) => {
    const channels = (standard as SignalState).spectral.size;
    return { passes: 1, keeps: 0, works: 40 * channels, lane: 16 * channels };
  },
  async run(context, inputs, p) {
    const [signal, standard] = [inputs.in as Signal, inputs.standard as Signal];
    const { found, correction } = await calibration(context, standard, p);
    const own = inputs.in === inputs.standard;
    const { unit } = signal.spectral;
    const spectral = correctAxis(
      signal.spectral,
      correction,
      {
        origin: `${found.map(({ line }) => line.name).join(', ')}${own ? '' : ` of ${standard.title || 'a standard'}`}`,
        relativeTo: relativeTo(
          found.map(({ line }) => line),
          own,
        ),
      },
      context.node,
    );
    context.note(describeCorrection(correction, unit));
    for (const warning of warningsOf(found, correction, spectral)) context.note(warning);
    return withSignal(signal, {
      spectral,
      shift: scaledShift(signal.shift, correction),
      history: [...signal.history, { step: 'calibrate.axis', version: 1, params: p as never }],
    });
  },
});

function effectOf(state: SignalState, standard: SignalState, p: Params): SignalState {
  refuseOtherUnit(state, standard);
  const lines = plannedLines(standard, p);
  // A set of lines is more than one name says.
  if (lines) refuseTooFew(orderFor(p.order, lines.length), lines.length);
  return { ...state, spectral: plannedAxis(state.spectral, p.order === 2, 'its references') };
}

/** Offsets in units of the corrected axis. */
function scaledShift(shift: Shift, { order, values, span }: AxisCorrection): Shift {
  const scale = order > 0 ? 1 + values[1] / span : 1;
  if (scale === 1 || shift.state === 'unmeasured') return shift;
  const within = shift.within * scale;
  if (shift.state !== 'map') return { ...shift, within };
  const offsets = shift.offsets.map((offset) => offset * scale);
  return { ...shift, within, offsets, uncertainty: shift.uncertainty * scale };
}
