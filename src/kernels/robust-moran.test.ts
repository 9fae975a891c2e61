import { describe, expect, it } from 'vitest';
import { CounterRandom } from './random.ts';
import { robustMoranZ } from './robust-moran.ts';

describe('robust Moran z', () => {
  it('has mean 0 and variance 1 on independent noise whose variance differs by 400 between two regions', () => {
    const [height, width, repeats] = [32, 32, 400];
    const random = new CounterRandom(5, 0);
    let sum = 0;
    let squares = 0;
    for (let r = 0; r < repeats; r++) {
      random.reset(r);
      const map = Float64Array.from({ length: height * width }, (_, i) => random.normal() * (i % width < 5 ? 20 : 1));
      const z = robustMoranZ(map, height, width);
      sum += z / repeats;
      squares += (z * z) / repeats;
    }
    expect(Math.abs(sum)).toBeLessThan(0.2);
    expect(squares).toBeGreaterThan(0.8);
    expect(squares).toBeLessThan(1.25);
  });

  it('is large for a map of two halves and 0 for a single pixel', () => {
    const map = Float64Array.from({ length: 400 }, (_, i) => (i % 20 < 10 ? 1 : -1));
    expect(robustMoranZ(map, 20, 20)).toBeGreaterThan(20);
    expect(robustMoranZ([3], 1, 1)).toBe(0);
  });

  it('takes no notice of skipped pixels', () => {
    const map = Float64Array.from({ length: 400 }, (_, i) => (i % 20 < 10 ? 1 : -1));
    const spoiled = map.slice();
    const skip = new Uint8Array(400);
    for (const i of [21, 22, 41, 42]) {
      spoiled[i] = 1e6;
      skip[i] = 1;
    }
    expect(robustMoranZ(spoiled, 20, 20, skip)).toBeCloseTo(robustMoranZ(map, 20, 20, skip), 6);
  });
});
