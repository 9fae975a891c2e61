import { expect, it } from 'vitest';
import { decodeValues, valuesOver } from './dtype.ts';

it('values are those bytes where they lie well, and the same from a copy where they do not', () => {
  for (const littleEndian of [true, false]) {
    for (const offset of [0, 4, 3]) {
      const bytes = () => new Uint8Array(Uint8Array.from({ length: 24 }, (_, i) => i * 7).buffer, offset, 16);
      const given = bytes();
      const values = valuesOver(given, 'int32', 3, littleEndian) as Int32Array;
      expect(values).toEqual(decodeValues(bytes(), 'int32', 3, littleEndian));
      expect(values.buffer === given.buffer).toBe(offset !== 3);
    }
  }
  expect(() => valuesOver(new Uint8Array(7), 'int32', 2)).toThrow(/7 bytes cannot hold 2 values/);
});
