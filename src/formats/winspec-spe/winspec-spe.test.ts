import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openNodeFile } from '../node-file.ts';
import winspec from './index.ts';

interface Options {
  readonly version?: number;
  readonly type?: number;
  readonly width?: number;
  readonly height?: number;
  readonly frames?: number;
  readonly regions?: readonly (readonly number[])[];
  readonly coefficients?: readonly number[];
  readonly label?: string;
  readonly valid?: number;
  readonly footer?: string;
  readonly magic?: number;
}

/** A header as WinSpec writes it, the values after it, and a footer. */
function spe(options: Options, values: Uint8Array): Uint8Array {
  const { version = 2.5, type = 3, width = 4, height = 1, frames = 1, regions = [], coefficients = [] } = options;
  const header = new Uint8Array(4100);
  const view = new DataView(header.buffer);
  const text = (at: number, content: string) => header.set(new TextEncoder().encode(content), at);
  view.setUint16(42, width, true);
  view.setInt16(108, type, true);
  view.setUint16(656, height, true);
  view.setInt32(1446, frames, true);
  view.setFloat32(1992, version, true);
  view.setUint32(2996, options.magic ?? 0x01234567, true);
  view.setInt16(1510, regions.length, true);
  for (const [i, n] of regions.flat().entries()) view.setUint16(1512 + 2 * i, n, true);
  view.setUint8(3098, options.valid ?? (coefficients.length > 0 ? 1 : 0));
  view.setUint8(3101, Math.max(coefficients.length - 1, 0));
  for (const [k, c] of coefficients.entries()) view.setFloat64(3263 + 8 * k, c, true);
  text(3018, options.label ?? 'Wavelength [nm]');
  view.setFloat32(10, 0.5, true);
  view.setFloat32(36, -70, true);
  view.setFloat32(72, 500, true);
  view.setFloat32(650, 600, true);
  view.setInt32(668, 3, true);
  view.setFloat64(3311, 532.25, true);
  text(20, '07Mar2019');
  text(172, '093015');
  text(200, 'made for a test');
  const footer = new TextEncoder().encode(options.footer ?? '');
  if (footer.length > 0) view.setBigUint64(678, BigInt(4100 + values.length), true);
  return Uint8Array.from([...header, ...values, ...footer]);
}

const shorts = (...list: number[]) => new Uint8Array(Uint16Array.from(list).buffer);
const readAll = async (content: Uint8Array) => (await winspec.read!(memoryFile('x.spe', content))) as ArrayDataset[];
const read = async (options: Options, values: Uint8Array) => (await readAll(spe(options, values)))[0];
const valuesOf = async (dataset: ArrayDataset) => [...((await dataset.values.load()) as Uint16Array)];

describe('WinSpec files', () => {
  it.each([
    [0, Float32Array.of(1.5, -2)],
    [1, Int32Array.of(-70_000, 2)],
    [2, Int16Array.of(-3, 2)],
    [3, Uint16Array.of(65_535, 2)],
    [5, Float64Array.of(0.1, 2)],
    [6, Uint8Array.of(255, 2)],
    [8, Uint32Array.of(4_000_000_000, 2)],
  ])('values of type %i', async (type, values) => {
    const dataset = await read({ type, width: 2 }, new Uint8Array(values.buffer));
    expect(await dataset.values.load()).toEqual(values);
    expect(`${dataset.dtype}`).toBe(values.constructor.name.replace('Array', '').toLowerCase());
  });

  it('frames come first, then lines, then columns', async () => {
    const values = shorts(...Array.from({ length: 12 }, (_, i) => i));
    const calibrated = await read({ width: 2, height: 3, frames: 2, coefficients: [500, 2] }, values);
    expect(calibrated.shape).toEqual([2, 3, 2]);
    expect(calibrated.axes.map(({ name, role }) => [name, role])).toEqual([
      ['Frame', 'navigation'],
      ['Line', 'navigation'],
      ['Wavelength', 'spectral'],
    ]);
    expect(await valuesOf(calibrated)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    const image = await read({ width: 2, height: 3, frames: 2 }, values);
    expect(image.axes.map(({ role }) => role)).toEqual(['navigation', 'signal', 'signal']);
    expect((await read({ width: 12 }, values)).axes).toMatchObject([
      { name: 'Pixel', role: 'spectral', offset: 1, scale: 1 },
    ]);
  });

  it('the polynomial is of the pixel of the detector, counted from 1', async () => {
    const linear = await read({ coefficients: [500, 2] }, shorts(1, 2, 3, 4));
    expect(linear.axes[0]).toMatchObject({ kind: 'uniform', name: 'Wavelength', unit: 'nm', offset: 502, scale: 2 });
    const square = await read({ coefficients: [500, 2, 0.5] }, shorts(1, 2, 3, 4));
    expect(axisValues(square.axes[0])).toEqual(Float64Array.of(502.5, 506, 510.5, 516));
    const part = await read({ coefficients: [0, 1], regions: [[11, 18, 2, 1, 1, 1]] }, shorts(1, 2, 3, 4));
    expect(axisValues(part.axes[0])).toEqual(Float64Array.of(11.5, 13.5, 15.5, 17.5));
  });

  it('a polynomial that is not valid is not used, and one that turns back is told', async () => {
    expect((await read({ coefficients: [500, 2], valid: 0 }, shorts(1, 2, 3, 4))).axes[0].name).toBe('Pixel');
    expect((await read({ coefficients: [500, Number.NaN] }, shorts(1, 2, 3, 4))).axes[0].name).toBe('Pixel');
    const turning = await read({ coefficients: [0, 4, -1] }, shorts(1, 2, 3, 4));
    expect(turning).toMatchObject({ axes: [{ name: 'Pixel' }], warnings: [expect.stringMatching(/back and forth/)] });
  });

  it('a polynomial beyond what numbers hold is told, and groups of no pixels are no region', async () => {
    const vast = await read({ coefficients: [500, 1e308], regions: [[1, 400, 100, 1, 1, 1]] }, shorts(1, 2, 3, 4));
    expect(vast).toMatchObject({ axes: [{ name: 'Pixel' }], warnings: [expect.stringMatching(/back and forth/)] });
    const empty = await read({ regions: [[1, 4, 0, 1, 1, 1]] }, shorts(1, 2, 3, 4));
    expect(empty.axes).toMatchObject([{ name: 'Pixel', scale: 1, offset: 1 }]);
  });

  it('regions of a frame are datasets of their own', async () => {
    const regions = [
      [1, 2, 1, 1, 1, 1],
      [5, 8, 2, 2, 3, 1],
    ];
    const found = await readAll(
      spe({ width: 3, height: 2, frames: 2, regions }, shorts(...Array.from({ length: 12 }, (_, i) => i))),
    );
    expect(found.map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 2, 2],
    ]);
    expect(await valuesOf(found[0])).toEqual([0, 1, 6, 7]);
    expect(await valuesOf(found[1])).toEqual([2, 3, 4, 5, 8, 9, 10, 11]);
    expect(axisValues(found[1].axes[2])).toEqual(Float64Array.of(5.5, 7.5));
  });

  it('regions that do not make a frame are told, and the frame is one', async () => {
    const regions = [
      [1, 2, 1, 1, 1, 1],
      [1, 2, 1, 1, 1, 1],
    ];
    const dataset = await read({ width: 3, regions }, shorts(1, 2, 3));
    expect(dataset).toMatchObject({ shape: [3], warnings: [expect.stringMatching(/2 regions of 4 pixels/)] });
  });

  it('frames that are missing are told, none at all is an error', async () => {
    const stopped = await read({ frames: 9 }, shorts(1, 2, 3, 4, 5, 6, 7, 8, 9));
    expect(stopped).toMatchObject({ shape: [2, 4], warnings: ['the header says 9 frames, the file has 2'] });
    await expect(read({}, shorts(1, 2, 3))).rejects.toMatchObject({ kind: 'format', code: 'truncated' });
    expect((await read({ frames: -1 }, shorts(1, 2, 3, 4))).shape).toEqual([4]);
  });

  it('conditions come with their units, what was not set is absent', async () => {
    expect((await read({}, shorts(1, 2, 3, 4))).metadata).toEqual({
      instrument_Detector: { exposure_per_frame: 0.5, temperature: -70, frames: 3 },
      instrument_Spectrometer: { central_wavelength: 500, Grating: { groove_density: 600 } },
      instrument_Laser: { wavelength: 532.25 },
      date: '2019-03-07',
      time: '09:30:15',
    });
    const bare = spe({}, shorts(1, 2, 3, 4));
    for (const [start, end] of [
      [10, 14],
      [20, 30],
      [36, 40],
      [72, 76],
      [172, 179],
      [650, 654],
      [668, 672],
      [3311, 3319],
    ])
      bare.fill(0, start, end);
    expect((await readAll(bare))[0].metadata).toEqual({});
    expect((await readAll(bare))[0].original).toMatchObject({ Comments: ['made for a test'] });
  });

  it('a file on disk is read by runs of pixels', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spectrail-spe-'));
    const path = join(folder, 'x.spe');
    writeFileSync(path, spe({ width: 2, frames: 3 }, shorts(1, 2, 3, 4, 5, 6)));
    const [dataset] = (await winspec.read!(await openNodeFile(path))) as ArrayDataset[];
    expect(await dataset.values.rows!.read(1, 3)).toMatchObject({
      pixels: 2,
      channels: 2,
      values: Uint16Array.of(3, 4, 5, 6),
    });
    rmSync(folder, { recursive: true });
  });
});

describe('LightField files', () => {
  const xml = (
    region: string,
    calibrations = '',
    frame = 'count="2" pixelFormat="MonochromeUnsigned16" size="4" stride="6"',
  ) =>
    `<SpeFormat version="3.0"><DataFormat><DataBlock type="Frame" ${frame}>${region}</DataBlock></DataFormat>` +
    `<Calibrations>${calibrations}</Calibrations><DataHistories><DataHistory><Origin created="2020-05-06T07:08:09.1+01:00">` +
    '<Experiment><Devices><Cameras><Camera><ShutterTiming><ExposureTime type="Double">250</ExposureTime></ShutterTiming>' +
    '</Camera></Cameras></Devices></Experiment></Origin></DataHistory></DataHistories></SpeFormat>';
  const region = '<DataBlock type="Region" width="2" height="1" size="4" stride="4" calibrations="1,7"/>';
  const values = shorts(1, 2, 99, 3, 4, 99);
  const lightField = (footer: string, bytes = values) => readAll(spe({ version: 3, frames: 1, footer }, bytes));

  it('the footer says where frames are; what was noted after each is passed over', async () => {
    const [dataset] = await lightField(xml(region));
    expect(dataset).toMatchObject({ shape: [2, 2], dtype: 'uint16', warnings: [] });
    expect(await valuesOf(dataset)).toEqual([1, 2, 3, 4]);
    expect(dataset.metadata).toMatchObject({
      instrument_Detector: { exposure_per_frame: 0.25 },
      date: '2020-05-06',
      time: '07:08:09',
    });
  });

  it.each([
    ['of the columns', '<Wavelength xml:space="preserve">500.5,501</Wavelength>', [500.5, 501]],
    ['with errors', '<WavelengthError>500.5,0.1 501,0.1</WavelengthError>', [500.5, 501]],
    ['of the whole sensor', '<Wavelength>1,2,3,4,5,6</Wavelength>', [2.5, 4.5]],
  ])('wavelengths %s', async (_, list, expected) => {
    const sensors =
      '<SensorMapping id="3" x="0" width="4" xBinning="1"/><SensorMapping id="7" x="1" width="4" xBinning="2"/>';
    const [dataset] = await lightField(xml(region, `<WavelengthMapping id="1">${list}</WavelengthMapping>${sensors}`));
    expect(dataset.axes[1]).toMatchObject({ name: 'Wavelength', unit: 'nm', positions: Float64Array.from(expected) });
  });

  it('wavelengths that fit nothing are left out, and those that turn back are told', async () => {
    const mapping = (list: string) => `<WavelengthMapping><Wavelength>${list}</Wavelength></WavelengthMapping>`;
    expect((await lightField(xml(region, mapping('1,2,3'))))[0].axes[1].name).toBe('Pixel');
    const [turning] = await lightField(xml(region, mapping('1,x')));
    expect(turning).toMatchObject({
      axes: [{}, { name: 'Pixel' }],
      warnings: [expect.stringMatching(/back and forth/)],
    });
  });

  it('several regions follow each other in a frame', async () => {
    const two =
      '<DataBlock type="Region" width="1" height="1" stride="2"/><DataBlock type="Region" width="1" height="2" stride="4"/>';
    const found = await lightField(xml(two));
    expect(found.map(({ shape }) => shape)).toEqual([
      [2, 1],
      [2, 2, 1],
    ]);
    expect(await valuesOf(found[0])).toEqual([1, 3]);
    expect(await valuesOf(found[1])).toEqual([2, 99, 4, 99]);
  });

  it.each([
    ['no frames', '<SpeFormat><DataFormat/></SpeFormat>'],
    ['no regions', xml('')],
    ['another pixel format', xml(region, '', 'count="1" pixelFormat="Rgb"')],
    ['an impossible region', xml('<DataBlock type="Region" width="1e9" height="1e9"/>')],
    ['a region without size', xml('<DataBlock type="Region"/>')],
    ['an entity', `<!DOCTYPE x [<!ENTITY a "b">]>${xml(region)}`],
    ['a forbidden name', '<SpeFormat><__proto__>x</__proto__></SpeFormat>'],
  ])('%s in the footer is an error', async (_, footer) => {
    await expect(lightField(footer)).rejects.toMatchObject({ kind: 'format', code: 'bad-footer' });
  });

  it('a footer outside the file is an error', async () => {
    const content = spe({ version: 3, footer: xml(region) }, values);
    new DataView(content.buffer).setBigUint64(678, 2n ** 60n, true);
    await expect(readAll(content)).rejects.toMatchObject({ code: 'bad-header' });
  });
});

it('is recognised by the number of WinView, or by a possible header and its name', () => {
  const head = (options: Options) => spe(options, new Uint8Array(0)).slice(0, 4096);
  expect(winspec.sniff(head({}), 'x.bin')).toBe('certain');
  expect(winspec.sniff(head({ magic: 0, version: 1.6 }), 'x.SPE')).toBe('likely');
  expect(winspec.sniff(head({ magic: 0 }), 'x.bin')).toBe('no');
  expect(winspec.sniff(head({ version: 0 }), 'x.spe')).toBe('no');
  expect(winspec.sniff(head({ width: 0 }), 'x.spe')).toBe('no');
  expect(winspec.sniff(head({ type: 4 }), 'x.spe')).toBe('no');
  expect(winspec.sniff(new TextEncoder().encode('SOFH\n'), 'phi.spe')).toBe('no');
  expect(winspec.sniff(new Uint8Array(0), 'x.spe')).toBe('name');
});

it('another file of the name is refused as what it is not', async () => {
  await expect(readAll(new TextEncoder().encode('SOFH\nphi'))).rejects.toMatchObject({ code: 'not-winspec' });
  await expect(readAll(spe({ type: 4 }, shorts(1, 2, 3, 4)))).rejects.toMatchObject({ code: 'not-winspec' });
});
