import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import type { ArrayDataset, TableDataset } from '../../signal/dataset.ts';
import raw from '../bruker-raw/index.ts';
import { openFile } from '../index.ts';
import uxd from './index.ts';

const HEADER = `; converted
_FILEVERSION=2
_SAMPLE='quartz'
_USER='Ada'
_DATEMEASURED='04-Mar-2010 20:59:14'
_WL_UNIT='A'
_WL1=1.540600
_WL2=1.544390
_WL3=1.392220
_WLRATIO=0.500000
_ANODE='Cu'
_GONIOMETER_RADIUS=200.5
`;
const RANGE = `; (Data for Range number 1)
_DRIVE='COUPLED'
_STEPTIME=0.5
_STEPSIZE=0.02
_START=10
_KV=45
_MA=40
_RANGE_WL=1.5406
`;

const readAll = (text: string | Uint8Array) => uxd.read!(memoryFile('x.uxd', text));
const read = async (text: string) => (await readAll(text))[0] as ArrayDataset;
const valuesOf = async (dataset: ArrayDataset) => [...((await dataset.values.load()) as Float64Array)];

describe('the points', () => {
  it('of _COUNTS go evenly from _START by _STEPSIZE, as many a line as it likes', async () => {
    const dataset = await read(`${HEADER}${RANGE}_COUNTS\n1 2 3\n4\t5, 6\n\n7\n`);
    expect(dataset.axes[0]).toMatchObject({
      name: '2θ',
      unit: '°',
      role: 'spectral',
      offset: 10,
      scale: 0.02,
      size: 7,
    });
    expect(await valuesOf(dataset)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(dataset.metadata['quantity']).toBe('Intensity (Counts)');
  });

  it('of _2THETACOUNTS stand where they are listed, descending too; comments among them are passed over', async () => {
    const dataset = await read(`${HEADER}${RANGE}_2THETACOUNTS\r\n12.5 1\r\n; a remark 7\r\n12.0 2\r\n11.0 3`);
    expect(dataset.axes[0]).toMatchObject({ kind: 'explicit', positions: Float64Array.of(12.5, 12, 11) });
    expect(await valuesOf(dataset)).toEqual([1, 2, 3]);
  });

  it('of _CPS and _2THETACPS are rates', async () => {
    for (const data of ['_CPS\n1.5 2.5\n', '_2THETACPS\n1 1.5\n2 2.5\n']) {
      const dataset = await read(`${HEADER}${RANGE}${data}`);
      expect(dataset.metadata['quantity']).toBe('Intensity (Counts/s)');
      expect(await valuesOf(dataset)).toEqual([1.5, 2.5]);
    }
  });

  it('with counting times of their own are a table', async () => {
    const [listed] = (await readAll(`${HEADER}${RANGE}_2THETACOUNTSTIME\n1 10 2\n2 20 4\n`)) as TableDataset[];
    expect(listed.columns.map(({ name, unit, values }) => [name, unit, ...values])).toEqual([
      ['2θ', '°', 1, 2],
      ['Counts', '', 10, 20],
      ['Counting time', 's', 2, 4],
    ]);
    expect(listed.metadata).not.toHaveProperty('dwell_time_s');
    const [even] = (await readAll(`${HEADER}${RANGE}_COUNTSTIME\n10 2\n20 4\n`)) as TableDataset[];
    expect([...even.columns[0].values]).toEqual([10, 10.02]);
  });

  it('are over the drive that moved', async () => {
    const over = async (drive: string) =>
      (await read(`${HEADER}${RANGE.replace('COUPLED', drive)}_COUNTS\n1 2\n`)).axes[0];
    expect(await over('THETA')).toMatchObject({ name: 'θ', unit: '°' });
    expect(await over('KHI')).toMatchObject({ name: 'χ', unit: '°' });
    expect(await over('X')).toMatchObject({ name: 'X', unit: '' });
    expect((await read(`${HEADER}${RANGE}_PHICOUNTS\n1 5\n2 6\n`)).axes[0].name).toBe('φ');
  });

  it('may be another number than _STEPCOUNT says, which is told', async () => {
    const text = (count: string) => `${HEADER}${RANGE}_STEPCOUNT=${count}\n_COUNTS\n1 2\n`;
    expect((await read(text('2'))).warnings).toEqual([]);
    expect((await read(text('1e9'))).warnings).toEqual(['_STEPCOUNT says 1e9, the range has 2 points']);
  });
});

describe('several ranges', () => {
  it('are as many datasets; each has the keywords of the file and its own, not those of the one before', async () => {
    const second = "_DRIVE='THETA'\n_STEPSIZE=0.1\n_START=30\n_COUNTS\n4 5\n";
    const datasets = (await readAll(`${HEADER}${RANGE}_COUNTS\n1 2 3\n${second}`)) as ArrayDataset[];
    expect(datasets.map(({ title, shape }) => [title, ...shape])).toEqual([
      ['quartz range 1', 3],
      ['quartz range 2', 2],
    ]);
    expect(datasets[1].axes[0]).toMatchObject({ name: 'θ', offset: 30, scale: 0.1 });
    expect(datasets[1].metadata).toMatchObject({ anode: 'Cu', scan_axis: 'THETA' });
    expect(datasets[1].metadata).not.toHaveProperty('tube_voltage_kV');
    expect(await valuesOf(datasets[1])).toEqual([4, 5]);
  });

  it('without numbers are left out; a file of such only is refused', async () => {
    expect(await readAll(`${HEADER}${RANGE}_COUNTS\n${RANGE}_COUNTS\n1 2\n`)).toHaveLength(1);
    await expect(readAll(`${HEADER}${RANGE}_COUNTS\n`)).rejects.toMatchObject({ code: 'no-range' });
    await expect(readAll(HEADER)).rejects.toMatchObject({ code: 'no-range' });
  });
});

describe('the metadata', () => {
  it('are in the vocabulary of all formats', async () => {
    const dataset = await read(`${HEADER}${RANGE}_COUNTS\n1 2\n`);
    expect(dataset.title).toBe('quartz');
    expect(dataset.metadata).toEqual({
      signal_type: 'XRD',
      quantity: 'Intensity (Counts)',
      sample: 'quartz',
      authors: 'Ada',
      anode: 'Cu',
      scan_axis: 'COUPLED',
      wavelength_angstrom: 1.5406,
      wavelength_K_alpha1_angstrom: 1.5406,
      wavelength_K_alpha2_angstrom: 1.54439,
      wavelength_K_beta_angstrom: 1.39222,
      K_alpha2_to_K_alpha1: 0.5,
      goniometer_radius_mm: 200.5,
      tube_voltage_kV: 45,
      tube_current_mA: 40,
      dwell_time_s: 0.5,
      date: '2010-03-04',
      time: '20:59:14',
    });
    expect(dataset.original).toMatchObject({ WL_UNIT: 'A', FILEVERSION: '2' });
  });

  it('are absent where nothing, or nothing that can be, is said; wavelengths in nm come in Å', async () => {
    const bare = await read('_START = 1\n_STEPSIZE = 0.5\n_KV=\n_MA=0\n_WL1=x\n_COUNTS\n1 2\n');
    expect(bare.metadata).toEqual({ signal_type: 'XRD', quantity: 'Intensity (Counts)' });
    const nanometres = await read(
      `${HEADER.replace("'A'", "'nm'").replace('1.540600', '0.15406')}${RANGE}_COUNTS\n1 2\n`,
    );
    expect(nanometres.metadata['wavelength_K_alpha1_angstrom']).toBeCloseTo(1.5406, 10);
  });

  it('may hold letters of any alphabet', async () => {
    const latin = Uint8Array.from(`${HEADER.replace('Ada', 'José')}${RANGE}_COUNTS\n1 2\n`, (letter) =>
      letter.charCodeAt(0),
    );
    expect((await readAll(latin))[0].metadata['authors']).toBe('José');
  });

  it('called __proto__ are inert', async () => {
    const dataset = await read(`${HEADER}___PROTO__=polluted\n___proto__=polluted\n${RANGE}_COUNTS\n1 2\n`);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(dataset.original)).toContain('__PROTO__');
  });
});

describe('a damaged file', () => {
  it('that stops inside a line says so in its last range', async () => {
    const two = `${HEADER}${RANGE}_COUNTS\n1 2\n${RANGE}_COUNTS\n1 2`;
    expect((await readAll(two)).map(({ warnings }) => warnings.length)).toEqual([0, 1]);
    expect((await readAll(`${two}\r\n`)).map(({ warnings }) => warnings.length)).toEqual([0, 0]);
  });

  it.each([
    ['a word among the counts', `${RANGE}_COUNTS\n1 two\n`, 10],
    ['half a point', `${RANGE}_2THETACOUNTS\n1 2 3\n`, 10],
    ['no start', '_STEPSIZE=1\n_COUNTS\n1 2\n', 3],
    ['a step of 0', '_START=1\n_STEPSIZE=0\n_COUNTS\n1 2\n', 4],
    ['an infinite step', '_START=1\n_STEPSIZE=1e999\n_COUNTS\n1 2\n', 4],
    ['prose', '_START=1\nprose\n_COUNTS\n1 2\n', 2],
  ])('with %s is refused, and says in which line', async (_, text, line) => {
    await expect(readAll(text)).rejects.toMatchObject({
      kind: 'format',
      code: 'bad-data',
      where: `x.uxd, line ${line}`,
    });
  });

  it('of far too many ranges or keywords is refused', async () => {
    await expect(readAll('_START=1\n_STEPSIZE=1\n_COUNTS\n1\n'.repeat(17_000))).rejects.toMatchObject({
      code: 'bad-data',
    });
    const keywords = Array.from({ length: 5000 }, (_, i) => `_A${i}=1\n`).join('');
    await expect(readAll(keywords)).rejects.toMatchObject({ code: 'bad-data' });
  });

  it.each([' ', '_', '=', "'", '_A=', '1 ', '_COUNTS', ';'])(
    'of a hundred thousand "%s" does not hang',
    async (filler) => {
      const long = filler.repeat(1e5);
      for (const text of [
        `_A=${long}\n`,
        `_${long}=1\n`,
        `${RANGE}_COUNTS\n1 ${long} 2\n`,
        `${RANGE}_COUNTS${long}x\n`,
        `;${long}x\n`,
        `; (${long}x\n`,
      ]) {
        await readAll(`${HEADER}${text}`).catch((error) => expect(error).toMatchObject({ kind: 'format' }));
      }
    },
  );
});

describe('sniffing', () => {
  it('goes by the keywords, whatever the name, and takes no CIF', async () => {
    const sniff = (text: string, name = 'x.bin') => uxd.sniff(new TextEncoder().encode(text), name);
    expect(sniff(`${HEADER}${RANGE}`)).toBe('certain');
    expect(sniff('_OTHER=1\n')).toBe('likely');
    expect(sniff('data_x\n_cell_length_a 1\n', 'x.uxd')).toBe('no');
    expect(sniff('1 2\n3 4\n', 'x.uxd')).toBe('no');
    expect(sniff('_SAMPLE=\u0000', 'x.uxd')).toBe('no');
    expect(sniff('', 'x.uxd')).toBe('name');
    const file = memoryFile('x.xy', `${HEADER}${RANGE}_2THETACOUNTS\n1 2\n3 4\n`);
    expect((await openFile(file)).format).toBe('bruker-uxd');
  });
});

describe.skipIf(!sharedFolder())('the corpus', () => {
  it('says the same in UXD and in RAW of one measurement', async () => {
    const [text] = await readAll(new Uint8Array(readFileSync(corpusFiles('uxd')[0].file)));
    const binary = corpusFiles('bruker-raw').find(({ oracle }) => oracle.file === 'BT86.raw')!;
    const [same] = await raw.read!(memoryFile('x.raw', new Uint8Array(readFileSync(binary.file))));
    expect(await valuesOf(text as ArrayDataset)).toEqual(await valuesOf(same as ArrayDataset));
    const { goniometer_radius_mm: _, ...said } = same.metadata;
    expect(text.metadata).toMatchObject(said);
  });
});
