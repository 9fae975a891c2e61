/**
 * What is known about the drift of the spectral axis across pixels. Alignment writes a map here instead of resampling.
 * Values in the unit of the spectral axis.
 */
export type Shift =
  | { readonly state: 'unmeasured' }
  /** Drift known to stay within ± `within` (0: the axis is common by construction or aligned to the channel). */
  | { readonly state: 'bounded'; readonly within: number; readonly origin: string }
  /** What a plan knows before a step has measured: no displacement will be beyond ± `within`. */
  | { readonly state: 'expected'; readonly within: number; readonly origin: string }
  /** How far the features of each pixel lie beside their place on the axis: position − offset is where they belong. */
  | {
      readonly state: 'map';
      readonly offsets: Float64Array;
      /** Standard uncertainty of an offset: root mean square over the pixels. */
      readonly uncertainty: number;
      /** None is beyond ± this. */
      readonly within: number;
      readonly origin: string;
    };

export const UNMEASURED: Shift = { state: 'unmeasured' };

/** Largest drift across the map, or undefined when unmeasured. */
export function driftExtent(shift: Shift): number | undefined {
  if (shift.state === 'unmeasured') return undefined;
  if (shift.state === 'bounded') return shift.within;
  if (shift.state === 'expected') return 2 * shift.within;
  let low = Infinity;
  let high = -Infinity;
  for (const offset of shift.offsets) {
    if (offset < low) low = offset;
    if (offset > high) high = offset;
  }
  return high >= low ? high - low : 0;
}

/** The displacements of some pixels only, where they are known one by one. */
export function selectShift(shift: Shift, pixels: ArrayLike<number>): Shift {
  if (shift.state !== 'map') return shift;
  return { ...shift, offsets: Float64Array.from(pixels, (i) => shift.offsets[i]) };
}
