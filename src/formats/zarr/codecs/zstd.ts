import { ZSTDDecoder } from 'zstddec';
import { badChunk, type Codec } from './codec.ts';

const MAGIC = 0xfd2fb528;

let ready: Promise<ZSTDDecoder> | undefined;

/** The decoder, once it can be called; the same for all. */
export function zstdDecoder(): Promise<ZSTDDecoder> {
  ready ??= (async () => {
    const decoder = new ZSTDDecoder();
    await decoder.init();
    return decoder;
  })();
  return ready;
}

/** Codec `zstd`: one frame. */
export default {
  async decode(stored, size, where) {
    return decodeZstd(await zstdDecoder(), stored, size, where);
  },
} satisfies Codec;

/**
 * One frame of Zstandard (RFC 8878) that unpacks to `size` bytes.
 * @throws SpectrailError `format/bad-chunk`.
 */
export function decodeZstd(decoder: ZSTDDecoder, stored: Uint8Array, size: number, where: string): Uint8Array {
  const magic =
    stored.length < 5 ? 0 : new DataView(stored.buffer, stored.byteOffset, stored.byteLength).getUint32(0, true);
  if (magic !== MAGIC) throw badChunk(where, 'the Zstandard signature is missing');
  if (size === 0) return new Uint8Array(0);
  const out = decoder.decode(stored, size);
  if (out.length !== size) throw badChunk(where, 'its Zstandard frame does not unpack');
  return out;
}
