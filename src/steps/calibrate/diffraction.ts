import { z } from 'zod';
import { type DiffractionErrors, type DiffractionTerm, errorCurves, shiftsAt, trueAngle } from '../../kernels/index.ts';
import { type Axis, axisValues, explicitAxis } from '../../signal/axis.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { spectrumSum } from '../mean-spectrum.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { plannedAxis, refuseOtherUnit } from './calibration.ts';
import { calibrated, curvePositions, refuseTurning } from './correct-axis.ts';
import { correlation, describeErrors, diffractometerOf, diffractometerParams, radiusOf } from './diffractometer.ts';

const params = z.strictObject(diffractometerParams);
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'calibrate.diffraction',
  version: 1,
  title: 'Calibrated diffractometer',
  summary:
    'Takes zero error, specimen displacement and transparency off the 2θ axis by the lines of a standard powder, Kα₁ and Kα₂ fitted together. Values stay as they are. By a powder beside the specimen instead of in it, only the zero error is taken off: the displacement is that of the powder.',
  params,
  // Lines 100 and 220 are then where the spectra that every step is tried on have theirs.
  example: params.parse({ powder: 'LaB6', wavelength: 0.2825, alpha2: 'none', terms: ['zero'] }),
  inputs: {
    in: { product: 'signal', doc: 'diffractogram whose axis is to be corrected', needs: { modality: ['xrd'] } },
    standard: {
      product: 'signal',
      default: 'in',
      doc: 'diffractogram of the powder on the same diffractometer; default: the powder is in the specimen',
      needs: { modality: ['xrd'] },
    },
  },
  output: 'signal',
  cite: ['Wilson 1963, Mathematical Theory of X-ray Powder Diffractometry', 'Black et al. 2020, Powder Diffr. 35, 17'],
  shapes: { spectrumSum },
  effect: ({ in: given, standard }, p) => {
    const state = given as SignalState;
    refuseOtherUnit(state, standard as SignalState);
    radiusOf(p);
    const own = given === standard;
    return {
      ...state,
      spectral: plannedAxis(state.spectral, !onlyZero(appliedTerms(p.terms, own)), `lines of ${p.powder}`),
    };
  },
  cost: ({ standard }) => {
    const channels = (standard as SignalState).spectral.size;
    return { passes: 1, keeps: 8 * channels, works: 40 * channels, lane: 16 * channels };
  },
  async run(context, inputs, p) {
    const [signal, standard] = [inputs.in as Signal, inputs.standard as Signal];
    const { errors, radius, found, warnings } = await diffractometerOf(context, standard, p);
    const own = inputs.in === inputs.standard;
    const applied = partOf(errors, appliedTerms(p.terms, own));
    context.note(`${found.length} lines of ${p.powder}: ${describeErrors(errors)}`);
    if (errors.terms.length > 1) {
      context.note(`correlation of ${errors.terms[0]} and ${errors.terms[1]} ${correlation(errors, 0, 1).toFixed(3)}`);
    }
    for (const warning of warnings) context.note(warning);
    if (applied.terms.length < errors.terms.length) {
      context.note(
        'the powder is not in the specimen: its displacement is its own, and only the zero error is taken off',
      );
    }
    const origin = `${found.length} lines of ${p.powder}${own ? '' : ' beside the specimen'}: ${describeErrors(applied)}`;
    return withSignal(signal, {
      spectral: correctedAngles(signal.spectral, applied, radius, origin, context.node),
      history: [...signal.history, { step: 'calibrate.diffraction', version: 1, params: p as never }],
    });
  },
});

/** What belongs to the diffractometer, and with a powder in the specimen to that, too. */
function appliedTerms(terms: readonly DiffractionTerm[], own: boolean): readonly DiffractionTerm[] {
  return own ? terms : terms.filter((term) => term === 'zero');
}

const onlyZero = (terms: readonly DiffractionTerm[]) => terms.every((term) => term === 'zero');

function partOf(errors: DiffractionErrors, terms: readonly DiffractionTerm[]): DiffractionErrors {
  const kept = terms.map((term) => errors.terms.indexOf(term));
  const n = errors.terms.length;
  return {
    ...errors,
    terms,
    values: Float64Array.from(kept, (k) => errors.values[k]),
    covariance: Float64Array.from(
      kept.flatMap((k) => kept.map((l) => [k, l])),
      ([k, l]) => errors.covariance[k * n + l],
    ),
  };
}

/** The axis without those errors: listed, unless a zero error is all there is. */
function correctedAngles(axis: Axis, errors: DiffractionErrors, radius: number, origin: string, node: string): Axis {
  const olds = curvePositions(axis);
  const positions = olds.map((angle) => trueAngle(errors, angle, radius));
  const curves = errorCurves(errors.covariance, positions, (angle) => shiftsAt(errors.terms, angle, radius));
  const named = curves.map((values, k) => ({
    source: `axis of ${node}: ${errors.terms[k]}`,
    values: Array.from(values),
  }));
  return calibrated(movedAxis(axis, errors, radius), { origin }, { positions, curves: named });
}

function movedAxis(axis: Axis, errors: DiffractionErrors, radius: number): Axis {
  if (axis.kind === 'uniform' && onlyZero(errors.terms))
    return { ...axis, offset: trueAngle(errors, axis.offset, radius) };
  const positions = axisValues(axis).map((angle) => trueAngle(errors, angle, radius));
  refuseTurning(axis, positions);
  const { name, unit, role } = axis;
  return explicitAxis({ name, unit, role, positions });
}
