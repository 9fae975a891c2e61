import { badChunk, type Codec } from './codec.ts';

/** Codec `lz4`: the unpacked size in four bytes, then one block. */
export default {
  async decode(stored, size, where) {
    const declared = stored.length < 4 ? -1 : new DataView(stored.buffer, stored.byteOffset).getUint32(0, true);
    if (declared !== size) throw badChunk(where, `it is said to unpack to ${declared} bytes, not ${size}`);
    const out = new Uint8Array(size);
    decodeLz4Block(stored.subarray(4), out, where);
    return out;
  },
} satisfies Codec;

/**
 * One block of LZ4 (LZ4 Block Format Description, 2022): it must fill `out` exactly.
 * @throws SpectrailError `format/bad-chunk`.
 */
export function decodeLz4Block(stored: Uint8Array, out: Uint8Array, where: string): void {
  const end = stored.length;
  let at = 0;
  let to = 0;
  while (at < end) {
    const token = stored[at++];
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < end) literals += more = stored[at++];
    }
    if (at + literals > end || to + literals > out.length) throw badChunk(where, 'LZ4 literals run past an end');
    out.set(stored.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === end) break;
    const distance = stored[at] | (stored[at + 1] << 8);
    at += 2;
    let length = token & 15;
    if (length === 15) {
      let more = 255;
      while (more === 255 && at < end) length += more = stored[at++];
    }
    length += 4;
    if (!(distance > 0 && distance <= to && to + length <= out.length)) {
      throw badChunk(where, 'an LZ4 match points outside the data');
    }
    to = repeat(out, to, distance, length);
  }
  if (to !== out.length) throw badChunk(where, `it unpacks to ${to} bytes, not ${out.length}`);
}

/** Copies `length` bytes from `distance` before `to`, which may overlap; the new end. */
export function repeat(out: Uint8Array, to: number, distance: number, length: number): number {
  if (distance >= length) {
    out.copyWithin(to, to - distance, to - distance + length);
    return to + length;
  }
  for (const stop = to + length; to < stop; to++) out[to] = out[to - distance];
  return to;
}
