import { describe, expect, it } from 'vitest';
import { RAS } from '../../../test/made-diffractograms.ts';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import ras from './index.ts';

const readAll = async (text: string | Uint8Array) => (await ras.read!(memoryFile('x.ras', text))) as ArrayDataset[];
const read = async (text: string) => (await readAll(text))[0];
const replaced = (key: string, value: string) => RAS.replace(new RegExp(`^\\*${key} .*$`, 'm'), `*${key} "${value}"`);

describe('a scan', () => {
  it('is a spectrum over the positions that are listed', async () => {
    const dataset = await read(RAS);
    expect(dataset.axes[0]).toMatchObject({ kind: 'explicit', name: '2θ', unit: '°', role: 'spectral' });
    expect(dataset.axes[0]).toMatchObject({ positions: Float64Array.of(25, 25.01, 25.02, 25.03) });
    expect(await dataset.values.load()).toEqual(Float64Array.of(12, 13.5, 11, 14));
    expect(dataset.warnings).toEqual([]);
  });

  it('says what it is in the vocabulary of all formats', async () => {
    const dataset = await read(RAS);
    expect(dataset.title).toBe('quartz, <1 µm');
    expect(dataset.metadata).toEqual({
      signal_type: 'XRD',
      quantity: 'Intensity (Counts)',
      sample: 'quartz, <1 µm',
      authors: 'Ada',
      anode: 'Cu',
      instrument_Detector: { model: 'D/teX Ultra' },
      scan_axis: 'TwoThetaTheta',
      scan_mode: 'CONTINUOUS',
      wavelength_K_alpha1_angstrom: 1.540593,
      wavelength_K_alpha2_angstrom: 1.544414,
      wavelength_K_beta_angstrom: 1.392246,
      tube_voltage_kV: 40,
      tube_current_mA: 30,
      dwell_time_s: 0.075,
      date: '2017-11-21',
      time: '08:32:31',
    });
    expect(dataset.original).toMatchObject({ 'MEAS_COND_AXIS_NAME-0': 'ThetaS' });
  });

  it.each([
    ['TwoThetaOmega', '2θ'],
    ['Theta/2-Theta', '2θ'],
    ['Omega', 'ω'],
    ['Phi', 'φ'],
    ['Zs', 'Zs'],
  ])('over %s has the axis %s', async (axis, name) => {
    expect((await read(replaced('MEAS_SCAN_AXIS_X_INTERNAL', axis))).axes[0].name).toBe(name);
  });

  it('by steps has the time of a step; in cps it is a rate', async () => {
    const steps = replaced('MEAS_SCAN_SPEED_UNIT', 'sec');
    expect((await read(steps)).metadata).toMatchObject({ dwell_time_s: 8 });
    expect((await read(replaced('MEAS_SCAN_SPEED_UNIT', 'mm/min'))).metadata).not.toHaveProperty('dwell_time_s');
    expect((await read(replaced('MEAS_SCAN_UNIT_Y', 'cps'))).metadata['quantity']).toBe('Intensity (Counts/s)');
    expect((await read(replaced('MEAS_SCAN_UNIT_Y', 'a.u.'))).metadata).not.toHaveProperty('quantity');
  });

  it('with an attenuator in the beam, or another number of points than it claims, tells so', async () => {
    expect((await read(RAS.replace('14.0000 1.0000', '14.0000 10.0000'))).warnings.join()).toMatch(/1 to 10/);
    expect((await read(replaced('MEAS_DATA_COUNT', '9'))).warnings).toEqual([
      'MEAS_DATA_COUNT says 9, the scan has 4 points',
    ]);
  });

  it('is absent of what is not said', async () => {
    const bare = '*RAS_DATA_START\n*RAS_HEADER_START\n*RAS_HEADER_END\n*RAS_INT_START\n1 2 1\n3 4 1\n*RAS_INT_END\n';
    expect((await read(bare)).metadata).toEqual({ signal_type: 'XRD' });
  });
});

describe('several scans', () => {
  it('are as many datasets, each with its own header', async () => {
    const second = replaced('FILE_OPERATOR', 'Bob').replace('*RAS_DATA_START', '').replace('11.0000', '99.0000');
    const datasets = await readAll(RAS.replace('*RAS_DATA_END', second));
    expect(datasets.map(({ title }) => title)).toEqual(['quartz, <1 µm scan 1', 'quartz, <1 µm scan 2']);
    expect(datasets.map(({ metadata }) => metadata['authors'])).toEqual(['Ada', 'Bob']);
    expect(await datasets[1].values.load()).toEqual(Float64Array.of(12, 13.5, 99, 14));
  });

  it('none with a point is refused', async () => {
    const empty = '*RAS_DATA_START\n*RAS_HEADER_START\n*RAS_HEADER_END\n*RAS_INT_START\n*RAS_INT_END\n';
    await expect(readAll(empty)).rejects.toMatchObject({ code: 'no-scan' });
    await expect(readAll('*RAS_DATA_START\n')).rejects.toMatchObject({ code: 'no-scan' });
    const endless = '*RAS_INT_START\n*RAS_INT_END\n'.repeat(17_000);
    await expect(readAll(endless)).rejects.toMatchObject({ code: 'bad-data' });
  });
});

describe('any file', () => {
  it('is read with line ends of any kind, and with names in Shift JIS', async () => {
    expect((await read(RAS.replaceAll('\n', '\r\n'))).shape).toEqual([4]);
    const japanese = Uint8Array.from(
      [...replaced('FILE_OPERATOR', '@@').replace('µ', 'u')].map((c) => c.charCodeAt(0)),
    );
    japanese.set([0x93, 0x8c], japanese.indexOf(0x40));
    expect((await readAll(japanese))[0].metadata['authors']).toBe('東');
    const latin = Uint8Array.from([...RAS, '\u0081'].map((c) => c.charCodeAt(0)));
    expect((await readAll(latin))[0].shape).toEqual([4]);
  });

  it('is told by its first line, whatever its name', async () => {
    const sniff = (text: string, name = 'x.bin') => ras.sniff(new TextEncoder().encode(text), name);
    expect(sniff(RAS)).toBe('certain');
    expect(sniff('1 2\n3 4\n', 'x.ras')).toBe('no');
    expect(sniff('', 'x.ras')).toBe('name');
    expect((await openFile(memoryFile('x.txt', RAS))).format).toBe('rigaku-ras');
  });

  it.each([
    ['a word among the numbers', RAS.replace('13.5000', 'many'), 'bad-data', /line 27$/],
    ['half a point', RAS.replace('13.5000 ', ''), 'bad-data', /line 26$/],
    ['points without an end', RAS.slice(0, RAS.indexOf('*RAS_INT_END')), 'truncated', /line/],
    ['a header among the points', RAS.replace('*RAS_INT_END', '*RAS_HEADER_START'), 'truncated', /line/],
    [
      'an endless header',
      `*RAS_DATA_START\n${Array.from({ length: 5000 }, (_, i) => `*A${i} "1"\n`).join('')}`,
      'bad-data',
      /line/,
    ],
  ])('with %s is refused, and says where', async (_, text, code, where) => {
    await expect(readAll(text)).rejects.toMatchObject({ kind: 'format', code, where });
  });

  it('with entries called __proto__ is inert', async () => {
    const dataset = await read(RAS.replace('*FILE_OPERATOR', '*__proto__ "polluted"\n*FILE_OPERATOR'));
    expect(dataset.shape).toEqual([4]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([' ', '*', '"', '1 ', '*A "', '\n'])('of a hundred thousand "%s" does not hang', async (filler) => {
    const long = filler.repeat(1e5);
    for (const text of [
      RAS.replace('Ada', long),
      RAS.replace('12.0000', long),
      RAS.replace('*FILE_OPERATOR', `*${long}`),
    ]) {
      await readAll(text).catch((error) => expect(error).toMatchObject({ kind: 'format' }));
    }
  });
});
