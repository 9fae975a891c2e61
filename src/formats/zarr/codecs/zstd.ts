import { ZSTDDecoder } from 'zstddec';
import { formatError } from '../../../signal/errors.ts';
import { badChunk, type Codec } from './codec.ts';

const MAGIC = 0xfd2fb528;

let ready: Promise<ZSTDDecoder> | undefined;

/**
 * The decoder, once it can be called; the same for all.
 * @throws SpectrailError `format/zstd-unavailable` where WebAssembly is not allowed.
 */
export function zstdDecoder(): Promise<ZSTDDecoder> {
  ready ??= start().catch((cause) => {
    ready = undefined;
    throw formatError({
      code: 'zstd-unavailable',
      what: `the decoder of Zstandard could not be started (${cause instanceof Error ? cause.message : cause})`,
      fix: "WebAssembly must be allowed: a page needs 'wasm-unsafe-eval' in its content security policy",
      cause,
    });
  });
  return ready;
}

/**
 * The library asks `fetch` for its code, which it holds as a `data:` URL; a strict page forbids that. While it asks (it
 * does so at once), it is answered from the URL itself.
 */
async function start(): Promise<ZSTDDecoder> {
  const decoder = new ZSTDDecoder();
  const { fetch } = globalThis;
  globalThis.fetch = async (url) => {
    const text = atob(String(url).replace(/^[^,]*,/, ''));
    return new Response(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  };
  let begun: Promise<void>;
  try {
    begun = decoder.init();
  } finally {
    globalThis.fetch = fetch;
  }
  await begun;
  return decoder;
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
