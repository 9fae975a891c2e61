import { gzipSync, zlibSync } from 'fflate';
import { Blosc, LZ4, Zstd } from 'numcodecs';
import { describe, expect, it } from 'vitest';
import { isSpectrailError } from '../../../signal/errors.ts';
import { type CodecConfig, decodeChunk } from './index.ts';

/** 0 ≤ x < 1, the same sequence for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

const CONTENTS: Readonly<Record<string, (size: number) => Uint8Array>> = {
  zeros: (size) => new Uint8Array(size),
  counts(size) {
    const random = generator(size);
    return Uint8Array.from({ length: size }, () => (random() < 0.1 ? 1 + Math.floor(random() * 3) : 0));
  },
  noise(size) {
    const random = generator(size + 1);
    return Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
  },
  ramp: (size) =>
    new Uint8Array(Float64Array.from({ length: Math.ceil(size / 8) }, (_, i) => i / 3).buffer).slice(0, size),
};
const SIZES = [1, 2, 7, 8, 64, 1000, 4096, 100_003, 600_000];

const blosc = (cname: string, shuffle: number, blocksize = 0) => {
  const config = { id: 'blosc', cname, clevel: 5, shuffle, blocksize };
  return [config, async (bytes: Uint8Array) => (await Blosc.fromConfig(config).encode(bytes)).slice()] as const;
};

const packers: readonly (readonly [CodecConfig, (bytes: Uint8Array) => Promise<Uint8Array>])[] = [
  [{ id: 'zlib' }, async (bytes) => zlibSync(bytes)],
  [{ id: 'gzip' }, async (bytes) => gzipSync(bytes)],
  [{ id: 'zstd' }, async (bytes) => (await Zstd.fromConfig({ id: 'zstd', level: 3 }).encode(bytes)).slice()],
  [{ id: 'lz4' }, async (bytes) => (await LZ4.fromConfig({ id: 'lz4' }).encode(bytes)).slice()],
  ...['blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd'].flatMap((cname) => [0, 1, 2].map((shuffle) => blosc(cname, shuffle))),
  blosc('zstd', 2, 4096),
  blosc('lz4', 1, 1024),
];
const named = packers.map(([config, pack]) => [JSON.stringify(config), config, pack] as const);

describe('a compressor', () => {
  it.each(named)('%s gives back what was packed', async (_, config, pack) => {
    for (const [name, make] of Object.entries(CONTENTS)) {
      for (const size of SIZES) {
        const bytes = make(size);
        const unpacked = await decodeChunk(config, await pack(bytes), size, 'chunk');
        expect(Buffer.from(unpacked).equals(Buffer.from(bytes)), `${name}, ${size} bytes`).toBe(true);
      }
    }
  });

  it.each(named)('%s refuses a chunk of another size than the array says', async (_, config, pack) => {
    const packed = await pack(CONTENTS.counts(4096));
    for (const size of [4095, 4097, 2 ** 28]) {
      await expect(decodeChunk(config, packed, size, 'chunk')).rejects.toMatchObject({ kind: 'format' });
    }
  });

  it.each(named)(
    '%s meets damage with an error in words or as many bytes as it must, and then works on',
    async (_, config, pack) => {
      const bytes = CONTENTS.counts(20_000);
      const packed = await pack(bytes);
      const random = generator(7);
      for (let trial = 0; trial < 150; trial++) {
        const damaged = random() < 0.2 ? packed.slice(0, Math.floor(random() * packed.length)) : packed.slice();
        for (let wound = 0; wound < 3; wound++) {
          const at = Math.floor(random() * (random() < 0.5 ? Math.min(64, damaged.length) : damaged.length));
          damaged[at] = Math.floor(random() * 256);
        }
        try {
          expect(await decodeChunk(config, damaged, bytes.length, 'chunk')).toHaveLength(bytes.length);
        } catch (error) {
          if (!isSpectrailError(error, 'format')) throw error;
        }
      }
      expect(Buffer.from(await decodeChunk(config, packed, bytes.length, 'chunk')).equals(Buffer.from(bytes))).toBe(
        true,
      );
    },
  );

  it('without one, a chunk has the bytes that it has', async () => {
    await expect(decodeChunk(null, new Uint8Array(100), 101, 'chunk')).rejects.toMatchObject({ code: 'bad-chunk' });
  });

  it.each(['blosc', 'zstd', 'lz4', 'zlib', 'gzip'])('%s: a few bytes cannot claim to be many', async (id) => {
    await expect(decodeChunk({ id }, new Uint8Array(100), 2 ** 28, 'chunk')).rejects.toMatchObject({
      code: 'bad-chunk',
      what: expect.stringContaining('100 bytes cannot hold 268435456'),
    });
  });

  it('zlib stops at the size of the chunk, whatever would still come', async () => {
    const bomb = zlibSync(new Uint8Array(2 ** 24));
    await expect(decodeChunk({ id: 'zlib' }, bomb, 20_000, 'chunk')).rejects.toMatchObject({ code: 'zip-bomb' });
  });

  it('that is not known is named', async () => {
    const unknown = decodeChunk({ id: 'bz2' }, new Uint8Array(4), 8, 'chunk');
    await expect(unknown).rejects.toMatchObject({ code: 'unknown-codec', what: expect.stringContaining('bz2') });
    await expect(decodeChunk({ id: '__proto__' }, new Uint8Array(4), 8, 'chunk')).rejects.toMatchObject({
      code: 'unknown-codec',
    });
    const [, snappy] = blosc('snappy', 1);
    const packed = await snappy(CONTENTS.counts(4096));
    await expect(decodeChunk({ id: 'blosc' }, packed, 4096, 'chunk')).rejects.toMatchObject({ code: 'unknown-codec' });
  });
});
