import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DenseBlock } from '../signal/block.ts';
import { isSpectrailError } from '../signal/errors.ts';
import planeRows from './plane-rows.ts';

/** Value of channel c of pixel p: 1000·c + p, big-endian. */
function made(offset: number, pixels: number, channels: number, missing = 0) {
  const view = new DataView(new ArrayBuffer(offset + 4 * pixels * channels));
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < pixels; p++) view.setInt32(offset + 4 * (c * pixels + p), 1000 * c + p);
  }
  const blob = new Blob([view.buffer.slice(0, view.byteLength - missing)]);
  const file = { blob, name: 'map.raw', size: view.byteLength };
  return { file, offset, dtype: 'int32' as const, littleEndian: false, pixels, channels };
}

const read = async (args: ReturnType<typeof made>, start: number, end: number) =>
  Array.from(((await planeRows.read(args, start, end)) as DenseBlock).values);

it('gives any run of pixels with all their channels, whether the planes lie close together or far apart', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, 7, 100, 40_000),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(20),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (pixels, channels, offset, one, other) => {
        const [start, end] = [one, other].map((share) => Math.floor(share * pixels)).sort((a, b) => a - b);
        const expected = Array.from(
          { length: (end - start) * channels },
          (_, i) => 1000 * (i % channels) + start + Math.floor(i / channels),
        );
        expect(await read(made(offset, pixels, channels), start, end)).toEqual(expected);
      },
    ),
    { numRuns: 100 },
  );
});

it('a file that has become shorter is refused', async () => {
  const error = await read(made(0, 10, 3, 1), 5, 10).catch((cause) => cause);
  expect(isSpectrailError(error, 'format') && error.code).toBe('changed-file');
});
