import { Gunzip, Inflate, Unzlib } from 'fflate';
import { formatError, isSpectrailError } from '../signal/errors.ts';

/** Deflated bytes on their own, or in the wrapping of zlib or gzip. */
export type Wrapping = 'deflate' | 'zlib' | 'gzip';

const STREAMS = { deflate: Inflate, zlib: Unzlib, gzip: Gunzip } as const;
/** Compressed bytes handed over at a time: bounds how far a lying stream runs past its declared length. */
const STRIDE = 1 << 15;

/**
 * Decompresses into `out`, which must be filled exactly.
 * @throws SpectrailError `format/bad-compression`, `format/zip-bomb` for more bytes than that.
 */
export function inflateInto(stored: Uint8Array, out: Uint8Array, wrapping: Wrapping, where: string): void {
  let filled = 0;
  const stream = new STREAMS[wrapping]((piece) => {
    if (filled + piece.length > out.length) {
      throw formatError({
        code: 'zip-bomb',
        where,
        what: `the compressed data expand beyond their ${out.length} bytes`,
        expected: `${out.length} bytes`,
        fix: 'the file is damaged: copy it again',
      });
    }
    out.set(piece, filled);
    filled += piece.length;
  });
  try {
    for (let at = 0; at < stored.length; at += STRIDE) {
      stream.push(stored.subarray(at, at + STRIDE), at + STRIDE >= stored.length);
    }
  } catch (cause) {
    if (isSpectrailError(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : cause;
    throw corrupt(where, `cannot be decompressed (${why})`, `a complete ${wrapping} stream`, cause);
  }
  if (filled !== out.length) throw corrupt(where, `hold ${filled} bytes`, `${out.length} bytes`);
}

function corrupt(where: string, what: string, expected: string, cause?: unknown) {
  return formatError({
    code: 'bad-compression',
    where,
    what: `the compressed data ${what}`,
    expected,
    fix: 'the file is damaged: copy it again from where it was made',
    cause,
  });
}
