import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { COMMON, COUNTS, column, EDS, madeH5oina, put, spectrum, technique } from '../../../test/synthetic-h5oina.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { type AttributeValue, createHdf5, type Hdf5Writer } from '../hdf5/write.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';

function attributes(file: Hdf5Writer, path: string, own: Readonly<Record<string, AttributeValue>>): void {
  for (const [key, value] of Object.entries(own)) file.attribute(path, key, value);
}

async function read(make: (file: Hdf5Writer) => void, slices = ['1']): Promise<ArrayDataset[]> {
  const { format, datasets } = await openFile(memoryFile('a.h5oina', await madeH5oina(make, slices)));
  expect(format).toBe('oxford-h5oina');
  return datasets as ArrayDataset[];
}

const titles = (datasets: readonly ArrayDataset[]) => datasets.map(({ title }) => title);
const numbers = async ({ values }: ArrayDataset) => Array.from((await values.load()) as Float64Array);

describe('spectra of X-rays', () => {
  it('are a map over the cells, x fastest, with energies in keV', async () => {
    const [map] = await read(spectrum);
    expect(map).toMatchObject({ title: 'EDS', shape: [2, 3, 4], dtype: 'int32', warnings: [] });
    expect(map.axes).toMatchObject([
      { name: 'y', unit: 'µm', role: 'navigation', size: 2, scale: 0.25, offset: 0 },
      { name: 'x', unit: 'µm', role: 'navigation', size: 3, scale: 0.5, offset: 0 },
      { name: 'Energy', unit: 'keV', role: 'spectral', size: 4, scale: 0.01, offset: -0.2 },
    ]);
    expect(await numbers(map)).toEqual(COUNTS);
  });

  it('tell microscope, detector, place and date; what is not stated is absent', async () => {
    const [map] = await read((file) => {
      spectrum(file);
      file.group('/1/EDS/Header/Stage Position');
      put(file, '/1/EDS/Header/Stage Position/X', [1, 1], [1.5]);
      put(file, '/1/EDS/Header/Stage Position/Tilt', [1, 1], [Math.PI / 4], 'float64');
      put(file, '/1/EDS/Header/__proto__', [1, 1], [3]);
    });
    expect(map.metadata).toEqual({
      instrument: 'SEM',
      beam_energy_keV: 20,
      magnification: 500,
      working_distance_mm: 8.5,
      stage: { tilt_alpha: 45, x: 1.5 },
      sample: 'steel',
      date: '2021-03-04',
      time: '05:06:07',
      quantity: 'X-rays (Counts)',
      signal_type: 'EDS_SEM',
      detector_EDS: {
        azimuth_angle: 90,
        elevation_angle: expect.closeTo(30, 10),
        number_of_frames: 7,
        window: 'SATW',
      },
    });
    expect(Object.keys(map.original.header as object)).toContain('__proto__');
    const size = { 'X Cells': 3, 'Y Cells': 2, 'Channel Width': 10, 'Start Channel': 0 };
    const [bare] = await read((file) => spectrum(file, size));
    expect(bare.metadata).toEqual({ quantity: 'X-rays (Counts)', signal_type: 'EDS', detector_EDS: {} });
    expect(bare.axes[0]).toMatchObject({ unit: '', scale: 1 });
    const [transmitted] = await read((file) => spectrum(file, { ...size, 'Beam Voltage': 200 }));
    expect(transmitted.metadata).toMatchObject({ instrument: 'TEM', signal_type: 'EDS_TEM' });
  });

  it('are read by runs of pixels from a disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spectrail-h5oina-'));
    const path = join(folder, 'a.h5oina');
    writeFileSync(path, await madeH5oina(spectrum));
    const [map] = (await openFile(await openNodeFile(path))).datasets as ArrayDataset[];
    expect(map.values.rows?.source).toMatchObject({ pixels: 6, channels: 4 });
    const rows = await map.values.rows?.read(2, 5);
    expect(rows).toMatchObject({ pixels: 3, channels: 4, values: Int32Array.from(COUNTS.slice(8, 20)) });
    rmSync(folder, { recursive: true });
  });

  it('of a line lie along it, that of a point has its own times', async () => {
    const [line] = await read((file) => spectrum(file, { ...EDS, 'X Cells': 6, 'Y Cells': 1, 'Y Step': 0 }));
    expect(line).toMatchObject({ shape: [6, 4], axes: [{ name: 'x', unit: 'µm', scale: 0.5 }, { name: 'Energy' }] });
    const datasets = await read((file) => {
      spectrum(file, { ...EDS, 'X Cells': 1, 'Y Cells': 1 }, '/1/EDS', [1, 2, 3, 4]);
      put(file, '/1/EDS/Data/Live Time', [1, 1], [1.5]);
      put(file, '/1/EDS/Data/Real Time', [1, 1], [2]);
    });
    expect(datasets).toHaveLength(1);
    expect(datasets[0]).toMatchObject({ shape: [4], metadata: { detector_EDS: { live_time: 1.5, real_time: 2 } } });
  });

  it('of several detectors and particles are told apart by their titles, particles in order', async () => {
    const detectors = await read((file) => {
      spectrum(file, EDS, '/1/EDS1');
      spectrum(file, EDS, '/1/EDS2');
    });
    expect(titles(detectors)).toEqual(['EDS1 EDS', 'EDS2 EDS']);
    const point = { ...EDS, 'X Cells': 1, 'Y Cells': 1 };
    const slices = ['2', '10', '1'];
    const particles = await read((file) => {
      for (const slice of slices) spectrum(file, point, `/${slice}/EDS`, [1, 2, 3, Number(slice)]);
    }, slices);
    expect(titles(particles)).toEqual(['1 EDS', '2 EDS', '10 EDS']);
    expect((await numbers(particles[2]))[3]).toBe(10);
  });

  it('without a calibration, or of other numbers of pixels, are left out with a warning', async () => {
    const { 'Channel Width': _, ...uncalibrated } = EDS;
    for (const [header, reason] of [
      [uncalibrated, 'channel width of nothing'],
      [{ ...EDS, 'Channel Width': 0 }, 'channel width of 0'],
      [{ ...EDS, 'X Cells': 4 }, 'shape 6 × 4'],
    ] as const) {
      const cells = Number((header as typeof EDS)['X Cells']);
      const [time] = await read((file) => {
        spectrum(file, header);
        put(file, '/1/EDS/Data/Live Time', [cells * 2, 1], column(cells * 2));
      });
      expect(time.title).toBe('Live Time');
      expect(time.warnings.join()).toContain(reason);
    }
    await expect(read((file) => spectrum(file, uncalibrated))).rejects.toMatchObject({ code: 'bad-h5oina' });
  });
});

describe('maps of elements', () => {
  it('are images with their element, line and unit; the elements are those of the spectra, too', async () => {
    const [spectra, window, area, composition, ratio, live] = await read((file) => {
      spectrum(file);
      for (const group of ['Window Integral', 'Peak Area', 'Composition', 'K Ratio'])
        file.group(`/1/EDS/Data/${group}`);
      const map = (path: string, own: Readonly<Record<string, AttributeValue>>, shape = [6, 1]) => {
        put(file, `/1/EDS/Data/${path}`, shape, column(6));
        attributes(file, `/1/EDS/Data/${path}`, own);
      };
      map('Window Integral/Fe Ka1', { 'Atomic Number': 26, 'X-ray Line': 'Ka1' });
      map('Peak Area/Al K series', { 'Atomic Number': 13, 'X-ray Line': 'K series' });
      map('Composition/Fe', { 'Atomic Number': 26 }, [6]);
      map('K Ratio/odd', { 'Atomic Number': 999 });
      put(file, '/1/EDS/Data/Live Time', [6, 1], column(6));
    });
    expect(spectra.metadata.elements).toEqual(['Al', 'Fe']);
    expect(window).toMatchObject({
      title: 'Fe Ka1 Window Integral',
      shape: [2, 3],
      axes: [
        { name: 'y', role: 'signal', scale: 0.25 },
        { name: 'x', role: 'signal' },
      ],
      metadata: {
        elements: ['Fe'],
        xray_lines: ['Fe_Ka1'],
        quantity: 'Window Integral (counts/s)',
        beam_energy_keV: 20,
      },
    });
    expect(await numbers(window)).toEqual(column(6));
    expect(area.metadata).toMatchObject({ elements: ['Al'], quantity: 'Peak Area (counts/s)' });
    expect(area.metadata).not.toHaveProperty('xray_lines');
    expect(composition).toMatchObject({ title: 'Fe Composition', metadata: { quantity: 'Composition (wt%)' } });
    expect(ratio.metadata).toMatchObject({ quantity: 'K Ratio' });
    expect(ratio.metadata).not.toHaveProperty('elements');
    expect(live).toMatchObject({ title: 'Live Time', metadata: { quantity: 'Live Time (s)' } });
  });
});

describe('diffraction and electron images', () => {
  it('patterns come first, then every column of the map; places of pixels are told by the axes', async () => {
    const datasets = await read((file) => {
      technique(file, '/1/EBSD', COMMON);
      put(file, '/1/EBSD/Data/Euler', [6, 3], column(18));
      put(file, '/1/EBSD/Data/Phase', [6, 1], column(6), 'uint8');
      put(file, '/1/EBSD/Data/Processed Patterns', [6, 2, 5], column(60), 'uint8');
      put(file, '/1/EBSD/Data/X', [6, 1], column(6));
      file.attribute('/1/EBSD/Data/Euler', 'Unit', 'rad');
    });
    expect(titles(datasets)).toEqual(['EBSD Processed Patterns', 'EBSD Euler', 'EBSD Phase']);
    expect(datasets.map(({ shape }) => shape)).toEqual([
      [2, 3, 2, 5],
      [2, 3, 3],
      [2, 3],
    ]);
    expect(datasets[0].axes.map(({ role }) => role)).toEqual(['navigation', 'navigation', 'signal', 'signal']);
    expect(datasets[1]).toMatchObject({ axes: [{}, {}, { name: 'Euler' }], metadata: { quantity: 'Euler (rad)' } });
    expect(await numbers(datasets[1])).toEqual(column(18));
  });

  it('images have pixels of their own', async () => {
    const datasets = await read((file) => {
      spectrum(file);
      technique(file, '/1/Electron Image', { ...COMMON, 'X Cells': 2, 'Y Cells': 4, 'Dwell Time': 10 });
      for (const group of ['SE', 'BSE']) file.group(`/1/Electron Image/Data/${group}`);
      put(file, '/1/Electron Image/Data/SE/Image 1', [8, 1], column(8), 'uint8');
      put(file, '/1/Electron Image/Data/BSE/Image 2', [8], column(8), 'uint16');
    });
    expect(titles(datasets)).toEqual(['EDS', 'Image 1', 'Image 2']);
    expect(datasets[1]).toMatchObject({
      shape: [4, 2],
      dtype: 'uint8',
      metadata: { detector_SE: { name: 'SE' }, dwell_time_s: 1e-5 },
    });
    expect(datasets[2]).toMatchObject({ dtype: 'uint16', metadata: { detector_BSE: { name: 'BSE' } } });
  });
});

describe('a file', () => {
  it('is known by what is inside, under any name; of another maker it is not', async () => {
    const bytes = await madeH5oina(spectrum);
    expect((await openFile(memoryFile('a.h5', bytes))).format).toBe('oxford-h5oina');
    const file = await createHdf5();
    for (const name of ['Format Version', 'Index', 'Manufacturer']) file.strings(`/${name}`, ['other']);
    file.group('/1');
    spectrum(file);
    expect((await openFile(memoryFile('a.h5', file.finish()))).format).toBe('hdf5-arrays');
  });

  it('of another kind, or without data, is refused in words', async () => {
    const { default: format } = await import('./index.ts');
    const other = await createHdf5();
    other.group('/Acquisition0');
    const refused = format.read!(memoryFile('a.h5oina', other.finish()));
    await expect(refused).rejects.toMatchObject({ code: 'not-h5oina', what: expect.stringContaining('Delmic') });
    await expect(read(() => {})).rejects.toMatchObject({ code: 'bad-h5oina', what: 'no acquisition with data' });
    const sizeless = read((file) => technique(file, '/1/EDS', { 'X Cells': 2 }));
    await expect(sizeless).rejects.toThrow(/2 X Cells and no Y Cells/);
  });
});
