import {
  type AxisCorrection,
  correctedPosition,
  errorCurves,
  fitAxisCorrection,
  powersAt,
} from '../../kernels/index.ts';
import { type Axis, axisValue, axisValues, type Calibration, explicitAxis, narrowed } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import type { FoundLine } from './locate.ts';
import { endsOf, type WantedLine } from './references.ts';

export type Order = 0 | 1 | 2;

/** Points of the curves of an axis error: linear between them is good to a thousandth. */
const CURVE_POINTS = 17;
export const CORRECTION_TERMS = ['offset', 'scale', 'curvature'];
/** A reference whose uncertainty is said to be nothing is still not better than this of the width of its line. */
const LEAST_OF_WIDTH = 1e-6;
/** A line this much of its width away from where its reference ends up is not that reference. */
const IMPOSSIBLE = 0.75;
/** Residuals beyond so many errors are pointed out. */
export const SUSPICIOUS = 3;

/** Fewest references of an order: one that bends wants one more than it has parameters to be checked by. */
export const fewestOf = (order: Order) => (order === 2 ? 4 : order + 1);

/** As asked for, or an offset and, with two references and more, a scale. */
export function orderFor(asked: Order | undefined, references: number): Order {
  return asked ?? (references > 1 ? 1 : 0);
}

/** @throws SpectrailError `input/too-few-references` */
export function refuseTooFew(order: Order, references: number): void {
  if (references >= fewestOf(order)) return;
  throw inputError({
    code: 'too-few-references',
    what: `${references} reference${references === 1 ? '' : 's'} cannot carry a correction of order ${order}`,
    expected: `at least ${fewestOf(order)}`,
    fix: 'name more references, or take a lower order',
  });
}

/**
 * The correction that brings found lines to where they belong.
 * @throws SpectrailError `input/too-few-references` | `input/impossible-assignment`
 */
export function correctionOf(found: readonly FoundLine[], order: Order, unit: string): AxisCorrection {
  refuseTooFew(order, found.length);
  const points = {
    measured: Float64Array.from(found, ({ position }) => position),
    reference: Float64Array.from(found, ({ line }) => line.position),
    sigma: Float64Array.from(found, ({ line, sigma, fwhm }) =>
      Math.max(Math.sqrt(line.uncertainty * line.uncertainty + sigma * sigma), LEAST_OF_WIDTH * fwhm),
    ),
  };
  let correction: AxisCorrection;
  try {
    correction = fitAxisCorrection(points, order);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw inputError({
      code: 'too-few-references',
      what: `the references do not determine a correction of order ${order}: ${error.message}`,
      expected: 'references apart from one another',
      fix: 'take a lower order',
      cause: error,
    });
  }
  const wrong = found.findIndex(
    ({ fwhm, line }, i) => Math.abs(correction.residuals[i]) > IMPOSSIBLE * fwhm + SUSPICIOUS * line.uncertainty,
  );
  if (wrong >= 0) {
    throw inputError({
      code: 'impossible-assignment',
      what: `${found[wrong].line.name} would end up ${correction.residuals[wrong].toPrecision(3)} ${unit} from where it belongs, with a line of ${found[wrong].fwhm.toPrecision(3)} ${unit}`,
      expected: 'references that one correction brings to their places',
      fix: 'look at calibrate.check: a reference is misnamed, or the order is too low',
    });
  }
  return correction;
}

/** The axis with its positions corrected. Uniform stays uniform unless it is bent. */
export function correctAxis(
  axis: Axis,
  correction: AxisCorrection,
  origin: Omit<Calibration, 'errors' | 'fitted'>,
  node: string,
): Axis {
  const at = (position: number) => correctedPosition(correction, position);
  if (axis.kind === 'uniform' && correction.order < 2) {
    const first = at(axis.offset);
    const scale = axis.size > 1 ? (at(axisValue(axis, axis.size - 1)) - first) / (axis.size - 1) : axis.scale;
    const moved = { ...axis, offset: first, scale: correction.order === 0 ? axis.scale : scale };
    return withErrors(moved, correction, origin, node, axis);
  }
  const positions = axisValues(axis).map(at);
  refuseTurning(axis, positions);
  const { name, unit, role } = axis;
  return withErrors(explicitAxis({ name, unit, role, positions }), correction, origin, node, axis);
}

/** @throws SpectrailError `input/turning-axis` where corrected positions would go back and forth. */
export function refuseTurning(axis: Axis, positions: Float64Array): void {
  const sign = axisValue(axis, axis.size - 1) >= axisValue(axis, 0) ? 1 : -1;
  for (let j = 1; j < positions.length; j++) {
    if (sign * (positions[j] - positions[j - 1]) > 0) continue;
    throw inputError({
      code: 'turning-axis',
      what: `the corrected axis would turn round at ${positions[j].toPrecision(6)} ${axis.unit}`,
      expected: 'positions in one direction',
      fix: 'take a lower order, or references over more of the axis',
    });
  }
}

function withErrors(
  moved: Axis,
  correction: AxisCorrection,
  calibration: Omit<Calibration, 'errors' | 'fitted'>,
  node: string,
  old: Axis,
): Axis {
  const olds = curvePositions(old);
  const curves = errorCurves(correction.covariance, olds, (position) => powersAt(correction, position));
  return calibrated(moved, calibration, {
    positions: olds.map((position) => correctedPosition(correction, position)),
    curves: curves.map((values, k) => ({
      source: `axis of ${node}: ${CORRECTION_TERMS[k]}`,
      values: Array.from(values),
    })),
  });
}

/** Ascending, from one end of an axis to the other. */
export function curvePositions(axis: Axis): number[] {
  const [low, high] = endsOf(axis);
  if (!(high > low)) return [low];
  return Array.from({ length: CURVE_POINTS }, (_, i) => low + ((high - low) * i) / (CURVE_POINTS - 1));
}

/** With the errors that its calibration has, and the largest of them. */
export function calibrated(
  axis: Axis,
  calibration: Omit<Calibration, 'errors' | 'fitted'>,
  errors: NonNullable<Calibration['errors']>,
): Axis {
  return narrowed({ ...axis, calibration: { ...calibration, fitted: true, errors } });
}

/** What all references share when none of them is absolute: positions on the axis are relative to it. */
export function relativeTo(lines: readonly WantedLine[], own: boolean): string | undefined {
  const relative = lines.filter(({ conventional, feature }) => conventional || (own && feature === 'maximum'));
  return relative.length === lines.length && lines.length > 0 ? relative.map(({ name }) => name).join(', ') : undefined;
}
