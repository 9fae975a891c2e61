import { formatError } from '../../../signal/errors.ts';
import { badChunk, type Codec, type CodecConfig } from './codec.ts';

/** Compressors by their names in `.zarray`; code loads when it is used. */
const CODECS: Readonly<Record<string, () => Promise<Codec>>> = {
  blosc: async () => (await import('./blosc.ts')).default,
  zstd: async () => (await import('./zstd.ts')).default,
  lz4: async () => (await import('./lz4.ts')).default,
  zlib: async () => (await import('./deflate.ts')).deflateCodec('zlib'),
  gzip: async () => (await import('./deflate.ts')).deflateCodec('gzip'),
};

/**
 * Most bytes that one stored byte can unpack to: a block of Zstandard, also inside Blosc, gives 128 KiB for 4 bytes
 * (RFC 8878), LZ4 and its kin 255 for one more byte of length, deflate 1032.
 */
const MOST_PACKED: Readonly<Record<string, number>> = {
  blosc: 2 ** 15,
  zstd: 2 ** 15,
  lz4: 255,
  zlib: 1032,
  gzip: 1032,
};

/** Most bytes that a chunk of `stored` bytes can hold. */
export function unpackedLimit(compressor: CodecConfig | null, stored: number): number {
  return compressor && Object.hasOwn(MOST_PACKED, compressor.id) ? stored * MOST_PACKED[compressor.id] : stored;
}

/**
 * The `size` bytes of a chunk.
 * @throws SpectrailError `format/unknown-codec`, `format/bad-chunk`, `format/bad-compression`, `format/zip-bomb`.
 */
export async function decodeChunk(
  compressor: CodecConfig | null,
  stored: Uint8Array,
  size: number,
  where: string,
): Promise<Uint8Array> {
  if (compressor === null) {
    if (stored.length !== size) throw badChunk(where, `it has ${stored.length} bytes, not ${size}`);
    return stored;
  }
  const load = Object.hasOwn(CODECS, compressor.id) ? CODECS[compressor.id] : undefined;
  if (load) {
    if (size > unpackedLimit(compressor, stored.length)) {
      throw badChunk(where, `${stored.length} bytes cannot hold ${size}`);
    }
    return (await load()).decode(stored, size, where);
  }
  throw formatError({
    code: 'unknown-codec',
    where,
    what: `the values are packed with "${compressor.id}"`,
    expected: `no compressor, or one of ${Object.keys(CODECS).join(', ')}`,
    fix: 'save them with another compressor',
  });
}

export type { CodecConfig } from './codec.ts';
