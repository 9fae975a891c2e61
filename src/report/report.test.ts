import { XMLValidator } from 'fast-xml-parser';
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, test } from 'vitest';
import { reportFixture } from '../../test/report-fixture.ts';
import { runOf } from '../../test/report-run.ts';
import { parseRecipe } from '../plan/recipe.ts';
import { uniformAxis } from '../signal/axis.ts';
import { createSignal } from '../signal/signal.ts';
import { type Anomalies, loadingInCounts, type Product, type WindowIntensity } from '../steps/products.ts';
import { buildReport, drawAhead, type OutputFile, type ReportInput } from './index.ts';

const text = (files: readonly OutputFile[], path: string): string => {
  const content = files.find((file) => file.path === path)?.content;
  if (typeof content !== 'string') throw new Error(`${path} is not among the text files`);
  return content;
};
/** Bits around what must not be there: short, where the whole page would drown the message. */
const found = (content: string, what: RegExp) =>
  [...content.matchAll(new RegExp(what, 'g'))].map(({ index }) => content.slice(Math.max(index - 40, 0), index + 40));
const dangers = (content: string) => found(content, /<(script|img)/);
const raw = (content: string) => found(content, /NaN|Infinity|undefined|\[object/);
const visible = (html: string) => parseHTML(html).document.body.textContent ?? '';

const withProducts = (input: ReportInput, change: (products: Record<string, Product>) => Record<string, Product>) => ({
  ...input,
  run: runOf(change({ ...input.run.products })),
});

describe('report of a full run', () => {
  let input: ReportInput;
  let files: OutputFile[];
  let html: string;
  beforeAll(async () => {
    input = reportFixture({ height: 24, width: 32, channels: 512 });
    files = await buildReport(input);
    html = text(files, 'report.html');
  });

  test('without a region the findings say that the model explains the map only where nothing speaks against it', async () => {
    const head = async (warnings: readonly string[]) => {
      const changed = withProducts(input, (products) => ({
        ...products,
        residual: { ...(products['residual'] as Anomalies), regions: [], warnings: [...warnings] },
      }));
      const page = text(await buildReport(changed), 'report.html');
      return parseHTML(page).document.querySelector('.findings')?.textContent ?? '';
    };
    expect(await head([])).toMatch(/No region exceeds .*: the model explains the map\./);
    const doubtful = await head(['The residual is ordered.']);
    expect(doubtful).toMatch(/No region exceeds .*\. The residual is ordered\./);
    expect(doubtful).not.toContain('explains the map');
  });

  test('the page needs nothing but itself: no script, nothing from the network', () => {
    expect(found(html, /<(script|link|iframe)|\son\w+=|url\(|@import/)).toEqual([]);
    const urls = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url]) => url);
    expect(urls.filter((url) => !url.startsWith('#') && !url.startsWith('data:image/png;base64,'))).toEqual([]);
  });

  test('no NaN, Infinity, undefined or [object …] reaches the reader', () => {
    expect(raw(visible(html))).toEqual([]);
    for (const { path, content } of files) if (path.endsWith('.svg')) expect(raw(content as string), path).toEqual([]);
  });

  test('the findings name components, phases, regions with their element, the window and the truth', () => {
    const findings = parseHTML(html).document.querySelector('.findings')?.textContent?.replace(/\s+/g, ' ') ?? '';
    for (const words of [
      '4 components',
      '4 phases',
      'phase 1',
      'does not fit the model',
      'suggests Cr (Kα)',
      '5.41',
      '6.20–6.80',
      'simulated truth',
    ]) {
      expect(findings).toContain(words);
    }
  });

  test('the inputs say what the file says, with units, and what is unknown', async () => {
    const [name, { metadata, ...known }] = ['counts', input.inputs[0].signal];
    const signal = createSignal({ ...known, metadata: { beam_energy_keV: 80, wavelength_angstrom: 1.5, sample: 'x' } });
    const page = visible(
      text(await buildReport({ ...input, inputs: [{ ...input.inputs[0], name, signal }] }), 'report.html'),
    );
    expect(metadata).not.toEqual(signal.metadata);
    for (const words of ['beam energy: 80\u00a0keV', 'wavelength: 1.5\u00a0Å', 'sample: x'])
      expect(page).toContain(words);
    expect(page).toContain('unknown: live time, take-off angle, energy resolution');
  });

  test('every link into the page has its target, and every node an entry in the trail', () => {
    const { document } = parseHTML(html);
    const ids = new Set([...document.querySelectorAll('[id]')].map((element) => element.id));
    const targets = [...document.querySelectorAll('a[href^="#"]')].map((a) => a.getAttribute('href')?.slice(1) ?? '');
    expect(targets.length).toBeGreaterThan(100);
    expect(targets.filter((target) => !ids.has(target))).toEqual([]);
    for (const { id } of input.run.trail) expect(ids).toContain(`trail-${id}`);
  });

  test('every number of a table leads to the trail', () => {
    const cells = [...parseHTML(html).document.querySelectorAll('td.n')];
    expect(cells.length).toBeGreaterThan(50);
    expect(cells.filter((cell) => !cell.querySelector('a[href^="#trail-"]'))).toEqual([]);
  });

  test('every figure of the page is a file, with its own namespace, label and title of axes', () => {
    const figures = files.filter(({ path }) => path.startsWith('figures/'));
    expect(figures.length).toBeGreaterThan(20);
    for (const { path, content } of figures) {
      expect(content, path).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(content, path).toContain('role="img"');
    }
    expect(text(files, 'figures/pca-loading-1.svg')).toContain('X-ray energy (keV)');
    expect(text(files, 'figures/pca-loading-1.svg')).toContain('counts per channel');
    expect(text(files, 'figures/phases-map.svg')).toContain('x (nm)');
    expect(text(files, 'figures/residual-significance.svg')).toContain('significance (−log₁₀ p)');
  });

  test('the same run gives the same bytes', async () => {
    const again = await buildReport(input);
    expect(again.map(({ path }) => path)).toEqual(files.map(({ path }) => path));
    for (const [i, { path, content }] of files.entries()) expect(again[i].content, path).toEqual(content);
  });

  describe('figures drawn while the run goes on', () => {
    const results = () => input.run.plan.nodes.map((node) => ({ node, product: input.run.products[node.id] }));

    test('are those of the finished report, however many results were there', async () => {
      for (const there of [results(), results().slice(0, -1), []]) {
        const drawn = await drawAhead(there, new AbortController().signal);
        expect(drawn.size > 0).toBe(there.length > 0);
        for (const [name, svg] of drawn) expect(text(files, `figures/${name}.svg`), name).toBe(`${svg}\n`);
        const again = await buildReport({ ...input, drawn });
        expect(again.map(({ path }) => path)).toEqual(files.map(({ path }) => path));
        expect(text(again, 'report.html')).toBe(html);
      }
    });

    test('are taken as they are: nothing is drawn twice', async () => {
      const drawn = new Map([['phases-map', '<svg>drawn before</svg>']]);
      const again = await buildReport({ ...input, drawn });
      expect(text(again, 'figures/phases-map.svg')).toBe('<svg>drawn before</svg>\n');
      expect(text(again, 'report.html')).toContain('<svg>drawn before</svg>');
    });

    test('are as many as there was time for', async () => {
      const enough = new AbortController();
      enough.abort();
      expect((await drawAhead(results(), enough.signal)).size).toBe(0);
    });
  });

  test('tables hold the numbers in full', () => {
    const phases = input.run.products['phases'] as Extract<Product, { product: 'phases' }>;
    const rows = text(files, 'phase-spectra.csv').trim().split('\r\n');
    expect(rows[0]).toBe('position_keV,phase 1_counts,phase 2_counts,phase 3_counts,phase 4_counts');
    expect(rows).toHaveLength(513);
    expect(Number(rows[31].split(',')[1])).toBe(phases.phases[0].counts[30]);
    expect(text(files, 'phases.csv').split('\r\n')[1]).toContain(`phase 1,${phases.phases[0].pixels},`);
    expect(text(files, 'regions.csv')).toContain('confirmed');
    expect(text(files, 'region-spectra.csv').split('\r\n')[0]).toMatch(/^position_keV,region_1_counts,region_1_model/);
    expect(text(files, 'truncation.csv').split('\r\n')[0]).toMatch(/^component,kind,kept,singular_value/);
  });

  test('arrays carry the shape of the map', () => {
    const shape = (path: string) => {
      const content = files.find((file) => file.path === path)?.content;
      return content && typeof content === 'object' && 'shape' in content ? content.shape : undefined;
    };
    expect(shape('phase-labels.npy')).toEqual([24, 32]);
    expect(shape('significance.npy')).toEqual([24, 32]);
    expect(shape('scores.npy')).toEqual([24, 32, 7]);
  });

  test('the trail is complete with defaults, hashes and overrides, sorted, and knows no clock', () => {
    const trail = JSON.parse(text(files, 'trail.json'));
    expect(Object.keys(trail)).toEqual(Object.keys(trail).sort());
    expect(trail.seed).toBe(42);
    expect(trail.recipe.steps[0]).toEqual({
      id: 'pca',
      use: 'decompose.pca',
      in: { counts: 'raw' },
      params: { rank: 20, weighting: 'poisson' },
    });
    expect(trail.inputs.raw.file.sha256).toHaveLength(64);
    expect(trail.nodes.map(({ id }: { id: string }) => id)).toEqual(['pca', 'k', 'phases', 'residual', 'cr-window']);
    expect(trail.nodes[3].added).toBe('compression without a residual pass');
    expect(trail.objections[1].overridden).toContain('does not drift');
    expect(text(files, 'trail.json')).not.toMatch(/seconds|2026/);
    expect(JSON.parse(text(files, 'timings.json')).nodes[1]).toEqual({ id: 'k', seconds: 1.5 });
  });

  test('the recipe as run is a recipe again, with the added step in it', () => {
    const recipe = parseRecipe(text(files, 'recipe.yaml'));
    expect(recipe.steps.map(({ id }) => id)).toEqual(['pca', 'k', 'phases', 'residual', 'cr-window']);
    expect(recipe.steps[0].params).toEqual({ rank: 20, weighting: 'poisson' });
    expect(recipe.inputs['raw'].file).toBe('area3.bcf');
    expect(recipe.overrides).toHaveLength(1);
  });

  test('the crate describes every file, the software and the action, and every reference resolves', () => {
    const crate = JSON.parse(text(files, 'ro-crate-metadata.json'));
    const graph: Record<string, unknown>[] = crate['@graph'];
    const byId = new Map(graph.map((entity) => [entity['@id'], entity]));
    expect(crate['@context']).toBe('https://w3id.org/ro/crate/1.1/context');
    expect(byId.size).toBe(graph.length);
    expect(byId.get('ro-crate-metadata.json')).toMatchObject({
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
    });
    expect(byId.get('./')).toMatchObject({ '@type': 'Dataset', datePublished: '2026-01-02T03:04:05.000Z' });
    const root = byId.get('./') as { hasPart: { '@id': string }[] };
    const parts = root.hasPart.map((part) => part['@id']);
    expect(parts).toEqual(files.map(({ path }) => path).filter((path) => path !== 'ro-crate-metadata.json'));
    expect(byId.get('#run')).toMatchObject({ '@type': 'CreateAction', instrument: { '@id': '#spectrail' } });
    expect(byId.get('#input-raw-sha256')).toMatchObject({ value: 'ab12cd34'.repeat(8) });
    const references = [...JSON.stringify(graph).matchAll(/\{"@id":"([^"]+)"\}/g)].map(([, id]) => id);
    expect(references.filter((id) => !byId.has(id) && !id.startsWith('https:'))).toEqual([]);
  });

  test('score × loading is the counts the component adds', () => {
    const factors = input.run.products['pca'] as Extract<Product, { product: 'factors' }>;
    const content = files.find(({ path }) => path === 'scores.npy')?.content;
    expect(content).toMatchObject({ array: factors.scores });
    expect(loadingInCounts(factors, 0).every((value) => value > -0.05)).toBe(true);
    expect(text(files, 'figures/pca-score-1.svg')).toContain('Score map of component 1');
  });
});

describe('what files say is text, never markup', () => {
  test('a title with a script in it is shown as it is written', async () => {
    const nasty = '<script>alert(1)</script>"\'&<img src=x onerror=alert(1)>\u0001';
    const input = reportFixture({ height: 6, width: 8, channels: 64, title: nasty });
    const raw = input.inputs[0].signal;
    const spectral = uniformAxis({ ...raw.spectral, name: nasty, unit: '</svg><script>' } as never);
    const hostile: ReportInput = {
      ...withProducts(input, (products) =>
        Object.fromEntries(
          Object.entries(products).map(([id, product]) => [id, { ...product, title: nasty, spectral } as Product]),
        ),
      ),
      inputs: [
        {
          name: 'raw',
          signal: { ...raw, title: nasty, metadata: { [nasty]: nasty } },
          file: { name: nasty, bytes: 1, sha256: nasty },
        },
      ],
      truth: input.truth && { ...input.truth, names: input.truth.names.map(() => nasty) },
    };
    const files = await buildReport(hostile);
    for (const { path, content } of files) {
      if (!/\.(html|svg)$/.test(path)) continue;
      expect(dangers(content as string), path).toEqual([]);
      if (path.endsWith('.svg')) expect(XMLValidator.validate(content as string), path).toBe(true);
    }
    const html = text(files, 'report.html');
    expect(visible(html).includes(nasty.replace('\u0001', '\ufffd'))).toBe(true);
    const attributes = [...parseHTML(html).document.querySelectorAll('*')].flatMap((element) =>
      element.getAttributeNames(),
    );
    expect(attributes.filter((name) => name.startsWith('on'))).toEqual([]);
  });
});

describe('whatever the recipe made', () => {
  test('a recipe without objections or findings says so', async () => {
    const input = reportFixture({ height: 6, width: 8, channels: 64 });
    const files = await buildReport({
      ...input,
      truth: undefined,
      run: runOf({ raw: input.run.products['raw'], kept: input.run.products['raw'] }, []),
    });
    const html = visible(text(files, 'report.html'));
    expect(html).toContain('None.');
    expect(html).toContain('nothing to report but its trail');
  });

  test('a map in which no region stands out says so', async () => {
    const input = reportFixture({ height: 6, width: 8, channels: 64 });
    const quiet = withProducts(input, (products) => ({
      ...products,
      residual: { ...(products['residual'] as Anomalies), regions: [] },
    }));
    const html = visible(text(await buildReport(quiet), 'report.html'));
    expect(html).toContain('No region exceeds');
    expect(html).not.toContain('Region spectra');
  });

  test('two results of a kind have files and headings of their own', async () => {
    const input = reportFixture({ height: 6, width: 8, channels: 64 });
    const files = await buildReport(
      withProducts(input, (products) => ({ ...products, second: products['cr-window'] as WindowIntensity })),
    );
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['window-cr-window.npy', 'window-second.npy']),
    );
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
    expect(text(files, 'report.html')).toContain('Window intensity: second');
  });

  test.each([
    ['a line scan', 1, 40],
    ['a column', 40, 1],
    ['a single pixel', 1, 1],
  ])('%s does not break anything', async (_name, height, width) => {
    const input = reportFixture({ height, width, channels: 128 });
    const files = await buildReport(input);
    const html = text(files, 'report.html');
    expect(raw(visible(html))).toEqual([]);
    for (const { path, content } of files) if (path.endsWith('.svg')) expect(raw(content as string), path).toEqual([]);
  });

  test('lines are named where they are on an axis in eV, too', async () => {
    const files = await buildReport(reportFixture({ height: 6, width: 8, channels: 256, spectralUnit: 'eV' }));
    expect(text(files, 'report.html')).toContain('5410\u00a0eV');
    expect(text(files, 'figures/phases-spectrum-2.svg')).toContain('Fe Kα');
  });

  test('a signal is described, and drawn where its values are at hand', async () => {
    const input = reportFixture({ height: 6, width: 8, channels: 64 });
    const raw = input.inputs[0].signal;
    const mapped = createSignal({
      ...raw,
      source: {
        type: 'mapped',
        map: 'crop/cut',
        args: {},
        parents: [raw.source],
        pixels: 48,
        channels: 64,
        kind: 'dense',
      },
    });
    const files = await buildReport({ ...input, run: runOf({ raw, kept: raw, promised: mapped }) });
    const html = visible(text(files, 'report.html'));
    expect(html).toContain('without being kept');
    expect(text(files, 'spectrum-kept.csv').split('\r\n')).toHaveLength(66);
    expect(files.some(({ path }) => path === 'spectrum-promised.csv')).toBe(false);
  });
});

describe('against the truth of a simulation', () => {
  test('a small class swallowed by the phase of a larger one is not counted as right', async () => {
    const input = reportFixture({ height: 10, width: 10, channels: 64 });
    const map = input.run.products['phases'] as Extract<Product, { product: 'phases' }>;
    const labels = map.labels.map((label) => (label === 3 ? 0 : label));
    const swallowed = map.labels.filter((label) => label === 3).length;
    expect(swallowed).toBeGreaterThan(0);
    const files = await buildReport(
      withProducts(input, (products) => ({ ...products, phases: { ...map, labels } as Product })),
    );
    expect(visible(text(files, 'report.html'))).toContain(`${100 - swallowed}.0\u202f% of the pixels lie in a phase`);
  });
});
