import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { zipSync } from 'fflate';
import type { FolderSource } from '../../../src/formats/folder.ts';
import type { ByteSource, Format } from '../../../src/formats/format.ts';
import { type FormatEntry, openFile } from '../../../src/formats/index.ts';
import { SUMS } from '../../../src/formats/store/layout.ts';
import { sumsOf } from '../../../src/formats/store/sums.ts';
import { uniformAxis } from '../../../src/signal/axis.ts';
import type { ArrayDataset } from '../../../src/signal/dataset.ts';
import { type Conformance, conformanceOf } from '../../../test/conformance.ts';
import { memoryFolder, memoryTarget } from '../../../test/memory-folder.ts';
import { corpusFiles } from '../../../test/oracle.ts';

/** A file as bytes. */
export interface Part {
  /** In a folder its path from there. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A good file; the first part is opened, the others lie beside it. Or a good folder, and all files in it. */
export interface Sample {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly folder?: boolean;
  /** Makes checksums right again after damage, as somebody would who means harm. */
  readonly seal?: (parts: readonly Part[]) => Promise<readonly Part[]>;
}

/**
 * Every corpus file that a format reads, smallest first; and what the format itself writes, where it does.
 * @param corpus another folder than that of the tests.
 */
export async function samplesOf(entry: FormatEntry, format: Format, corpus?: string): Promise<Sample[]> {
  const conformance = await conformanceOf(entry.id);
  const found: Sample[] = [
    ...(await writtenFile(entry, format)),
    ...(await writtenFolders(entry, format)),
    ...madeFiles(entry, conformance),
  ];
  for (const sample of corpusSamples(entry, conformance, corpus)) {
    // Some files of the corpus only end like others of the format; which ones are read is tested beside the readers.
    const read = await openFile(sourceOf(sample), [entry]).catch(() => undefined);
    if (read) found.push(sample);
  }
  return found;
}

async function writtenFile({ extensions }: FormatEntry, { encode }: Format): Promise<Sample[]> {
  if (!encode) return [];
  const name = `written${extensions[0]}`;
  return [{ name, parts: [{ name, bytes: Uint8Array.from(await encode(spectrum)) }] }];
}

function madeFiles({ extensions }: FormatEntry, { made = [] }: Conformance): Sample[] {
  return made.map((content, i) => {
    const name = `made-${i}${extensions[0]}`;
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content);
    return { name, parts: [{ name, bytes }] };
  });
}

/** As folders, and packed. */
async function writtenFolders({ id, extensions }: FormatEntry, { writeFolder }: Format): Promise<Sample[]> {
  const found: Sample[] = [];
  for (const dataset of writeFolder ? [spectrum, map] : []) {
    const { target, files } = memoryTarget();
    await writeFolder?.(dataset, target);
    const name = `${dataset.title}${extensions[0]}`;
    const parts = [...files].map(([path, bytes]) => ({ name: path, bytes }));
    const packed = Uint8Array.from(zipSync(Object.fromEntries(files)));
    found.push({ name, parts, folder: true }, { name: `packed-${name}`, parts: [{ name, bytes: packed }] });
    if (id === 'store') found.push({ name: `sealed-${name}`, parts, folder: true, seal: sealStore });
  }
  return found;
}

async function sealStore(parts: readonly Part[]): Promise<readonly Part[]> {
  const listed = parts.find(({ name }) => name === SUMS);
  const paths = new TextDecoder().decode(listed?.bytes).matchAll(/^[0-9a-f]{64} {2}(.+)$/gm);
  const described = new Set([...paths].map(([, path]) => path));
  const files = parts.filter(({ name }) => described.has(name)).map(({ name, bytes }) => [name, bytes] as const);
  const sums = Uint8Array.from(await sumsOf(new Map(files)));
  return parts.map((part) => (part === listed ? { ...part, bytes: sums } : part));
}

function corpusSamples(entry: FormatEntry, conformance: Conformance, corpus?: string): Sample[] {
  return corpusPaths(entry, conformance, corpus)
    .map(([file, ...beside]) => (statSync(file).isDirectory() ? folderSample(file) : fileSample(file, beside)))
    .sort((a, b) => sizeOf(a) - sizeOf(b) || (a.name < b.name ? -1 : 1));
}

/** Files, or folders that are one, which a format may read; behind each the files beside it that it needs. */
export function corpusPaths(
  { id, extensions }: FormatEntry,
  { folders = [id], beside }: Conformance,
  corpus?: string,
): string[][] {
  return folders
    .flatMap((folder) => corpusFiles(folder, corpus))
    .filter(({ file }) => extensions.some((ending) => file.toLowerCase().endsWith(ending)))
    .map(({ file }) => [file, ...(beside?.(file) ?? []).filter((path) => existsSync(path))]);
}

const sizeOf = ({ parts }: Sample) => parts[0].bytes.length;

function fileSample(file: string, beside: readonly string[]): Sample {
  const parts = [file, ...beside].map((path) => readPart(path, basename(path)));
  return { name: basename(file), parts };
}

function folderSample(folder: string): Sample {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return { name: basename(folder), parts: files.map((file) => readPart(file, relative(folder, file))), folder: true };
}

const readPart = (file: string, name: string): Part => ({ name, bytes: new Uint8Array(readFileSync(file)) });

const spectrum: ArrayDataset = {
  kind: 'array',
  title: 'written',
  shape: [67],
  dtype: 'float64',
  axes: [uniformAxis({ name: 'Energy', unit: 'eV', role: 'spectral', size: 67, scale: 0.25, offset: -3 })],
  values: { kind: 'dense', load: async () => Float64Array.from({ length: 67 }, (_, i) => i / 8) },
  metadata: {},
  original: {},
  warnings: [],
};

/** Few counts in many channels: written as events by formats that have them. */
const map: ArrayDataset = {
  ...spectrum,
  title: 'written-map',
  shape: [3, 5, 211],
  dtype: 'uint8',
  axes: [
    uniformAxis({ name: 'y', unit: 'nm', role: 'navigation', size: 3 }),
    uniformAxis({ name: 'x', unit: 'nm', role: 'navigation', size: 5 }),
    uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size: 211, scale: 0.01, offset: -0.5 }),
  ],
  values: { kind: 'dense', load: async () => Uint8Array.from({ length: 3165 }, (_, i) => (i % 29 === 0 ? 1 : 0)) },
};

export function sourceOf({ name, parts, folder }: Sample): ByteSource | FolderSource {
  if (folder) return memoryFolder(new Map(parts.map((part) => [part.name, part.bytes])), name);
  return fileOf(parts);
}

function fileOf([first, ...beside]: readonly Part[]): ByteSource {
  const { name, bytes } = first;
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    sibling: async (wanted) => {
      const found = beside.find((part) => part.name.toLowerCase() === wanted.toLowerCase());
      return found && fileOf([found]);
    },
  };
}
