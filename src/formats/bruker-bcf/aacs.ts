import { formatError } from '../../signal/errors.ts';
import { inflateInto } from '../inflate.ts';

/**
 * The compression layer of the container. Facts: 128 bytes of header (signature `AACS`, block size at 4, number of
 * blocks at 12), then the blocks: 16 bytes (stored length, true length, …) and a zlib stream each.
 */
const HEAD = 0x80;
const BLOCK_HEAD = 16;
/** Blank image planes shrink a thousandfold, so the first bytes are free of the ratio cap. */
const FREE_BYTES = 1 << 26;
const RATIO = 50;
/** Deflate cannot pack more than this into one byte. */
const DEFLATE_LIMIT = 1032;

export function isCompressed(content: Uint8Array): boolean {
  return content.length >= HEAD && String.fromCharCode(...content.subarray(0, 4)) === 'AACS';
}

/** Bytes that composite files of `stored` bytes can hold once unpacked. */
export function unpackedBytes(stored: number): number {
  return Math.min(DEFLATE_LIMIT * stored, FREE_BYTES + RATIO * stored);
}

/**
 * Joins the decompressed blocks. Memory is bounded by what the blocks declare; that by their stored size, and by `most`
 * bytes in all.
 * @throws SpectrailError `format/bad-compression`, `format/zip-bomb`.
 */
export function inflateBlocks(content: Uint8Array, most: number, where: string): Uint8Array {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const count = view.getUint32(12, true);
  let total = 0;
  let at = HEAD;
  for (let i = 0; i < count; i++) {
    if (at + BLOCK_HEAD > content.length) throw outside(where, i, at + BLOCK_HEAD, content.length);
    const [stored, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    if (length > DEFLATE_LIMIT * stored) throw bomb(where, `${length} bytes in block ${i}`, DEFLATE_LIMIT * stored);
    total += length;
    at += BLOCK_HEAD + stored;
    if (at > content.length) throw outside(where, i, at, content.length);
  }
  if (total > most) throw bomb(where, `${total} bytes`, most);
  const out = new Uint8Array(total);
  let filled = 0;
  at = HEAD;
  for (let i = 0; i < count; i++) {
    const [stored, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    at += BLOCK_HEAD;
    inflateInto(
      content.subarray(at, at + stored),
      out.subarray(filled, filled + length),
      'zlib',
      `${where}, block ${i}`,
    );
    filled += length;
    at += stored;
  }
  return out;
}

function outside(where: string, block: number, end: number, length: number) {
  return corrupt(where, block, `ends at byte ${end} of the ${length} there are`, 'blocks inside the data');
}

function corrupt(where: string, block: number, what: string, expected: string) {
  return formatError({
    code: 'bad-compression',
    where,
    what: `compressed block ${block} ${what}`,
    expected,
    fix: 'the file is damaged: copy it again from the instrument',
  });
}

function bomb(where: string, what: string, most: number) {
  return formatError({
    code: 'zip-bomb',
    where,
    what: `the compressed data would expand to ${what}`,
    expected: `at most ${most} bytes`,
    fix: 'the file is damaged or made to exhaust memory: copy it again from the instrument',
  });
}
