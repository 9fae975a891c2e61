import { z } from 'zod';
import type { AxisCorrection } from '../../kernels/index.ts';
import type { Axis } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import type { Signal } from '../../signal/signal.ts';
import { numberOf } from '../../signal/vocabulary.ts';
import type { SignalState } from '../state.ts';
import type { StepContext } from '../step.ts';
import { correctionOf, type Order, orderFor, SUSPICIOUS } from './correct-axis.ts';
import { type FoundLine, locateLines, RESOLVED_CHANNELS } from './locate.ts';
import { type ReferenceParams, shapeOf, toleranceOf, wantedLines } from './references.ts';
import { standardSpectrum } from './standard-spectrum.ts';

export const orderParam = z
  .union([z.literal(0), z.literal(1), z.literal(2)])
  .optional()
  .describe(
    'of the correction: 0 an offset, 1 and a scale, 2 and a curvature (four references and more). Default: 1, with one reference 0',
  );

/** As it was, said to be found from values that a plan does not know. */
export function plannedAxis(axis: Axis, listed: boolean, origin: string): Axis {
  const calibration = { origin, fitted: true } as const;
  if (!listed || axis.kind === 'explicit') return { ...axis, calibration };
  const { name, unit, role, size, offset, scale } = axis;
  const positions = Float64Array.from({ length: size }, (_, j) => offset + scale * j);
  return { kind: 'explicit', name, unit, role, size, positions, calibration };
}

/** @throws SpectrailError `input/unit-mismatch` */
export function refuseOtherUnit(state: Pick<SignalState, 'spectral'>, standard: Pick<SignalState, 'spectral'>): void {
  if (state.spectral.unit === standard.spectral.unit) return;
  throw inputError({
    code: 'unit-mismatch',
    what: `the axis is in "${state.spectral.unit}", that of the standard in "${standard.spectral.unit}"`,
    expected: 'a standard on the same axis',
  });
}

/** The lines of a standard and what they say about its axis. */
export async function calibration(
  context: StepContext,
  standard: Signal,
  p: ReferenceParams & { readonly order?: Order },
): Promise<{ found: FoundLine[]; correction: AxisCorrection }> {
  const { modality, spectral, metadata } = standard;
  const state = { modality, spectral };
  const lines = wantedLines(state, p, p.laser ?? numberOf(metadata, 'instrument_Laser.wavelength'));
  const found = locateLines(await standardSpectrum(context, standard), lines, {
    shape: shapeOf(state, p),
    tolerance: toleranceOf(state, p.tolerance),
    scale: orderFor(p.order, lines.length) > 0,
    missing: p.missing,
    unit: spectral.unit,
  });
  return { found, correction: correctionOf(found, orderFor(p.order, found.length), spectral.unit) };
}

/** "+0.310", "−2.30". */
export const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toPrecision(3)}`;

/** "offset +0.31 eV at 569 eV, scale 1.0004". */
export function describeCorrection(correction: AxisCorrection, unit: string): string {
  const { values, pivot, span, order, freedom, chiSquare } = correction;
  const parts = [`offset ${signed(values[0])} ${unit} at ${pivot.toPrecision(5)} ${unit}`];
  if (order > 0) parts.push(`scale ${(1 + values[1] / span).toFixed(6)}`);
  if (order > 1) parts.push(`curvature ${signed(values[2])} ${unit} over ±${span.toPrecision(4)} ${unit}`);
  parts.push(freedom > 0 ? `χ²/ν ${chiSquare.toPrecision(3)} over ${freedom}` : 'no reference is left to check it by');
  return parts.join(', ');
}

/** What a reader should know before trusting the axis. */
export function warningsOf(found: readonly FoundLine[], correction: AxisCorrection, axis: Axis): string[] {
  const { unit, calibration: made } = axis;
  const warnings = found.flatMap(({ line, channels }, i) => [
    ...(Math.abs(correction.studentised[i]) > SUSPICIOUS
      ? [
          `${line.name} is ${signed(correction.residuals[i])} ${unit} (${Math.abs(correction.studentised[i]).toPrecision(2)} σ) from where the others put it: another line, or the order is too low`,
        ]
      : []),
    ...(channels < RESOLVED_CHANNELS
      ? [`${line.name} is ${channels.toPrecision(2)} channels wide: its position may be off by a tenth of a channel`]
      : []),
  ]);
  if (made?.relativeTo) {
    warnings.push(`positions are relative to ${made.relativeTo}: a shift of that itself cannot be seen any more`);
  }
  return warnings;
}
