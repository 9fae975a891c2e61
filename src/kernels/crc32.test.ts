import { crc32 as reference } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32, crc32ByTables } from './crc32.ts';

describe.each([
  ['built in', crc32],
  ['by tables', crc32ByTables],
])('CRC-32 %s', (_, crc) => {
  it('has the check value of the catalogue', () => {
    expect(crc(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('is that of zlib for any bytes, however they lie in memory and in however many pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(7), fc.nat(200), (bytes, offset, cut) => {
        const moved = new Uint8Array(bytes.length + offset).subarray(offset);
        moved.set(bytes);
        expect(crc(moved)).toBe(reference(bytes));
        expect(crc(moved.subarray(cut), crc(moved.subarray(0, cut)))).toBe(reference(bytes));
      }),
    );
  });
});
