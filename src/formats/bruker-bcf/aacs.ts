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

function corrupt(where: string, block: number, what: string) {
  return formatError({
    code: 'bad-compression',
    where,
    what: `compressed block ${block} ${what}`,
    fix: 'the file is damaged: copy it again from the instrument',
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
