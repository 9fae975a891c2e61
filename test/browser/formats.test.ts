import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Spectrail from '../../src/index.ts';
import { HDF5_FILES } from '../big/hdf5-files.ts';
import { INSTRUMENT_FILES } from '../big/instrument-files.ts';
import { conformanceOf, entriesOf } from '../conformance.ts';
import { sharedFolder } from '../oracle.ts';
import { dataset } from '../store-maps.ts';
import { browserMissing, launch, type Watched, watch } from './chromium.ts';
import { fingerprint } from './fingerprint.ts';
import { bundleLibrary, type Site, serve } from './site.ts';

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'";
const RECIPE = readFileSync(new URL('../../recipes/eds-phase-map.yaml', import.meta.url), 'utf8');
const BUILT = new URL('../../dist/index.js', import.meta.url).href;

type Fingerprint = typeof fingerprint;
type Library = { spectrail: typeof Spectrail };

/** A file of the corpus and those beside it, or all files of a folder, by their paths. */
interface Sample {
  readonly name: string;
  readonly format: string;
  readonly isFolder: boolean;
  readonly parts: readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[];
}

const part = (path: string, name: string) => ({ name, bytes: new Uint8Array(readFileSync(path)) });

/**
 * The smallest file of a format that can be read, the smallest with others beside it, and the smallest folder: those that
 * there are in the corpus; else one that was made, or that the format itself writes.
 */
async function samplesOf({ id, extensions, load }: (typeof Spectrail.FORMATS)[number]): Promise<Sample[]> {
  const conformance = await conformanceOf(id);
  const found = entriesOf(id, { ...conformance, own: undefined })
    .map(({ name, path }) => {
      const beside = (conformance.beside?.(path) ?? []).filter((other) => existsSync(other));
      return { name, path, beside, isFolder: statSync(path).isDirectory(), bytes: statSync(path).size };
    })
    .sort((a, b) => a.bytes - b.bytes);
  const samples: Sample[] = [];
  for (const kind of ['alone', 'with others', 'folder']) {
    for (const { name, path, beside, isFolder } of found) {
      if (kind !== (isFolder ? 'folder' : beside.length > 0 ? 'with others' : 'alone')) continue;
      const opened = await node?.open(path).catch(() => undefined);
      if (opened?.format !== id) continue;
      const parts = isFolder ? folderParts(path) : [path, ...beside].map((file) => part(file, basename(file)));
      samples.push({ name, format: id, isFolder, parts });
      break;
    }
  }
  if (samples.length > 0) return samples;
  const { encode } = (await load()).default;
  const name = `made${extensions[0]}`;
  const made = conformance.made?.[0] ?? (await encode?.(SPECTRUM));
  const bytes = typeof made === 'string' ? new TextEncoder().encode(made) : made;
  return bytes ? [{ name, format: id, isFolder: false, parts: [{ name, bytes: Uint8Array.from(bytes) }] }] : [];
}

const SPECTRUM = dataset(
  [3, 4, 5],
  'uint16',
  Uint16Array.from({ length: 60 }, (_, i) => i * i),
);

function folderParts(folder: string) {
  const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = inside.filter((name) => statSync(join(folder, name)).isFile());
  return files.map((name) => part(join(folder, name), `${basename(folder)}/${name}`));
}

/** A store is opened as a folder by a test of its own; `.csv` as we write it is read as columns. */
const ELSEWHERE = new Set(['store', 'csv']);

const shared = sharedFolder();
const node = existsSync(new URL(BUILT)) ? ((await import(/* @vite-ignore */ BUILT)) as typeof Spectrail) : undefined;
const samples: Sample[] = [];
if (shared && !browserMissing) {
  for (const entry of node?.FORMATS ?? []) if (!ELSEWHERE.has(entry.id)) samples.push(...(await samplesOf(entry)));
}

describe.skipIf(browserMissing)('files picked in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-browser-'));
  const data: Record<string, Uint8Array> = {};
  let browser: Browser;
  let site: Site;
  let page: Page;
  let seen: Watched;

  beforeAll(async () => {
    const bundle = await bundleLibrary(folder, RECIPE);
    for (const [i, { parts }] of samples.entries()) {
      for (const { name, bytes } of parts) data[`${i}/${name}`] = bytes;
    }
    site = await serve(bundle.folder, data, POLICY);
    browser = await launch();
    page = await browser.newPage();
    seen = watch(page);
    await page.goto(site.url);
    await page.waitForSelector('html[data-planned]', { state: 'attached' });
    await page.evaluate(`globalThis.fingerprint = ${fingerprint}`);
  });

  afterAll(async () => {
    await browser?.close();
    site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(!shared)('are of every format that is read', () => {
    const opened = new Set(samples.map(({ format }) => format));
    const missing = (node?.FORMATS ?? []).filter(({ id }) => !opened.has(id) && !ELSEWHERE.has(id));
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  it.each(samples.map((sample, i) => [sample.name, i] as const))('%s holds what Node finds in it', async (_, i) => {
    const { parts, isFolder, format } = samples[i];
    const files = parts.map(({ name, bytes }) => {
      const file = new File([bytes], basename(name));
      return isFolder ? Object.defineProperty(file, 'webkitRelativePath', { value: name }) : file;
    });
    const opened = await node!.open(isFolder ? files : files[0], { beside: isFolder ? undefined : files.slice(1) });
    expect(opened.format).toBe(format);
    const expected = await fingerprint(opened.datasets);
    const there = await page.evaluate(
      async ({ paths, isFolder }) => {
        const { spectrail, fingerprint } = globalThis as unknown as Library & { fingerprint: Fingerprint };
        const picked = paths.map(async ({ url, name }) => {
          const file = new File([await (await fetch(url)).blob()], name.replace(/.*\//, ''));
          return isFolder ? Object.defineProperty(file, 'webkitRelativePath', { value: name }) : file;
        });
        const [first, ...beside] = await Promise.all(picked);
        const { format, datasets } = isFolder
          ? await spectrail.open([first, ...beside])
          : await spectrail.open(first, { beside });
        return { format, datasets: await fingerprint(datasets) };
      },
      { paths: parts.map(({ name }) => ({ url: `data/${encodeURI(`${i}/${name}`)}`, name })), isFolder },
    );
    expect(there).toEqual({ format, datasets: expected });
  });

  it('of 2 GB are opened, and read in part, without reading more than a little', async () => {
    const made = [...INSTRUMENT_FILES.map((make) => make()), ...(await Promise.all(HDF5_FILES.map((make) => make())))];
    const chosen = made.filter(([{ name }]) => /\.(npy|dm4|hspy|nxs)$/.test(name)).map(([file]) => file);
    expect(chosen).toHaveLength(4);
    for (const { name, size, pieces } of chosen) {
      const texts = pieces.map(({ at, bytes }) => ({ at, base64: Buffer.from(bytes).toString('base64') }));
      const found = await page.evaluate(readSparse, { name, size, texts });
      expect(found, name).toMatchObject({ size, zeros: true });
      expect(found.opened, name).toBeLessThan(1e6);
      expect(found.all, name).toBeLessThan(found.asked + 2e6);
    }
  });

  it('make nobody complain', () => {
    expect(seen.complaints).toEqual([]);
  });
});

/** In the page: a file of mostly zeros, opened; then some pixels from its middle. Counts the bytes that were read. */
async function readSparse(given: {
  name: string;
  size: number;
  texts: readonly { at: number; base64: string }[];
}): Promise<{ size: number; opened: number; all: number; asked: number; zeros: boolean }> {
  let bytes = 0;
  class Counted extends File {
    override slice(start = 0, end = this.size): Blob {
      bytes += Math.min(end, this.size) - start;
      return super.slice(start, end);
    }
  }
  const zeros = new Blob([new Uint8Array(2 ** 24)]);
  const parts: Blob[] = [];
  let end = 0;
  const fill = (to: number) => {
    for (; end < to; end += parts[parts.length - 1].size) parts.push(zeros.slice(0, to - end));
  };
  for (const { at, base64 } of given.texts) {
    fill(at);
    parts.push(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]));
    end += parts[parts.length - 1].size;
  }
  fill(given.size);
  const file = new Counted(parts, given.name);
  const { datasets } = await (globalThis as unknown as Library).spectrail.open(file);
  const opened = bytes;
  const { rows } = (datasets[0] as Spectrail.ArrayDataset).values;
  const block = (await rows?.read(100_000, 100_500)) as Spectrail.DenseBlock;
  const { values } = block;
  return {
    size: file.size,
    opened,
    all: bytes,
    asked: values.byteLength,
    zeros: values.length > 0 && values.every((value) => value === 0),
  };
}
