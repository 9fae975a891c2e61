/**
 * What is known about the drift of the spectral axis across pixels. Alignment writes a map here instead of resampling.
 * Values in the unit of the spectral axis.
 */
export type Shift =
  | { readonly state: 'unmeasured' }
  /** Drift known to stay within ± `within` (0: the axis is common by construction or aligned to the channel). */
  | { readonly state: 'bounded'; readonly within: number; readonly origin: string }
  /** Offsets per pixel, with their uncertainty. */
  | {
      readonly state: 'map';
      readonly offsets: Float64Array;
      readonly uncertainty: number;
      readonly validChannels: readonly [number, number];
      readonly origin: string;
    };

export const UNMEASURED: Shift = { state: 'unmeasured' };

/** Largest drift across the map, or undefined when unmeasured. */
export function driftExtent(shift: Shift): number | undefined {
  if (shift.state === 'unmeasured') return undefined;
  if (shift.state === 'bounded') return shift.within;
  let low = Infinity;
  let high = -Infinity;
  for (const offset of shift.offsets) {
    if (offset < low) low = offset;
    if (offset > high) high = offset;
  }
  return high >= low ? high - low : 0;
}
