import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ArrayDataset, type Product, parseRecipe, plan, run, uniformAxis } from '../src/index.ts';
import { adjustedRand, CounterRandom } from '../src/kernels/index.ts';
import { simulateEds } from '../src/simulate/eds.ts';
import type { Anomalies, PhaseMap } from '../src/steps/products.ts';

const RECIPES = new URL('../recipes/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, RECIPES), 'utf8');

function resultOf<K extends Product['product']>(products: Readonly<Record<string, Product>>, kind: K) {
  return Object.values(products).find((product) => product.product === kind) as Extract<Product, { product: K }>;
}

const WIDTH = 40;
const CHANNELS = 300;
const RARE = [9 * WIDTH + 8, 9 * WIDTH + 9, 10 * WIDTH + 8, 10 * WIDTH + 9];

/** An oxide on a metal, 400–700 eV: power-law background, O K everywhere, Ti L on the left; manganese in four pixels. */
function eelsMap(): { dataset: ArrayDataset; labels: Uint8Array } {
  const pixels = WIDTH * WIDTH;
  const labels = Uint8Array.from({ length: pixels }, (_, i) => ((i % WIDTH) + (i / WIDTH) * 0.3 < 24 ? 0 : 1));
  const values = new Uint16Array(pixels * CHANNELS);
  const random = new CounterRandom(5, 0);
  const edge = (energy: number, onset: number) =>
    energy < onset ? 0 : ((energy / onset) ** -3 * (1 + Math.exp(-(energy - onset) / 8))) / 2;
  for (let i = 0; i < pixels; i++) {
    random.reset(i);
    for (let j = 0; j < CHANNELS; j++) {
      const energy = 400 + j;
      const titanium = labels[i] === 0 ? 12 * edge(energy, 456) : 0;
      const manganese = RARE.includes(i) ? 15 * edge(energy, 640) : 0;
      values[i * CHANNELS + j] = random.poisson(
        30 * (energy / 400) ** -3 + titanium + 6 * edge(energy, 532) + manganese,
      );
    }
  }
  const navigation = ['y', 'x'].map((name) => uniformAxis({ name, unit: 'nm', role: 'navigation', size: WIDTH }));
  const spectral = uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size: CHANNELS, offset: 400 });
  const dataset: ArrayDataset = {
    kind: 'array',
    title: 'oxide on metal',
    shape: [WIDTH, WIDTH, CHANNELS],
    dtype: 'uint16',
    axes: [...navigation, spectral],
    values: { kind: 'dense', load: async () => values },
    metadata: { signal_type: 'EELS' },
    original: {},
    warnings: [],
  };
  return { dataset, labels };
}

function confirmed({ regions }: Anomalies) {
  return regions.filter(({ status }) => status === 'confirmed');
}

describe('recipes', () => {
  it.each(readdirSync(RECIPES))('%s is a valid recipe', (name) => {
    expect(() => parseRecipe(read(name))).not.toThrow();
  });

  it('eds-phase-map finds the phases and the rare inclusion of the phantom', async () => {
    const { dataset, truth } = simulateEds({ dose: 200 });
    const { products } = await run(read('eds-phase-map.yaml'), dataset);
    const phases: PhaseMap = resultOf(products, 'phases');
    expect(adjustedRand(phases.labels, truth.labels)).toBeGreaterThan(0.95);
    const regions = confirmed(resultOf(products, 'anomalies'));
    expect(regions).toHaveLength(1);
    expect(regions[0].pixels.filter((pixel) => truth.rare?.pixels.includes(pixel)).length).toBeGreaterThanOrEqual(4);
    expect(regions[0].suggestions[0].element).toBe(truth.rare?.element);
  });

  it('eels-phase-map finds the phases and the rare pixels of an EELS map, and warns of the unmeasured drift', async () => {
    const { dataset, labels } = eelsMap();
    const { objections } = await plan(read('eels-phase-map.yaml'), dataset);
    expect(objections.map(({ code, severity }) => [code, severity])).toEqual([['unaligned-decomposition', 'warning']]);
    const { products } = await run(read('eels-phase-map.yaml'), dataset);
    expect(adjustedRand(resultOf(products, 'phases').labels, labels)).toBeGreaterThan(0.95);
    const regions = confirmed(resultOf(products, 'anomalies'));
    expect(regions.some(({ pixels }) => pixels.some((pixel) => RARE.includes(pixel)))).toBe(true);
  });
});
