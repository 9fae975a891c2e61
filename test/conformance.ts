/// <reference types="vite/types/importMeta.d.ts" />
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Dataset } from '../src/signal/dataset.ts';
import { type CompareOptions, compareWithOracle, corpusFiles, type Oracle } from './oracle.ts';

/** A file of the corpus with what a trusted reader found in it. */
export interface CorpusEntry {
  /** Folder and file. */
  readonly name: string;
  readonly path: string;
  readonly oracle: Oracle;
}

export interface Compared {
  readonly datasets: readonly Dataset[];
  readonly oracle: Oracle;
}

/** How the corpus files of a format are compared with their oracles: `corpus.ts` in the folder of the format. */
export interface Conformance {
  /** Folders of the corpus. Default: the one called as the format is. */
  readonly folders?: readonly string[];
  /** Which files of those folders are the format's own. Default: all. */
  readonly own?: (entry: CorpusEntry) => boolean;
  readonly compare?: CompareOptions;
  /** Both in the same form, where the reference gives another one: its order, its tables, its words. */
  readonly asReference?: (compared: Compared, entry: CorpusEntry) => Compared | Promise<Compared>;
  /** Where we differ on purpose, by name of the file; the reasons stand in docs/formats.md. */
  readonly exceptions?: Readonly<Record<string, readonly string[]>>;
  /** Differences of one kind, in any file, with a reason in docs/formats.md. */
  readonly explained?: (difference: string) => boolean;
  /** Good files as text or as bytes, where the corpus has none. */
  readonly made?: readonly (string | Uint8Array)[];
  /** Files that lie beside one, by their paths. */
  readonly beside?: (path: string) => readonly string[];
  /** What such a file is called beside one called `renamed`, where it does not begin like the other. */
  readonly besideRenamed?: (path: string) => string;
}

export const defineConformance = (conformance: Conformance): Conformance => conformance;

/** The first letters of a file, one a byte. */
export function beginningOf({ path }: CorpusEntry): string {
  return readFileSync(path).subarray(0, 4096).toString('latin1');
}

/** Files in a folder that lies beside `path`, and in those within, by what their names end in. */
export function filesBeside(path: string, folder: string, endings: RegExp): string[] {
  const root = join(dirname(path), folder);
  if (!existsSync(root)) return [];
  const inside = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return inside.filter((name) => endings.test(name)).map((name) => join(root, name));
}

/** Where the reference only counted the lines of the header. */
export function withoutMetadata(oracle: Oracle): Oracle {
  return { ...oracle, signals: oracle.signals.map(({ keyMetadata: _, ...signal }) => signal) };
}

/** As a list, not by looking into folders: the fuzzing campaign is packed into files of its own, where there are none. */
const conformances = import.meta.glob<{ default: Conformance }>('../src/formats/*/corpus.ts');

/** What a format says of itself; the defaults where it says nothing. */
export async function conformanceOf(format: string): Promise<Conformance> {
  return (await conformances[`../src/formats/${format}/corpus.ts`]?.())?.default ?? {};
}

/** The corpus files of a format; none without a corpus. */
export function entriesOf(format: string, { folders = [format], own = () => true }: Conformance): CorpusEntry[] {
  return folders
    .flatMap((folder) => corpusFiles(folder).map((found) => ({ ...found, name: `${folder}/${found.oracle.file}` })))
    .map(({ name, file, oracle }) => ({
      name,
      oracle,
      path: oracle.zipMember === undefined ? file : unzip(file, oracle.zipMember),
    }))
    .filter(own);
}

let unpacked: string | undefined;

function unzip(archive: string, member: string): string {
  unpacked ??= mkdtempSync(join(tmpdir(), 'spectrail-unpacked-'));
  const path = join(unpacked, member);
  writeFileSync(path, unzipSync(new Uint8Array(readFileSync(archive)))[member]);
  return path;
}

/** Differences that nothing explains, and those that should be there. */
export async function differencesOf(
  datasets: readonly Dataset[],
  entry: CorpusEntry,
  { asReference, compare, explained = () => false }: Conformance,
  strict: Pick<CompareOptions, 'bytes' | 'title'> = {},
): Promise<string[]> {
  const given = { datasets, oracle: entry.oracle };
  const compared = (await asReference?.(given, entry)) ?? given;
  const differences = await compareWithOracle(compared.datasets, compared.oracle, { ...strict, ...compare });
  return differences.filter((difference) => !explained(difference));
}
