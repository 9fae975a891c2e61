import { formatError } from '../../../signal/errors.ts';
import { inflateInto } from '../../inflate.ts';
import { decodeBloscLz } from './blosclz.ts';
import { badChunk, type Codec } from './codec.ts';
import { decodeLz4Block } from './lz4.ts';
import { unshuffleBits, unshuffleBytes } from './unshuffle.ts';
import { decodeZstd, zstdDecoder } from './zstd.ts';

const HEAD = 16;
const FLAG = { shuffle: 1, plain: 2, bitShuffle: 4, unsplit: 16 } as const;
const COMPRESSORS = ['blosclz', 'lz4', 'snappy', 'zlib', 'zstd'] as const;
/** A block is split into one stream for each byte of an element, up to this many, and not below this size of each. */
const MOST_SPLITS = 16;
const LEAST_SPLIT = 128;

type Unpack = (stored: Uint8Array, out: Uint8Array, where: string) => void;

/**
 * Codec `blosc`, format of Blosc 1: 16 bytes of header (versions, flags, bytes of an element, sizes), the starts of the
 * blocks, and in each block streams with their lengths before them.
 */
export default {
  async decode(stored, size, where) {
    if (stored.length < HEAD) throw badChunk(where, `it has ${stored.length} bytes`);
    const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
    const [flags, elementBytes] = [stored[2], stored[3]];
    const [unpacked, block, packed] = [4, 8, 12].map((at) => view.getUint32(at, true));
    if (unpacked !== size) throw badChunk(where, `it is said to unpack to ${unpacked} bytes, not ${size}`);
    if (packed !== stored.length) throw badChunk(where, `it is said to have ${packed} bytes, not ${stored.length}`);
    if (size === 0) return new Uint8Array(0);
    if (flags & FLAG.plain) {
      if (stored.length !== HEAD + size) throw badChunk(where, `${stored.length - HEAD} bytes are not ${size}`);
      return stored.slice(HEAD);
    }
    if (!(block > 0 && block <= size && elementBytes > 0)) throw badChunk(where, `it has blocks of ${block} bytes`);
    const blocks = Math.ceil(size / block);
    if (HEAD + 4 * blocks > stored.length) throw badChunk(where, `${blocks} blocks do not fit in it`);
    const unpack = await unpacker(COMPRESSORS[flags >> 5], where);
    const out = new Uint8Array(size);
    const shuffled =
      (flags & FLAG.shuffle && elementBytes > 1) || flags & FLAG.bitShuffle ? new Uint8Array(block) : undefined;
    for (let i = 0; i < blocks; i++) {
      const target = out.subarray(i * block, Math.min((i + 1) * block, size));
      const whole = target.length === block;
      const split =
        !(flags & FLAG.unsplit) && whole && elementBytes <= MOST_SPLITS && block / elementBytes >= LEAST_SPLIT;
      const into = shuffled?.subarray(0, target.length) ?? target;
      readStreams(stored, view.getUint32(HEAD + 4 * i, true), split ? elementBytes : 1, into, unpack, where);
      if (!shuffled) continue;
      if (flags & FLAG.bitShuffle) unshuffleBits(into, target, elementBytes);
      else unshuffleBytes(into, target, elementBytes);
    }
    return out;
  },
} satisfies Codec;

function readStreams(
  stored: Uint8Array,
  start: number,
  streams: number,
  out: Uint8Array,
  unpack: Unpack,
  where: string,
): void {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const length = Math.floor(out.length / streams);
  if (length * streams !== out.length) throw badChunk(where, `${out.length} bytes are not ${streams} equal streams`);
  let at = start;
  for (let s = 0; s < streams; s++) {
    const packed = at + 4 <= stored.length ? view.getInt32(at, true) : -1;
    at += 4;
    if (packed < 0 || at + packed > stored.length) throw badChunk(where, 'a stream runs past its end');
    const target = out.subarray(s * length, (s + 1) * length);
    const bytes = stored.subarray(at, at + packed);
    if (packed === length) target.set(bytes);
    else unpack(bytes, target, where);
    at += packed;
  }
}

async function unpacker(compressor: (typeof COMPRESSORS)[number] | undefined, where: string): Promise<Unpack> {
  switch (compressor) {
    case 'blosclz':
      return decodeBloscLz;
    case 'lz4':
      return decodeLz4Block;
    case 'zlib':
      return (bytes, target) => inflateInto(bytes, target, 'zlib', where);
    case 'zstd': {
      const decoder = await zstdDecoder();
      return (bytes, target) => target.set(decodeZstd(decoder, bytes, target.length, where));
    }
    default:
      throw formatError({
        code: 'unknown-codec',
        where,
        what: `the chunk is packed with Blosc's ${compressor ?? 'unknown compressor'}`,
        expected: 'blosclz, lz4, zlib or zstd',
        fix: 'save it with another compressor',
      });
  }
}
