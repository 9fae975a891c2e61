import { describe, expect, it } from 'vitest';
import { type DmOptions, type DmValue, dmFile, dmImage, group, list } from '../../../test/dm-file.ts';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import gatanDm from './index.ts';

async function read(bytes: Uint8Array): Promise<ArrayDataset> {
  const datasets = await gatanDm.read!(memoryFile('test.dm3', bytes));
  return datasets[0] as ArrayDataset;
}

const calibration = (Scale: DmValue, Origin: DmValue, Units = '') => group({ Origin, Scale, Units });
const METADATA = (format: string, signal: string) => ({ 'Meta Data': group({ Format: format, Signal: signal }) });
const counts = (length: number) => ({ type: 6, values: Array.from({ length }, (_, i) => i) });

const variants: DmOptions[] = [
  { version: 3, littleEndian: true },
  { version: 3, littleEndian: false },
  { version: 4, littleEndian: true },
  { version: 4, littleEndian: false },
];

describe.each(variants)('a DM file of %o', (options) => {
  it('keeps its float values and its calibration, offset = −origin × scale', async () => {
    const bytes = dmImage(
      {
        dataType: 2,
        data: { type: 6, values: [1.5, -2, 3] },
        dimensions: [3],
        calibrations: [calibration(0.5, -200, 'eV')],
      },
      options,
    );
    expect(gatanDm.sniff(bytes, 'anything')).toBe('certain');
    const dataset = await read(bytes);
    expect(dataset).toMatchObject({ title: 'synthetic', shape: [3], dtype: 'float32' });
    expect(dataset.axes[0]).toMatchObject({ scale: 0.5, offset: 100, unit: 'eV', role: 'spectral' });
    expect(await dataset.values.load()).toEqual(Float32Array.of(1.5, -2, 3));
  });

  it('turns B, G, R, A words into R, G, B, A bytes', async () => {
    const bytes = dmImage({ dataType: 23, data: { type: 3, values: [0x04010203] }, dimensions: [1, 1] }, options);
    const dataset = await read(bytes);
    expect(dataset.dtype).toBe('rgba8');
    expect(await dataset.values.load()).toEqual(Uint8Array.of(1, 2, 3, 4));
  });
});

describe('a spectrum image', () => {
  it('is stored energy-first and loads energy-last', async () => {
    const dataset = await read(
      dmImage({
        dataType: 2,
        data: counts(2 * 3 * 130),
        dimensions: [3, 2, 130],
        calibrations: [calibration(2, 0, 'nm'), calibration(3, 0, 'nm'), calibration(0.25, -400, 'eV')],
        tags: METADATA('Spectrum image', 'EELS'),
      }),
    );
    expect(dataset.shape).toEqual([2, 3, 130]);
    expect(dataset.axes.map(({ name, role, unit }) => `${name} ${role} ${unit}`)).toEqual([
      'y navigation nm',
      'x navigation nm',
      'Energy loss spectral eV',
    ]);
    expect(dataset.axes.map((axis) => axis.kind === 'uniform' && axis.scale)).toEqual([3, 2, 0.25]);
    const values = (await dataset.values.load()) as Float32Array;
    for (let y = 0; y < 2; y++) {
      for (let x = 0; x < 3; x++) {
        for (let e = 0; e < 130; e++) expect(values[(y * 3 + x) * 130 + e]).toBe((e * 2 + y) * 3 + x);
      }
    }
  });

  it('without that tag is a stack of images, in stored order', async () => {
    const dataset = await read(dmImage({ dataType: 2, data: counts(24), dimensions: [2, 3, 4] }));
    expect(dataset.shape).toEqual([4, 3, 2]);
    expect(dataset.axes.map((axis) => axis.role)).toEqual(['navigation', 'signal', 'signal']);
    expect(await dataset.values.load()).toEqual(Float32Array.from(counts(24).values));
  });

  it('of two dimensions is a line of spectra with the last axis spectral', async () => {
    const dataset = await read(
      dmImage({ dataType: 2, data: counts(6), dimensions: [3, 2], tags: METADATA('Spectrum image', 'EELS') }),
    );
    expect(dataset.axes.map((axis) => `${axis.name} ${axis.role}`)).toEqual(['x navigation', 'Energy loss spectral']);
  });
});

describe('values and tags', () => {
  it('the array is not read before it is asked for', async () => {
    const file = memoryFile('big.dm3', dmImage({ dataType: 2, data: counts(1 << 18), dimensions: [1 << 18] }));
    const [dataset] = (await gatanDm.read!(file)) as ArrayDataset[];
    const parsed = file.reads.reduce((sum, [, length]) => sum + length, 0);
    expect(parsed).toBeLessThan(file.size);
    expect(await dataset.values.load()).toHaveLength(1 << 18);
  });

  it('calibrations fewer than the dimensions leave the slow axes in channels', async () => {
    const dataset = await read(
      dmImage({ dataType: 2, data: counts(6), dimensions: [3, 2], calibrations: [calibration(5, 0, 'nm')] }),
    );
    expect(dataset.axes.map((axis) => axis.kind === 'uniform' && axis.scale)).toEqual([1, 5]);
  });

  it.each([0, Number.NaN, Number.POSITIVE_INFINITY])('a scale of %d is told and shown as channels', async (scale) => {
    const dataset = await read(
      dmImage({ dataType: 2, data: counts(3), dimensions: [3], calibrations: [calibration(scale, 1, 'eV')] }),
    );
    expect(dataset.axes[0]).toMatchObject({ scale: 1, offset: 0, unit: '' });
    expect(dataset.warnings.join()).toMatch(/not calibrated/);
  });

  it('angles of 0 stay in the metadata with a warning that they are not set', async () => {
    const conditions = group({ 'Convergence semi-angle (mrad)': 0, 'Collection semi-angle (mrad)': 0 });
    const dataset = await read(
      dmImage({
        dataType: 2,
        data: counts(3),
        dimensions: [3],
        tags: { ...METADATA('Spectrum', 'EELS'), EELS: group({ 'Experimental Conditions': conditions }) },
      }),
    );
    expect(dataset.metadata).toMatchObject({ convergence_angle_mrad: 0, detector_EELS: { collection_angle: 0 } });
    expect(dataset.warnings).toEqual(['convergence angle 0 means not set', 'collection angle 0 means not set']);
  });

  it.each([
    ['EDS', group({ 'Live time': 3, 'Real time': 4 })],
    ['EDS.Data', group({ Data: group({ 'Live time (s)': 3, 'Real time (s)': 4 }) })],
  ])('live and real time are found under %s', async (_, EDS) => {
    const tags = { ...METADATA('Spectrum', 'X-ray'), EDS };
    const dataset = await read(dmImage({ dataType: 2, data: counts(3), dimensions: [3], tags }));
    expect(dataset.metadata).toMatchObject({ detector_EDS: { live_time: 3, real_time: 4 } });
    expect(dataset.warnings).toEqual([]);
  });

  it('a live time equal to the real time comes with a warning', async () => {
    const EDS = group({ Data: group({ 'Live time (s)': 2, 'Real time (s)': 2 }) });
    const tags = { ...METADATA('Spectrum', 'X-ray'), EDS };
    const dataset = await read(dmImage({ dataType: 2, data: counts(3), dimensions: [3], tags }));
    expect(dataset.warnings).toEqual(['the live time equals the real time: no dead time was recorded']);
  });

  it('the tags of a stacked image are found one level down', async () => {
    const source = group({ 'Tags at creation': group({ 'Microscope Info': group({ Voltage: 199990.28 }) }) });
    const dataset = await read(dmImage({ dataType: 2, data: counts(4), dimensions: [2, 2], tags: { source } }));
    expect(dataset.metadata['beam_energy_keV']).toBeCloseTo(199.99028, 9);
  });

  it('a tag called __proto__ is a tag like any other', async () => {
    const dataset = await read(
      dmImage({ dataType: 2, data: counts(2), dimensions: [2], tags: [['__proto__', group({ polluted: true })]] }),
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(JSON.stringify(dataset.original)).toContain('"__proto__":{"polluted":true}');
  });

  it('long arrays are told in the original tags, not listed', async () => {
    const tags = { Correction: { type: 6, values: Array.from({ length: 2048 }, () => 1.5) } };
    const dataset = await read(dmImage({ dataType: 2, data: counts(2), dimensions: [2], tags }));
    expect(dataset.original['ImageTags']).toEqual({ Correction: { list: 2048, first: 1.5, last: 1.5 } });
    expect(dataset.original['ImageData']).not.toHaveProperty('Data');
  });
});

describe('the acquisition date', () => {
  it.each([
    ['27.08.2016', '20:54:33', '2016-08-27', '20:54:33', 0],
    ['05.06.2016', '20:54:33', '2016-06-05', '20:54:33', 0],
    ['27/08/2016', '20:52:30', '2016-08-27', '20:52:30', 0],
    ['12/10/2019', '3:32:41 PM', '2019-12-10', '15:32:41', 0],
    ['3/10/2020', '12:05:00 AM', '2020-03-10', '00:05:00', 0],
    ['04/11/2020', '14:41:01', '2020-04-11', '14:41:01', 1],
    ['2021-03-04', '01:02:03', '2021-03-04', '01:02:03', 0],
    ['yesterday', 'noon', undefined, undefined, 1],
    ['99/99/9999', '99:99:99', undefined, undefined, 1],
    ['', '', undefined, undefined, 0],
  ])('"%s" "%s" is %s %s with %d warnings', async (day, clock, date, time, warnings) => {
    const DataBar = group({ 'Acquisition Date': day, 'Acquisition Time': clock });
    const dataset = await read(dmImage({ dataType: 2, data: counts(2), dimensions: [2], tags: { DataBar } }));
    expect(dataset.metadata['date']).toBe(date);
    expect(dataset.metadata['time']).toBe(time);
    expect(dataset.warnings).toHaveLength(warnings);
  });
});

describe('files that lie', () => {
  const image = (dataType: number, data: DmValue, dimensions: number[]) => dmImage({ dataType, data, dimensions });

  it.each([
    ['an empty file', new Uint8Array(0), 'not-dm'],
    ['a first number of 333319', Uint8Array.of(0, 5, 0x16, 7, 0, 0, 0, 0, 0, 0, 0, 1), 'not-dm'],
    ['an array longer than the file', image(12, { count: 1e9 }, [1e9]), 'truncated'],
    ['dimensions larger than the array', image(2, counts(4), [1e9, 1e9]), 'bad-dimensions'],
    [
      'dimensions that overflow',
      image(
        2,
        counts(4),
        Array.from({ length: 8 }, () => 1e15),
      ),
      'bad-dimensions',
    ],
    ['a dimension of 0', image(2, counts(4), [0]), 'bad-dimensions'],
    ['a fractional dimension', image(2, counts(4), [1.5]), 'bad-dimensions'],
    ['no dimensions', image(2, counts(4), []), 'bad-dimensions'],
    ['an unknown data type', image(4, counts(4), [4]), 'bad-data-type'],
    ['a packed Fourier transform', image(5, counts(8), [2, 2]), 'packed-complex'],
    ['no image but the thumbnail', dmFile(group({ ImageList: list() })), 'no-image'],
    ['no image list', dmFile(group({})), 'no-image'],
    [
      'an image without data',
      dmFile(group({ ImageList: list(group({ ImageData: group({ DataType: 2 }) })) })),
      'no-data',
    ],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(read(bytes)).rejects.toMatchObject({ kind: 'format', code });
  });

  it('groups nested without end are refused', async () => {
    let tree = group({});
    for (let i = 0; i < 200; i++) tree = group({ deeper: tree });
    await expect(read(dmFile(tree))).rejects.toMatchObject({ code: 'bad-tags' });
  });

  it('a group that claims more tags than the file can hold is refused at once', async () => {
    const bytes = dmFile(group({ a: 1 }));
    new DataView(bytes.buffer).setUint32(14, 0xffffffff);
    await expect(read(bytes)).rejects.toMatchObject({ code: 'truncated' });
  });

  it('any byte changed gives a typed error or a dataset, never anything else', async () => {
    const bytes = dmImage({ dataType: 2, data: counts(4), dimensions: [2, 2], tags: METADATA('Spectrum', 'EELS') });
    for (let i = 0; i < bytes.length; i++) {
      for (const value of [0, 255, bytes[i] ^ 1]) {
        const changed = bytes.slice();
        changed[i] = value;
        const outcome = read(changed).then(async (dataset) => void (await dataset.values.load()));
        await outcome.catch((error) => expect(error).toMatchObject({ name: 'SpectrailError' }));
      }
    }
  });

  it('one unreadable image does not hide the others', async () => {
    const entry = (dataType: number) =>
      group({
        ImageData: group({ Data: counts(2), DataType: dataType, Dimensions: list(2) }),
        Name: `type ${dataType}`,
      });
    const datasets = await gatanDm.read!(
      memoryFile('two.dm3', dmFile(group({ ImageList: list(entry(27), entry(2)) }))),
    );
    expect(datasets.map((dataset) => dataset.title)).toEqual(['type 2']);
    expect(datasets[0].warnings.join()).toMatch(/left out.*packed Fourier/s);
  });

  it('a file cut short after it was opened is noticed when values are loaded', async () => {
    const bytes = dmImage({ dataType: 2, data: counts(8), dimensions: [8] });
    const file = memoryFile('shrinking.dm3', bytes);
    let size = bytes.length;
    const shrinking = { ...file, read: async (at: number, n: number) => bytes.slice(at, Math.min(at + n, size)) };
    const [dataset] = (await gatanDm.read!(shrinking)) as ArrayDataset[];
    size = 100;
    await expect(dataset.values.load()).rejects.toMatchObject({ kind: 'format', code: 'truncated' });
  });
});
