import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DenseBlock, toDense, toEvents } from './block.ts';
import { DTYPES, type Dtype, type NumberArray } from './dtype.ts';
import { gatherEvents } from './sparse.ts';

const dtypes = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'] as const;
const LARGEST: Readonly<Record<(typeof dtypes)[number], number>> = {
  uint8: 255,
  int8: 127,
  uint16: 65535,
  int16: 32767,
  uint32: 2 ** 32 - 1,
  int32: 2 ** 31 - 1,
  float32: 2 ** 24,
  float64: 2 ** 32 - 1,
};

const rows = fc
  .record({ dtype: fc.constantFrom(...dtypes), pixels: fc.nat(6), channels: fc.integer({ min: 1, max: 13 }) })
  .chain(({ dtype, pixels, channels }) => {
    const size = pixels * channels;
    const count = fc.oneof(fc.constant(0), fc.nat(3), fc.nat(LARGEST[dtype]));
    return fc.record({
      dtype: fc.constant<Dtype>(dtype),
      pixels: fc.constant(pixels),
      channels: fc.constant(channels),
      counts: fc.array(count, { minLength: size, maxLength: size }),
      shift: fc.nat(3),
    });
  });

describe('gatherEvents', () => {
  it('keeps every count of every type, however the rows lie in memory, in the narrowest type', () => {
    fc.assert(
      fc.property(rows, ({ dtype, pixels, channels, counts, shift }) => {
        const values = DTYPES[dtype].make(counts.length + shift).subarray(shift) as NumberArray;
        values.set(counts);
        const events = gatherEvents(values, pixels, channels);
        if (events.kind !== 'events') throw new Error('no events');
        const back = toDense(events, dtype) as DenseBlock;
        expect(Array.from(back.values)).toEqual(counts);
        expect(events.count.length).toBe(counts.filter((count) => count !== 0).length);
        const largest = Math.max(0, ...counts);
        expect(events.count.BYTES_PER_ELEMENT).toBe(largest < 256 ? 1 : largest < 65536 ? 2 : 4);
      }),
    );
  });

  it.each([[-1], [0.5], [2 ** 32], [Number.NaN], [Number.POSITIVE_INFINITY]])('says that %d is no count', (value) => {
    const values = Float64Array.of(0, 3, 0, value);
    expect(gatherEvents(values, 2, 2)).toEqual({ kind: 'misfit', value });
    expect(() => toEvents({ kind: 'dense', pixels: 2, channels: 2, values })).toThrow(
      expect.objectContaining({ kind: 'input', code: 'not-counts' }),
    );
  });
});
