import { expect, it } from 'vitest';
import { CounterRandom, type Precision } from '../../kernels/index.ts';
import type { DenseBlock } from '../../signal/block.ts';
import { simulateEds } from '../../simulate/eds.ts';
import { factorise } from './factorise.ts';
import { type Passes, passesInMemory } from './passes.ts';

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

/** Counts of two spectra in a mixture that changes over the map, drawn channel by channel at any dose. */
function bright(dose: number): DenseBlock {
  const [pixels, channels] = [400, 64];
  const random = new CounterRandom(2, 0);
  const values = new Float64Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    const share = i / pixels;
    for (let j = 0; j < channels; j++) {
      const mean = share * (1 + (j % 7)) + (1 - share) * (1 + (j % 5));
      values[i * channels + j] = random.poisson((mean * dose) / (3.5 * channels));
    }
  }
  return { kind: 'dense', pixels, channels, values };
}

/** The same passes, always in this precision, and what was asked for. */
function inPrecision(block: DenseBlock, precision: Precision): { passes: Passes; asked: Set<Precision> } {
  const passes = passesInMemory(block);
  const asked = new Set<Precision>();
  const forced: Passes = {
    ...passes,
    gram: (weights, q, width, chosen) => {
      asked.add(chosen);
      return passes.gram(weights, q, width, precision);
    },
    project: (weights, vectors, width) => passes.project(weights, vectors, width, precision),
  };
  return { passes: forced, asked };
}

// (√400 + √64)² = 784 is what noise reaches, 400 · dose the largest value.
it.each([
  [3.8e4, 'single'],
  [4e4, 'double'],
] as const)(
  'at %d counts a pixel sums are kept in %s precision, which moves noise by less than 1e-4',
  async (dose, chosen) => {
    const block = bright(dose);
    const single = inPrecision(block, 'single');
    const double = inPrecision(block, 'double');
    const settings = { rank: 12, block: 16, weighting: 'poisson', seed: 3, steps: 4 } as const;
    const rough = await factorise(single.passes, { gain }, settings);
    const exact = await factorise(double.passes, { gain }, settings);
    expect([...single.asked, ...double.asked]).toEqual([chosen, chosen]);
    for (let k = 0; k < settings.rank; k++) {
      expect(Math.abs(rough.singularValues[k] / exact.singularValues[k] - 1)).toBeLessThan(1e-4);
    }
  },
);

it('counts that single precision cannot tell apart are summed in double', async () => {
  const { passes, asked } = inPrecision({ ...bright(10), values: bright(10).values.map((x) => x * 2 ** 22) }, 'double');
  await factorise(
    passes,
    { gain: { per: 'cube', value: 1 } },
    { rank: 2, block: 4, weighting: 'poisson', seed: 1, steps: 2 },
  );
  expect([...asked]).toEqual(['double']);
});
