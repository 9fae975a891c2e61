import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { type CompareOptions, compareWithOracle, corpusFiles, type Oracle, sharedFolder } from '../../test/oracle.ts';
import { axisValues } from '../signal/axis.ts';
import type { ArrayDataset, Dataset } from '../signal/dataset.ts';
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
 * Velox files say more about the detectors than their reference reader reports: angles, live times, elements. Oracles of the
 * others name things as the file or xylib does; they are compared beside the readers.
 */
const MODES: Readonly<Record<string, CompareOptions['metadata']>> = {
  'velox-emd': 'subset',
  'jcamp-dx': 'ignore',
  'canberra-cnf': 'ignore',
  'gsecars-mca': 'ignore',
  gsf: 'ignore',
};
const options = (format: string): CompareOptions => ({ metadata: MODES[format] ?? 'exact' });

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
  ...sample('jcamp-dx', 'jcamp-dx'),
  ...sample('winspec-spe', 'winspec-spe'),
  ...sample('canberra-cnf', 'canberra-cnf'),
  ...sample('gsecars-mca', 'gsecars-mca'),
  ...sample('gsf', 'gsf'),
  ...tables,
];

/** JCAMP-DX: units in our spelling, names and units of NTUPLES, and FIRSTX and DELTAX as they are printed. */
const jcamp = (signal: number, title: string, axis: string, ...differences: string[]) =>
  differences.map((difference) => `signal ${signal} (${title}): axis 0 "${axis}": ${difference}`);
const frequency = (title: string) =>
  [0, 1].flatMap((signal) => jcamp(signal, title, 'X', 'name "FREQUENCY"', 'unit "Hz", oracle ""'));
const POSITIONS = 'the bytes of the positions differ (sha256)';
const HERTZ = 'unit "Hz", oracle "HZ"';

/** Where we differ from the reference on purpose; the reasons stand in docs/formats.md. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'emd-velox/velox_EELS_EDS.zip': [
    'shape [16,20,4096], oracle [128,128,4096]',
    'axis 0 "y": size 16, oracle 128',
    'axis 1 "x": size 20, oracle 128',
    'events of 320 pixels × 4096 channels, oracle has 67108864 values',
  ].map((difference) => `signal 17 (EDS): ${difference}`),
  'bruker-bcf/bcf_v2_50x50px.bcf': ['signal 2 (EDX): axis 1 "width": scale 0.01273058731, oracle 0.01180808099'],
  'dm4/perovskite_EDS_sum.dm4': ['live_time', 'real_time'].map(
    (key) =>
      `signal 0 ((12) Spectrum of EDS Spectrum Image): metadata.detector_EDS.${key}: 1.9489998817443848, not in the oracle`,
  ),
  ...Object.fromEntries(
    ['difdup', 'fix', 'packed', 'squeezed'].map((form) => [
      `jcamp-dx/compression-small_jcamp-${form}.dx`,
      jcamp(0, '107-07-3', 'X', POSITIONS),
    ]),
  ),
  'jcamp-dx/compression_jcamp-difdup.dx': jcamp(0, '107-07-3', 'HZ', HERTZ),
  'jcamp-dx/compression_jcamp-fix.dx': jcamp(0, '107-07-3', 'HZ', HERTZ),
  'jcamp-dx/mestrec_jcamp-difdup.jdx': jcamp(0, '107-07-3', 'HZ', HERTZ, POSITIONS),
  'jcamp-dx/ethylvinylether_1h.jdx': frequency('"109-92-2'),
  'jcamp-dx/mestrec_jcamp-1024.jdx': frequency('1H'),
  'jcamp-dx/misc_uv.jdx': [0, 1].flatMap((signal) =>
    jcamp(signal, 'marstoja_XY1b_1@C5_RT_1cm_THF', 'NANOMETERS', 'unit "nm", oracle "NANOMETERS"'),
  ),
  'jcamp-dx/misc_uv_ACD.jdx': jcamp(0, '', '1/CM', 'unit "1/cm", oracle "1/CM"'),
};

/**
 * xylib knows columns only: a spectrum is its axis beside its values, without names. The reference for GSECARS files has a
 * column for each element of the detector, and no axis.
 */
async function asColumns(datasets: readonly Dataset[], { reader, signals }: Oracle): Promise<Dataset[]> {
  if (reader.includes('GSECARS')) {
    const spectra = await Promise.all((datasets as ArrayDataset[]).map(({ values }) => values.load()));
    const columns = spectra.map((values, c) => ({
      name: `column${c + 1}`,
      unit: '',
      values: Float64Array.from(values as ArrayLike<number>),
    }));
    return [{ ...datasets[0], title: signals[0].title ?? '', kind: 'table', rows: columns[0].values.length, columns }];
  }
  if (!reader.startsWith('xylib')) return [...datasets];
  return Promise.all(
    datasets.map(async (dataset): Promise<Dataset> => {
      if (dataset.kind === 'table') return dataset;
      expect(dataset.shape).toHaveLength(1);
      const values = Float64Array.from((await dataset.values.load()) as ArrayLike<number>);
      const columns = [axisValues(dataset.axes[0]), values].map((column, c) => ({
        name: `column_${c + 1}`,
        unit: '',
        values: column,
      }));
      return { ...dataset, kind: 'table', rows: values.length, columns };
    }),
  );
}

const cases = samples.map((entry) => [entry.name, entry] as const);

describe.skipIf(!sharedFolder())('every file of the corpus', () => {
  it.each(cases)('%s agrees with the trusted reader to the last bit', async (name, { path, oracle, format }) => {
    const opened = await openFile(await openNodePath(path));
    expect(opened.format).toBe(format);
    const differences = await compareWithOracle(await asColumns(opened.datasets, oracle), oracle, {
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
        const differences = await compareWithOracle(await asColumns(opened.datasets, oracle), oracle, options(format));
        // Without bytes, as these are compared above.
        expect(differences).toEqual((EXCEPTIONS[name] ?? []).filter((difference) => !difference.endsWith(POSITIONS)));
      }
    }
  });
});

describe.skipIf(!sharedFolder())('files of formats that are not read', () => {
  const corpus = join(sharedFolder() ?? '', 'corpus');

  it.each([
    ['jobinyvon-xml/jobinyvon_test_spec.xml', 'a LabSpec (Horiba Jobin Yvon) XML file'],
    ['uxd/BT86_.UXD', 'a Diffrac UXD file'],
    ['rod-cif/rod_file_1000679.rod', 'a CIF file'],
    ['cif/Mn2O3_206.cif', 'a CIF file'],
    ['witec-txt/Si-wafer-Raman-Spectrum-1.txt', 'a WITec text export'],
    ['vamas/regular.vms', 'a VAMAS file'],
    ['xps-other/specsxy_example.xy', 'a SpecsLab XY export'],
    ['athena-prj/FeS2.prj', 'an Athena project'],
    ['bruker-raw/BT86.raw', 'a Bruker RAW diffractogram'],
    ['bruker-raw/Cu3Au-1.raw', 'a Bruker RAW diffractogram'],
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
