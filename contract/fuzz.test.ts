import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FolderSource } from '../src/formats/folder.ts';
import type { ByteSource, Format } from '../src/formats/format.ts';
import { FORMATS, type FormatEntry, openFile } from '../src/formats/index.ts';
import { uniformAxis } from '../src/signal/axis.ts';
import type { ArrayDataset, Dataset } from '../src/signal/dataset.ts';
import { isSpectrailError } from '../src/signal/errors.ts';
import { type MemoryFolder, memoryFolder, memoryTarget } from '../test/memory-folder.ts';
import { corpusFiles, sharedFolder } from '../test/oracle.ts';

/** Corpus folders that hold files of a format; a format that is not listed is tried on the folder of its own name. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  'gatan-dm': ['dm3', 'dm4'],
  columns: ['xy', 'columns-other', 'xafs-columns'],
};
const FILES = 3;
const CUTS = 25;
const MUTANTS = 200;
const SEED = 20250311;
const HANG_MS = 2000;
/** What reading one damaged file may hold beyond the size of the file: the least that a map or an HDF5 library needs. */
const MEMORY = 2 ** 30;

interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The files it cannot be read without, by name in lower case. */
  readonly beside: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Files of the corpus; where it has none, what the format itself writes. */
async function samples(entry: FormatEntry, format: Format): Promise<Sample[]> {
  const found = corpusSamples(entry);
  if (found.length > 0 || !format.encode) return found;
  const bytes = Uint8Array.from(await format.encode(written()));
  return [{ name: `written${entry.extensions[0]}`, bytes, beside: new Map() }];
}

function written(): ArrayDataset {
  return {
    kind: 'array',
    title: 'written',
    shape: [2, 3, 64],
    dtype: 'uint16',
    axes: [
      uniformAxis({ name: 'y', unit: 'nm', role: 'navigation', size: 2 }),
      uniformAxis({ name: 'x', unit: 'nm', role: 'navigation', size: 3 }),
      uniformAxis({ name: 'Energy', unit: 'eV', role: 'spectral', size: 64 }),
    ],
    values: { kind: 'dense', load: async () => Uint16Array.from({ length: 384 }, (_, i) => i) },
    metadata: {},
    original: {},
    warnings: [],
  };
}

function corpusSamples({ id, extensions }: FormatEntry): Sample[] {
  return (FOLDERS[id] ?? [id])
    .flatMap(corpusFiles)
    .filter(({ file }) => statSync(file).isFile())
    .map(({ file }) => ({ file, size: statSync(file).size }))
    .filter(({ file }) => extensions.some((extension) => file.toLowerCase().endsWith(extension)))
    .sort((a, b) => a.size - b.size || (a.file < b.file ? -1 : 1))
    .slice(0, FILES)
    .map(({ file }) => ({
      name: basename(file),
      bytes: new Uint8Array(readFileSync(file)),
      beside: companions(file),
    }));
}

function companions(file: string): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  if (!file.endsWith('.rpl')) return new Map();
  const raw = file.replace(/\.rpl$/, '.raw');
  return new Map([[basename(raw).toLowerCase(), new Uint8Array(readFileSync(raw))]]);
}

function source({ name, beside }: Sample, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    sibling: async (wanted) => {
      const found = beside.get(wanted.toLowerCase());
      return found && source({ name: wanted, bytes: found, beside }, found);
    },
  };
}

/** The values of a dataset, refused when they do not fill what its shape promises. */
async function load(dataset: Dataset): Promise<void> {
  if (dataset.kind === 'table') {
    if (dataset.columns.some(({ values }) => values.length !== dataset.rows))
      throw new Error('a column of other length');
    return;
  }
  const { shape, axes } = dataset;
  if (axes.length !== shape.length || axes.some(({ size }, d) => size !== shape[d]))
    throw new Error('axes and shape differ');
  const size = shape.reduce((product, n) => product * n, 1);
  const values = await dataset.values.load();
  const held = 'kind' in values ? values.pixels * values.channels : values.length;
  if (held < size) throw new Error(`${held} values for a shape of ${size}`);
}

/** What is wrong with how these bytes were met; undefined when they were read or refused as they should be. */
async function fault(entry: FormatEntry, damaged: ByteSource | FolderSource): Promise<string | undefined> {
  const before = process.memoryUsage();
  const started = performance.now();
  let found: string | undefined;
  try {
    for (const dataset of (await openFile(damaged, [entry])).datasets) await load(dataset);
  } catch (error) {
    if (!isSpectrailError(error)) found = `${error}`;
    else if (error.code === 'reader-failed') found = `untyped inside the reader: ${error.cause}`;
    else if (error.what === '') found = `${error.code} without a word`;
  }
  const took = performance.now() - started;
  if (took > HANG_MS) found = `took ${took.toFixed(0)} ms`;
  const { heapTotal, arrayBuffers } = process.memoryUsage();
  const grown = heapTotal + arrayBuffers - before.heapTotal - before.arrayBuffers;
  return grown > MEMORY ? `took ${grown} bytes` : found;
}

/** 0 ≤ x < 1, the same sequence for the same seed (Numerical Recipes’ quick generator). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Numbers that lie about sizes, binary and in text. */
const LIES = [0, 1, 0x7f, 0x80, 0xff];
const NINE = 0x39;

/**
 * One to four wounds: single bytes, runs of 4 set to 0 or 255, runs of the digit 9, a piece moved; half of them in the first 4 KiB, where the
 * headers are.
 */
function mutant(bytes: Uint8Array, random: () => number): Uint8Array {
  const out = bytes.slice();
  const below = (n: number) => Math.floor(random() * n);
  for (let wound = below(4); wound >= 0; wound--) {
    const at = below(random() < 0.5 ? Math.min(4096, out.length) : out.length);
    const kind = below(5);
    if (kind === 0) out[at] = below(256);
    else if (kind === 1) out[at] = LIES[below(LIES.length)];
    else if (kind === 2) out.fill(random() < 0.5 ? 0 : 255, at, at + 4);
    else if (kind === 3) out.fill(NINE, at, at + 1 + below(9));
    else out.copyWithin(at, below(out.length), below(out.length));
  }
  return out;
}

/** Files of folders: what the format itself writes, and the folders of the corpus. */
async function folderSamples({ id }: FormatEntry, { readFolder, writeFolder }: Format): Promise<MemoryFolder[]> {
  if (!readFolder) return [];
  const found = corpusFiles(id)
    .filter(({ file }) => statSync(file).isDirectory())
    .map(({ file }) => filesUnder(file));
  if (writeFolder) {
    const { target, files } = memoryTarget();
    await writeFolder(written(), target);
    found.push(files);
  }
  return found;
}

function filesUnder(folder: string): MemoryFolder {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name.split(sep).join('/'), new Uint8Array(readFileSync(join(folder, name)))]));
}

/** One file gone, cut, with wrong bytes, or exchanged for another. */
function folderMutant(files: MemoryFolder, random: () => number): MemoryFolder {
  const paths = [...files.keys()];
  const any = () => paths[Math.floor(random() * paths.length)];
  const path = any();
  const bytes = files.get(path)!;
  const changed = new Map(files);
  const kind = Math.floor(random() * 5);
  if (kind === 0) changed.delete(path);
  else if (kind === 1) changed.set(path, bytes.slice(0, Math.floor(random() * bytes.length)));
  else if (kind === 2) changed.set(path, files.get(any())!);
  else if (bytes.length > 0) changed.set(path, Uint8Array.from(mutant(bytes, random)));
  return changed;
}

const readableFolders: { entry: FormatEntry; folders: MemoryFolder[] }[] = [];
for (const entry of FORMATS) {
  const folders = await folderSamples(entry, (await entry.load()).default);
  if (folders.length > 0) readableFolders.push({ entry, folders });
}

const readable: { entry: FormatEntry; files: Sample[] }[] = [];
for (const entry of FORMATS) {
  const { default: format } = await entry.load();
  const files = format.read ? await samples(entry, format) : [];
  if (files.length > 0) readable.push({ entry, files });
}

describe.skipIf(!sharedFolder())('damaged files', () => {
  it.each(readable.map(({ entry, files }) => [entry.id, entry, files] as const))(
    '%s: cut anywhere, they are refused in words or read as far as they say, quickly',
    async (_, entry, files) => {
      const faults: string[] = [];
      for (const sample of files) {
        for (let cut = 1; cut < CUTS; cut++) {
          const length = Math.floor((sample.bytes.length * cut) / CUTS);
          const found = await fault(entry, source(sample, sample.bytes.slice(0, length)));
          if (found) faults.push(`${sample.name} cut at byte ${length}: ${found}`);
        }
      }
      expect(faults).toEqual([]);
    },
  );

  it.each(readable.map(({ entry, files }) => [entry.id, entry, files] as const))(
    '%s: with wrong bytes, they are refused in words or give what they promise, and the next good file still reads',
    async (_, entry, files) => {
      const faults: string[] = [];
      for (const sample of files) {
        const random = generator(SEED);
        for (let trial = 0; trial < MUTANTS; trial++) {
          const found = await fault(entry, source(sample, mutant(sample.bytes, random)));
          if (found) faults.push(`${sample.name}, mutant ${trial}: ${found}`);
        }
        for (const dataset of (await openFile(source(sample, sample.bytes), [entry])).datasets) await load(dataset);
      }
      expect(faults).toEqual([]);
    },
  );
});

describe.skipIf(!sharedFolder())('damaged folders', () => {
  it.each(readableFolders.map(({ entry, folders }) => [entry.id, entry, folders] as const))(
    '%s: with a file that is gone, cut or wrong, they are refused in words or give what they promise',
    async (_, entry, folders) => {
      const faults: string[] = [];
      for (const [at, files] of folders.entries()) {
        const random = generator(SEED + at);
        const name = `x${entry.extensions[0]}`;
        for (let trial = 0; trial < 2 * MUTANTS; trial++) {
          const found = await fault(entry, memoryFolder(folderMutant(files, random), name));
          if (found) faults.push(`folder ${at}, mutant ${trial}: ${found}`);
        }
        for (const dataset of (await openFile(memoryFolder(files, name), [entry])).datasets) await load(dataset);
      }
      expect(faults).toEqual([]);
    },
  );
});
