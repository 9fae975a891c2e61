/** Why a value does not count. Code 0 means valid. */
export const MASK_REASONS = [
  'valid',
  'dead',
  'saturated',
  'spike',
  'outside axis',
  'not acquired',
  'not a number',
  'no background',
] as const;
export type MaskReason = (typeof MASK_REASONS)[number];

/** Invalid pixels and channels, with reasons. Kernels skip them, statistics count what is valid; NaN is never a flag. */
export interface Mask {
  /** One reason code per pixel. */
  readonly pixels?: Uint8Array;
  /** One reason code per channel. */
  readonly channels?: Uint8Array;
}

export const NOTHING_MASKED: Mask = {};

export function reasonCode(reason: MaskReason): number {
  return MASK_REASONS.indexOf(reason);
}

/** "12 pixels not acquired, 3 channels dead"; '' when nothing is masked. */
export function describeMask(mask: Mask): string {
  const parts: string[] = [];
  for (const [what, codes] of [
    ['pixels', mask.pixels],
    ['channels', mask.channels],
  ] as const) {
    if (!codes) continue;
    const tally = new Map<number, number>();
    for (const code of codes) if (code) tally.set(code, (tally.get(code) ?? 0) + 1);
    for (const [code, n] of tally) parts.push(`${n} ${what} ${MASK_REASONS[code]}`);
  }
  return parts.join(', ');
}
