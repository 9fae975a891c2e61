import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { ByteSource, Format } from '../../../src/formats/format.ts';
import { type FormatEntry, openFile } from '../../../src/formats/index.ts';
import { uniformAxis } from '../../../src/signal/axis.ts';
import type { ArrayDataset } from '../../../src/signal/dataset.ts';
import { corpusFiles } from '../../../test/oracle.ts';

/** A file as bytes. */
export interface Part {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A good file; the first part is opened, the others lie beside it. */
export interface Sample {
  readonly name: string;
  readonly parts: readonly Part[];
}

/** Corpus folders that hold files of a format; a format that is not listed is tried on the folder of its own name. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  'gatan-dm': ['dm3', 'dm4'],
  columns: ['xy', 'columns-other', 'xafs-columns'],
};

/** Every corpus file that a format reads, smallest first; and what the format itself writes, where it does. */
export async function samplesOf(entry: FormatEntry, format: Format): Promise<Sample[]> {
  const found: Sample[] = [];
  for (const sample of corpusSamples(entry)) {
    // Some files of the corpus only end like others of the format; which ones are read is tested beside the readers.
    const read = await openFile(sourceOf(sample.parts), [entry]).catch(() => undefined);
    if (read) found.push(sample);
  }
  if (!format.encode) return found;
  const bytes = Uint8Array.from(await format.encode(written()));
  const name = `written${entry.extensions[0]}`;
  return [{ name, parts: [{ name, bytes }] }, ...found];
}

function corpusSamples({ id, extensions }: FormatEntry): Sample[] {
  return (FOLDERS[id] ?? [id])
    .flatMap(corpusFiles)
    .map(({ file }) => ({ file, info: statSync(file) }))
    .filter(({ file, info }) => info.isFile() && extensions.some((ending) => file.toLowerCase().endsWith(ending)))
    .sort((a, b) => a.info.size - b.info.size || (a.file < b.file ? -1 : 1))
    .map(({ file }) => ({ name: basename(file), parts: [file, ...companions(file)].map(readPart) }));
}

function companions(file: string): string[] {
  return file.endsWith('.rpl') ? [file.replace(/\.rpl$/, '.raw')] : [];
}

const readPart = (file: string): Part => ({ name: basename(file), bytes: new Uint8Array(readFileSync(file)) });

function written(): ArrayDataset {
  return {
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
}

export function sourceOf([first, ...beside]: readonly Part[]): ByteSource {
  const { name, bytes } = first;
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    sibling: async (wanted) => {
      const found = beside.find((part) => part.name.toLowerCase() === wanted.toLowerCase());
      return found && sourceOf([found]);
    },
  };
}
