import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { encodeEmsa } from './formats/emsa/write.ts';
import { isSpectrailError, open, plan, run, simulate } from './index.ts';

const RECIPE = `
spectrail: recipe/1
title: Aluminium
inputs: { counts: { modality: eds } }
steps: [{ id: line, use: measure.window, params: { window: [1.4 keV, 1.6 keV] } }]
`;

const SMALL = { height: 20, width: 20, channels: 512 };

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isSpectrailError(error)) return `${error.kind}/${error.code}`;
    throw error;
  }
  return 'nothing was thrown';
}

describe('the library', () => {
  it('simulates, plans and runs without a file', async () => {
    const { dataset } = await simulate('eds', SMALL);
    const { objections, passes } = await plan(RECIPE, dataset);
    expect(objections).toEqual([]);
    expect(passes).toBe(1);
    const { products, trail } = await run(RECIPE, { counts: dataset });
    expect(products.line).toMatchObject({ product: 'window' });
    expect(trail[0].hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes a recipe as text or as a tree, an input with or without its name: the same result', async () => {
    const { dataset } = await simulate('eds', SMALL);
    const tree = {
      spectrail: 'recipe/1',
      title: 'Aluminium',
      inputs: { counts: { modality: 'eds' } },
      steps: [{ id: 'line', use: 'measure.window', params: { window: ['1.4 keV', '1.6 keV'] } }],
    };
    const [a, b] = await Promise.all([run(RECIPE, dataset), run(tree, { counts: dataset })]);
    expect(b.trail[0].hash).toBe(a.trail[0].hash);
  });

  it('opens bytes, a browser file and a path alike', async () => {
    const { dataset } = await simulate('eds', SMALL);
    const spectrum = {
      ...dataset,
      shape: [512],
      axes: dataset.axes.slice(-1),
      values: { kind: 'dense' as const, load: async () => Float64Array.from({ length: 512 }, (_, j) => j) },
      dtype: 'float64' as const,
    };
    const bytes = new Uint8Array(await encodeEmsa(spectrum));
    const fromBytes = await open(bytes, { name: 'spectrum.msa' });
    const fromFile = await open(new File([bytes], 'spectrum.msa'));
    for (const opened of [fromBytes, fromFile]) {
      expect(opened.format).toBe('emsa');
      expect(opened.datasets[0]).toMatchObject({ kind: 'array', shape: [512] });
    }
    const here = fileURLToPath(import.meta.url);
    expect(await failure(open(`${here}.nowhere`))).toBe('format/file-not-found');
  });

  it('finds companions among the files given beside', async () => {
    const header =
      'key\tvalue\nwidth\t2\nheight\t1\ndepth\t4\noffset\t0\ndata-length\t1\ndata-type\tunsigned\nbyte-order\tdont-care\nrecord-by\tvector\n';
    const raw = new File([Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])], 'map.raw');
    const { datasets } = await open(new File([header], 'map.rpl'), { beside: [raw] });
    const [dataset] = datasets;
    expect(
      dataset.kind === 'array' && dataset.values.kind === 'dense' && Array.from(await dataset.values.load(), Number),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('says what is wrong with typed errors', async () => {
    const { dataset } = await simulate('eds', SMALL);
    expect(await failure(simulate('dreams'))).toBe('input/unknown-simulator');
    expect(await failure(simulate('eds', { dose: -1 }))).toBe('input/bad-parameter');
    expect(await failure(plan('a: 1', dataset))).toBe('plan/bad-recipe');
    expect(await failure(run(RECIPE, {}))).toBe('plan/missing-input');
    expect(await failure(run(RECIPE.replace('counts:', 'a: {}, counts:'), dataset))).toBe('plan/missing-input');
    expect(await failure(open(new Uint8Array(0)))).toBe('format/empty-file');
  });

  it('needs no Node module until a path or threads are asked for', () => {
    const text = readFileSync(new URL('./index.ts', import.meta.url), 'utf8');
    const statics = [...text.matchAll(/^(?:import|export) .*? from '([^']+)'/gms)].map((match) => match[1]);
    expect(statics.filter((specifier) => /node|threads/.test(specifier))).toEqual([]);
  });
});
