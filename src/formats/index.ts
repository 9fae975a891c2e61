import type { ArrayDataset, Dataset } from '../signal/dataset.ts';
import { formatError, isSpectrailError, relocated, type SpectrailError } from '../signal/errors.ts';
import { type FolderSource, isFolder } from './folder.ts';
import type { ByteSource, Format, Sniff } from './format.ts';
import { isHdf5 } from './hdf5/signature.ts';
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
    id: 'bruker-spx',
    title: 'Bruker SPX spectrum (EDS)',
    extensions: ['.spx'],
    load: () => import('./bruker-spx/index.ts'),
  },
  {
    id: 'hspy',
    title: 'HyperSpy (HDF5)',
    extensions: ['.hspy', '.hdf5', '.h5'],
    load: () => import('./hspy/index.ts'),
  },
  { id: 'store', title: 'Spectrail store', extensions: ['.spectrail'], load: () => import('./store/index.ts') },
  { id: 'zspy', title: 'HyperSpy (Zarr)', extensions: ['.zspy'], load: () => import('./zspy/index.ts') },
  {
    id: 'velox-emd',
    title: 'Velox EMD (Thermo Fisher)',
    extensions: ['.emd'],
    load: () => import('./velox-emd/index.ts'),
  },
  {
    id: 'jeol',
    title: 'JEOL Analysis Station',
    extensions: ['.asw', '.pts', '.map', '.img', '.eds'],
    load: () => import('./jeol/index.ts'),
  },
  {
    id: 'edax',
    title: 'EDAX spectrum or map (SPC, SPD)',
    extensions: ['.spc', '.spd'],
    load: () => import('./edax/index.ts'),
  },
  {
    id: 'ncem-emd',
    title: 'EMD (Berkeley, Prismatic)',
    extensions: ['.emd', '.h5'],
    load: () => import('./ncem-emd/index.ts'),
  },
  { id: 'nexus', title: 'NeXus (NXdata)', extensions: ['.nxs', '.nx', '.h5'], load: () => import('./nexus/index.ts') },
  {
    id: 'delmic-h5',
    title: 'Delmic (Odemis HDF5)',
    extensions: ['.h5', '.hdf5'],
    load: () => import('./delmic-h5/index.ts'),
  },
  { id: 'pantarhei', title: 'Panta Rhei (CEOS)', extensions: ['.prz'], load: () => import('./pantarhei/index.ts') },
  { id: 'tia', title: 'TIA (.emi with .ser)', extensions: ['.emi', '.ser'], load: () => import('./tia/index.ts') },
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
  {
    id: 'renishaw-wdf',
    title: 'Renishaw WiRE (WDF)',
    extensions: ['.wdf'],
    load: () => import('./renishaw-wdf/index.ts'),
  },
  {
    id: 'galactic-spc',
    title: 'Galactic SPC (GRAMS)',
    extensions: ['.spc'],
    load: () => import('./galactic-spc/index.ts'),
  },
  {
    id: 'jobinyvon-xml',
    title: 'LabSpec XML (Horiba Jobin Yvon)',
    extensions: ['.xml'],
    load: () => import('./jobinyvon-xml/index.ts'),
  },
  { id: 'witec-text', title: 'WITec text export', extensions: ['.txt'], load: () => import('./witec-text/index.ts') },
  {
    id: 'bruker-opus',
    title: 'Bruker OPUS',
    extensions: ['.0', '.1', '.2', '.opus'],
    load: () => import('./bruker-opus/index.ts'),
  },
  {
    id: 'digital-surf',
    title: 'Digital Surf (Mountains)',
    extensions: ['.sur', '.pro'],
    load: () => import('./digital-surf/index.ts'),
  },
  {
    id: 'mrc',
    title: 'MRC image or volume',
    extensions: ['.mrc', '.mrcs', '.map', '.ccp4', '.st', '.rec', '.ali'],
    load: () => import('./mrc/index.ts'),
  },
  {
    id: 'tiff',
    title: 'TIFF image',
    extensions: ['.tif', '.tiff', '.btf'],
    load: () => import('./tiff/index.ts'),
  },
  {
    id: 'blockfile',
    title: 'NanoMegas blockfile',
    extensions: ['.blo'],
    load: () => import('./blockfile/index.ts'),
  },
  {
    id: 'merlin-mib',
    title: 'Merlin frames (.mib with .hdr)',
    extensions: ['.mib', '.hdr'],
    load: () => import('./merlin-mib/index.ts'),
  },
  { id: 'semper', title: 'Semper picture', extensions: ['.unf'], load: () => import('./semper/index.ts') },
  { id: 'dens', title: 'DENSsolutions heating log', extensions: ['.dens'], load: () => import('./dens/index.ts') },
  { id: 'protochips', title: 'Protochips log', extensions: ['.csv'], load: () => import('./protochips/index.ts') },
  {
    id: 'jcamp-dx',
    title: 'JCAMP-DX',
    extensions: ['.jdx', '.dx', '.jcamp', '.jcm'],
    load: () => import('./jcamp-dx/index.ts'),
  },
  {
    id: 'winspec-spe',
    title: 'Princeton Instruments WinSpec and LightField',
    extensions: ['.spe'],
    load: () => import('./winspec-spe/index.ts'),
  },
  {
    id: 'canberra-cnf',
    title: 'Canberra Genie CNF',
    extensions: ['.cnf'],
    load: () => import('./canberra-cnf/index.ts'),
  },
  {
    id: 'canberra-mca',
    title: 'Canberra MCA (S100)',
    extensions: ['.mca'],
    load: () => import('./canberra-mca/index.ts'),
  },
  {
    id: 'gsecars-mca',
    title: 'GSECARS multi-element MCA',
    extensions: ['.mca', '.xrf'],
    load: () => import('./gsecars-mca/index.ts'),
  },
  { id: 'gsf', title: 'Gwyddion Simple Field', extensions: ['.gsf'], load: () => import('./gsf/index.ts') },
  { id: 'vamas', title: 'VAMAS (ISO 14976)', extensions: ['.vms', '.npl'], load: () => import('./vamas/index.ts') },
  { id: 'specs-xy', title: 'SPECS SpecsLab XY export', extensions: ['.xy'], load: () => import('./specs-xy/index.ts') },
  {
    id: 'scienta-text',
    title: 'Scienta SES text export',
    extensions: ['.txt'],
    load: () => import('./scienta-text/index.ts'),
  },
  { id: 'igor-ibw', title: 'Igor binary wave', extensions: ['.ibw'], load: () => import('./igor-ibw/index.ts') },
  {
    id: 'phi-multipak',
    title: 'PHI MultiPak spectra and profiles',
    extensions: ['.spe', '.pro'],
    load: () => import('./phi-multipak/index.ts'),
  },
  {
    id: 'specs-xml',
    title: 'SPECS SpecsLab XML export',
    extensions: ['.xml'],
    load: () => import('./specs-xml/index.ts'),
  },
  {
    id: 'panalytical-xrdml',
    title: 'PANalytical XRDML',
    extensions: ['.xrdml'],
    load: () => import('./panalytical-xrdml/index.ts'),
  },
  {
    id: 'bruker-raw',
    title: 'Bruker/Siemens RAW diffractogram',
    extensions: ['.raw'],
    load: () => import('./bruker-raw/index.ts'),
  },
  {
    id: 'bruker-uxd',
    title: 'Bruker/Siemens UXD (DIFFRACplus text)',
    extensions: ['.uxd'],
    load: () => import('./bruker-uxd/index.ts'),
  },
  {
    id: 'rigaku-ras',
    title: 'Rigaku RAS',
    extensions: ['.ras'],
    load: () => import('./rigaku-ras/index.ts'),
  },
  {
    id: 'gsas',
    title: 'GSAS raw powder data',
    extensions: ['.gsa', '.gsas', '.gss', '.raw', '.fxye'],
    load: () => import('./gsas/index.ts'),
  },
  {
    id: 'cif',
    title: 'CIF (structures, powder patterns)',
    extensions: ['.cif', '.pdcif', '.rod'],
    load: () => import('./cif/index.ts'),
  },
  { id: 'xdi', title: 'XDI (XAFS Data Interchange)', extensions: ['.xdi'], load: () => import('./xdi/index.ts') },
  { id: 'athena-prj', title: 'Athena project', extensions: ['.prj'], load: () => import('./athena-prj/index.ts') },
  {
    id: 'feff-dat',
    title: 'FEFF path (feffNNNN.dat)',
    extensions: ['.dat'],
    load: () => import('./feff-dat/index.ts'),
  },
  {
    id: 'diamond-srs',
    title: 'SRS scan (Diamond, Daresbury)',
    extensions: ['.dat'],
    load: () => import('./diamond-srs/index.ts'),
  },
  { id: 'spec', title: 'SPEC scans', extensions: ['.spec', '.dat'], load: () => import('./spec/index.ts') },
  {
    id: 'ssrl-xas',
    title: 'SSRL EXAFS Data Collector (text)',
    extensions: ['.dat'],
    load: () => import('./ssrl-xas/index.ts'),
  },
  {
    id: 'kek-9809',
    title: 'Photon Factory XAFS (9809)',
    extensions: ['.dat'],
    load: () => import('./kek-9809/index.ts'),
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
 * Reads a file, or a folder that is one unit, with the format its content shows, else with the one its name suggests. A
 * format that is certain by content has the last word; of several less sure ones the first that can read it is taken.
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
    return readWith(candidates, source.name, (format) => format.readFolder!(source));
  }
  if (source.size === 0) {
    throw formatError({ code: 'empty-file', where: source.name, what: 'the file is empty', fix: 'export it again' });
  }
  const head = await source.read(0, HEAD_BYTES);
  const candidates = await recognise(source, head, formats);
  if (candidates.length === 0) throw await unknownFormat(source, head, formats);
  return readWith(candidates, source.name, (format) => format.read!(source));
}

async function readWith(
  candidates: readonly Candidate[],
  name: string,
  read: (format: Format) => Promise<Dataset[]>,
): Promise<OpenedFile> {
  const sure = candidates.filter(({ sniff }) => sniff === 'certain');
  const failures: { entry: FormatEntry; error: SpectrailError }[] = [];
  for (const { entry, format } of sure.length > 0 ? sure : candidates) {
    try {
      const datasets = await inFormat(entry, name, () => read(format));
      return { format: entry.id, datasets: datasets.map((dataset) => guardValues(dataset, entry, name)) };
    } catch (error) {
      failures.push({ entry, error: error as SpectrailError });
    }
  }
  if (failures.length === 1) throw failures[0].error;
  throw formatError({
    code: 'unreadable',
    where: name,
    what: `none of the formats it could be has read it: ${failures
      .map(({ entry, error }) => `${entry.title} (${error.what})`)
      .join('; ')}`,
    fix: 'check that the file is complete, or export it in another format',
    cause: failures[0].error,
  });
}

async function recogniseFolder(folder: FolderSource, formats: readonly FormatEntry[]): Promise<Candidate[]> {
  const asked = await Promise.all(
    formats.map((entry) =>
      inFormat(entry, folder.name, async () => {
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
    const answers = await ask(entries, head, source.name);
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
      sure = await inFormat(entry, source.name, () => format.probe!(source)).then(
        (own) => (own ? 'certain' : 'no'),
        () => sniff,
      );
    }
    found.push({ ...candidate, sniff: sure });
  }
  return found;
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
  return dataset.kind === 'array' ? guardArray(dataset, entry, name) : dataset;
}

function guardArray(dataset: ArrayDataset, entry: FormatEntry, name: string): ArrayDataset {
  const { values } = dataset;
  const { rows: stored } = values;
  const rows = stored && {
    ...stored,
    read: (start: number, end: number) => inFormat(entry, name, () => stored.read(start, end)),
  };
  if (values.kind === 'dense') {
    return { ...dataset, values: { kind: 'dense', load: () => inFormat(entry, name, values.load), rows } };
  }
  const { settle: given } = values;
  const settle = given && (async () => guardArray(await inFormat(entry, name, given), entry, name));
  return { ...dataset, values: { kind: 'events', load: () => inFormat(entry, name, values.load), rows, settle } };
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

async function unknownFormat(source: ByteSource, head: Uint8Array, formats: readonly FormatEntry[]) {
  const loaded = await Promise.all(formats.map(async ({ load }) => (await load()).default));
  const foreign = foreignSignature(head) ?? (isHdf5(head) ? await kindOfHdf5(source) : undefined);
  return formatError({
    code: 'unknown-format',
    where: source.name,
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

async function kindOfHdf5(source: ByteSource): Promise<string> {
  const { hdf5Kind, openHdf5 } = await import('./hdf5/index.ts');
  const file = await openHdf5(source);
  try {
    return (await hdf5Kind(file)) ?? 'an HDF5 file of no known kind';
  } finally {
    await file.close();
  }
}
