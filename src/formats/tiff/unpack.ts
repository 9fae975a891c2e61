import { formatError } from '../../signal/errors.ts';
import { inflateInto } from '../inflate.ts';

/** Most bytes that one packed byte can become, by compression. LZW: a code of 12 bits stands for up to 4094 bytes. */
export const MOST_EXPANSION: Readonly<Record<number, number>> = { 1: 1, 5: 2730, 8: 1032, 32773: 64, 32946: 1032 };

/**
 * Unpacks a strip or a tile into `out`, which must be filled; what LZW, PackBits or no packing at all has beyond is left.
 * @throws SpectrailError `format/bad-compression`, `format/zip-bomb`.
 */
export function unpack(packed: Uint8Array, compression: number, out: Uint8Array, where: string): void {
  if (compression === 8 || compression === 32946) {
    inflateInto(packed, out, 'zlib', where);
    return;
  }
  const filled =
    compression === 5 ? unpackLzw(packed, out) : compression === 32773 ? unpackBits(packed, out) : copy(packed, out);
  if (filled >= out.length) return;
  throw formatError({
    code: 'bad-compression',
    where,
    what: `the ${packed.length} bytes unpack to ${filled}`,
    expected: `${out.length} bytes`,
    fix: 'the file is damaged: copy it again from where it was made',
  });
}

function copy(packed: Uint8Array, out: Uint8Array): number {
  out.set(packed.subarray(0, out.length));
  return packed.length;
}

/** Apple's PackBits: runs of one byte, and bytes as they are. */
function unpackBits(packed: Uint8Array, out: Uint8Array): number {
  let to = 0;
  for (let at = 0; at < packed.length && to < out.length; ) {
    const length = (packed[at++] << 24) >> 24;
    if (length === -128) continue;
    if (length < 0) {
      const end = Math.min(to + 1 - length, out.length);
      if (at >= packed.length) break;
      out.fill(packed[at++], to, end);
      to = end;
    } else {
      const piece = packed.subarray(at, Math.min(at + length + 1, at + out.length - to));
      out.set(piece, to);
      to += piece.length;
      at += length + 1;
    }
  }
  return to;
}

const CLEAR = 256;
const END = 257;

/** LZW as TIFF has it: codes of 9 to 12 bits, highest bit first, a code wider one step before it must. */
function unpackLzw(packed: Uint8Array, out: Uint8Array): number {
  const prefix = new Uint16Array(4096);
  const last = new Uint8Array(4096);
  const lengths = new Uint16Array(4096);
  for (let i = 0; i < 256; i++) {
    last[i] = i;
    lengths[i] = 1;
  }
  let [next, width, previous, bits, held, to] = [258, 9, -1, 0, 0, 0];
  for (let at = 0; to < out.length; ) {
    while (bits < width && at < packed.length) {
      held = ((held << 8) | packed[at++]) & 0xffffff;
      bits += 8;
    }
    if (bits < width) break;
    const code = (held >> (bits - width)) & ((1 << width) - 1);
    bits -= width;
    if (code === END) break;
    if (code === CLEAR) {
      [next, width, previous] = [258, 9, -1];
      continue;
    }
    const known = code < 256 || (code > END && code < next);
    if (!known && (code !== next || previous < 0)) break;
    const length = known ? lengths[code] : lengths[previous] + 1;
    let walk = known ? code : previous;
    let end = to + length;
    if (!known) end--;
    for (let i = end - 1; i >= to; i--) {
      if (i < out.length) out[i] = last[walk];
      walk = prefix[walk];
    }
    if (!known && end < out.length) out[end] = out[to];
    if (previous >= 0 && next < 4096) {
      prefix[next] = previous;
      last[next] = out[to];
      lengths[next] = lengths[previous] + 1;
      next++;
    }
    previous = code;
    to += length;
    if (next >= (1 << width) - 1 && width < 12) width++;
  }
  return to;
}

/** Undoes the difference of each value from its left neighbour of the same sample, row by row, in the machine's order. */
export function addLeft(row: Uint8Array, bytes: number, samples: number): void {
  const values =
    bytes === 1
      ? row
      : bytes === 2
        ? new Uint16Array(row.buffer, row.byteOffset, row.length >> 1)
        : new Uint32Array(row.buffer, row.byteOffset, row.length >> 2);
  for (let i = samples; i < values.length; i++) values[i] += values[i - samples];
}

/**
 * Undoes the floating-point predictor (Adobe, TIFF technical note 3): bytes are differences, and those of equal significance
 * stand together, the most significant first. Gives little-endian values.
 */
export function gatherFloats(row: Uint8Array, bytes: number, samples: number): void {
  for (let i = samples; i < row.length; i++) row[i] += row[i - samples];
  const count = row.length / bytes;
  const planes = row.slice();
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < bytes; b++) row[i * bytes + b] = planes[(bytes - 1 - b) * count + i];
  }
}
