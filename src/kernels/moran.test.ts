import { describe, expect, it } from 'vitest';
import { moran, moranOfSums } from './moran.ts';
import { CounterRandom } from './random.ts';

const noise = (n: number, key: number) => {
  const random = new CounterRandom(31, key);
  return Float64Array.from({ length: n }, () => random.normal());
};

/** The definition, over an explicit weight matrix. */
function byDefinition(map: Float64Array, width: number, skip: (i: number) => boolean) {
  const kept = Array.from(map.keys()).filter((i) => !skip(i));
  const n = kept.length;
  const mean = kept.reduce((sum, i) => sum + map[i], 0) / n;
  let w = 0;
  let cross = 0;
  let squares = 0;
  let s2 = 0;
  for (const i of kept) {
    squares += (map[i] - mean) ** 2;
    let degree = 0;
    for (const j of kept) {
      const dy = Math.abs(Math.floor(i / width) - Math.floor(j / width));
      const dx = Math.abs((i % width) - (j % width));
      if (dx + dy !== 1) continue;
      degree++;
      w++;
      cross += (map[i] - mean) * (map[j] - mean);
    }
    s2 += (2 * degree) ** 2;
  }
  const expected = -1 / (n - 1);
  const variance = (n * n * 2 * w - n * s2 + 3 * w * w) / ((n * n - 1) * w * w) - expected ** 2;
  return { index: ((n / w) * cross) / squares, expected, variance };
}

describe('moran', () => {
  it('equals the definition with an explicit weight matrix, with and without excluded pixels', () => {
    for (const [height, width] of [
      [5, 7],
      [1, 12],
      [12, 1],
      [2, 2],
    ]) {
      const map = noise(height * width, height);
      for (const every of [0, 4]) {
        const skip = Uint8Array.from(map, (_, i) => (every > 0 && i % every === 1 ? 1 : 0));
        const expected = byDefinition(map, width, (i) => skip[i] === 1);
        const found = moran(map, height, width, skip);
        if (!Number.isFinite(expected.index) || found.undefined) continue;
        expect(found.index).toBeCloseTo(expected.index, 12);
        expect(found.expected).toBeCloseTo(expected.expected, 12);
        expect(found.variance).toBeCloseTo(expected.variance, 12);
      }
    }
  });

  it('has a z-score of mean 0 and variance 1 over maps of noise', () => {
    let sum = 0;
    let squares = 0;
    const repeats = 400;
    for (let key = 0; key < repeats; key++) {
      const { z } = moran(noise(400, key + 100), 20, 20);
      sum += z / repeats;
      squares += (z * z) / repeats;
    }
    expect(Math.abs(sum)).toBeLessThan(4 / Math.sqrt(repeats));
    expect(Math.abs(squares - 1)).toBeLessThan(4 * Math.sqrt(2 / repeats));
  });

  it('is large for a smooth map, negative for a chequerboard', () => {
    const smooth = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i / 60));
    expect(moran(smooth, 20, 20).z).toBeGreaterThan(20);
    const chequer = Float64Array.from({ length: 400 }, (_, i) => (i + Math.floor(i / 20)) % 2);
    expect(moran(chequer, 20, 20).index).toBeCloseTo(-1, 12);
  });

  it('gives the same from its sums alone', () => {
    const map = Float64Array.of(1, 3, 2, 5);
    const mean = 2.75;
    const squares = map.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    const cross = (1 - mean) * (3 - mean) + (2 - mean) * (5 - mean) + (1 - mean) * (2 - mean) + (3 - mean) * (5 - mean);
    const whole = moran(map, 2, 2);
    const parts = moranOfSums(4, 8, 16, squares, cross);
    expect(parts.index).toBeCloseTo(whole.index, 14);
    expect(parts.variance).toBeCloseTo(whole.variance, 14);
  });

  it('does not see values of excluded pixels', () => {
    const map = noise(100, 3);
    const skip = new Uint8Array(100);
    skip[37] = 1;
    const before = moran(map, 10, 10, skip);
    map[37] = 1e30;
    expect(moran(map, 10, 10, skip)).toEqual(before);
  });

  it('says so, with z = 0, where the map is constant, has under three pixels or no neighbours', () => {
    expect(moran(new Float64Array(25).fill(0.1), 5, 5)).toMatchObject({ z: 0, undefined: true });
    expect(moran([1, 2], 1, 2)).toMatchObject({ z: 0, undefined: true });
    expect(moran([1, 2, 3, 4, 5], 1, 5, [0, 1, 0, 1, 0])).toMatchObject({ z: 0, undefined: true, pixels: 3 });
    expect(moran([], 0, 0)).toMatchObject({ z: 0, undefined: true, pixels: 0 });
  });

  it('refuses a map that does not fill its shape', () => {
    expect(() => moran([1, 2, 3], 2, 2)).toThrow(/2 × 2/);
    expect(() => moran([1, 2, 3, 4], 2, 2, [0])).toThrow(/mask/);
  });
});
