import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeHspy } from '../../src/formats/hspy/encode.ts';
import type * as Spectrail from '../../src/index.ts';
import { spectrail } from '../cli.ts';
import { eelsMap } from '../eels-map.ts';
import { functionBits } from '../function-bits.ts';
import { sharedFolder } from '../oracle.ts';
import { browserMissing, launch, type Watched, watch } from './chromium.ts';
import { type Bundle, bundleLibrary, type Site, serve } from './site.ts';

const shared = sharedFolder();
if (!shared) console.warn('Skipped: the corpus of instrument files is missing (SPECTRAIL_SHARED).');

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'";
const WITHOUT_WEBASSEMBLY = "default-src 'self'; script-src 'self'; object-src 'none'";
const recipe = (name: string) => readFileSync(new URL(`../../recipes/${name}.yaml`, import.meta.url), 'utf8');
const RECIPE = recipe('eds-phase-map');
const EELS_RECIPE = recipe('eels-phase-map');
const BUILT = new URL('../../dist/index.js', import.meta.url).href;

const CORPUS = {
  'P45_the_default_job.bcf': 'bruker-bcf/P45_the_default_job.bcf',
  '88_ES-LP_G8_selection2_cropped2.hspy': 'hspy/88_ES-LP_G8_selection2_cropped2.hspy',
};

const ZIPPED = 'signal1d_10x10-ZipStore.zspy';
const STORED = { height: 70, width: 75, channels: 512 };

type Library = { spectrail: typeof Spectrail };
const PLANNED = 'html[data-planned="6"]';

/** What a run left: the format of its file and the hash of each step. */
interface Left {
  readonly format: string;
  readonly hashes: Readonly<Record<string, string>>;
}

describe.skipIf(browserMissing)('the library in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-browser-'));
  const data: Record<string, Uint8Array> = {};
  let browser: Browser;
  let bundle: Bundle;
  let site: Site;
  let strict: Site;
  let page: Page;
  let seen: Watched;
  let node: typeof Spectrail;

  beforeAll(async () => {
    node = await import(/* @vite-ignore */ BUILT);
    bundle = await bundleLibrary(folder, RECIPE);
    const phantom = join(folder, 'phantom.hspy');
    const made = await spectrail(['simulate', 'eds', '--out', phantom, '--set', 'height=32', '--set', 'width=40']);
    expect(made.stderr).toBe('');
    data['phantom.hspy'] = readFileSync(phantom);
    const stored = join(folder, 'map.spectrail');
    const settings = Object.entries(STORED).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    await spectrail(['simulate', 'eds', '--out', stored, ...settings]);
    for (const name of readdirSync(stored, { recursive: true, encoding: 'utf8' })) {
      const path = join(stored, name);
      if (statSync(path).isFile()) data[`map.spectrail/${name}`] = readFileSync(path);
    }
    if (shared) data[ZIPPED] = readFileSync(join(shared, 'corpus/zspy', ZIPPED));
    data['eels.hspy'] = await encodeHspy(eelsMap(20, 250).dataset);
    if (shared)
      for (const [name, path] of Object.entries(CORPUS)) data[name] = readFileSync(join(shared, 'corpus', path));
    site = await serve(bundle.folder, data, POLICY);
    strict = await serve(bundle.folder, data, WITHOUT_WEBASSEMBLY);
    browser = await launch();
    page = await browser.newPage();
    seen = watch(page);
    await page.goto(site.url);
    await page.waitForSelector(PLANNED, { state: 'attached' });
  });

  afterAll(async () => {
    await browser?.close();
    site?.close();
    strict?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a served file as the File a user would pick, and runs the recipe in the calling thread. */
  function inBrowser(name: string, recipe: string): Promise<Left> {
    return page.evaluate(
      async ({ name, recipe }) => {
        const { open, run } = (globalThis as unknown as Library).spectrail;
        const blob = await (await fetch(`data/${name}`)).blob();
        const file = await open(new File([blob], name));
        const { trail } = await run(recipe, file);
        return { format: file.format, hashes: Object.fromEntries(trail.map(({ id, hash }) => [id, hash])) };
      },
      { name, recipe },
    );
  }

  async function inNode(name: string, recipe: string): Promise<Left> {
    const file = await node.open(new File([new Uint8Array(data[name])], name));
    const { trail } = await node.run(recipe, file);
    return { format: file.format, hashes: Object.fromEntries(trail.map(({ id, hash }) => [id, hash])) };
  }

  async function compare(name: string, recipe = RECIPE): Promise<void> {
    const here = await inNode(name, recipe);
    expect(Object.keys(here.hashes)).toContain('rare');
    expect(await inBrowser(name, recipe)).toEqual(here);
  }

  it('needs Node only where a path or threads are asked for', () => {
    expect(bundle.needNode).toEqual([
      'engines/threads.js',
      'formats/hdf5/mount.js',
      'formats/node-file.js',
      'formats/node-folder.js',
    ]);
  });

  it('draws the same counts as Node', async () => {
    const counts = async ({ simulate }: Pick<typeof Spectrail, 'simulate'>) => {
      const { dataset } = await simulate('eds', { height: 32, width: 40, seed: 7 });
      if (dataset.values.kind !== 'dense') return [];
      return Array.from(await dataset.values.load(), Number);
    };
    const there = await page.evaluate(`(${counts.toString()})(globalThis.spectrail)`);
    expect(there).toEqual(await counts(node));
  });

  it('writes the bytes of the file that the command line wrote', async () => {
    const there = await page.evaluate(async () => {
      const { FORMATS, simulate } = (globalThis as unknown as Library).spectrail;
      const hspy = await FORMATS.find(({ id }) => id === 'hspy')?.load();
      const { dataset } = await simulate('eds', { height: 32, width: 40 });
      return Array.from((await hspy?.default.encode?.(dataset)) ?? []);
    });
    expect(Buffer.from(there).equals(data['phantom.hspy'])).toBe(true);
  });

  it('has functions that answer to the last bit as in Node', async () => {
    const kernels = await import(/* @vite-ignore */ new URL('kernels/index.js', BUILT).href);
    const there = await page.evaluate(`(${functionBits})(globalThis.kernels)`);
    expect(there).toEqual(await functionBits(kernels));
  });

  it('opens an .hspy picked by the user; the phase map has the hashes of Node', () => compare('phantom.hspy'));

  it('makes the phase map of an EELS map that Node makes', () => compare('eels.hspy', EELS_RECIPE));

  it.skipIf(!shared).each(Object.keys(CORPUS))('makes the phase map of %s that Node makes', compare);

  it('opens a store picked as a folder, and reads a part of it', async () => {
    const found = await page.evaluate(
      async (paths) => {
        const { open } = (globalThis as unknown as Library).spectrail;
        const picked = paths.map(async (path) => {
          const file = new File([await (await fetch(`data/${path}`)).blob()], path.replace(/.*\//, ''));
          return Object.defineProperty(file, 'webkitRelativePath', { value: path });
        });
        const { format, datasets } = await open(await Promise.all(picked));
        const { rows } = (datasets[0] as Spectrail.ArrayDataset).values;
        const block = (await rows?.read(4096, 5000)) as Spectrail.EventsBlock;
        return { format, counts: Array.from(block.count), offsets: block.offsets.length };
      },
      Object.keys(data).filter((name) => name.startsWith('map.spectrail/')),
    );
    const { dataset } = await node.simulate('eds', STORED);
    const block = (await dataset.values.load()) as Spectrail.EventsBlock;
    const counts = Array.from(block.count.subarray(block.offsets[4096], block.offsets[5000]));
    expect(found).toEqual({ format: 'store', counts, offsets: 905 });
  });

  it.skipIf(!shared)('opens a .zspy in a zip, packed as HyperSpy packs it', async () => {
    const sum = await page.evaluate(async (name) => {
      const { open } = (globalThis as unknown as Library).spectrail;
      const { datasets } = await open(new File([await (await fetch(`data/${name}`)).blob()], name));
      const values = (await (datasets[0] as Spectrail.ArrayDataset).values.load()) as BigInt64Array;
      return Array.from(values, Number).reduce((a, b) => a + b, 0);
    }, ZIPPED);
    expect(sum).toBe(4950);
  });

  it('says in words that paths and worker threads belong to Node', async () => {
    const said = await page.evaluate(async () => {
      const { open, startEngine } = (globalThis as unknown as Library).spectrail;
      const words = (error: Partial<Spectrail.SpectrailError>) => `${error.kind}/${error.code}`;
      return [await open('map.bcf').then(String, words), await startEngine(2).then(String, words)];
    });
    expect(said).toEqual(['input/no-file-system', 'input/no-threads']);
  });

  it('keeps to its content security policy: no eval, no request beyond its own site, no complaint', () => {
    expect(seen.complaints).toEqual([]);
    expect(seen.requests.filter((url) => !url.startsWith(site.url))).toEqual([]);
  });

  it('plans without WebAssembly, and says in words that kernels and HDF5 need it', async () => {
    const other = await browser.newPage();
    const { complaints } = watch(other);
    await other.goto(strict.url);
    await other.waitForSelector(PLANNED, { state: 'attached' });
    const said = await other.evaluate(async (recipe) => {
      const { open, simulate, run } = (globalThis as unknown as Library).spectrail;
      const refusalOf = (work: Promise<unknown>) =>
        work.then(
          () => 'done',
          (error) => `${error.kind}/${error.code}: ${error.message}`,
        );
      const { dataset } = await simulate('eds', { height: 16, width: 16, channels: 512 });
      const blob = await (await fetch('data/phantom.hspy')).blob();
      return {
        kernels: await refusalOf(run(recipe, dataset)),
        hdf5: await refusalOf(open(new File([blob], 'phantom.hspy'))),
      };
    }, RECIPE);
    await other.close();
    expect(said.kernels).toMatch(/^internal\/no-webassembly: .*wasm-unsafe-eval/s);
    expect(said.hdf5).toMatch(/^format\/hdf5-unavailable: .*wasm-unsafe-eval/s);
    expect(complaints.filter((text) => !text.includes('WebAssembly'))).toEqual([]);
  });
});
