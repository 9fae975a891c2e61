import { expect, it } from 'vitest';
import { simulateEds } from '../../simulate/eds.ts';
import { factorise } from './factorise.ts';
import { passesInMemory } from './passes.ts';

const { drawPixels } = simulateEds({ height: 24, width: 30, channels: 512, dose: 200 });
const counts = passesInMemory(drawPixels(0, 24 * 30));
const gain = { per: 'cube', value: 1 } as const;
const options = { rank: 12, block: 16, weighting: 'poisson', seed: 3 } as const;

it('the whole matrix and the leading subspace give the same values and components; only the whole one gives all values', async () => {
  const exact = await factorise(counts, { gain }, { ...options, steps: 2, method: 'gram' });
  const krylov = await factorise(counts, { gain }, { ...options, steps: 16 });
  for (let k = 0; k < options.rank; k++) {
    expect(Math.abs(krylov.singularValues[k] / exact.singularValues[k] - 1)).toBeLessThan(1e-5);
  }
  expect(krylov.spectrum).toBeUndefined();
  expect(exact.spectrum?.length).toBe(512);
  const squares = exact.spectrum?.reduce((sum, value) => sum + value * value, 0) ?? 0;
  expect(Math.abs(squares / exact.totalSquares - 1)).toBeLessThan(1e-10);
});

it('few passes stay below the values of the whole matrix, more passes come nearer', async () => {
  const exact = await factorise(counts, { gain }, { ...options, steps: 2, method: 'gram' });
  const misses: number[] = [];
  for (const steps of [2, 4, 8]) {
    const found = await factorise(counts, { gain }, { ...options, steps });
    misses.push(1 - found.singularValues[8] / exact.singularValues[8]);
  }
  expect(misses[0]).toBeGreaterThan(misses[1]);
  expect(misses[1]).toBeGreaterThan(misses[2]);
  expect(misses[2]).toBeGreaterThan(-1e-6);
});
