import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openNodeFile } from '../node-file.ts';
import hamamatsu from './index.ts';

interface Plan {
  magic?: string;
  width?: number;
  height?: number;
  type?: number;
  images?: number;
  /** `@X` and `@Y` stand for the places of the tables. */
  comment?: string;
  pixels?: readonly number[];
  x?: readonly number[];
  y?: readonly number[];
}

const SCALING =
  '[Scaling],ScalingXUnit="nm",ScalingXScalingFile="#@X,0003",ScalingYUnit="ns",ScalingYScalingFile="#@Y,0002"';
const SIZES: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 4 };

function build(plan: Plan = {}): Uint8Array {
  const { magic = 'IM', width = 3, height = 2, type = 2, images = 0, x = [500, 510, 520], y = [0, 0.5] } = plan;
  const { comment = SCALING, pixels = [1, 2, 3, 4, 5, 65535] } = plan;
  const size = SIZES[type] ?? 2;
  const place = (at: number) => String(at).padStart(7, '0');
  const length = comment.replaceAll(/@[XY]/g, place(0)).length;
  const tables = 64 + length + pixels.length * size;
  const text = comment.replaceAll('@X', place(tables)).replaceAll('@Y', place(tables + 4 * x.length));
  const bytes = new Uint8Array(tables + 4 * (x.length + y.length));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  for (const [at, value] of [
    [2, length],
    [4, width],
    [6, height],
    [12, type],
  ])
    view.setUint16(at, value, true);
  view.setUint32(14, images, true);
  bytes.set(
    Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
    64,
  );
  for (const [i, value] of pixels.entries()) {
    const at = 64 + length + i * size;
    if (size === 1) view.setUint8(at, value);
    else if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  for (const [i, value] of [...x, ...y].entries()) view.setFloat32(tables + 4 * i, value, true);
  return bytes;
}

async function read(plan?: Plan): Promise<ArrayDataset> {
  const [dataset] = (await hamamatsu.read!(memoryFile('x.img', build(plan)))) as ArrayDataset[];
  return dataset;
}

describe('a Hamamatsu image', () => {
  it('is known by its header and the section its comment begins with, whatever its name', () => {
    expect(hamamatsu.sniff(build(), 'x.bin')).toBe('certain');
    expect(hamamatsu.sniff(build({ comment: '' }), 'x.img')).toBe('likely');
    expect(hamamatsu.sniff(build({ comment: '' }), 'x.bin')).toBe('no');
    expect(hamamatsu.sniff(build({ type: 9 }), 'x.img')).toBe('no');
    expect(hamamatsu.sniff(new TextEncoder().encode('IMPORTANT '.repeat(20)), 'x.img')).toBe('no');
  });

  it('of a streak camera is a spectrum at each time', async () => {
    const dataset = await read();
    expect(dataset).toMatchObject({ title: '', shape: [2, 3], dtype: 'uint16', warnings: [], metadata: {} });
    expect(dataset.axes).toMatchObject([
      { name: 'Time', unit: 'ns', role: 'navigation', positions: Float64Array.of(0, 0.5) },
      { name: 'Wavelength', unit: 'nm', role: 'spectral', positions: Float64Array.of(500, 510, 520) },
    ]);
    expect(await dataset.values.load()).toEqual(Uint16Array.of(1, 2, 3, 4, 5, 65535));
  });

  it.each([
    [0, 'uint8', Uint8Array.of(1, 2, 3, 4, 5, 255)],
    [2, 'uint16', Uint16Array.of(1, 2, 3, 4, 5, 65535)],
    [3, 'uint32', Uint32Array.of(1, 2, 3, 4, 5, 4294967295)],
  ] as const)('of type %i holds %s', async (type, dtype, values) => {
    const dataset = await read({ type, pixels: Array.from(values) });
    expect(dataset.dtype).toBe(dtype);
    expect(await dataset.values.load()).toEqual(values);
  });

  it('on disk can be read by rows', async () => {
    const home = mkdtempSync(join(tmpdir(), 'spectrail-hamamatsu-'));
    writeFileSync(join(home, 'x.img'), build());
    const [dataset] = (await hamamatsu.read!(await openNodeFile(join(home, 'x.img')))) as ArrayDataset[];
    expect(await dataset.values.rows?.read(1, 2)).toMatchObject({
      pixels: 1,
      channels: 3,
      values: Uint16Array.of(4, 5, 65535),
    });
    rmSync(home, { recursive: true });
  });

  it('keeps falling wavelengths as recorded', async () => {
    expect((await read({ x: [520, 510, 500] })).axes[1]).toMatchObject({ positions: Float64Array.of(520, 510, 500) });
  });

  it('names its tables with or without their length', async () => {
    const comment = SCALING.replace('#@X,0003', '*@X');
    expect((await read({ comment })).axes[1]).toMatchObject({ positions: Float64Array.of(500, 510, 520) });
  });

  it('in focus mode counts rows; one without a spectrograph is an image', async () => {
    const focus = await read({ comment: '[Scaling],ScalingYScale=2,ScalingYUnit="",ScalingYScalingFile="Focus mode"' });
    expect(focus.axes).toMatchObject([
      { name: 'Vertical CCD Position', unit: 'px', role: 'signal', scale: 1, offset: 0 },
      { name: 'Horizontal CCD Position', unit: 'px', role: 'signal', scale: 1, offset: 0 },
    ]);
    expect(focus.warnings).toEqual([]);
  });

  it('has even axes where the comment gives a step and a unit', async () => {
    const comment =
      '[Scaling],ScalingXScale=0.5,ScalingXUnit=nm,ScalingXScalingFile="Other",ScalingYScale=2.5,ScalingYUnit="us"';
    expect((await read({ comment })).axes).toMatchObject([
      { name: 'Time', unit: 'µs', scale: 2.5, offset: 0 },
      { name: 'Wavelength', unit: 'nm', scale: 0.5, role: 'spectral' },
    ]);
  });

  it.each([
    ['is as long as no side', SCALING.replace('0003', '0004'), {}, /4 positions for 3 pixels/],
    ['runs nowhere', SCALING, { x: [500, 500, 510] }, /neither rise nor fall/],
    ['is another file', SCALING.replace('#@X,0003', 'c:\\x.scl'), {}, /in another file, "c:\\x.scl"/],
  ])('whose table of wavelengths %s counts pixels, and says so', async (_, comment, more, message) => {
    const dataset = await read({ comment, ...more });
    expect(dataset.axes[1]).toMatchObject({ name: 'Horizontal CCD Position', unit: 'px', scale: 1 });
    expect(dataset.warnings).toEqual([expect.stringMatching(message)]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'with a position that is %d is refused, and says where',
    async (none) => {
      const size = build().length;
      const error = { kind: 'format', code: 'bad-axis' };
      const time = { ...error, where: `x.img, byte ${size - 4}`, what: `position 1 of the Y axis is ${none}` };
      await expect(read({ y: [0, none] })).rejects.toMatchObject(time);
      const wavelength = { ...error, where: `x.img, byte ${size - 20}`, what: `position 0 of the X axis is ${none}` };
      await expect(read({ x: [none, 510, 520] })).rejects.toMatchObject(wavelength);
    },
  );

  it('of several says that the first is read', async () => {
    expect((await read({ images: 3 })).warnings).toEqual([expect.stringMatching(/counts 3 images/)]);
  });
});

describe('the comment', () => {
  it('says how it was measured', async () => {
    const comment = [
      '[Application],Date="20/01/2023",Time="11:28:55.083"',
      '[Camera],CameraName="Orca R2"',
      '[Acquisition],NrExposure=4,ExposureTime=50 ms,AcqMode=4,CurveCorr=0,DefectCorrection=0,pntBinning="2,2",BacksubCorr=-1,ShadingCorr=0,ZAxisLabel=Intensity,ZAxisUnit=Count',
      '[Grabber],SubType=0[Streak camera],DeviceName="C5680",Time Range="5 ns",MCP Gain="20"',
      '[Spectrograph],DeviceName="Andor SG",Wavelength="500",Blaze="550",Ruling="300",Side Ent. Slitw.="10",Exit Slit Width="7"',
      '[Comment],UserComment="a [b], c=d"',
    ].join('\r\n');
    const { metadata, original } = await read({ comment });
    expect(metadata).toEqual({
      instrument_Detector: {
        frames: 4,
        exposure_per_frame: 0.05,
        integration_time: 0.2,
        binning: [2, 2],
        processing: {
          shading_correction: false,
          background_correction: true,
          curvature_correction: false,
          defect_correction: false,
        },
        detector_type: 'StreakCamera',
        model: 'C5680',
        mcp_gain: 20,
        time_range: 5,
        time_range_units: 'ns',
        acquisition_mode: 'analog_integration',
      },
      instrument_Spectrometer: {
        model: 'Andor SG',
        Grating: { groove_density: 300, blazing_wavelength: 550 },
        central_wavelength: 500,
        entrance_slit_width: 10,
        entrance_slit_width_units: 'µm',
        exit_slit_width: 7,
        exit_slit_width_units: 'µm',
      },
      date: '2023-01-20',
      time: '11:28:55',
      notes: 'a [b], c=d',
      quantity: 'Intensity (Counts)',
    });
    expect(original).toMatchObject({
      Camera: { CameraName: 'Orca R2' },
      Grabber: { SubType: '0' },
      Comment: { UserComment: 'a [b], c=d' },
    });
  });

  it('has a date in the language of the machine, and none where day and month could be either', async () => {
    const dateIn = async (text: string) => (await read({ comment: `[Application],Date="${text}"` })).metadata.date;
    expect([await dateIn('29.08.2018'), await dateIn('03/04/2018')]).toEqual(['2018-08-29', undefined]);
  });

  it('without a streak tube is that of the camera', async () => {
    const { metadata } = await read({ comment: '[Camera],CameraName="Orca R2"' });
    expect(metadata).toEqual({ instrument_Detector: { model: 'Orca R2' } });
  });

  it('of a slit or a grating that is 0 says nothing, nor of a mode nobody knows', async () => {
    const comment =
      '[Acquisition],NrExposure=0,ExposureTime=5 weeks,AcqMode=17[Spectrograph],DeviceName="C",Slit Width="0",Blaze="0",Ruling="0"';
    expect((await read({ comment })).metadata).toEqual({ instrument_Spectrometer: { model: 'C' } });
  });

  it('in Windows-1252 is read, too, and names that JavaScript gives a meaning to itself are kept', async () => {
    const { original } = await read({ comment: '[__proto__],__proto__="\xb5",constructor=1' });
    expect(Object.keys(original)).toEqual(['__proto__']);
    const section = Object.getOwnPropertyDescriptor(original, '__proto__')?.value;
    expect(Object.entries(section)).toEqual([
      ['__proto__', 'µ'],
      ['constructor', '1'],
    ]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each(['[', '"', '=', ',', 'a="', '[a', 'a=b[', '\r\n'])('of nothing but %j is told at once', async (part) => {
    const comment = part.repeat(Math.floor(65_000 / part.length));
    expect((await read({ comment })).shape).toEqual([2, 3]);
  });
});

describe('damage', () => {
  it.each([
    ['another beginning', build({ magic: 'XM' }), /does not begin as an ITEX image/],
    ['an end within the header', build().slice(0, 40), /does not begin as an ITEX image/],
    ['a compressed image', build({ type: 1 }), /is compressed/],
    ['an unknown type', build({ type: 7 }), /unknown type 7/],
    ['no pixels', build({ width: 0 }), /0 × 2 pixels/],
    ['more pixels than bytes', build({ width: 65535, height: 65535 }), /the file ends after/],
    ['an end within the tables', build().slice(0, -9), /positions of the Y axis stand beyond the end/],
    [
      'a table far behind the end',
      build({ comment: SCALING.replace('@X', '9999999999') }),
      /X axis stand beyond the end/,
    ],
  ])('%s is refused in words', async (_, bytes, message) => {
    await expect(hamamatsu.read!(memoryFile('x.img', bytes))).rejects.toThrow(message);
    await expect(hamamatsu.read!(memoryFile('x.img', bytes))).rejects.toMatchObject({ kind: 'format' });
  });
});
