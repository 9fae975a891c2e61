import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunkAt, chunkPixels, chunksInOrder, flatChunks, isFlat } from './flat-chunks.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 });

it('every pixel lies in one chunk, chunks are runs without gaps, and none but single pixels is larger than allowed', () => {
  fc.assert(
    fc.property(shapes, fc.integer({ min: 1, max: 400 }), (shape, bytes) => {
      const grid = flatChunks(shape, 2, bytes);
      expect(isFlat(grid)).toBe(true);
      const pixels = shape.slice(0, -1).reduce((a, b) => a * b, 1);
      const channels = shape[shape.length - 1];
      const names = new Set<string>();
      let pixel = 0;
      for (const chunk of chunksInOrder(grid)) {
        expect(chunk.start).toBe(pixel);
        expect(chunk.end).toBeGreaterThan(pixel);
        expect(chunk.end - chunk.start).toBeLessThanOrEqual(chunkPixels(grid));
        expect(chunk.index.every((at, d) => at * grid.chunks[d] < shape[d])).toBe(true);
        for (let inside = pixel; inside < chunk.end; inside++) expect(chunkAt(grid, inside)).toEqual(chunk);
        names.add(chunk.index.join());
        pixel = chunk.end;
      }
      expect(pixel).toBe(pixels);
      const count = shape.reduce((product, size, d) => product * Math.ceil(size / grid.chunks[d]), 1);
      expect(names.size).toBe(count);
      expect(chunkPixels(grid) * channels * 2 <= bytes || chunkPixels(grid) === 1).toBe(true);
    }),
  );
});

it.each([
  [
    [4, 4, 8],
    [2, 2, 8],
  ],
  [
    [4, 4, 8],
    [4, 4, 4],
  ],
  [
    [4, 4, 8],
    [8, 4, 8],
  ],
])('%j in chunks of %j is no list of runs', (shape, chunks) => {
  expect(isFlat({ shape, chunks })).toBe(false);
});
