import { axisValue } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import { meanSpectrum } from '../mean-spectrum.ts';
import type { SignalState } from '../state.ts';
import type { InputSpec, Needs, StepContext } from '../step.ts';

/** Whatever is proportional to what was detected, and what was normalised before; on one axis for all pixels. */
export const SPECTRA: Needs = {
  intensity: ['counts', 'counts-per-unit', 'rate', 'normalised', 'dimensionless'],
  shift: 'refuses',
};

/** Spectra that a reference is learned from; where a recipe does not give them, those that are normalised. */
export const referenceInput: InputSpec = {
  product: 'signal',
  doc: 'spectra that the reference is made of; default: those that are normalised',
  default: 'in',
  needs: SPECTRA,
};

/** Channels by which the axes of two signals may differ. */
const NEAR = 0.1;

/** @throws SpectrailError `input/other-axis` where another input has another spectral axis. */
export function checkSameAxis(name: string, one: SignalState, other: SignalState): void {
  const [a, b] = [one.spectral, other.spectral];
  const last = a.size - 1;
  const pitch = Math.abs(axisValue(a, last) - axisValue(a, 0)) / Math.max(1, last);
  const apart = (j: number) => Math.abs(axisValue(a, j) - axisValue(b, j));
  if (a.size === b.size && [0, last >> 1, last].every((j) => apart(j) <= NEAR * pitch)) return;
  const [asked, given] = [a, b].map((axis) =>
    `${axis.size} channels from ${axisValue(axis, 0)} to ${axisValue(axis, axis.size - 1)} ${axis.unit}`.trim(),
  );
  throw inputError({
    code: 'other-axis',
    what: `the input "${name}" has ${given}`,
    expected: asked,
    fix: 'crop or rebin it to the axis of the spectra',
  });
}

/** The mean of all spectra that count, without their pedestal; says what it was learned from. */
export async function learnMean(context: StepContext, { in: signal, reference }: Readonly<Record<string, Signal>>) {
  const mean = await meanSpectrum(context, reference);
  const pedestal = reference.noise.tag === 'poisson' ? reference.noise.offset : 0;
  context.note(`the reference is the mean of ${learnedFrom(signal, reference)}`);
  return pedestal === 0 ? mean : mean.map((value) => value - pedestal);
}

/** "120 spectra, those that are normalised". */
export function learnedFrom(signal: Signal, reference: Signal): string {
  const which = reference === signal ? 'those that are normalised' : `of the input "reference" (${reference.title})`;
  return `${countedSpectra(reference)} spectra, ${which}`;
}

/** Pixels that are not masked. */
export function countedSpectra({ mask, navigation }: Signal): number {
  return pixelCount({ navigation }) - (mask.pixels?.reduce((n, code) => n + (code ? 1 : 0), 0) ?? 0);
}
