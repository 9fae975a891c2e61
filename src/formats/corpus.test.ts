import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { type CompareOptions, compareWithOracle, corpusFiles, type Oracle, sharedFolder } from '../../test/oracle.ts';
import { type Axis, axisValues, explicitAxis } from '../signal/axis.ts';
import type { ArrayDataset, Dataset, PlainTree } from '../signal/dataset.ts';
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

/**
 * Files of these formats say more than their reference reader reports: Velox of detectors (angles, live times, elements),
 * WiRE of the objective and the exposure.
 */
const SAY_MORE: ReadonlySet<string> = new Set([
  'velox-emd',
  'renishaw-wdf',
  'galactic-spc',
  'jobinyvon-xml',
  'witec-text',
]);
const options = (format: string): CompareOptions => ({ metadata: SAY_MORE.has(format) ? 'subset' : 'exact' });

/** The reference counts two lines of detector weights and offsets as data; the header says PTS: 455. */
const SSRL = 'xafs-columns/SSRL1_2006.dat';

const tables = ['xy', 'columns-other', 'xafs-columns', 'xps-other']
  .flatMap((folder) => sample(folder, 'columns'))
  .filter(({ name, oracle }) => oracle.reader.startsWith('manual (independent text parsing') && name !== SSRL);

const samples: Sample[] = [
  ...sample('dm3', 'gatan-dm'),
  ...sample('dm4', 'gatan-dm'),
  ...sample('emsa', 'emsa'),
  ...sample('hspy', 'hspy'),
  ...sample('zspy', 'zspy'),
  ...sample('bruker-bcf', 'bruker-bcf'),
  ...sample('ripple', 'ripple'),
  ...sample('emd-velox', 'velox-emd'),
  ...sample('renishaw-wdf', 'renishaw-wdf'),
  ...sample('galactic-spc', 'galactic-spc'),
  ...sample('jobinyvon-xml', 'jobinyvon-xml'),
  ...sample('witec-txt', 'witec-text'),
  ...sample('opus', 'bruker-opus').filter(({ path }) => path.endsWith('.0')),
  ...tables,
];

/** Where we differ from the reference on purpose; the reasons stand in docs/formats.md. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'emd-velox/velox_EELS_EDS.zip': [
    'shape [16,20,4096], oracle [128,128,4096]',
    'axis 0 "y": size 16, oracle 128',
    'axis 1 "x": size 20, oracle 128',
    'events of 320 pixels × 4096 channels, oracle has 67108864 values',
  ].map((difference) => `signal 17 (EDS): ${difference}`),
  'bruker-bcf/bcf_v2_50x50px.bcf': ['signal 2 (EDX): axis 1 "width": scale 0.01273058731, oracle 0.01180808099'],
  'galactic-spc/4d_map.spc': ['signal 0 (Multifile, 4D spectral mapping): axis 0 "z": last position 1200, oracle 0'],
  'galactic-spc/m_evenz.spc': [
    'signal 0 (Multiple data arrays (multifile), even Z spacing, even X spacing): axis 0 "z": last position 15.5, oracle 16',
  ],
  'renishaw-wdf/renishaw_test_timeseries.wdf': [
    'axis 0 "Time": unit "s", oracle "ns"',
    'axis 0 "Time": explicit positions, oracle has scale and offset',
  ].map((difference) => `signal 0 (Single scan measurement): ${difference}`),
  'renishaw-wdf/renishaw_test_undefined.wdf': [
    'shape [2,1015], oracle [1015]',
    '2 axes, oracle has 1',
    '2030 elements loaded, 1015 expected from the shape',
    'metadata.date: absent, oracle "1601-01-01"',
    'metadata.time: absent, oracle "00:00:00"',
    'metadata.quantity: absent, oracle "Intensity (Raman_shift)"',
  ].map((difference) => `signal 0 (): ${difference}`),
  'dm4/perovskite_EDS_sum.dm4': ['live_time', 'real_time'].map(
    (key) =>
      `signal 0 ((12) Spectrum of EDS Spectrum Image): metadata.detector_EDS.${key}: 1.9489998817443848, not in the oracle`,
  ),
};

/** Formats whose reference reader turns descending spectral axes round; here they stay as recorded. */
const TURNED: ReadonlySet<string> = new Set(['renishaw-wdf', 'jobinyvon-xml']);

function asReference(datasets: readonly Dataset[], format: string): Dataset[] {
  return datasets.map((dataset) => {
    if (dataset.kind !== 'array') return dataset;
    if (format === 'galactic-spc') return asStored(dataset);
    if (format === 'bruker-opus') return asBlock(dataset);
    if (format === 'witec-text') return asText(dataset);
    if (format === 'jobinyvon-xml') return ascending(asLabSpec(dataset));
    return TURNED.has(format) ? ascending(dataset) : dataset;
  });
}

/**
 * As the reference gives OPUS files: called AB whatever they are, with the vendor's letters, the last position as stated
 * (it differs in the last bit from that of a uniform axis).
 */
function asBlock(dataset: ArrayDataset): ArrayDataset {
  const status = dataset.original.status as PlainTree;
  const positions = axisValues(dataset.axes[0]);
  positions[positions.length - 1] = status.LXV as number;
  const axis = explicitAxis({ name: 'wavenumber', unit: 'WN', role: 'spectral', positions });
  return { ...dataset, title: 'AB', axes: [axis], metadata: status };
}

/** As the reference gives WITec exports: the header for metadata, the column's own name, and the ends of the lines kept. */
function asText(dataset: ArrayDataset): ArrayDataset {
  const metadata = Object.fromEntries(Object.entries(dataset.original).map(([key, value]) => [key, `${value}\r`]));
  return {
    ...dataset,
    title: `${dataset.title}\r`,
    metadata,
    axes: dataset.axes.map((axis) => ({ ...axis, name: 'X-Axis' })),
  };
}

/**
 * As the reference gives LabSpec files: dates in their own spelling, the hole (µm) by 100 and twice, an empty image, the
 * transmission of the filter as if it were a density.
 */
function asLabSpec(dataset: ArrayDataset): ArrayDataset {
  const { metadata } = dataset;
  const spectrometer = metadata.instrument_Spectrometer as PlainTree;
  const laser = metadata.instrument_Laser as PlainTree;
  const { transmission } = laser.Filter as PlainTree;
  const hole = (spectrometer.pinhole_um as number) / 100;
  return {
    ...dataset,
    metadata: {
      ...metadata,
      date: String(metadata.date).split('-').reverse().join('.'),
      instrument_Spectrometer: { ...spectrometer, pinhole: hole, entrance_slit_width: hole },
      instrument_Laser: { ...laser, Filter: { optical_density: transmission } },
      instrument_Spectral_image: {},
    },
  };
}

/** As the reference gives SPC files: header fields for metadata, axes called in the vendor's words, planes in one row. */
function asStored(dataset: ArrayDataset): ArrayDataset {
  const { shape, original } = dataset;
  const axes = dataset.axes.slice(-2).map((axis) => ({ ...axis, unit: '' }));
  const [last] = axes.splice(-1);
  const navigation = axes.map((axis) => ({ ...axis, name: 'z', size: shape.slice(0, -1).reduce((a, b) => a * b, 1) }));
  const named = { ...last, name: original.xType as string };
  const metadata = { ...original, subIndex: 0 };
  return {
    ...dataset,
    metadata,
    axes: [...navigation, named],
    shape: [...navigation.map(({ size }) => size), last.size],
  };
}

function ascending(dataset: ArrayDataset): ArrayDataset {
  const axis = dataset.axes[dataset.axes.length - 1];
  const { size } = axis;
  if (axis.kind !== 'explicit' || !(axis.positions[0] > axis.positions[size - 1])) return dataset;
  const load = async () => {
    const values = (await dataset.values.load()) as Float32Array;
    return values.map((_, i) => values[i - (i % size) + size - 1 - (i % size)]);
  };
  const turned: Axis = { ...axis, positions: axis.positions.slice().reverse() };
  return { ...dataset, axes: [...dataset.axes.slice(0, -1), turned], values: { kind: 'dense', load } };
}

const cases = samples.map((entry) => [entry.name, entry] as const);

describe.skipIf(!sharedFolder())('every file of the corpus', () => {
  it.each(cases)('%s agrees with the trusted reader to the last bit', async (name, { path, oracle, format }) => {
    const opened = await openFile(await openNodePath(path));
    expect(opened.format).toBe(format);
    const differences = await compareWithOracle(asReference(opened.datasets, format), oracle, {
      ...options(format),
      bytes: true,
      title: true,
    });
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

  it.each(cases)('does not matter to %s', async (name, { path, oracle, format }) => {
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
        const differences = await compareWithOracle(asReference(opened.datasets, format), oracle, options(format));
        expect(differences).toEqual(EXCEPTIONS[name] ?? []);
      }
    }
  });
});

describe.skipIf(!sharedFolder())('files of formats that are not read', () => {
  const corpus = join(sharedFolder() ?? '', 'corpus');

  it.each([
    ['jcamp-dx/misc_uv.jdx', 'JCAMP-DX'],
    ['jcamp-dx/compression_jcamp-fix.dx', 'JCAMP-DX'],
    ['uxd/BT86_.UXD', 'a Diffrac UXD file'],
    ['rod-cif/rod_file_1000679.rod', 'a CIF file'],
    ['cif/Mn2O3_206.cif', 'a CIF file'],
    ['vamas/regular.vms', 'a VAMAS file'],
    ['xps-other/specsxy_example.xy', 'a SpecsLab XY export'],
    ['athena-prj/FeS2.prj', 'an Athena project'],
    ['gsecars-mca/srm1832.mca', 'a GSECARS multi-element MCA file'],
    ['bruker-raw/BT86.raw', 'a Bruker RAW diffractogram'],
    ['bruker-raw/Cu3Au-1.raw', 'a Bruker RAW diffractogram'],
    ['bruker-spx/bruker_nano.spx', 'a Bruker SPX spectrum'],
    ['trivista/map.tvf', 'a TriVista XML file'],
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
