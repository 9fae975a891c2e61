import { inflateInto, type Wrapping } from '../../inflate.ts';
import type { Codec } from './codec.ts';

/** Codecs `zlib` and `gzip`. */
export function deflateCodec(wrapping: Wrapping): Codec {
  return {
    async decode(stored, size, where) {
      const out = new Uint8Array(size);
      inflateInto(stored, out, wrapping, where);
      return out;
    },
  };
}
