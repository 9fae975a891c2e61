import { expect, it } from 'vitest';
import { unshuffled } from './unshuffle.ts';

it.each([2, 4, 8])('numbers of %i bytes come out as they went in, however many', (width) => {
  for (const numbers of [0, 1, 15, 16, 33, 2 ** 17 / width, 2 ** 17 / width + 17]) {
    const bytes = Uint8Array.from({ length: width * numbers }, (_, i) => (i * 2654435761) >>> 11);
    const planes = Uint8Array.from(bytes, (_, i) => bytes[(i % numbers) * width + Math.floor(i / numbers)]);
    const out = new Uint8Array(width * numbers);
    unshuffled(
      width,
      numbers,
      (target, plane, first) => {
        const from = plane * numbers + first;
        target.set(planes.subarray(from, from + target.length));
      },
      (some, first) => out.set(some, first * width),
    );
    expect(Buffer.from(out).equals(bytes)).toBe(true);
  }
});
