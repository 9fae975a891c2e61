import { explicitAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { beamlineMetadata, momentOf } from '../beamline/conditions.ts';
import type { ByteSource } from '../format.ts';
import { decodeText } from '../whole-text.ts';
import { readJsonProject } from './json-project.ts';
import { readPerlProject } from './perl-project.ts';
import { isPlainTree, type Project, type ProjectRecord } from './project.ts';
import { gunzip, isGzip } from './unpack.ts';

const MAX_STORED = 1 << 26;

/**
 * One spectrum a group, in the order of the project: mu(E), or chi(k), chi(R), chi(q) where the group says so.
 * @throws SpectrailError `format/bad-compression`, `format/zip-bomb`, `format/bad-project`, `format/no-groups`,
 * `input/too-large`.
 */
export async function readAthena(file: ByteSource): Promise<ArrayDataset[]> {
  if (file.size > MAX_STORED) {
    throw formatError({
      code: 'bad-project',
      where: file.name,
      what: `${file.size} bytes are too many for a project`,
      expected: `at most ${MAX_STORED} bytes`,
    });
  }
  const stored = await file.read(0, file.size);
  const text = decodeText(isGzip(stored) ? gunzip(stored, file.name) : stored);
  const project = text.trimStart().startsWith('{')
    ? readJsonProject(text, file.name)
    : readPerlProject(text, file.name);
  if (project.records.length === 0) {
    throw formatError({
      code: 'no-groups',
      where: file.name,
      what: 'the project holds no group',
      expected: 'at least one group of data',
      fix: 'save the project again with data in it',
    });
  }
  return project.records.map((record) => spectrumOf(record, project, file.name));
}

function spectrumOf(record: ProjectRecord, project: Project, name: string): ArrayDataset {
  const { id, args, x, y } = record;
  const where = `${name}, group ${id}`;
  if (x.length === 0 || x.length !== y.length) {
    throw damaged(where, `the group has ${x.length} positions and ${y.length} values`, 'as many of both');
  }
  const bad = x.findIndex((position) => !Number.isFinite(position));
  if (bad >= 0) throw damaged(where, `position ${bad + 1} is no finite number`, 'finite numbers');
  const { axis, quantity } = kindOf(args);
  const warnings: string[] = [];
  const turn = firstTurn(x);
  if (turn > 0) warnings.push(`positions do not go one way: ${x[turn - 1]} is followed by ${x[turn]}`);
  return {
    kind: 'array',
    title: text(args['label']) ?? id,
    shape: [y.length],
    dtype: 'float64',
    axes: [explicitAxis({ ...axis, role: 'spectral', positions: x })],
    values: { kind: 'dense', load: async () => y.slice() },
    metadata: readMetadata(record, quantity),
    original: originalOf(record, project),
    warnings,
  };
}

const ENERGY = { axis: { name: 'energy', unit: 'eV' }, quantity: 'mu' };

function kindOf(args: PlainTree): { axis: { name: string; unit: string }; quantity: string } {
  const is = (flag: string) => ['1', 'true'].includes(text(args[flag]) ?? '');
  const kind = text(args['datatype']);
  if (is('is_rsp')) return { axis: { name: 'R', unit: 'Å' }, quantity: 'chi(R)' };
  if (is('is_qsp')) return { axis: { name: 'q', unit: '1/A' }, quantity: 'chi(q)' };
  if (is('is_chi') || kind === 'chi') return { axis: { name: 'k', unit: '1/A' }, quantity: 'chi(k)' };
  if (is('is_bkg')) return { ...ENERGY, quantity: 'background of mu' };
  return is('is_nor') ? { ...ENERGY, quantity: 'normalised mu' } : ENERGY;
}

function readMetadata({ args, xdi }: ProjectRecord, quantity: string): Metadata {
  const words = xdiWords(args, xdi);
  // A group without an edge energy was never given an edge; Athena then writes some element (Be) and edge (L2) all the same.
  const placeholder = Number(text(args['bkg_e0']) ?? 0) === 0;
  const metadata: Metadata = Object.assign(
    beamlineMetadata({
      element: words('Element.symbol') ?? (placeholder ? undefined : text(args['bkg_z'])),
      edge: words('Element.edge') ?? (placeholder ? undefined : text(args['fft_edge'])),
      spacing: words('Mono.d_spacing'),
      mono: words('Mono.name'),
      facility: words('Facility.name'),
      beamline: words('Beamline.name') ?? text(args['beamline']),
      sample: words('Sample.name'),
      start: words('Scan.start_time'),
    }),
    { signal_type: 'XAS', quantity },
  );
  for (const [setting, key] of [
    ['bkg_e0', 'e0_eV'],
    ['bkg_eshift', 'energy_shift_eV'],
  ] as const) {
    const value = Number(text(args[setting]) ?? Number.NaN);
    if (Number.isFinite(value) && value !== 0) metadata[key] = value;
  }
  return metadata;
}

/** Looks `Family.member` up in the XDI object of the group, then in the settings `xdi_family`, whatever the case. */
function xdiWords(args: PlainTree, xdi: PlainTree) {
  return (field: string): string | undefined => {
    const [family, member] = field.toLowerCase().split('.');
    for (const branch of [entryOf(xdi, family), entryOf(args, `xdi_${family}`)]) {
      const found = isPlainTree(branch) ? text(entryOf(branch, member)) : undefined;
      if (found) return found;
    }
    return undefined;
  };
}

function entryOf(tree: PlainTree, name: string): Plain | undefined {
  const key = Object.keys(tree).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : tree[key];
}

function originalOf({ id, args, xdi, beside }: ProjectRecord, { header, journal }: Project): PlainTree {
  const tree: PlainTree = Object.create(null);
  tree['id'] = id;
  tree['header'] = [...header];
  const { date, time } = momentOf(header.find((line) => /created at/i.test(line)) ?? '');
  if (date) tree['saved'] = time ? `${date} ${time}` : date;
  if (journal.length > 0) tree['journal'] = [...journal];
  tree['arrays'] = ['x', 'y', ...beside];
  tree['args'] = args;
  if (Object.keys(xdi).length > 0) tree['xdi'] = xdi;
  return tree;
}

/** The first position that does not go on the way the first two go; 0 where there is none. */
function firstTurn(x: Float64Array): number {
  const way = Math.sign(x[x.length - 1] - x[0]);
  for (let i = 1; i < x.length; i++) if (Math.sign(x[i] - x[i - 1]) !== way) return i;
  return 0;
}

/** Athena writes a word of its own for nothing. */
function text(value: Plain | undefined): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '@&^^null^^&@' ? value : undefined;
}

function damaged(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-project', where, what, expected, fix: 'save the project again, or copy it again' });
}
