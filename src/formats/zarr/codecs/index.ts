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
  if (load) return (await load()).decode(stored, size, where);
  throw formatError({
    code: 'unknown-codec',
    where,
    what: `the values are packed with "${compressor.id}"`,
    expected: `no compressor, or one of ${Object.keys(CODECS).join(', ')}`,
    fix: 'save them with another compressor',
  });
}

export type { CodecConfig } from './codec.ts';
