import type { ArrayDataset, Dataset, StoredRows } from '../signal/dataset.ts';
import { formatError, isSpectrailError, retold, type SpectrailError } from '../signal/errors.ts';
import { type FolderSource, isFolder } from './folder.ts';
import type { ByteSource, Format, Sniff } from './format.ts';
import { FORMATS, type FormatEntry } from './registry.ts';
import { foreignSignature } from './signatures.ts';

export { FORMATS, type FormatEntry } from './registry.ts';

const HEAD_BYTES = 4096;
const RANK: readonly Sniff[] = ['certain', 'likely', 'name'];

export interface OpenedFile {
  /** Id of the format that read it. */
  readonly format: string;
  readonly datasets: Dataset[];
  /** Ids of the formats that were as sure of the file as the one that read it, and were not taken. */
  readonly alsoPossible: readonly string[];
}

/** A file, or a folder, which has no size. */
type Source = Pick<ByteSource, 'name'> & Partial<Pick<ByteSource, 'size'>>;

interface Candidate {
  readonly entry: FormatEntry;
  readonly format: Format;
  readonly sniff: Sniff;
}

/**
 * Reads a file, or a folder that is one unit, with the format its content shows, else with the one its name suggests. A
 * format that is certain by content has the last word; of several equally sure ones the first that can read it is taken,
 * and the others are named.
 *
 * @throws SpectrailError the reader's own; `format/unknown-format`, `format/unknown-folder` when no format recognises it;
 * `format/unreadable` naming every format that was tried; `format/reader-failed` for a failure inside a reader.
 */
export async function openFile(
  source: ByteSource | FolderSource,
  formats: readonly FormatEntry[] = FORMATS,
): Promise<OpenedFile> {
  if (isFolder(source)) {
    const candidates = await recogniseFolder(source, formats);
    if (candidates.length === 0) throw await unknownFolder(source, formats);
    return readWith(candidates, source, (format) => format.readFolder!(source));
  }
  if (source.size === 0) {
    throw formatError({
      code: 'empty-file',
      where: source.name,
      what: 'the file is empty',
      expected: 'a file with at least one byte',
      fix: 'export it again',
    });
  }
  const head = await source.read(0, HEAD_BYTES);
  const candidates = await recognise(source, head, formats);
  if (candidates.length === 0) throw await unknownFormat(source, head, formats);
  return readWith(candidates, source, (format) => format.read!(source));
}

async function readWith(
  candidates: readonly Candidate[],
  source: Source,
  read: (format: Format) => Promise<Dataset[]>,
): Promise<OpenedFile> {
  const sure = candidates.filter(({ sniff }) => sniff === 'certain');
  const failures: { entry: FormatEntry; error: SpectrailError }[] = [];
  for (const { entry, format, sniff } of sure.length > 0 ? sure : candidates) {
    try {
      const datasets = await inFormat(entry, source, () => read(format));
      return {
        format: entry.id,
        datasets: datasets.map((dataset) => guardValues(dataset, entry, source)),
        alsoPossible: candidates
          .filter((other) => other.sniff === sniff && other.entry !== entry)
          .map((other) => other.entry.id),
      };
    } catch (error) {
      failures.push({ entry, error: error as SpectrailError });
    }
  }
  if (failures.length === 1) throw failures[0].error;
  throw formatError({
    code: 'unreadable',
    where: source.name,
    what: `none of the formats it could be has read it: ${failures
      .map(({ entry, error }) => `${entry.title} (${placeOf(error, entry, source)}${error.what})`)
      .join('; ')}`,
    expected: failures.map(({ entry, error }) => `${entry.title}: ${error.expected ?? 'a file of it'}`).join('; '),
    fix: 'check that the file is complete, or export it in another format',
    cause: failures[0].error,
  });
}

async function recogniseFolder(folder: FolderSource, formats: readonly FormatEntry[]): Promise<Candidate[]> {
  const asked = await Promise.all(
    formats.map((entry) =>
      inFormat(entry, folder, async () => {
        const { default: format } = await entry.load();
        return { entry, format, sniff: (await format.sniffFolder?.(folder)) ?? 'no' };
      }),
    ),
  );
  return ranked(asked.filter(({ format }) => format.readFolder !== undefined));
}

async function unknownFolder(folder: FolderSource, formats: readonly FormatEntry[]) {
  const loaded = await Promise.all(formats.map(async ({ load }) => (await load()).default));
  const members = (await folder.list('')).map(({ name }) => name);
  return formatError({
    code: 'unknown-folder',
    where: folder.name,
    what: `this is a folder of no known kind: it holds ${members.slice(0, 6).join(', ') || 'nothing'}`,
    expected: `a file, or a folder that is one: ${loaded
      .filter(({ readFolder }) => readFolder)
      .map(({ title, extensions }) => `${title} (${extensions[0]})`)
      .join('; ')}`,
    fix: 'name one of the files in it',
  });
}

/** The formats that can be this file's, surest first; those its extension names are asked alone when one is certain. */
async function recognise(source: ByteSource, head: Uint8Array, formats: readonly FormatEntry[]): Promise<Candidate[]> {
  const named = formats.filter(({ extensions }) =>
    extensions.some((extension) => source.name.toLowerCase().endsWith(extension)),
  );
  const choice = formats.length > 1;
  const asked = async (entries: readonly FormatEntry[]) => {
    const answers = await ask(entries, head, source);
    return choice && !answers.some(isCertain) ? lookInside(answers, source) : answers;
  };
  const candidates = await asked(named);
  if (!candidates.some(isCertain)) candidates.push(...(await asked(formats.filter((entry) => !named.includes(entry)))));
  return ranked(candidates.filter(({ format }) => format.read !== undefined));
}

function ranked(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ sniff }) => sniff !== 'no').sort((a, b) => RANK.indexOf(a.sniff) - RANK.indexOf(b.sniff));
}

const isCertain = ({ sniff }: Candidate) => sniff === 'certain';

/** Likely formats that can look inside the file say whether it is theirs; where it is damaged, it stays likely. */
async function lookInside(candidates: readonly Candidate[], source: ByteSource): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const candidate of candidates) {
    const { entry, format, sniff } = candidate;
    let sure: Sniff = sniff;
    if (format.probe && sniff === 'likely') {
      sure = await inFormat(entry, source, () => format.probe!(source)).then(
        (own) => (own ? 'certain' : 'no'),
        () => sniff,
      );
    }
    found.push({ ...candidate, sniff: sure });
  }
  return found;
}

function ask(entries: readonly FormatEntry[], head: Uint8Array, source: ByteSource): Promise<Candidate[]> {
  return Promise.all(
    entries.map((entry) =>
      inFormat(entry, source, async () => {
        const { default: format } = await entry.load();
        return { entry, format, sniff: format.sniff(head, source.name) };
      }),
    ),
  );
}

/** Loading values happens after `openFile` has returned: what goes wrong then gets the same treatment. */
function guardValues(dataset: Dataset, entry: FormatEntry, source: Source): Dataset {
  return dataset.kind === 'array' ? guardArray(dataset, entry, source) : dataset;
}

function guardArray(dataset: ArrayDataset, entry: FormatEntry, source: Source): ArrayDataset {
  const { values } = dataset;
  const { rows: stored } = values;
  const rows = stored && {
    ...stored,
    read: (...asked: Parameters<StoredRows['read']>) => inFormat(entry, source, () => stored.read(...asked)),
  };
  if (values.kind === 'dense') {
    return { ...dataset, values: { kind: 'dense', load: () => inFormat(entry, source, values.load), rows } };
  }
  const { settle: given } = values;
  const settle = given && (async () => guardArray(await inFormat(entry, source, given), entry, source));
  return { ...dataset, values: { kind: 'events', load: () => inFormat(entry, source, values.load), rows, settle } };
}

async function inFormat<T>(entry: FormatEntry, source: Source, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isSpectrailError(cause)) throw asRead(cause, entry, source);
    throw formatError({
      code: 'reader-failed',
      where: readingOf(entry, source),
      what: `the reader could not make sense of the file (${cause instanceof Error ? cause.message : cause})`,
      fix: 'the file may be damaged or of a newer kind: please report it with the file',
      cause,
    });
  }
}

/** What a reader quotes of a file may be as long as the file. */
const LONGEST_PART = 400;

function shortened(text: string): string {
  return text.length > LONGEST_PART ? `${text.slice(0, LONGEST_PART)}…` : text;
}

function asRead(error: SpectrailError, entry: FormatEntry, source: Source): SpectrailError {
  const { what, where, expected } = error;
  return retold(error, {
    what: shortened(what),
    where: readingOf(entry, source, where && shortened(where)),
    expected: expected && shortened(expected),
  });
}

/** Where in the file, and as what it was read: the same bytes make sense to one reader and none to another. */
function readingOf({ title }: FormatEntry, { name, size }: Source, where = name): string {
  const place = where.includes(name) ? where : `${name}, ${where}`;
  // What is nowhere was looked for everywhere.
  return `${place === name && size !== undefined ? `${name}, all ${size} bytes` : place}, read as ${title}`;
}

/** Of an error that was found in one format, and a colon; empty where all of the file was looked through. */
function placeOf({ where = '' }: SpectrailError, entry: FormatEntry, source: Source): string {
  if (where === readingOf(entry, source)) return '';
  const place = where.slice(0, -`, read as ${entry.title}`.length);
  return `${place.startsWith(`${source.name}, `) ? place.slice(source.name.length + 2) : place}: `;
}

async function unknownFormat(source: ByteSource, head: Uint8Array, formats: readonly FormatEntry[]) {
  const foreign = foreignSignature(head);
  const named = formats.filter(({ extensions }) => extensions.some((end) => source.name.toLowerCase().endsWith(end)));
  const ofName = named.map(({ title }) => title).join(', ');
  return formatError({
    code: 'unknown-format',
    where: source.name,
    what: foreign
      ? `the file looks like ${foreign}, which cannot be read yet`
      : `the file is in none of the ${formats.length} formats that are known`,
    expected: named.length ? `by its name: ${ofName}; its first bytes are not of that kind` : undefined,
    fix: 'export it in a format that `spectrail formats` lists',
  });
}
