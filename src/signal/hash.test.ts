import { describe, expect, it } from 'vitest';
import { hash } from './hash.ts';

const doubles = (...words: bigint[]) => new Float64Array(BigUint64Array.from(words).buffer);
const singles = (...words: number[]) => new Float32Array(Uint32Array.from(words).buffer);
const ONE = 0x3ff0000000000000n;

describe('a hash', () => {
  it('is the same for every NaN, wherever it stands in the array', async () => {
    const usual = await hash([1, doubles(ONE, 0x7ff8000000000000n, ONE)]);
    for (const nan of [0xfff8000000000000n, 0x7ff8000000000001n, 0xfff7ffffffffffffn]) {
      expect(await hash([1, doubles(ONE, nan, ONE)])).toBe(usual);
    }
    expect(await hash([1, doubles(ONE, 0x7ff0000000000000n, ONE)])).not.toBe(usual);
    expect(await hash(singles(0xffc00000, 0x3f800000))).toBe(await hash(singles(0x7fc00001, 0x3f800000)));
  });

  it('leaves the array as it was', async () => {
    const values = doubles(0xfff8000000000000n);
    await hash(values);
    expect(new BigUint64Array(values.buffer)[0]).toBe(0xfff8000000000000n);
  });

  it('tells arrays apart by type, length and the last bit, and not records by the order of their keys', async () => {
    const all = [
      Float64Array.of(1),
      Float32Array.of(1),
      Float64Array.of(1, 0),
      Float64Array.of(1 + Number.EPSILON),
      { a: Float64Array.of(1), b: 2 },
    ];
    expect(new Set(await Promise.all(all.map(hash))).size).toBe(all.length);
    expect(await hash({ b: 2, a: Float64Array.of(1) })).toBe(await hash(all[4]));
  });
});
