import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { type CompareOptions, compareWithOracle, corpusFiles, type Oracle, sharedFolder } from '../../test/oracle.ts';
import { axisValues } from '../signal/axis.ts';
import type { Dataset } from '../signal/dataset.ts';
import { openFile } from './index.ts';
import { openNodeFile } from './node-file.ts';
import { openNodePath } from './node-folder.ts';
import { foreignSignature } from './signatures.ts';

interface Sample {
  readonly name: string;
  readonly path: string;
  readonly oracle: Oracle;
  readonly format: string;
}

const unpacked = mkdtempSync(join(tmpdir(), 'spectrail-unpacked-'));
afterAll(() => rmSync(unpacked, { recursive: true }));

const sample = (folder: string, format: string) =>
  corpusFiles(folder).map(({ file, oracle }): Sample => {
    // Two `.msa` files of the corpus are bare columns, without a header.
    const bare = format === 'emsa' && oracle.signals[0].kind === 'table';
    const path = oracle.zipMember === undefined ? file : unzip(file, oracle.zipMember);
    return { name: `${folder}/${oracle.file}`, path, oracle, format: bare ? 'columns' : format };
  });

function unzip(archive: string, member: string): string {
  const path = join(unpacked, member);
  writeFileSync(path, unzipSync(new Uint8Array(readFileSync(archive)))[member]);
  return path;
}

/** Velox files say more about the detectors than their reference reader reports: angles, live times, elements. */
const options = (format: string): CompareOptions => ({ metadata: format === 'velox-emd' ? 'subset' : 'exact' });

/** The reference counts two lines of detector weights and offsets as data; the header says PTS: 455. */
const SSRL = 'xafs-columns/SSRL1_2006.dat';

const tables = ['xy', 'columns-other', 'xafs-columns', 'xps-other']
  .flatMap((folder) => sample(folder, 'columns'))
  .filter(({ name, oracle }) => oracle.reader.startsWith('manual (independent text parsing') && name !== SSRL);

/** Diffractograms, which the reference reader (xylib) gives as tables of printed numbers, with metadata in the file's words. */
const PRINTED = new Set(['panalytical-xrdml', 'bruker-raw', 'bruker-uxd']);

const samples: Sample[] = [
  ...sample('dm3', 'gatan-dm'),
  ...sample('dm4', 'gatan-dm'),
  ...sample('emsa', 'emsa'),
  ...sample('hspy', 'hspy'),
  ...sample('zspy', 'zspy'),
  ...sample('bruker-bcf', 'bruker-bcf'),
  ...sample('ripple', 'ripple'),
  ...sample('emd-velox', 'velox-emd'),
  ...sample('xrdml', 'panalytical-xrdml'),
  ...sample('bruker-raw', 'bruker-raw'),
  ...sample('uxd', 'bruker-uxd'),
  ...sample('pdcif', 'cif'),
  ...sample('rod-cif', 'cif'),
  ...tables,
];

/** A spectrum in the columns of a table: what the reference reader prints. */
async function printed(dataset: Dataset, { columns = [] }: Oracle['signals'][number]): Promise<Dataset> {
  if (dataset.kind === 'table') return dataset;
  const { title, metadata, original, warnings } = dataset;
  const values = [axisValues(dataset.axes[0]), Float64Array.from((await dataset.values.load()) as Float64Array)];
  const named = values.map((column, c) => ({ name: columns[c].name, unit: '', values: column }));
  return { kind: 'table', title, rows: dataset.shape[0], columns: named, metadata, original, warnings };
}

/** The reference gives of a powder CIF the table only; the spectrum of its best columns, and the atoms, stand beside. */
function profileOf(datasets: readonly Dataset[]): Dataset {
  expect(datasets.map(({ kind, title }) => [kind, title])).toEqual([
    ['array', '1517474'],
    ['table', '1517474'],
    ['table', '1517474 atom sites'],
  ]);
  return datasets[1];
}

/** Differences between what was opened and the oracle. */
async function differencesOf(
  datasets: readonly Dataset[],
  { oracle, format }: Sample,
  bytes: boolean,
): Promise<string[]> {
  if (oracle.format === 'pdcif')
    return compareWithOracle([profileOf(datasets)], oracle, { metadata: 'ignore', title: bytes });
  // Metadata in the words of the file; src/formats/cif tests them.
  if (oracle.format === 'rod-cif')
    return compareWithOracle(datasets, oracle, { metadata: 'ignore', bytes, title: bytes });
  if (!PRINTED.has(format)) return compareWithOracle(datasets, oracle, { ...options(format), bytes, title: bytes });
  const tables = await Promise.all(datasets.map((dataset, i) => printed(dataset, oracle.signals[i])));
  return compareWithOracle(tables, oracle, { metadata: 'ignore' });
}

/** Where we differ from the reference on purpose; the reasons stand in docs/formats.md. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'emd-velox/velox_EELS_EDS.zip': [
    'shape [16,20,4096], oracle [128,128,4096]',
    'axis 0 "y": size 16, oracle 128',
    'axis 1 "x": size 20, oracle 128',
    'events of 320 pixels × 4096 channels, oracle has 67108864 values',
  ].map((difference) => `signal 17 (EDS): ${difference}`),
  'pdcif/1517474.cif': [
    'column 4 row 3295: NaN, oracle 0',
    'column 5 min: 286.9, oracle 0',
    'column 5 row 3295: NaN, oracle 0',
    'column 6 min: 320.9, oracle 0',
    'column 6 row 0: NaN, oracle 0',
    'column 6 row 3295: NaN, oracle 0',
  ].map((difference) => `signal 0 (1517474): ${difference}`),
  'bruker-bcf/bcf_v2_50x50px.bcf': ['signal 2 (EDX): axis 1 "width": scale 0.01273058731, oracle 0.01180808099'],
  'dm4/perovskite_EDS_sum.dm4': ['live_time', 'real_time'].map(
    (key) =>
      `signal 0 ((12) Spectrum of EDS Spectrum Image): metadata.detector_EDS.${key}: 1.9489998817443848, not in the oracle`,
  ),
};

const cases = samples.map((entry) => [entry.name, entry] as const);

describe.skipIf(!sharedFolder())('every file of the corpus', () => {
  it.each(cases)('%s agrees with the trusted reader to the last bit', async (name, entry) => {
    const opened = await openFile(await openNodePath(entry.path));
    expect(opened.format).toBe(entry.format);
    const differences = await differencesOf(opened.datasets, entry, true);
    expect(differences).toEqual(EXCEPTIONS[name] ?? []);
  });

  it('SSRL1_2006.dat has the 455 rows that its header claims', async () => {
    const entry = sample('xafs-columns', 'columns').find(({ name }) => name === SSRL);
    const { datasets } = await openFile(await openNodeFile(entry!.path));
    expect(datasets).toMatchObject([{ kind: 'table', rows: 455 }]);
  });

  it.each(sample('ripple', 'ripple').map((entry) => [entry.name, entry] as const))(
    '%s can be opened by its .raw',
    async (_, { path, oracle }) => {
      const { datasets } = await openFile(await openNodeFile(path.replace(/\.rpl$/, '.raw')));
      expect(await compareWithOracle(datasets, oracle, { bytes: true, title: true })).toEqual([]);
    },
  );
});

/** Everything but the values; tables are called after their file. */
const described = (datasets: readonly Dataset[]) =>
  datasets.map((dataset) =>
    dataset.kind === 'table' ? { ...dataset, title: undefined } : { ...dataset, values: dataset.values.kind },
  );

describe.skipIf(!sharedFolder())('a wrong extension', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-renamed-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(cases)('does not matter to %s', async (name, entry) => {
    const { path, format } = entry;
    const original = await openFile(await openNodePath(path));
    const stem = `${name.replace('/', '-').replace(/\.[^.]*$/, '')}${extname(path).slice(1)}`;
    if (format === 'ripple') symlinkSync(path.replace(/\.rpl$/, '.raw'), join(folder, `${stem}.raw`));
    for (const extension of ['bin', 'xyz']) {
      const renamed = join(folder, `${stem}.${extension}`);
      symlinkSync(path, renamed);
      const opened = await openFile(await openNodePath(renamed));
      expect(opened.format).toBe(format);
      expect(described(opened.datasets)).toEqual(described(original.datasets));
      if (extension === 'bin') {
        const differences = await differencesOf(opened.datasets, entry, false);
        expect(differences).toEqual(EXCEPTIONS[name] ?? []);
      }
    }
  });
});

describe.skipIf(!sharedFolder())('files of formats that are not read', () => {
  const corpus = join(sharedFolder() ?? '', 'corpus');

  it.each([
    ['jobinyvon-xml/jobinyvon_test_spec.xml', 'a LabSpec (Horiba Jobin Yvon) XML file'],
    ['jcamp-dx/misc_uv.jdx', 'JCAMP-DX'],
    ['jcamp-dx/compression_jcamp-fix.dx', 'JCAMP-DX'],
    ['witec-txt/Si-wafer-Raman-Spectrum-1.txt', 'a WITec text export'],
    ['vamas/regular.vms', 'a VAMAS file'],
    ['xps-other/specsxy_example.xy', 'a SpecsLab XY export'],
    ['athena-prj/FeS2.prj', 'an Athena project'],
    ['gsecars-mca/srm1832.mca', 'a GSECARS multi-element MCA file'],
    ['bruker-spx/bruker_nano.spx', 'a Bruker SPX spectrum'],
    ['trivista/map.tvf', 'a TriVista XML file'],
    ['renishaw-wdf/renishaw_test_map.wdf', 'a Renishaw WDF file'],
  ])('%s is refused as %s, and not taken for a table', async (name, kind) => {
    const head = new Uint8Array(readFileSync(join(corpus, name)).subarray(0, 4096));
    expect(foreignSignature(head)).toBe(kind);
    const refusal = {
      kind: 'format',
      code: 'unknown-format',
      what: `the file looks like ${kind}, which cannot be read yet`,
    };
    await expect(openFile(await openNodeFile(join(corpus, name)))).rejects.toMatchObject(refusal);
  });

  it.each([
    ['nexus/simple_signal.nxs', 'a NeXus file'],
    ['nexus/nexus_test_datakey.nxs', 'a NeXus file'],
    ['emd-ncem/example_signal.emd', 'an EMD file (Berkeley)'],
    ['emd-prismatic/Si100_3D.emd', 'a Prismatic EMD file'],
    ['delmic-h5/sparc-intensity.h5', 'a Delmic (Odemis) file'],
  ])('%s is refused as %s', async (name, kind) => {
    await expect(openFile(await openNodeFile(join(corpus, name)))).rejects.toMatchObject({
      kind: 'format',
      code: 'unknown-format',
      where: basename(name),
      what: `the file looks like ${kind}, which cannot be read yet`,
    });
  });
});
