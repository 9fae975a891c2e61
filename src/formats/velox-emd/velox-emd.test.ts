import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { END, eds, type SyntheticVelox, veloxFile } from '../../../test/synthetic-velox.ts';
import { CounterRandom } from '../../kernels/random.ts';
import { asSignal } from '../../signal/as-signal.ts';
import type { EventsBlock } from '../../signal/block.ts';
import { type ArrayDataset, type PlainTree, settled } from '../../signal/dataset.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { createHdf5 } from '../hdf5/index.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import velox from './index.ts';

const bytesRead = vi.hoisted(() => ({ count: 0 }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const readSync = (...args: Parameters<typeof fs.readSync>) => {
    const read = fs.readSync(...args);
    bytesRead.count += read;
    return read;
  };
  return { ...fs, readSync };
});

const readBytes = (bytes: Uint8Array) => velox.read!(memoryFile('map.emd', bytes)) as Promise<ArrayDataset[]>;
const read = async (contents: SyntheticVelox) => readBytes(await veloxFile(contents));
/** With the streams read. */
const readSettled = async (contents: SyntheticVelox) => Promise.all((await read(contents)).map(settled));

/** Dense counts of an EDS map. */
async function countsOf(map: ArrayDataset): Promise<number[][]> {
  if (map.values.kind !== 'events') throw new Error('the map is not sparse');
  const { pixels, channels, offsets, channel, count } = await map.values.load();
  return Array.from({ length: pixels }, (_, pixel) => {
    const row = new Array<number>(channels).fill(0);
    for (let e = offsets[pixel]; e < offsets[pixel + 1]; e++) row[channel[e]] = count[e];
    return row;
  });
}

/** A frame of 2 × 3 pixels with one photon in each, in the channel of the pixel's number. */
const FRAME = [0, END, 1, END, 2, END, 3, END, 4, END, 5, END];
const IMAGE = { shape: [2, 3, 1], dtype: 'uint16', values: Uint16Array.of(1, 2, 3, 4, 5, 6) } as const;

describe.skipIf(!sharedFolder())('maps from instruments', () => {
  it('have the sum of the spectra that Velox stored beside them', async () => {
    const { file } = corpusFiles('emd-velox').find(({ oracle }) => oracle.file === 'SI_empty selection.emd')!;
    const datasets = (await velox.read!(await openNodeFile(file))) as ArrayDataset[];
    const sum = new Float64Array(4096);
    for (const { title, shape, values } of datasets) {
      if (title !== 'EDS' || shape.length !== 1) continue;
      for (const [channel, count] of ((await values.load()) as Uint32Array).entries()) sum[channel] += count;
    }
    const mapped = new Float64Array(4096);
    for (const row of await countsOf(datasets.at(-1)!)) for (const [channel, n] of row.entries()) mapped[channel] += n;
    expect(mapped).toEqual(sum);
    expect(sum.reduce((a, b) => a + b)).toBe(72);
  });
});

describe('the EDS map', () => {
  it('is the sum of all detectors and frames, on calibrated axes', async () => {
    const [map] = await readSettled({
      streams: [{ values: [...FRAME, ...FRAME] }, { values: [9, ...FRAME] }],
      range: [1, 2],
    });
    expect([map.title, map.shape, map.dtype, map.warnings]).toEqual([
      'EDS',
      [2, 3, 16],
      'uint16',
      ['the stream of detector 2 of 2 stops after 6 of 12 pixels'],
    ]);
    const counts = await countsOf(map);
    expect(counts.map((row) => row.indexOf(3))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(counts[0][9]).toBe(1);
    expect(map.axes).toMatchObject([
      { name: 'y', unit: 'nm', role: 'navigation', size: 2, scale: 3, offset: 0 },
      { name: 'x', unit: 'nm', role: 'navigation', size: 3, scale: 2, offset: -4 },
      { name: 'X-ray energy', unit: 'keV', role: 'spectral', size: 16, scale: 0.005, offset: -0.25 },
    ]);
  });

  it('says what the file says of the microscope, the detectors and the elements', async () => {
    const [map] = await readSettled({
      streams: [
        { values: FRAME, metadata: eds(2) },
        { values: FRAME, metadata: eds(1) },
      ],
      texts: { '/SharedProperties/EDSSpectrumQuantificationSettings/a': { elementSelection: ['8', 22, 'x', '999'] } },
    });
    const segment = (n: number) => ({
      ...{ name: `SuperX${n}`, elevation_angle: 18, azimuth_angle: 45 * n, live_time: 20 + n, real_time: 30 },
    });
    expect(map.metadata).toEqual({
      instrument: 'TEM',
      microscope: 'Titan',
      beam_energy_keV: 200,
      convergence_angle_mrad: 30,
      dwell_time_s: 2e-6,
      stage: { tilt_alpha: 5.73, tilt_beta: 0, x: 1e-6, y: 0, z: 0, x_units: 'm', y_units: 'm', z_units: 'm' },
      ...{ date: '2024-06-19', time: '08:40:59', time_zone: 'UTC' },
      detector_EDS: { number_of_frames: 1, elevation_angle: 18, real_time: 30, segments: [segment(1), segment(2)] },
      signal_type: 'EDS_TEM',
      elements: ['O', 'Ti'],
    });
  });

  it('has no elements where nothing was quantified, and an empty list where none was chosen', async () => {
    expect((await read({ streams: [{ values: FRAME }] }))[0].metadata).not.toHaveProperty('elements');
    const texts = { '/SharedProperties/EDSSpectrumQuantificationSettings/a': {} };
    expect((await read({ streams: [{ values: FRAME }], texts }))[0].metadata.elements).toEqual([]);
  });

  it('has the size of the part that was scanned, whatever the raster and the images say', async () => {
    const settings = { RasterScanDefinition: { Width: '6', Height: '4' } };
    const images = { a: { ...IMAGE, shape: [3, 2, 1] } };
    const [, map] = await read({ streams: [{ values: FRAME, metadata: eds(1, [4, 6], '0.5'), settings }], images });
    expect(map.shape).toEqual([2, 3, 16]);
  });

  it('has the size of the raster, or of an image, where that alone fits the stream', async () => {
    const metadata = eds(1, [5, 5]);
    const settings = { RasterScanDefinition: { Width: '2', Height: '3' } };
    expect((await read({ streams: [{ values: FRAME, metadata, settings }] }))[0].shape).toEqual([3, 2, 16]);
    const images = { a: IMAGE };
    expect((await read({ streams: [{ values: FRAME, metadata }], images }))[1].shape).toEqual([2, 3, 16]);
  });

  it('holds the frames that Velox summed, and says so', async () => {
    const values = [...FRAME, ...FRAME.map((v) => (v === END ? v : v + 6)), ...FRAME];
    const [map] = await readSettled({ streams: [{ values }], range: [2, 2] });
    expect((await countsOf(map)).map((row) => row.indexOf(1))).toEqual([6, 7, 8, 9, 10, 11]);
    expect(map.warnings).toEqual(['the streams hold 3 frames; as the file asks, 2 to 2 are summed']);
    expect(map.metadata.detector_EDS).toMatchObject({ number_of_frames: 1 });
    const [more] = await readSettled({ streams: [{ values }], range: [1, 4] });
    expect(more.warnings).toEqual(['4 frames are declared, the streams hold 3']);
    expect(more.metadata.detector_EDS).toMatchObject({ number_of_frames: 3 });
  });

  it('says when the last frame was not finished', async () => {
    const [map] = await readSettled({ streams: [{ values: [...FRAME, 0, END, 1] }] });
    expect((await countsOf(map)).map((row) => Math.max(...row))).toEqual([2, 2, 1, 1, 1, 1]);
    expect(map.warnings).toEqual(['the last frame stopped after 2 of 6 pixels: the others have one exposure less']);
  });

  it('has the lines of a scan that was stopped in its only frame', async () => {
    const [map] = await readSettled({ streams: [{ values: [1, END, 2, END, 3, END, 4], metadata: eds(1, [900, 3]) }] });
    expect(map.shape).toEqual([2, 3, 16]);
    expect(map.warnings).toEqual(['the scan of 900 × 3 pixels stopped after 4: the map has the 2 lines begun']);
  });

  it('reports counts beyond the energy axis', async () => {
    const [map] = await readSettled({ streams: [{ values: [16, 300, ...FRAME] }] });
    expect(map.warnings).toEqual(['2 counts lie beyond channel 15, the end of the energy axis']);
  });

  it('becomes 32-bit counts where a channel of a pixel holds more than 16 bits can', async () => {
    const [map] = await readSettled({ streams: [{ values: [...new Array(70_000).fill(7), ...FRAME] }] });
    expect(map.dtype).toBe('uint32');
    expect((await countsOf(map))[0][7]).toBe(70_000);
  });

  it('is not made of streams of a spectrum taken at one point', async () => {
    const spectra = { a: { shape: [4, 1], dtype: 'uint32', values: Uint32Array.of(1, 2, 3, 4) } } as const;
    const datasets = await read({ streams: [{ values: [1, 2, 3] }], spectra });
    expect(datasets.map(({ shape }) => shape)).toEqual([[4]]);
    expect(datasets[0].warnings).toEqual([]);
  });

  it.each([
    ['a scan of 10⁹ pixels', [{ values: FRAME, metadata: eds(1, [31_623, 31_623]) }], /31623 × 31623.*hold 12 values/],
    ['a scan without a size', [{ values: FRAME, metadata: {} }], /declares no size/],
    ['no channels', [{ values: FRAME, settings: { bincount: '0' } }], /0 channels/],
    ['channels up to the end of a pixel', [{ values: FRAME, settings: { bincount: '65535' } }], /65535 channels/],
    [
      'detectors of several lengths',
      [{ values: FRAME }, { values: FRAME, settings: { bincount: '8' } }],
      /16, 8 channels/,
    ],
    ['another encoding', [{ values: FRAME, settings: { StreamEncoding: 'uint8' } }], /of uint8/],
    ['other values than it says', [{ values: [1, 2, 3], dtype: 'uint8' }], /stored as uint8/],
  ] as [string, SyntheticVelox['streams'], RegExp][])('with %s is refused', async (_, streams, what) => {
    await expect(read({ streams })).rejects.toMatchObject({
      kind: 'format',
      code: 'bad-stream',
      what: expect.stringMatching(what),
    });
  });

  it('that unpacks to more than its file can tell of is refused before memory is taken', async () => {
    const file = await createHdf5();
    for (const path of ['/Data', '/Data/SpectrumStream', '/Data/SpectrumStream/a']) file.group(path);
    file.strings('/Version', [JSON.stringify({ format: 'Velox' })]);
    file.strings('/Data/SpectrumStream/a/AcquisitionSettings', [JSON.stringify({ bincount: '16' })]);
    file.dataset('/Data/SpectrumStream/a/Metadata', [3, 1], 'uint8', [Uint8Array.from([123, 125, 0])]);
    const piece = new Uint16Array(1 << 20);
    const pieces = 24;
    file.dataset('/Data/SpectrumStream/a/Data', [pieces << 20, 1], 'uint16', new Array(pieces).fill(piece));
    await expect(readBytes(file.finish())).rejects.toMatchObject({
      code: 'bad-stream',
      what: `a stream of ${pieces << 20} values is declared`,
    });
  });
});

describe('the EDS map of a file that was only opened', () => {
  it('is declared, not read: streams are read when values are asked for, and once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spectrail-velox-'));
    try {
      const path = join(folder, 'map.emd');
      const random = new CounterRandom(1, 0);
      const values = Array.from({ length: 1_500_000 }, (_, i) =>
        i % 10 === 9 ? END : Math.floor(4096 * random.next()),
      );
      const settings = { bincount: '4096' };
      const file = await veloxFile({ streams: [{ values, settings, metadata: eds(1, [300, 500]) }], range: [1, 1] });
      writeFileSync(path, file);
      bytesRead.count = 0;
      const { datasets } = await openFile(await openNodeFile(path));
      const map = datasets[0] as ArrayDataset;
      expect([map.shape, map.axes.map(({ size }) => size)]).toEqual([
        [300, 500, 4096],
        [300, 500, 4096],
      ]);
      expect(map.metadata.detector_EDS).toMatchObject({ number_of_frames: 1 });
      expect(bytesRead.count).toBeLessThan(file.length / 2);
      bytesRead.count = 0;
      const { channel } = (await map.values.load()) as EventsBlock;
      expect(channel.length).toBeGreaterThan(1_300_000);
      expect(bytesRead.count).toBeGreaterThan(0.9 * file.length);
      bytesRead.count = 0;
      expect((await settled(map)).dtype).toBe('uint16');
      expect(bytesRead.count).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has all lines of the scan, empty where it was stopped, and those begun once it is settled', async () => {
    const values = [...new Array(9).fill(1), END, 2, END, 3, END, 4];
    const [map] = await read({ streams: [{ values, metadata: eds(1, [5, 3]) }] });
    expect([map.shape, map.warnings]).toEqual([[5, 3, 16], []]);
    const counts = await countsOf(map);
    expect(counts).toHaveLength(15);
    const settledMap = await settled(map);
    expect(settledMap.shape).toEqual([2, 3, 16]);
    expect(await countsOf(settledMap)).toEqual(counts.slice(0, 6));
    expect(counts.slice(6).flat()).toEqual(new Array(9 * 16).fill(0));
  });

  it('has no more lines than its values could reach', async () => {
    const [map] = await read({ streams: [{ values: [1, END, 2, END, 3, END, 4], metadata: eds(1, [900, 3]) }] });
    expect(map.shape).toEqual([3, 3, 16]);
    expect(await countsOf(map)).toHaveLength(9);
  });

  it('has the dtype that holds whatever can come', async () => {
    const [map] = await read({ streams: [{ values: [...new Array(65_530).fill(1), END, ...FRAME.slice(2)] }] });
    expect([map.dtype, (await settled(map)).dtype]).toEqual(['uint32', 'uint16']);
  });

  it('tells the frames that the file lists, as far as they are to be summed', async () => {
    const values = [...FRAME, ...FRAME, ...FRAME];
    const framesOf = async (contents: Pick<SyntheticVelox, 'range'>, frames?: number) => {
      const [map] = await read({ streams: [{ values, frames }], ...contents });
      const [told, held] = [map, await settled(map)].map(({ metadata }) => metadata.detector_EDS as PlainTree);
      return [told.number_of_frames, held.number_of_frames];
    };
    expect(await framesOf({})).toEqual([undefined, 3]);
    expect(await framesOf({}, 3)).toEqual([3, 3]);
    expect(await framesOf({ range: [2, 9] }, 3)).toEqual([2, 2]);
    expect(await framesOf({ range: [2, 2] }, 3)).toEqual([1, 1]);
    expect(await framesOf({ range: [5, 9] }, 3)).toEqual([3, 3]);
  });

  it('sums all frames where the file asks for one beyond them', async () => {
    const [map] = await read({ streams: [{ values: [...FRAME, ...FRAME] }], range: [3, 4] });
    expect((await countsOf(map)).map((row) => row.indexOf(2))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('has the size that the stream fills where the file declares several and does not state the scanned part', async () => {
    const scan = (height: string, width: string): PlainTree => ({
      Scan: { ScanSize: { height, width } },
    });
    const raster = { RasterScanDefinition: { Height: '2', Width: '3' } };
    const values = [...new Array(40).fill(7), ...FRAME];
    const sizeOf = async (metadata: PlainTree) =>
      (await read({ streams: [{ values, metadata, settings: raster }] }))[0].shape;
    expect(await sizeOf(scan('5', '5'))).toEqual([2, 3, 16]);
    expect(await sizeOf(scan('2', '3'))).toEqual([2, 3, 16]);
    const stated = scan('4', '4');
    (stated.Scan as PlainTree).ScanArea = { left: '0', top: '0', right: '1', bottom: '1' };
    expect(await sizeOf(stated)).toEqual([4, 4, 16]);
  });

  it('carries the notes of the file when it is settled, too', async () => {
    const spectra = { a: { shape: [4, 4, 4], dtype: 'uint32', values: new Uint32Array(64) } } as const;
    const [map] = await read({ streams: [{ values: [99, ...FRAME] }], spectra });
    expect(map.warnings).toHaveLength(1);
    expect((await settled(map)).warnings).toEqual([expect.stringContaining('1 counts lie beyond'), ...map.warnings]);
  });

  it('is shorter as a signal, where the scan was stopped', async () => {
    const [map] = await read({ streams: [{ values: [1, END, 2, END, 3, END, 4], metadata: eds(1, [900, 3]) }] });
    expect((await asSignal(map)).navigation.map(({ size }) => size)).toEqual([2, 3]);
  });
});

describe('a pruned file', () => {
  const range = [1, 1] as const;

  it('says that its EDS map is for Velox only', async () => {
    const [image] = await read({ range, images: { a: IMAGE } });
    expect(image.warnings).toEqual([expect.stringContaining('in a form that only Velox reads')]);
  });

  it('without anything else is refused for that reason', async () => {
    await expect(read({ range })).rejects.toMatchObject({
      code: 'no-signal',
      what: expect.stringContaining('in a form that only Velox reads'),
    });
  });
});

describe('images', () => {
  it('are real numbers on calibrated axes, called as Velox displays them', async () => {
    const texts = {
      '/Displays/ImageDisplay/a': { data: '/SharedProperties/ImageSeriesDataReference/b', id: 'Ti' },
      '/SharedProperties/ImageSeriesDataReference/b': { dataPath: '/Data/Image/first' },
    };
    const metadata = {
      BinaryResult: { Detector: 'HAADF', PixelSize: { width: '2e-6', height: '1e-6' }, PixelUnitX: 'm' },
    };
    const images = { first: { ...IMAGE, metadata }, second: { ...IMAGE, metadata } };
    const [ti, haadf] = await read({ images, texts });
    expect([ti.title, haadf.title]).toEqual(['Ti', 'HAADF']);
    expect(ti).toMatchObject({ shape: [2, 3], dtype: 'float64' });
    expect(ti.axes).toMatchObject([
      { name: 'y', unit: 'µm', role: 'signal', scale: 1 },
      { name: 'x', unit: 'µm', role: 'signal', scale: 2 },
    ]);
    expect(await ti.values.load()).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
  });

  it('taken one after the other are a series in time', async () => {
    const values = Uint16Array.of(1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60);
    const series = { shape: [2, 3, 2], dtype: 'uint16', values, metadata: { Scan: { FrameTime: '0.25' } } } as const;
    const [dataset] = await read({ images: { a: series } });
    expect(dataset.shape).toEqual([2, 2, 3]);
    expect(dataset.axes[0]).toMatchObject({ name: 'Time', unit: 'ms', role: 'navigation', size: 2, scale: 250 });
    expect(await dataset.values.load()).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60));
  });

  it('are complex where they are stored so', async () => {
    const values = Float32Array.of(1, 2, 3, 4);
    const [dataset] = await read({ images: { a: { shape: [1, 2, 1], dtype: 'complex64', values } } });
    expect([dataset.dtype, await dataset.values.load()]).toEqual(['complex64', values]);
  });
});

describe('EELS maps', () => {
  const acquisition: PlainTree = {
    Data: { dispersion: 0.5, offset: 100, exposureTime: 0.004, intensityScale: 0.1, intensityOffset: -10 },
  };
  const pixels = { BinaryResult: { PixelSize: { width: '2e-9', height: '3e-9' }, PixelUnitX: 'm' } };

  it('are turned to y, x, energy, with the pixel size of the EDS data', async () => {
    // Stored as x × energy × y.
    const values = Uint16Array.from({ length: 24 }, (_, i) => i);
    const eels = { a: { shape: [3, 4, 2], dtype: 'uint16', values, acquisition } } as const;
    const datasets = await read({ eels, streams: [{ values: FRAME }] });
    const [map] = datasets;
    expect([datasets.length, map.title, map.shape, map.dtype]).toEqual([2, 'EELS', [2, 3, 4], 'uint16']);
    expect(map.axes).toMatchObject([
      { name: 'y', unit: 'nm', scale: 3 },
      { name: 'x', unit: 'nm', scale: 2, offset: -4 },
      { name: 'Energy-loss', unit: 'eV', role: 'spectral', scale: 0.5, offset: 100 },
    ]);
    const turned = Array.from({ length: 24 }, (_, i) => 2 * (i % 12) + Math.floor(i / 12));
    expect(await map.values.load()).toEqual(Uint16Array.from(turned));
    expect(map.metadata).toMatchObject({ signal_type: 'EELS', detector_EELS: { exposure: 0.004 } });
    expect(map.warnings).toEqual([
      'the values are those of the camera: the file turns them into intensity by × 0.1 − 10',
    ]);
  });

  it('of one line have one scan axis', async () => {
    const values = Uint16Array.from({ length: 8 }, (_, i) => i);
    const line = { shape: [2, 4], dtype: 'uint16', values, acquisition, metadata: pixels } as const;
    const [map] = await read({ eels: { a: line } });
    expect(map.shape).toEqual([2, 4]);
    expect(map.axes[0]).toMatchObject({ name: 'x', unit: 'nm', role: 'navigation', scale: 2 });
    expect(await map.values.load()).toEqual(values);
  });
});

describe('the file', () => {
  it('of a part that cannot be read gives the others, with a warning', async () => {
    const datasets = await read({ images: { a: IMAGE }, streams: [{ values: FRAME, settings: { bincount: '0' } }] });
    expect(datasets.map(({ warnings }) => warnings)).toEqual([
      ['"/Data/SpectrumStream" is left out: the stream declares 0 channels'],
    ]);
  });

  it('whose metadata are no JSON is refused with what was expected', async () => {
    for (const [dtype, values] of [
      ['uint8', Uint8Array.of(123, 34, 0)],
      ['uint16', Uint16Array.of(123, 125, 0)],
    ] as const) {
      const file = await createHdf5();
      for (const path of ['/Data', '/Data/Image', '/Data/Image/a']) file.group(path);
      file.strings('/Version', [JSON.stringify({ format: 'Velox' })]);
      file.dataset('/Data/Image/a/Data', IMAGE.shape, IMAGE.dtype, [IMAGE.values]);
      file.dataset('/Data/Image/a/Metadata', [3, 1], dtype, [values]);
      await expect(readBytes(file.finish())).rejects.toMatchObject({
        code: 'bad-metadata',
        expected: expect.stringContaining('a JSON object'),
      });
    }
  });

  it('is known by what is inside, under any name', async () => {
    const bytes = await veloxFile({ images: { a: IMAGE } });
    for (const name of ['map.emd', 'map.h5', 'map.bin']) {
      expect((await openFile(memoryFile(name, bytes))).format).toBe('velox-emd');
    }
  });

  it('by another writer is refused with what it looks like', async () => {
    const file = await createHdf5();
    file.group('/4DSTEM_simulation');
    await expect(readBytes(file.finish())).rejects.toMatchObject({
      code: 'not-velox',
      what: expect.stringContaining('looks like a Prismatic EMD file'),
    });
    await expect(read({ version: { format: 'other' }, images: { a: IMAGE } })).rejects.toMatchObject({
      code: 'not-velox',
    });
  });

  it('with wrong digits in what it declares gives words or what it promises, in bounded memory', async () => {
    const streams = [{ values: [...FRAME, ...FRAME], settings: { RasterScanDefinition: { Width: '3', Height: '2' } } }];
    const bytes = await veloxFile({ streams, range: [1, 2], images: { a: IMAGE } });
    const digits = [...bytes.keys()].filter((i) => bytes[i] >= 0x30 && bytes[i] <= 0x39);
    const before = process.memoryUsage().arrayBuffers;
    for (let trial = 0; trial < 100; trial++) {
      const mutant = bytes.slice();
      const at = digits[(trial * 7919) % digits.length];
      mutant.fill(0x39, at, at + 1 + (trial % 9));
      try {
        const opened = await readBytes(mutant);
        for (const { shape, values } of [...opened, ...(await Promise.all(opened.map(settled)))]) {
          const loaded = await values.load();
          const held = 'kind' in loaded ? loaded.pixels * loaded.channels : loaded.length;
          expect(held).toBeGreaterThanOrEqual(shape.reduce((a, b) => a * b, 1));
        }
      } catch (error) {
        if (!isSpectrailError(error, 'format')) throw error;
      }
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 28);
  });
});
