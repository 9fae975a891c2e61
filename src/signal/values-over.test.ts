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

it('numbers of any width are turned as a DataView reads them', () => {
  const bytes = () => Uint8Array.from({ length: 48 }, (_, i) => (i * 89 + 3) & 255);
  const view = new DataView(bytes().buffer);
  const at = (width: number) => Array.from({ length: 48 / width }, (_, i) => i * width);
  expect([...valuesOver(bytes(), 'uint16', 24, false)]).toEqual(at(2).map((i) => view.getUint16(i)));
  expect([...valuesOver(bytes(), 'int32', 12, false)]).toEqual(at(4).map((i) => view.getInt32(i)));
  expect([...valuesOver(bytes(), 'float64', 6, false)]).toEqual(at(8).map((i) => view.getFloat64(i)));
  expect([...valuesOver(bytes(), 'complex64', 6, false)]).toEqual(at(4).map((i) => view.getFloat32(i)));
  expect([...valuesOver(bytes(), 'complex128', 3, false)]).toEqual(at(8).map((i) => view.getFloat64(i)));
});
