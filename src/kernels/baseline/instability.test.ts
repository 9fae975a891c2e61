import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { arpls } from './arpls.ts';
import { aspls } from './aspls.ts';
import { baselineInstability } from './instability.ts';

const CHANNELS = 700;
const random = new CounterRandom(6, 0);
const values = Float64Array.from({ length: 12 * CHANNELS }, (_, i) => {
  const x = i % CHANNELS;
  const peaks = 900 * Math.exp(-(((x - 200) / 6) ** 2)) + 300 / (1 + ((x - 480) / 8) ** 2);
  return random.poisson(300 + 200 * Math.exp(-(((x - 300) / 250) ** 2)) + peaks);
});

describe('instability of baselines', () => {
  it('shows which methods carry changes of the last digits further', () => {
    const z = new Float64Array(values.length);
    arpls(values, CHANNELS, z);
    const steady = baselineInstability(values, CHANNELS, z, arpls);
    aspls(values, CHANNELS, z);
    const other = baselineInstability(values, CHANNELS, z, aspls);
    expect(Math.max(...steady)).toBeLessThan(1e-8);
    expect(Math.max(...steady)).toBeGreaterThan(0);
    expect(Math.max(...other)).toBeGreaterThan(10 * Math.max(...steady));
  });

  it('is that of the row alone, 0 for equal values, NaN for what is not finite', () => {
    const some = values.slice(0, 3 * CHANNELS);
    some.fill(5, CHANNELS, 2 * CHANNELS);
    some[2 * CHANNELS] = Number.NaN;
    const z = new Float64Array(some.length);
    arpls(some, CHANNELS, z);
    const all = baselineInstability(some, CHANNELS, z, arpls);
    const one = baselineInstability(some.slice(0, CHANNELS), CHANNELS, z.slice(0, CHANNELS), arpls);
    expect(all[0]).toBe(one[0]);
    expect(all[1]).toBe(0);
    expect(all[2]).toBeNaN();
  });
});
