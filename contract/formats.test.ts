import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Format } from '../src/formats/format.ts';
import { FORMATS } from '../src/formats/index.ts';
import { explicitAxis, uniformAxis } from '../src/signal/axis.ts';
import type { ArrayDataset, Dataset } from '../src/signal/dataset.ts';
import { isSpectrailError } from '../src/signal/errors.ts';
import { memoryFile } from '../test/memory-file.ts';
import { type MemoryFolder, memoryFolder, memoryTarget } from '../test/memory-folder.ts';

const formats = await Promise.all(FORMATS.map(async ({ id, load }) => [id, (await load()).default] as const));
const bytes = fc.uint8Array({ maxLength: 600 });
/** Formats whose files are folders. */
const folders = formats.filter(([, { readFolder }]) => readFolder);

/** The files of a folder as the format itself writes it. */
async function written(format: Format, dataset: ArrayDataset): Promise<MemoryFolder> {
  const { target, files } = memoryTarget();
  await format.writeFolder!(dataset, target);
  return files;
}

/** A third of a real file, as an interrupted copy leaves it, among bytes that mean nothing. */
async function garbage(): Promise<fc.Arbitrary<Uint8Array>> {
  const whole: Uint8Array[] = [];
  for (const [, { encode }] of formats) {
    const encoded = await encode?.(spectrum()).catch(() => undefined);
    if (encoded) whole.push(encoded);
  }
  const damaged = fc
    .record({ file: fc.constantFrom(...whole), keep: fc.double({ min: 0, max: 0.99, noNaN: true }), noise: bytes })
    .map(({ file, keep, noise }) => {
      const cut = file.slice(0, Math.floor(keep * file.length));
      return Uint8Array.from([...cut, ...noise]);
    });
  return fc.oneof(bytes, damaged);
}

function spectrum(shape: readonly number[] = [24]): ArrayDataset {
  const size = shape.reduce((n, s) => n * s, 1);
  return {
    kind: 'array',
    title: 'a spectrum',
    shape,
    dtype: 'float64',
    axes: shape.map((n, i) =>
      uniformAxis(
        i === shape.length - 1
          ? { name: 'Energy', unit: 'eV', role: 'spectral', size: n, scale: 0.5, offset: -3 }
          : { name: 'yx'[i], unit: 'nm', role: 'navigation', size: n, scale: 2, offset: 1 },
      ),
    ),
    values: { kind: 'dense', load: async () => Float64Array.from({ length: size }, (_, i) => Math.fround(i / 8 - 2)) },
    metadata: {},
    original: {},
    warnings: [],
  };
}

/** Whatever happens, it is a list of datasets or an error written for the user. */
async function answer(read: () => Promise<Dataset[]>): Promise<void> {
  try {
    for (const dataset of await read()) if (dataset.kind === 'array') await dataset.values.load();
  } catch (error) {
    if (!isSpectrailError(error)) throw error;
    expect(error.what.length).toBeGreaterThan(0);
  }
}

it('every format has an id of its own, and the first to name an extension is the one it stands for', () => {
  const ids = FORMATS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, title, extensions } of FORMATS) {
    expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(title).not.toBe('');
    expect(new Set(extensions).size).toBe(extensions.length);
    for (const extension of extensions) expect(extension).toMatch(/^\.[a-z0-9]+$/);
  }
  const writers = formats
    .filter(([, { encode, writeFolder }]) => encode ?? writeFolder)
    .flatMap(([, { extensions }]) => extensions.slice(0, 1));
  expect(new Set(writers).size).toBe(writers.length);
});

describe.each(formats)('%s', (id, format) => {
  it('says of itself what the registry says, and does something', () => {
    const entry = FORMATS.find((known) => known.id === id);
    expect([format.id, format.title, format.extensions]).toEqual([entry?.id, entry?.title, entry?.extensions]);
    expect(format.read ?? format.encode).toBeDefined();
  });

  it('recognises or refuses any first bytes under any name, without changing them', () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom(...format.extensions).map((extension) => `x${extension}`),
    );
    fc.assert(
      fc.property(bytes, name, (head, called) => {
        const before = head.slice();
        expect(['certain', 'likely', 'name', 'no']).toContain(format.sniff(head, called));
        expect(head).toEqual(before);
      }),
      { numRuns: 300 },
    );
    for (const head of [new Uint8Array(0), new Uint8Array(1), new Uint8Array(4096)]) {
      expect(['certain', 'likely', 'name', 'no']).toContain(format.sniff(head, ''));
    }
  });
});

describe.each(formats.filter(([, { read }]) => read))('the reader of %s', (_, format) => {
  it('reads rubbish as nothing worse than an error for the user', async () => {
    const rubbish = await garbage();
    await fc.assert(
      fc.asyncProperty(rubbish, fc.constantFrom(...format.extensions), async (content, extension) => {
        await answer(() => format.read!(memoryFile(`x${extension}`, content)));
      }),
      { numRuns: 60 },
    );
  });
});

describe.each(formats.filter(([, { read, encode }]) => read && encode))('%s', (_, format) => {
  it('reads what it writes', async () => {
    for (const shape of [[24], [3, 24], [2, 3, 24]]) {
      const written = spectrum(shape);
      let content: Uint8Array;
      try {
        content = await format.encode!(written);
      } catch (error) {
        expect(isSpectrailError(error, 'output'), String(error)).toBe(true);
        expect(shape.length).toBeGreaterThan(1);
        continue;
      }
      const file = memoryFile(`x${format.extensions[0]}`, content);
      expect(format.sniff(content.slice(0, 4096), file.name)).not.toBe('no');
      const [read] = await format.read!(file);
      if (read.kind !== 'array') {
        expect(read.rows).toBe(24);
        continue;
      }
      expect(read.shape).toEqual(shape);
      expect(Array.from((await read.values.load()) as Float64Array)).toEqual(
        Array.from((await written.values.load()) as Float64Array),
      );
    }
  });
});

describe.each(formats.filter(([, { encode }]) => encode))('the writer of %s', (_, format) => {
  it('writes or refuses axes it cannot hold with a typed error', async () => {
    const positions = Float64Array.from({ length: 24 }, (_, i) => i ** 1.5);
    const listed = { ...spectrum(), axes: [explicitAxis({ name: 'Energy', unit: 'eV', role: 'spectral', positions })] };
    await format.encode!(listed).then(
      (content) => expect(content.length).toBeGreaterThan(0),
      (error) => expect(isSpectrailError(error), String(error)).toBe(true),
    );
  });
});

describe.each(folders)('the folders of %s', (_, format) => {
  it('are recognised, and no others for certain', async () => {
    const files = await written(format, spectrum([2, 3, 24]));
    expect(await format.sniffFolder!(memoryFolder(files))).toBe('certain');
    expect(await format.sniffFolder!(memoryFolder(new Map()))).toBe('no');
    expect(await format.sniffFolder!(memoryFolder(new Map([['notes.txt', new Uint8Array(1)]])))).toBe('no');
    expect(await format.sniffFolder!(memoryFolder(new Map(), `x${format.extensions[0]}`))).toBe('name');
  });

  it('are read as they were written', async () => {
    for (const shape of [[24], [3, 24], [2, 3, 24]]) {
      const given = spectrum(shape);
      const [read] = await format.readFolder!(memoryFolder(await written(format, given)));
      expect(read).toMatchObject({ kind: 'array', title: given.title, shape, dtype: 'float64', axes: given.axes });
      if (read.kind === 'array') expect(await read.values.load()).toEqual(await given.values.load());
    }
  });

  it('are read from a zip archive too', async () => {
    const given = spectrum([2, 3, 24]);
    const content = zipSync(Object.fromEntries(await written(format, given)));
    const file = memoryFile('archive.zip', content);
    expect(format.sniff(content.slice(0, 4096), file.name)).toBe('likely');
    const [read] = await format.read!(file);
    if (read.kind === 'array') expect(await read.values.load()).toEqual(await given.values.load());
  });

  it('with rubbish in any of their files are nothing worse than an error for the user', async () => {
    const files = await written(format, spectrum([2, 3, 24]));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files.keys()), fc.option(bytes), async (path, content) => {
        const changed = new Map(files);
        if (content === null) changed.delete(path);
        else changed.set(path, Uint8Array.from(content));
        await answer(() => format.readFolder!(memoryFolder(changed)));
      }),
      { numRuns: 60 },
    );
  });

  it('hold listed positions', async () => {
    const positions = Float64Array.from({ length: 24 }, (_, i) => i ** 1.5);
    const listed = { ...spectrum(), axes: [explicitAxis({ name: 'Energy', unit: 'eV', role: 'spectral', positions })] };
    const [read] = await format.readFolder!(memoryFolder(await written(format, listed)));
    expect(read).toMatchObject({ axes: listed.axes });
  });
});
