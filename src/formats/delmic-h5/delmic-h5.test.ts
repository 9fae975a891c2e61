import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { axisValue } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { createHdf5, type Hdf5Writer } from '../hdf5/write.ts';
import delmic from './index.ts';

interface Acquisition {
  readonly shape: readonly number[];
  readonly labels?: readonly string[];
  readonly title?: string;
  readonly fields?: Readonly<Record<string, readonly number[]>>;
  readonly physical?: Readonly<Record<string, number>>;
}

function acquisition(file: Hdf5Writer, number: number, { shape, labels, title, fields, physical }: Acquisition): void {
  const path = `/Acquisition${number}`;
  for (const group of ['', '/ImageData', '/PhysicalData']) file.group(`${path}${group}`);
  const count = shape.reduce((a, b) => a * b, 1);
  file.dataset(`${path}/ImageData/Image`, shape, 'uint16', [Uint16Array.from({ length: count }, (_, i) => i)]);
  if (labels) file.attribute(`${path}/ImageData/Image`, 'DIMENSION_LABELS', labels);
  if (title) file.strings(`${path}/PhysicalData/ChannelDescription`, [title]);
  const numbers = (place: string, values: readonly number[]) =>
    file.dataset(`${path}/${place}`, [values.length], 'float64', [Float64Array.from(values)]);
  for (const [name, values] of Object.entries(fields ?? {})) numbers(`ImageData/${name}`, values);
  for (const [name, value] of Object.entries(physical ?? {})) numbers(`PhysicalData/${name}`, [value]);
}

async function read(...acquisitions: readonly Acquisition[]): Promise<ArrayDataset[]> {
  const file = await createHdf5();
  acquisitions.forEach((one, i) => {
    acquisition(file, i, one);
  });
  return (await delmic.read!(memoryFile('a.h5', file.finish()))) as ArrayDataset[];
}

const scan = { DimensionScaleX: [2e-6], DimensionScaleY: [3e-6], XOffset: [1e-6], YOffset: [0] };

describe('acquisitions', () => {
  it('of spectra are maps: y and x of the scan, then wavelengths in nm', async () => {
    const fields = { ...scan, DimensionScaleC: [4e-7, 5e-7], TOffset: [1680536686.25] };
    const [map] = await read({ shape: [2, 1, 1, 3, 2], fields, physical: { IntegrationTime: 0.5 } });
    expect(map.shape).toEqual([3, 2, 2]);
    expect(map.axes).toMatchObject([
      { name: 'Y', unit: 'µm', scale: -3, role: 'navigation' },
      { name: 'X', unit: 'µm', scale: 2, role: 'navigation' },
      { name: 'Wavelength', unit: 'nm', role: 'spectral' },
    ]);
    expect((axisValue(map.axes[0], 0) + axisValue(map.axes[0], 2)) / 2).toBeCloseTo(0, 12);
    expect((axisValue(map.axes[1], 0) + axisValue(map.axes[1], 1)) / 2).toBeCloseTo(1, 12);
    expect(axisValue(map.axes[2], 1)).toBeCloseTo(500, 9);
    expect(await map.values.load()).toEqual(Uint16Array.of(0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11));
    expect({ ...map.metadata }).toEqual({
      dwell_time_s: 0.5,
      date: '2023-04-03',
      time: '15:44:46.250000',
      signal_type: 'CL_SEM',
      quantity: 'Counts',
    });
  });

  it('by angle have angles before wavelengths; angles that are no numbers are counted', async () => {
    const labels = ['C', 'A', 'Z', 'Y', 'X'];
    const shape = [2, 3, 1, 1, 2];
    const [known] = await read({ shape, labels, fields: { DimensionScaleA: [-1, 0, 1.5] } });
    expect(known.axes.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'X navigation',
      'Angle signal',
      'Wavelength signal',
    ]);
    expect(known.axes[1]).toMatchObject({ unit: 'rad', positions: Float64Array.of(-1, 0, 1.5) });
    expect(known.metadata.signal_type).toBeUndefined();
    const [unknown] = await read({ shape, labels, fields: { DimensionScaleA: [-1, Number.NaN, 1.5] } });
    expect(unknown.axes[1]).toMatchObject({ unit: '', scale: 1, offset: 0 });
    expect(unknown.warnings.join()).toMatch(/no positions along "Angle"/);
  });

  it('of light come first; images of electrons are images', async () => {
    const electrons = { shape: [1, 1, 1, 4, 5], title: 'Secondary electrons survey' };
    const datasets = await read(electrons, { shape: [1, 1, 1, 2, 3], title: 'CL intensity', fields: scan });
    expect(datasets.map(({ title }) => title)).toEqual(['CL intensity', 'Secondary electrons survey']);
    expect(datasets[1].axes.map(({ role }) => role)).toEqual(['signal', 'signal']);
    expect(datasets[1].axes[0]).toMatchObject({ unit: '', scale: 1, offset: 0 });
    expect(datasets[1].metadata.date).toBeUndefined();
  });
});

it('a dimension called as a method of objects is one like others', async () => {
  const labels = ['constructor', 'T', 'Z', 'Y', 'X'];
  const fields = { ...scan, DimensionScaleconstructor: [4e-7, 5e-7] };
  const [map] = await read({ shape: [2, 1, 1, 3, 2], labels, fields });
  expect(map.axes.map(({ name, unit }) => [name, unit])).toContainEqual(['constructor', '']);
});

describe('refusing', () => {
  it('another HDF5 file, and what is no image; beside others it is left out', async () => {
    const file = await createHdf5();
    file.group('/other');
    await expect(delmic.read!(memoryFile('a.h5', file.finish()))).rejects.toMatchObject({ code: 'not-delmic' });
    const six = { shape: [1, 1, 1, 1, 2, 2] };
    await expect(read(six)).rejects.toMatchObject({ code: 'bad-delmic' });
    const [left] = await read(six, { shape: [1, 1, 1, 2, 2] });
    expect(left.warnings.join()).toMatch(/"\/Acquisition0" is left out/);
    expect(delmic.sniff(new Uint8Array(8), 'a.h5')).toBe('no');
  });
});
