import { badChunk } from './codec.ts';
import { repeat } from './lz4.ts';

/** Farther matches state their distance in two bytes of their own. */
const NEAR = 8191;

/**
 * One block of BloscLZ, the built-in compressor of Blosc 1 (a descendant of FastLZ level 2): it must fill `out` exactly.
 * @throws SpectrailError `format/bad-chunk`.
 */
export function decodeBloscLz(stored: Uint8Array, out: Uint8Array, where: string): void {
  const end = stored.length;
  let at = 0;
  let to = 0;
  while (at < end) {
    const control = at === 0 ? stored[at++] & 31 : stored[at++];
    if (control < 32) {
      const literals = control + 1;
      if (at + literals > end || to + literals > out.length) throw badChunk(where, 'literals run past an end');
      out.set(stored.subarray(at, at + literals), to);
      at += literals;
      to += literals;
      continue;
    }
    let length = (control >> 5) - 1;
    if (length === 6) {
      let more = 255;
      while (more === 255 && at < end) length += more = stored[at++];
    }
    length += 3;
    const high = (control & 31) << 8;
    const low = stored[at++];
    let distance = high + low + 1;
    if (low === 255 && high === 31 << 8) {
      distance = (stored[at] << 8) + stored[at + 1] + NEAR + 1;
      at += 2;
    }
    if (!(at <= end && distance <= to && to + length <= out.length)) {
      throw badChunk(where, 'a match points outside the data');
    }
    to = repeat(out, to, distance, length);
  }
  if (to !== out.length) throw badChunk(where, `it unpacks to ${to} bytes, not ${out.length}`);
}
