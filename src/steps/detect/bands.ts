import { lineFwhm } from '../../reference/index.ts';
import { type Axis, axisValue } from '../../signal/axis.ts';
import type { ModalityId } from '../../signal/modality.ts';
import { convertUnit, isKnownUnit } from '../../signal/units.ts';

/**
 * Energy bands as pairs of neighbouring half-bands, so that bands overlap by half and a line never falls between two.
 * Channels [edges[h], edges[h+1]) form half-band h; band b is half-bands b and b+1.
 */
export interface Bands {
  readonly edges: Uint32Array;
  readonly count: number;
}

const DEFAULT_RESOLUTION_EV = 130;
const FALLBACK_BANDS = 48;

/**
 * Bands as wide as a line: for EDS the detector's FWHM at each energy, else 1/24 of the axis or what the user says.
 * @param width full width of a band in the unit of the axis; undefined: automatic
 */
export function makeBands(axis: Axis, modality: ModalityId, width: number | undefined, resolutionEV?: number): Bands {
  const edges: number[] = [0];
  while (edges[edges.length - 1] < axis.size) {
    const from = edges[edges.length - 1];
    const half = halfWidth(axis, from, modality, width, resolutionEV) / channelPitch(axis, from);
    edges.push(Math.min(axis.size, from + Math.max(1, Math.round(half))));
  }
  if (edges.length === 2) edges.push(edges[1]);
  return { edges: Uint32Array.from(edges), count: edges.length - 2 };
}

function halfWidth(
  axis: Axis,
  channel: number,
  modality: ModalityId,
  width: number | undefined,
  resolutionEV?: number,
): number {
  if (width !== undefined) return width / 2;
  if (modality === 'eds' && isKnownUnit(axis.unit)) {
    const energy = Math.max(0.1, convertUnit(axisValue(axis, channel), axis.unit, 'keV'));
    const fwhm = lineFwhm(energy, resolutionEV ?? DEFAULT_RESOLUTION_EV);
    return convertUnit(fwhm, 'keV', axis.unit) / 2;
  }
  return (Math.abs(axisValue(axis, axis.size - 1) - axisValue(axis, 0)) || 1) / FALLBACK_BANDS;
}

function channelPitch(axis: Axis, channel: number): number {
  if (axis.size < 2) return 1;
  const at = Math.min(channel, axis.size - 2);
  return Math.abs(axisValue(axis, at + 1) - axisValue(axis, at)) || 1;
}

/** Channels [first, end) of band b. */
export function bandChannels({ edges }: Bands, band: number): [number, number] {
  return [edges[band], edges[Math.min(band + 2, edges.length - 1)]];
}

/** Half-band of every channel. */
export function halfBandOf({ edges }: Bands, channels: number): Uint16Array {
  const out = new Uint16Array(channels);
  for (let h = 0; h + 1 < edges.length; h++) out.fill(h, edges[h], edges[h + 1]);
  return out;
}
