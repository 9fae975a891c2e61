import type { Dataset } from '../signal/dataset.ts';
import { formatError, isSpectrailError, relocated, type SpectrailError } from '../signal/errors.ts';
import type { ByteSource, Format, Sniff } from './format.ts';
import { foreignSignature } from './signatures.ts';

/** What is known of a format before its code is loaded. */
export interface FormatEntry {
  readonly id: string;
  readonly title: string;
  /** Lower case, with the dot. */
  readonly extensions: readonly string[];
  readonly load: () => Promise<{ readonly default: Format }>;
}

/** In the order in which equally sure formats are tried. */
export const FORMATS: readonly FormatEntry[] = [
  {
    id: 'gatan-dm',
    title: 'Gatan DigitalMicrograph 3/4',
    extensions: ['.dm3', '.dm4'],
    load: () => import('./gatan-dm/index.ts'),
  },
  {
    id: 'bruker-bcf',
    title: 'Bruker composite file (EDS map)',
    extensions: ['.bcf'],
    load: () => import('./bruker-bcf/index.ts'),
  },
  {
    id: 'hspy',
    title: 'HyperSpy (HDF5)',
    extensions: ['.hspy', '.hdf5', '.h5'],
    load: () => import('./hspy/index.ts'),
  },
  {
    id: 'emsa',
    title: 'EMSA/MAS spectral data (ISO 22029)',
    extensions: ['.msa', '.emsa', '.ems'],
    load: () => import('./emsa/index.ts'),
  },
  {
    id: 'ripple',
    title: 'Ripple (.rpl with .raw)',
    extensions: ['.rpl', '.raw'],
    load: () => import('./ripple/index.ts'),
  },
  { id: 'npy', title: 'NumPy array', extensions: ['.npy'], load: () => import('./npy/index.ts') },
  { id: 'csv', title: 'Comma-separated values', extensions: ['.csv'], load: () => import('./csv/index.ts') },
  {
    id: 'columns',
    title: 'Columns of numbers as text',
    extensions: ['.xy', '.csv', '.txt', '.dat', '.tsv', '.chi', '.xmu', '.dpt', '.msa'],
    load: () => import('./columns/index.ts'),
  },
];

const HEAD_BYTES = 4096;
const RANK: readonly Sniff[] = ['certain', 'likely', 'name'];

export interface OpenedFile {
  /** Id of the format that read it. */
  readonly format: string;
  readonly datasets: Dataset[];
}

interface Candidate {
  readonly entry: FormatEntry;
  readonly format: Format;
  readonly sniff: Sniff;
}

/**
 * Reads a file with the format its content shows, else with the one its name suggests. A format that is certain by
 * content has the last word; of several less sure ones the first that can read the file is taken.
 *
 * @throws SpectrailError the reader's own; `format/unknown-format` when no format recognises the file;
 * `format/unreadable` naming every format that was tried; `format/reader-failed` for a failure inside a reader.
 */
export async function openFile(source: ByteSource, formats: readonly FormatEntry[] = FORMATS): Promise<OpenedFile> {
  if (source.size === 0) {
    throw formatError({ code: 'empty-file', where: source.name, what: 'the file is empty', fix: 'export it again' });
  }
  const head = await source.read(0, HEAD_BYTES);
  const candidates = await recognise(source.name, head, formats);
  if (candidates.length === 0) throw await unknownFormat(source.name, head, formats);
  const sure = candidates.filter(({ sniff }) => sniff === 'certain');
  const failures: { entry: FormatEntry; error: SpectrailError }[] = [];
  for (const { entry, format } of sure.length > 0 ? sure : candidates) {
    try {
      const datasets = await inFormat(entry, source.name, () => format.read!(source));
      return { format: entry.id, datasets: datasets.map((dataset) => guardValues(dataset, entry, source.name)) };
    } catch (error) {
      failures.push({ entry, error: error as SpectrailError });
    }
  }
  if (failures.length === 1) throw failures[0].error;
  throw formatError({
    code: 'unreadable',
    where: source.name,
    what: `none of the formats it could be has read it: ${failures
      .map(({ entry, error }) => `${entry.title} (${error.what})`)
      .join('; ')}`,
    fix: 'check that the file is complete, or export it in another format',
    cause: failures[0].error,
  });
}

/** The formats that can be this file's, surest first; those its extension names are asked alone when one is certain. */
async function recognise(name: string, head: Uint8Array, formats: readonly FormatEntry[]): Promise<Candidate[]> {
  const named = formats.filter(({ extensions }) =>
    extensions.some((extension) => name.toLowerCase().endsWith(extension)),
  );
  const first = await ask(named, head, name);
  const candidates = first.some(({ sniff }) => sniff === 'certain')
    ? first
    : [
        ...first,
        ...(await ask(
          formats.filter((entry) => !named.includes(entry)),
          head,
          name,
        )),
      ];
  return candidates
    .filter(({ format, sniff }) => format.read !== undefined && sniff !== 'no')
    .sort((a, b) => RANK.indexOf(a.sniff) - RANK.indexOf(b.sniff));
}

function ask(entries: readonly FormatEntry[], head: Uint8Array, name: string): Promise<Candidate[]> {
  return Promise.all(
    entries.map((entry) =>
      inFormat(entry, name, async () => {
        const { default: format } = await entry.load();
        return { entry, format, sniff: format.sniff(head, name) };
      }),
    ),
  );
}

/** Loading values happens after `openFile` has returned: what goes wrong then gets the same treatment. */
function guardValues(dataset: Dataset, entry: FormatEntry, name: string): Dataset {
  if (dataset.kind !== 'array') return dataset;
  const { values } = dataset;
  if (values.kind === 'dense') {
    return { ...dataset, values: { kind: 'dense', load: () => inFormat(entry, name, values.load) } };
  }
  return { ...dataset, values: { kind: 'events', load: () => inFormat(entry, name, values.load) } };
}

async function inFormat<T>(entry: FormatEntry, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isSpectrailError(cause)) throw relocated(cause, readingOf(entry, name, cause.where));
    throw formatError({
      code: 'reader-failed',
      where: readingOf(entry, name),
      what: `the reader could not make sense of the file (${cause instanceof Error ? cause.message : cause})`,
      fix: 'the file may be damaged or of a newer kind: please report it with the file',
      cause,
    });
  }
}

/** Where in the file, and as what it was read: the same bytes make sense to one reader and none to another. */
function readingOf({ title }: FormatEntry, name: string, where = name): string {
  return `${where.includes(name) ? where : `${name}, ${where}`}, read as ${title}`;
}

async function unknownFormat(name: string, head: Uint8Array, formats: readonly FormatEntry[]) {
  const loaded = await Promise.all(formats.map(async ({ load }) => (await load()).default));
  const foreign = foreignSignature(head);
  return formatError({
    code: 'unknown-format',
    where: name,
    what: foreign
      ? `the file looks like ${foreign}, which cannot be read yet`
      : 'the file is in none of the formats that can be read',
    expected: loaded
      .filter(({ read }) => read)
      .map(({ title, extensions }) => `${title} (${extensions.join(', ')})`)
      .join('; '),
    fix: 'export it in one of them',
  });
}
