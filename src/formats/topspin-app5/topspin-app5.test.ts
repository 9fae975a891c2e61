import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { createHdf5, type Hdf5Writer } from '../hdf5/write.ts';
import { openNodeFile } from '../node-file.ts';
import topSpin from './index.ts';

const IMAGE = '39a4bbcd-2551-4912-9093-0eaed678dcff';
const SERIES = 'a0dba950-15bf-4a74-a81c-9cea8560c2c8';

const axis = (name: string, offset: number, scale: number, kind: string) =>
  `<${name}><Offset>${offset}</Offset><Scale>${scale}</Scale><Type><Text>${kind}</Text></Type></${name}>`;
const calibration = (x: string, y: string) => `<Calibration>${x}${y}</Calibration>`;
const ANGLES = calibration(axis('X', -0.002, 0.001, 'Angle'), axis('Y', -0.001, 0.0005, 'Angle'));
const item = (name: string, value: string) => `<Item><Name>${name}</Name><Value>${value}</Value></Item>`;

const frameXml = (position?: readonly number[], calibrated = ANGLES) => {
  const beam = position && item('RequestedBeamPosition', `<X>${position[0]}</X><Y>${position[1]}</Y>`);
  return `<?xml version="1.0" encoding="utf-16"?><Metadata Serializer="SeriesItemSerializer">${calibrated}<Metadata>${beam ?? ''}</Metadata></Metadata>`;
};

interface Plan {
  count?: number;
  procedure?: string;
  hardware?: string;
  more?: string;
  /** Of frames, in m. */
  positions?: readonly (readonly number[] | undefined)[];
  xml?: string;
  also?: (file: Hdf5Writer) => void;
}

function documentXml({ count, procedure = '', hardware = '', more = '' }: Plan): string {
  const position = calibration(axis('X', 1e-8, 2e-9, 'Position'), axis('Y', 3e-8, 4e-9, 'Position'));
  const series = count === undefined ? '' : item('Result', `<Id>${SERIES}</Id><Count>${count}</Count>`);
  const image = item('VirtualStemImageResult', `<Id>${IMAGE}</Id>${position}`);
  return `<?xml version='1.0' encoding='us-ascii'?>
<Metadata Serializer="ProcedureDocumentSerializer" Version="2"><Title>a scan</Title>${more}
<ProcedureData>${procedure}${series}${image}</ProcedureData><HardwareSettings>${hardware}</HardwareSettings></Metadata>`;
}

async function build(plan: Plan = {}): Promise<Uint8Array> {
  const file = await createHdf5();
  file.strings('/Metadata', [plan.xml ?? documentXml(plan)]);
  file.strings('/Version', ['1']);
  for (const [i, position] of (plan.positions ?? []).entries()) {
    if (i === 0) file.group(`/${SERIES}`);
    file.group(`/${SERIES}/${i}`);
    file.dataset(`/${SERIES}/${i}/Data`, [2, 3], 'uint16', [Uint16Array.from({ length: 6 }, (_, k) => 10 * i + k)]);
    file.strings(`/${SERIES}/${i}/Metadata`, [frameXml(position)]);
  }
  plan.also?.(file);
  return file.finish();
}

const image = (file: Hdf5Writer) => file.dataset(`/${IMAGE}`, [2, 3], 'float64', [Float64Array.of(1, 2, 3, 4, 5, 6)]);

const open = async (plan?: Plan) => (await topSpin.read!(memoryFile('x.app5', await build(plan)))) as ArrayDataset[];
const read = async (plan?: Plan) => (await open(plan))[0];

/** Positions of a scan, x first. */
function scan(columns: number, rows: number, { angle = 0, frames = columns * rows } = {}): [number, number][] {
  return Array.from({ length: frames }, (_, i) => {
    const [x, y] = [(i % columns) * 2e-9, Math.floor(i / columns) * 4e-9];
    const turn = (angle * Math.PI) / 180;
    return [1e-7 + x * Math.cos(turn) - y * Math.sin(turn), 2e-7 + x * Math.sin(turn) + y * Math.cos(turn)];
  });
}

describe('a TopSpin document', () => {
  it('is likely by HDF5, certain by what is inside, whatever its name', async () => {
    const good = await build({ also: image });
    expect(topSpin.sniff(good, 'x.bin')).toBe('likely');
    expect(topSpin.sniff(new Uint8Array(0), 'x.app5')).toBe('name');
    expect(await topSpin.probe!(memoryFile('x.bin', good))).toBe(true);
    expect(await topSpin.probe!(memoryFile('x.bin', await build({ xml: '<Other/>' })))).toBe(false);
    const numbers = await createHdf5();
    for (const name of ['Metadata', 'Version']) numbers.dataset(`/${name}`, [1], 'uint8', [new Uint8Array(1)]);
    expect(await topSpin.probe!(memoryFile('x.bin', numbers.finish()))).toBe(false);
    const other = await createHdf5();
    other.group('/Data');
    expect(await topSpin.probe!(memoryFile('x.bin', other.finish()))).toBe(false);
  });

  it('gives its images by rows and columns, each with its own calibration', async () => {
    const dataset = await read({ also: image });
    expect(dataset).toMatchObject({
      title: 'a scan, VirtualStemImageResult',
      shape: [2, 3],
      dtype: 'float64',
      warnings: [],
    });
    expect(dataset.axes).toMatchObject([
      { name: 'y', unit: 'nm', role: 'signal', scale: 4 },
      { name: 'x', unit: 'nm', role: 'signal', scale: 2 },
    ]);
    expect(dataset.axes.map((one) => (one.kind === 'uniform' ? Math.round(one.offset * 1e6) / 1e6 : 0))).toEqual([
      30, 10,
    ]);
    expect(await dataset.values.load()).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
    expect(dataset.metadata).toEqual({ instrument: 'TEM' });
  });

  it('gives a scan as lines of patterns, in nm and rad', async () => {
    const dataset = await read({ positions: scan(3, 2), count: 6 });
    expect(dataset).toMatchObject({ title: 'a scan', shape: [2, 3, 2, 3], dtype: 'uint16', warnings: [] });
    expect(dataset.axes).toMatchObject([
      { name: 'y', unit: 'nm', role: 'navigation' },
      { name: 'x', unit: 'nm', role: 'navigation' },
      { name: 'ky', unit: 'rad', role: 'signal', scale: 0.0005, offset: -0.001 },
      { name: 'kx', unit: 'rad', role: 'signal', scale: 0.001, offset: -0.002 },
    ]);
    const [y, x] = dataset.axes as unknown as { scale: number; offset: number }[];
    expect([y.scale, y.offset, x.scale, x.offset].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([
      4, 200, 2, 100,
    ]);
    const values = (await dataset.values.load()) as Uint16Array;
    expect(Array.from(values.subarray(0, 8))).toEqual([0, 1, 2, 3, 4, 5, 10, 11]);
    expect(dataset.metadata).toMatchObject({ signal_type: 'electron_diffraction' });
  });

  it('on disk can be read by rows, across frames', async () => {
    const home = mkdtempSync(join(tmpdir(), 'spectrail-topspin-'));
    writeFileSync(join(home, 'x.app5'), await build({ positions: scan(3, 2) }));
    const [dataset] = (await topSpin.read!(await openNodeFile(join(home, 'x.app5')))) as ArrayDataset[];
    const block = await dataset.values.rows?.read(1, 4);
    expect(block).toMatchObject({ pixels: 3, channels: 3, values: Uint16Array.of(3, 4, 5, 10, 11, 12, 13, 14, 15) });
    rmSync(home, { recursive: true });
  });

  it('of a turned scan has its axes along the lines, of a falling one falling positions', async () => {
    const turned = await read({ positions: scan(3, 2, { angle: 30 }) });
    const [y, x] = turned.axes as unknown as { scale: number; offset: number }[];
    expect(x.scale).toBeCloseTo(2, 9);
    expect(y.scale).toBeCloseTo(4, 9);
    expect(x.offset).toBeCloseTo(100 * Math.cos(Math.PI / 6) + 200 * 0.5, 6);
    const falling = await read({ positions: scan(3, 2).map(([px, py]) => [-px, -py]) });
    expect(falling.axes.slice(0, 2).map((one) => one.kind === 'uniform' && one.scale < 0)).toEqual([true, true]);
  });

  it('of one line is a line scan; of frames in no lines, or without positions, a series', async () => {
    expect((await read({ positions: scan(4, 1) })).axes[0]).toMatchObject({ name: 'x', unit: 'nm', size: 4 });
    const turning = [...scan(3, 1), ...scan(3, 2).slice(3).reverse()];
    for (const positions of [turning, [undefined, undefined, undefined], [...scan(1, 1), ...scan(1, 1)]]) {
      const dataset = await read({ positions });
      expect(dataset.shape).toEqual([positions.length, 2, 3]);
      expect(dataset.axes[0]).toMatchObject({ name: 'frame', unit: '', role: 'navigation' });
      expect(dataset.warnings).toEqual([expect.stringMatching(/not taken along lines/)]);
    }
    expect((await read({ positions: [undefined] })).shape).toEqual([1, 2, 3]);
  });

  it('that was stopped leaves out the line that is not complete, and says how many frames are missing', async () => {
    const dataset = await read({ positions: scan(3, 3, { frames: 8 }), count: 9 });
    expect(dataset.shape).toEqual([2, 3, 2, 3]);
    expect(await dataset.values.load()).toHaveLength(36);
    expect(dataset.warnings).toEqual([
      expect.stringMatching(/speaks of 9 frames, the file has 8/),
      expect.stringMatching(/its 2 frames are left out/),
    ]);
  });

  it('without calibrations counts pixels, and says so', async () => {
    const more = (file: Hdf5Writer) => {
      file.group(`/${SERIES}`);
      file.group(`/${SERIES}/0`);
      file.dataset(`/${SERIES}/0/Data`, [2, 3], 'uint8', [new Uint8Array(6)]);
      file.strings(`/${SERIES}/0/Metadata`, [frameXml([0, 0], calibration(axis('X', 0, 1, 'Magic'), ''))]);
    };
    const dataset = await read({ also: more });
    expect(dataset.axes.slice(1)).toMatchObject([
      { name: 'y', unit: '', scale: 1 },
      { name: 'x', unit: '', scale: 1 },
    ]);
    expect(dataset.warnings.filter((text) => /not calibrated/.test(text))).toHaveLength(2);
    expect(dataset.metadata).not.toHaveProperty('signal_type');
  });
});

describe('metadata', () => {
  it('says how it was measured', async () => {
    const hardware = [
      item('GunHighVoltage', '200000'),
      item('DiffractionCameraLength', '2.5'),
      item('StemEnabled', 'True'),
      item('StemMagnification', '10000'),
      item('PrecessionHardwarePrecessionAngle', String(Math.PI / 360)),
      item('PrecessionHardwarePrecessionFrequency', '100'),
    ].join('');
    const procedure = item('IsPrecessionEnabled', 'True') + item('Camera', 'Merlin');
    const more =
      '<CreatedDateTime>05/12/2025 12:33:37</CreatedDateTime><SystemName>Talos</SystemName><Specimen>steel</Specimen><CreatedBy>E &amp; S</CreatedBy><Comments>none yet</Comments>';
    const { metadata, original } = await read({ hardware, procedure, more, also: image });
    expect(metadata).toEqual({
      instrument: 'TEM',
      microscope: 'Talos',
      sample: 'steel',
      authors: 'E & S',
      notes: 'none yet',
      beam_energy_keV: 200,
      camera_length_mm: 2500,
      magnification: 10000,
      precession_angle_deg: 0.5,
      precession_frequency_Hz: 100,
      detector_Camera: { name: 'Merlin' },
      date: '2025-05-12',
      time: '12:33:37',
    });
    expect(original).toMatchObject({ Title: 'a scan', HardwareSettings: { GunHighVoltage: '200000' } });
  });

  it('does not say what was not set: 0, disabled, a strange date', async () => {
    const hardware = item('GunHighVoltage', '0') + item('StemEnabled', 'False') + item('StemMagnification', '5');
    const procedure = item('IsPrecessionEnabled', 'False');
    const more = '<CreatedDateTime>31/12/2025 12:33:37</CreatedDateTime><Comments />';
    expect((await read({ hardware, procedure, more, also: image })).metadata).toEqual({ instrument: 'TEM' });
  });

  it('keeps items whose names JavaScript gives a meaning to itself', async () => {
    const hardware = item('__proto__', 'x') + item('constructor', 'y');
    const { original } = await read({ hardware, also: image });
    expect(Object.keys(original.HardwareSettings as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('damage', () => {
  it.each([
    ['no description', { xml: 'no xml at all' }, /description/],
    ['a description cut short', { xml: documentXml({}).slice(0, -30), also: image }, /description cannot be read/],
    ['a document type', { xml: `<!DOCTYPE a [<!ENTITY b "c">]>${documentXml({})}`, also: image }, /document type/],
    ['nothing but the description', {}, /no image and no series/],
    [
      'an image of one side',
      { also: (f: Hdf5Writer) => f.dataset(`/${IMAGE}`, [3], 'uint8', [new Uint8Array(3)]) },
      /an image of uint8, 3/,
    ],
    ['a series without frames', { also: (f: Hdf5Writer) => f.group(`/${SERIES}`) }, /no frame/],
  ] as [string, Plan, RegExp][])('%s is refused in words', async (_, plan, message) => {
    await expect(open(plan)).rejects.toThrow(message);
  });

  it('of one result leaves it out, and says so', async () => {
    const also = (file: Hdf5Writer) => {
      image(file);
      file.group(`/${SERIES}`);
    };
    const found = await open({ also });
    expect(found).toHaveLength(1);
    expect(found[0].warnings).toEqual([expect.stringMatching(/a result is left out: .*no frame/)]);
  });

  it('of one frame is told when it is loaded', async () => {
    const also = (file: Hdf5Writer) => {
      file.group(`/${SERIES}/2`);
      file.dataset(`/${SERIES}/2/Data`, [3, 2], 'uint16', [new Uint16Array(6)]);
      file.strings(`/${SERIES}/2/Metadata`, [frameXml(scan(3, 1)[2])]);
    };
    const dataset = await read({ positions: scan(2, 1), also });
    await expect(dataset.values.load()).rejects.toThrow(/the frame is uint16 of 3 × 2/);
  });

  it('of the description of a frame leaves the frames to be counted', async () => {
    const also = (file: Hdf5Writer) => {
      file.group(`/${SERIES}/2`);
      file.dataset(`/${SERIES}/2/Data`, [2, 3], 'uint16', [new Uint16Array(6)]);
      file.strings(`/${SERIES}/2/Metadata`, ['<Metadata']);
    };
    const dataset = await read({ positions: scan(2, 1), also });
    expect(dataset.axes[0]).toMatchObject({ name: 'frame', size: 3 });
  });

  it('another HDF5 file is refused by its kind', async () => {
    const file = await createHdf5();
    file.group('/Acquisition0');
    await expect(topSpin.read!(memoryFile('x.app5', file.finish()))).rejects.toThrow(/looks like a Delmic/);
  });
});
