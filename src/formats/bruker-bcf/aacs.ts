import { Unzlib } from 'fflate';
import { formatError } from '../../signal/errors.ts';

/**
 * The compression layer of the container. Facts: 128 bytes of header (signature `AACS`, block size at 4, number of
 * blocks at 12), then the blocks: 16 bytes (stored length, true length, …) and a zlib stream each.
 */
const HEAD = 0x80;
const BLOCK_HEAD = 16;
/** Blank image planes shrink a thousandfold, so the first bytes are free of the ratio cap. */
const FREE_BYTES = 1 << 26;
const RATIO = 50;
/** Compressed bytes handed over at a time: bounds how far a lying block runs past its declared length. */
const STRIDE = 1 << 15;

export function isCompressed(content: Uint8Array): boolean {
  return content.length >= HEAD && String.fromCharCode(...content.subarray(0, 4)) === 'AACS';
}

/**
 * Joins the decompressed blocks. Memory is bounded by what the blocks declare, and that by the stored size.
 * @throws SpectrailError `format/bad-compression`, `format/zip-bomb`.
 */
export function inflateBlocks(content: Uint8Array, where: string): Uint8Array {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const count = view.getUint32(12, true);
  let total = 0;
  let at = HEAD;
  for (let i = 0; i < count; i++) {
    if (at + BLOCK_HEAD > content.length) throw corrupt(where, i, 'starts behind the end of the data');
    const stored = view.getUint32(at, true);
    total += view.getUint32(at + 4, true);
    at += BLOCK_HEAD + stored;
    if (at > content.length) throw corrupt(where, i, 'runs past the end of the data');
  }
  if (total > FREE_BYTES + RATIO * content.length) throw bomb(where, `${total} bytes from ${content.length}`);
  const out = new Uint8Array(total);
  let filled = 0;
  at = HEAD;
  for (let i = 0; i < count; i++) {
    const [stored, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    at += BLOCK_HEAD;
    inflateBlock(content.subarray(at, at + stored), out.subarray(filled, filled + length), where, i);
    filled += length;
    at += stored;
  }
  return out;
}

function inflateBlock(stored: Uint8Array, out: Uint8Array, where: string, block: number): void {
  let filled = 0;
  const stream = new Unzlib((piece) => {
    if (filled + piece.length > out.length) throw bomb(where, `block ${block} beyond its ${out.length} bytes`);
    out.set(piece, filled);
    filled += piece.length;
  });
  try {
    for (let at = 0; at < stored.length; at += STRIDE) {
      stream.push(stored.subarray(at, at + STRIDE), at + STRIDE >= stored.length);
    }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'SpectrailError') throw cause;
    throw corrupt(where, block, `cannot be decompressed (${cause instanceof Error ? cause.message : cause})`, cause);
  }
  if (filled !== out.length) throw corrupt(where, block, `holds ${filled} bytes instead of ${out.length}`);
}

function corrupt(where: string, block: number, what: string, cause?: unknown) {
  return formatError({
    code: 'bad-compression',
    where,
    what: `compressed block ${block} ${what}`,
    fix: 'the file is damaged: copy it again from the instrument',
    cause,
  });
}

function bomb(where: string, what: string) {
  return formatError({
    code: 'zip-bomb',
    where,
    what: `the compressed data would expand to ${what}`,
    expected: `at most ${FREE_BYTES} bytes plus ${RATIO} times the stored size`,
  });
}
