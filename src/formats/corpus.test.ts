import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Conformance, type CorpusEntry, conformanceOf, differencesOf, entriesOf } from '../../test/conformance.ts';
import { sharedFolder } from '../../test/oracle.ts';
import type { DenseBlock } from '../signal/block.ts';
import type { Dataset } from '../signal/dataset.ts';
import { FORMATS, openFile } from './index.ts';
import { openNodeFile } from './node-file.ts';
import { openNodePath } from './node-folder.ts';

interface Sample extends CorpusEntry {
  readonly format: string;
  readonly conformance: Conformance;
}

const samples: Sample[] = [];
for (const { id } of FORMATS) {
  const conformance = await conformanceOf(id);
  samples.push(...entriesOf(id, conformance).map((entry) => ({ ...entry, format: id, conformance })));
}

const cases = samples.map((entry) => [entry.name, entry] as const);

describe.skipIf(!sharedFolder())('every file of the corpus', () => {
  it.each(cases)('%s agrees with the trusted reader to the last bit', async (name, entry) => {
    const opened = await openFile(await openNodePath(entry.path));
    expect(opened.format).toBe(entry.format);
    const strict = { bytes: true, title: true };
    const differences = await differencesOf(opened.datasets, entry, entry.conformance, strict);
    expect(differences).toEqual(entry.conformance.exceptions?.[name] ?? []);
  });

  it.each(cases)('%s has the same values by runs of pixels as all at once', async (_, { path }) => {
    for (const dataset of (await openFile(await openNodePath(path))).datasets) {
      if (dataset.kind !== 'array' || dataset.values.kind !== 'dense' || !dataset.values.rows) continue;
      const { load, rows } = dataset.values;
      const { pixels, channels } = rows.source;
      const all = await load();
      const third = Math.floor(pixels / 3);
      for (const [start, end] of [
        [0, 1],
        [third, pixels - third],
        [pixels - 1, pixels],
        [0, pixels],
      ]) {
        const block = await rows.read(start, end);
        expect(block).toMatchObject({ kind: 'dense', pixels: end - start, channels });
        const part = all.subarray(start * channels, end * channels);
        expect(bytesOf((block as DenseBlock).values).equals(bytesOf(part))).toBe(true);
      }
    }
  });

  it('is read by one format, and is known by its name in what is excepted', () => {
    const names = samples.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    for (const { conformance } of samples) {
      for (const name of Object.keys(conformance.exceptions ?? {})) expect(names).toContain(name);
    }
  });

  it.each(cases.filter(([, { format }]) => format === 'ripple'))('%s can be opened by its .raw', async (_, entry) => {
    const { datasets } = await openFile(await openNodeFile(entry.path.replace(/\.rpl$/, '.raw')));
    expect(await differencesOf(datasets, entry, {}, { bytes: true, title: true })).toEqual([]);
  });
});

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);

/** Everything but the values; some are called after their file. */
const described = (datasets: readonly Dataset[], path: string) =>
  datasets.map((dataset) => {
    const title = dataset.title.replace(basename(path), '');
    return dataset.kind === 'table' ? { ...dataset, title: '' } : { ...dataset, title, values: dataset.values.kind };
  });

describe.skipIf(!sharedFolder())('a wrong extension', () => {
  const home = mkdtempSync(join(tmpdir(), 'spectrail-renamed-'));
  afterAll(() => rmSync(home, { recursive: true }));

  it.each(cases)('does not matter to %s', async (name, entry) => {
    const { path, format, conformance } = entry;
    const original = await openFile(await openNodePath(path));
    const folder = join(home, name.replaceAll('/', '-'));
    mkdirSync(folder);
    const own = path.slice(0, path.length - extname(path).length);
    for (const beside of conformance.beside?.(path) ?? []) {
      const called =
        conformance.besideRenamed?.(beside) ??
        (beside.startsWith(own) ? `renamed${beside.slice(own.length)}` : basename(beside));
      if (existsSync(beside)) symlinkSync(beside, join(folder, called));
    }
    for (const extension of ['bin', 'xyz']) {
      const renamed = join(folder, `renamed.${extension}`);
      symlinkSync(path, renamed);
      const opened = await openFile(await openNodePath(renamed));
      expect(opened.format).toBe(format);
      expect(described(opened.datasets, renamed)).toEqual(described(original.datasets, path));
      if (extension === 'bin') {
        const differences = await differencesOf(opened.datasets, entry, conformance);
        const values = (conformance.exceptions?.[name] ?? []).filter((text) => !text.endsWith('(sha256)'));
        expect(differences).toEqual(values);
      }
    }
  });
});
