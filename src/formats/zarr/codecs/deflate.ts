import { inflateInto, type Wrapping } from '../../inflate.ts';
import { badChunk, type Codec } from './codec.ts';

/** Deflate cannot pack more than 1032 bytes into one. */
const MOST_PACKED = 1032;

/** Codecs `zlib` and `gzip`. */
export function deflateCodec(wrapping: Wrapping): Codec {
  return {
    async decode(stored, size, where) {
      if (size > stored.length * MOST_PACKED) throw badChunk(where, `${stored.length} bytes cannot hold ${size}`);
      const out = new Uint8Array(size);
      inflateInto(stored, out, wrapping, where);
      return out;
    },
  };
}
