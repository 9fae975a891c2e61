import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Product, parseRecipe, plan, run } from '../src/index.ts';
import { adjustedRand } from '../src/kernels/index.ts';
import { uncertainty } from '../src/signal/quantity.ts';
import { simulateEds } from '../src/simulate/eds.ts';
import type { Anomalies, PhaseMap } from '../src/steps/products.ts';
import { eelsMap } from './eels-map.ts';

const RECIPES = new URL('../recipes/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, RECIPES), 'utf8');

function resultOf<K extends Product['product']>(products: Readonly<Record<string, Product>>, kind: K) {
  return Object.values(products).find((product) => product.product === kind) as Extract<Product, { product: K }>;
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
    const { dataset, labels, rare } = eelsMap(40, 300);
    const { objections } = await plan(read('eels-phase-map.yaml'), dataset);
    expect(objections.map(({ code, severity }) => [code, severity])).toEqual([['unaligned-decomposition', 'warning']]);
    const { products } = await run(read('eels-phase-map.yaml'), dataset);
    expect(adjustedRand(resultOf(products, 'phases').labels, labels)).toBeGreaterThan(0.95);
    const regions = confirmed(resultOf(products, 'anomalies'));
    expect(regions.some(({ pixels }) => pixels.some((pixel) => rare.includes(pixel)))).toBe(true);
  });

  it('eels-background counts an edge above its background, and names what its error is made of', async () => {
    const { dataset } = eelsMap(30, 200);
    // Titanium's edge at 456 eV ends where the window is to begin.
    const recipe = read('eels-background.yaml').replace('440 eV', '480 eV');
    const { products, trail } = await run(recipe, dataset);
    const { total, rivals = [] } = resultOf(products, 'window');
    // Per pixel: 6 counts a channel at the onset, falling as eelsMap has it.
    const edge = (energy: number) => ((energy / 532) ** -3 * (1 + Math.exp(-(energy - 532) / 8))) / 2;
    const truth = 900 * Array.from({ length: 31 }, (_, k) => 6 * edge(532 + k)).reduce((a, b) => a + b, 0);
    expect(Math.abs(total.value - truth)).toBeLessThan(2 * uncertainty(total));
    expect(total.random.map(({ name }) => name)).toEqual(['counting', 'background']);
    expect(total.systematic[0].sensitivity).toBeGreaterThan(total.random[1].sigma);
    expect(rivals.length).toBeGreaterThanOrEqual(4);
    expect(resultOf(products, 'backgrounds').rivals.length).toBe(rivals.length);
    expect(trail.map(({ use }) => use)).toEqual(['background.power-law', 'background.compare', 'measure.window']);
  });
});
