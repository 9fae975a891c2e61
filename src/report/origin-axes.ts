import { type Axis, axisValue } from '../signal/axis.ts';
import { modality } from '../signal/modality.ts';
import { mapShape } from '../signal/signal.ts';
import type { Origin } from '../steps/products.ts';
import { decimalsFor, formatFixed } from './numbers.ts';

/** "X-ray energy (keV)" */
export function spectralLabel({ spectral, modality: id }: Pick<Origin, 'spectral' | 'modality'>): string {
  const name = spectral.name || modality(id).axisName;
  return spectral.unit ? `${name} (${spectral.unit})` : `${name} (uncalibrated)`;
}

/** One position on the spectral axis, to the digits its channels can tell apart: "5.41 keV". */
export function formatPosition(value: number, spectral: Axis): string {
  return withUnit(formatFixed(value, channelDecimals(spectral)), spectral.unit);
}

/** "5.31–5.51 keV" */
export function formatBand([low, high]: readonly [number, number], spectral: Axis): string {
  const decimals = channelDecimals(spectral);
  return withUnit(`${formatFixed(low, decimals)}–${formatFixed(high, decimals)}`, spectral.unit);
}

function channelDecimals(spectral: Axis): number {
  if (spectral.size < 2) return 3;
  return decimalsFor(Math.abs(axisValue(spectral, spectral.size - 1) - axisValue(spectral, 0)) / (spectral.size - 1));
}

function withUnit(text: string, unit: string): string {
  return unit ? `${text}\u00a0${unit}` : text;
}

/** "64 × 64 pixels", "a line of 128 pixels", "a single spectrum" */
export function describeNavigation(navigation: readonly Axis[]): string {
  const { height, width } = mapShape(navigation);
  if (height * width === 1) return 'a single spectrum';
  if (navigation.length < 2 || height === 1) return `a line of ${height * width} pixels`;
  return `${navigation.map(({ size }) => size).join(' × ')} pixels`;
}

/** Shape of a map for arrays: one number a navigation axis. */
export function navigationShape(navigation: readonly Axis[]): number[] {
  return navigation.length ? navigation.map(({ size }) => size) : [1];
}

/** For column names: "energy_keV" */
export function spectralColumn(spectral: Axis): string {
  const unit = spectral.unit.replace(/[^\p{L}\p{N}]+/gu, '_');
  return unit ? `position_${unit}` : 'position';
}
