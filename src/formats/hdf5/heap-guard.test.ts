import { expect, it } from 'vitest';
import { heapsAreSound } from './heap-guard.ts';

/** A collection of `size` bytes with one object of `held` bytes, after `before` bytes of `filling`. */
function withCollection(before: number, size: number, held: number, filling = 0x47) {
  const bytes = new Uint8Array(before + 96).fill(filling);
  const view = new DataView(bytes.buffer);
  bytes.set([0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0], before);
  view.setBigUint64(before + 8, BigInt(size), true);
  bytes.fill(0, before + 16, before + size);
  view.setUint16(before + 16, 1, true);
  view.setBigUint64(before + 24, BigInt(held), true);
  if (held < 32) view.setBigUint64(before + 40 + held, BigInt(size - 32 - held), true);
  return bytes;
}

function isSound(bytes: Uint8Array, from = 0): boolean {
  const readAt = (position: number, length: number) => bytes.subarray(position, position + length);
  return heapsAreSound(bytes.subarray(from), from, bytes.length, readAt);
}

it('a collection whose sizes do not add up is found wherever it begins', () => {
  for (let before = 0; before < 20; before++) {
    for (const filling of [0x47, 0x43, 0x4f, 0x4c, 0, 0xff]) {
      expect(isSound(withCollection(before, 64, 16, filling))).toBe(true);
      expect(isSound(withCollection(before, 64, 1000, filling))).toBe(false);
      expect(isSound(withCollection(before, 1000, 16, filling))).toBe(false);
    }
    expect(isSound(withCollection(before, 64, 1000), before)).toBe(false);
  }
});

it('a second collection is looked at, too', () => {
  const [first, second] = [withCollection(0, 64, 16, 0).subarray(0, 67), withCollection(0, 64, 1000, 0)];
  expect(isSound(Uint8Array.of(...first, ...second))).toBe(false);
});

it('a collection is found behind many of its letters, and behind none', () => {
  for (const filling of [0x4f, 0x20]) {
    for (let before = 4000; before < 4004; before++) {
      expect(isSound(withCollection(before, 64, 16, filling))).toBe(true);
      expect(isSound(withCollection(before, 64, 1000, filling))).toBe(false);
    }
  }
});

it('a collection at the start of a read is one without its zeros, which the library does not look at', () => {
  for (const reserved of [5, 6, 7]) {
    for (const before of [0, 8]) {
      const [good, bad] = [withCollection(before, 64, 16), withCollection(before, 64, 1000)];
      for (const bytes of [good, bad]) bytes[before + reserved] = 0x20;
      expect(isSound(good, before)).toBe(true);
      expect(isSound(bad, before)).toBe(false);
    }
  }
  const other = withCollection(0, 64, 1000);
  other[4] = 2;
  expect(isSound(other)).toBe(true);
});
