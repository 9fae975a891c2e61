import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Product, parseRecipe, plan, run } from '../src/index.ts';
import { adjustedRand, CounterRandom } from '../src/kernels/index.ts';
import { uniformAxis } from '../src/signal/axis.ts';
import { COUNTS } from '../src/signal/intensity.ts';
import { poisson } from '../src/signal/noise.ts';
import { uncertainty } from '../src/signal/quantity.ts';
import { createSignal } from '../src/signal/signal.ts';
import { simulateEds } from '../src/simulate/eds.ts';
import { COMPONENTS, pairReference, pairSignal, simulateInstrumentPair } from '../src/simulate/instrument-pair.ts';
import type { Anomalies, Measurements, PhaseMap } from '../src/steps/products.ts';
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

  it('eds-background counts a line above its bremsstrahlung, and names what its error is made of', async () => {
    const { dataset, truth } = simulateEds({ dose: 200 });
    const { products } = await run(read('eds-background.yaml'), dataset);
    const { total, rivals = [] } = resultOf(products, 'window');
    const { offsetKeV, dispersionKeV } = truth.axis;
    const inside = (values: Float64Array) =>
      values.reduce((sum, value, j) => {
        const energy = offsetKeV + dispersionKeV * j;
        return energy >= 5.2 - 1e-9 && energy <= 5.65 + 1e-9 ? sum + value : sum;
      }, 0);
    const lines = truth.phases.reduce((sum, { pixels, components }) => {
      const counted = components.filter(({ name }) => name !== 'continuum');
      return sum + pixels * counted.reduce((all, { values }) => all + inside(values), 0);
    }, 0);
    expect(Math.abs(total.value / lines - 1)).toBeLessThan(0.02);
    expect(Math.abs(total.value - lines)).toBeLessThan(2.5 * uncertainty(total));
    expect(total.random.map(({ name }) => name)).toEqual(['counting', 'background']);
    expect(total.systematic.map(({ source }) => source)).toEqual(['choice of the background']);
    expect(rivals).toHaveLength(3);
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

  it('raman-baseline counts a band above its fluorescence within its budget', async () => {
    const band = (x: number) => 120 / (1 + ((x - 520) / 6) ** 2);
    const signal = spectra('raman', 'Raman shift', '1/cm', [200, 2], 800, 16, (x) => {
      const fluorescence = 2000 * Math.exp(-(((x - 900) / 500) ** 2)) + 600 * Math.exp(-x / 700);
      return fluorescence + band(x) + 90 / (1 + ((x - 1000) / 8) ** 2);
    });
    const { products } = await run(read('raman-baseline.yaml'), { spectra: signal });
    const { total } = resultOf(products, 'window');
    const truth = 16 * Array.from({ length: 21 }, (_, k) => band(500 + 2 * k)).reduce((a, b) => a + b, 0);
    expect(Math.abs(total.value - truth)).toBeLessThan(2 * uncertainty(total));
    expect(uncertainty(total)).toBeLessThan(truth / 4);
  });

  it('instrument-transfer predicts from the spectra of a second instrument as well as from those of the first', async () => {
    const pair = simulateInstrumentPair({ seed: 12, standards: 20, samples: 100 });
    const inputs = {
      spectra: pairSignal(pair, pair.samples, 'slave'),
      'slave-standards': pairSignal(pair, pair.standards, 'slave', true),
      'master-standards': pairSignal(pair, pair.standards, 'master', true),
      calibration: pairSignal(pair, pair.calibration, 'master'),
      reference: pairReference(pair.calibration),
    };
    const error = (product: Product, column: string) => {
      const { tables } = product as Measurements;
      const values = tables[0].columns.find(({ name }) => name === column)?.values as Float64Array;
      const squares = Array.from(
        values,
        (value, i) => (Number(value) - pair.samples.concentrations[i * COMPONENTS]) ** 2,
      );
      return Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
    };
    const recipe = read('instrument-transfer.yaml');
    const { products } = await run(recipe, inputs);
    const there = await run(recipe, { ...inputs, spectra: pairSignal(pair, pair.samples, 'master') });
    const own = error(there.products['by-a-line'], 'untransferred');
    expect(error(products.predicted, 'prediction')).toBeLessThan(1.2 * own);
    expect(error(products['by-a-line'], 'untransferred')).toBeGreaterThan(5 * own);
    expect(error(products['by-a-line'], 'corrected')).toBeGreaterThan(2 * own);
    expect((products['by-a-line'] as Measurements).warnings.join()).toContain('use transfer.pds');
  });

  it('xps-background counts a peak above its background within its budget', async () => {
    const peak = (x: number) => 800 * Math.exp(-(((x - 287) / 1.2) ** 2));
    const positions = Array.from({ length: 300 }, (_, j) => 275 + 0.1 * j);
    const step = (x: number) => positions.filter((at) => at < x).reduce((sum, at) => sum + peak(at), 0);
    const signal = spectra('xps', 'Binding energy', 'eV', [275, 0.1], 300, 1, (x) => 900 + 0.004 * step(x) + peak(x));
    // Ends of 20 channels: with 5 their counting statistics would be most of the error.
    const recipe = read('xps-background.yaml').replace('in: spectrum', 'in: spectrum\n    params: { ends: 20 }');
    const { products } = await run(recipe, { spectrum: signal });
    const { total } = resultOf(products, 'window');
    const truth = positions.filter((x) => x > 279.99 && x < 295.01).reduce((sum, x) => sum + peak(x), 0);
    expect(Math.abs(total.value - truth)).toBeLessThan(3 * uncertainty(total));
    // Shirley and Tougaard differ by most of the error, as they do in the literature.
    expect(uncertainty(total)).toBeLessThan(truth / 2);
  });
});

/** Poisson counts of one mean spectrum. */
function spectra(
  modality: 'raman' | 'xps',
  name: string,
  unit: string,
  [offset, scale]: readonly [number, number],
  channels: number,
  pixels: number,
  mean: (position: number) => number,
) {
  const random = new CounterRandom(7, 0);
  const means = Float64Array.from({ length: channels }, (_, j) => mean(offset + scale * j));
  const values = Float64Array.from({ length: pixels * channels }, (_, at) => random.poisson(means[at % channels]));
  return createSignal({
    title: 'made',
    modality,
    navigation: [uniformAxis({ name: 'x', role: 'navigation', size: pixels })],
    spectral: uniformAxis({ name, unit, role: 'spectral', size: channels, offset, scale }),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels, values } },
    intensity: COUNTS,
    noise: poisson(),
  });
}
