import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { composite, compressed, mapStream, type Pixel } from '../../../test/synthetic-bcf.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { openNodeFile } from '../node-file.ts';
import bcf from './index.ts';

const inMemory = (bytes: Uint8Array, name = 'map.bcf'): ByteSource => ({
  name,
  size: bytes.length,
  read: async (offset, length) => bytes.slice(offset, offset + length),
  sibling: async () => undefined,
});

const read = (bytes: Uint8Array) => bcf.read!(inMemory(bytes)) as Promise<ArrayDataset[]>;

const files = corpusFiles('bruker-bcf');

describe.skipIf(!sharedFolder())('maps from instruments', () => {
  it('are read without a warning', async () => {
    for (const { file } of files) {
      const datasets = await bcf.read!(await openNodeFile(file));
      expect(datasets.flatMap(({ warnings }) => warnings)).toEqual([]);
    }
  });

  it('the map has the pixel size of the image taken with it', async () => {
    for (const { file } of files) {
      const datasets = (await bcf.read!(await openNodeFile(file))) as ArrayDataset[];
      const size = (dataset: ArrayDataset) =>
        dataset.axes.slice(0, 2).map((axis) => axis.kind === 'uniform' && axis.scale);
      expect(size(datasets[datasets.length - 1])).toEqual(size(datasets[0]));
    }
  });

  it('channels ascend within every pixel and no count is 0', async () => {
    for (const { file } of files) {
      const datasets = (await bcf.read!(await openNodeFile(file))) as ArrayDataset[];
      const { values } = datasets[datasets.length - 1];
      if (values.kind !== 'events') throw new Error('the map is not sparse');
      const { offsets, channel, count, pixels } = await values.load();
      let wrong = 0;
      for (let pixel = 0; pixel < pixels; pixel++) {
        for (let e = offsets[pixel]; e < offsets[pixel + 1]; e++) {
          if (count[e] === 0 || (e > offsets[pixel] && channel[e] <= channel[e - 1])) wrong++;
        }
      }
      expect(wrong).toBe(0);
    }
  });

  it('a wrong byte in the tables of the container gives a typed error or a map, quickly', async () => {
    const bytes = new Uint8Array(readFileSync(join(sharedFolder()!, 'corpus', 'bruker-bcf', '4on3.bcf')));
    const tables = [0x118, 0x118 + 4 * 4096];
    const random = generator(20240701);
    for (let trial = 0; trial < 100; trial++) {
      const mutated = bytes.slice();
      mutated[tables[trial % 2] + Math.floor(random() * (32 + 3 * 512))] = Math.floor(random() * 256);
      await survives(mutated, `trial ${trial}`);
    }
  });
});

async function survives(bytes: Uint8Array, label: string): Promise<void> {
  const start = performance.now();
  try {
    for (const dataset of await read(bytes)) await dataset.values.load();
  } catch (error) {
    if (!isSpectrailError(error)) throw new Error(label, { cause: error });
  }
  expect(performance.now() - start, label).toBeLessThan(2000);
}

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const CALIBRATION =
  '<ClassInstance Type="TRTSpectrumHeader"><ChannelCount>16</ChannelCount><CalibAbs>-0.1</CalibAbs><CalibLin>0.02</CalibLin></ClassInstance>';

const headerXml = (inside = '', spectrum = CALIBRATION) =>
  `<?xml version="1.0" encoding="WINDOWS-1252"?><TRTSpectrumDatabase><ClassInstance Type="TRTSpectrumDatabase">${inside}` +
  `<SpectrumData0><ClassInstance Type="TRTSpectrum">${spectrum}</ClassInstance></SpectrumData0></ClassInstance></TRTSpectrumDatabase>`;

const bcfWith = (stream: Uint8Array, xml = headerXml()) =>
  composite({ 'EDSDatabase/HeaderData': new TextEncoder().encode(xml), 'EDSDatabase/SpectrumData0': stream });

async function spectrumOf(pixels: Pixel[], width = pixels.length) {
  const [map] = await read(bcfWith(mapStream(1, width, [pixels])));
  if (map.values.kind !== 'events') throw new Error('the map is not sparse');
  const { offsets, channel, count } = await map.values.load();
  const rows = [...offsets.subarray(1)].map((end, i) =>
    Object.fromEntries([...channel.subarray(offsets[i], end)].map((c, k) => [c, count[offsets[i] + k]])),
  );
  return { rows, map };
}

describe('pixel records', () => {
  it('lists of 16-bit pulses count photons, in any order', async () => {
    const { rows } = await spectrumOf([{ column: 0, packing: 0, pulses: [5, 3, 5, 15] }]);
    expect(rows).toEqual([{ 3: 1, 5: 2, 15: 1 }]);
  });

  it('runs of 4, 8, 16 and 32 bits add their base', async () => {
    const runs = [
      [0, 2],
      [1, 3, /* base */ 1, /* nibbles */ 0x20, 0x01],
      [2, 1, 1, 0, 200],
      [4, 1, 0, 0, 1, 0, 0x10, 0x27],
      [8, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80],
    ];
    const { rows, map } = await spectrumOf([{ column: 0, packing: 2, channels: 8, runs: runs.flat(), pulses: [] }]);
    expect(rows).toEqual([{ 2: 1, 3: 3, 4: 2, 5: 201, 6: 65536 + 10000, 7: 2 ** 31 + 1 }]);
    expect(map.dtype).toBe('uint32');
  });

  it('single pulses behind the runs are added to them', async () => {
    const pixel = { column: 0, packing: 3, channels: 4, runs: [2, 4, 0, 0, 1, 0, 2, 0], pulses: [9, 2, 1] };
    expect((await spectrumOf([pixel])).rows).toEqual([{ 0: 1, 1: 1, 2: 3, 9: 1 }]);
  });

  it('pixels and lines that were not recorded are empty', async () => {
    const line = [{ column: 2, packing: 0, pulses: [1] }];
    const [map] = await read(bcfWith(mapStream(3, 4, [[], line, []])));
    if (map.values.kind !== 'events') throw new Error('the map is not sparse');
    expect([...(await map.values.load()).offsets]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    expect(map.shape).toEqual([3, 4, 16]);
    expect(map.dtype).toBe('uint8');
  });

  it('counts beyond the energy axis are left out and reported', async () => {
    const { rows, map } = await spectrumOf([{ column: 0, packing: 0, pulses: [5, 16, 400] }]);
    expect(rows).toEqual([{ 5: 1 }]);
    expect(map.warnings).toEqual(['2 counts lie beyond channel 15, the end of the energy axis']);
  });

  it.each([
    [
      'columns out of order',
      [
        { column: 1, packing: 0, pulses: [] },
        { column: 0, packing: 0, pulses: [] },
      ],
    ],
    ['a column outside the map', [{ column: 2, packing: 0, pulses: [] }]],
    ['a run of counts with 12 bits', [{ column: 0, packing: 2, channels: 1, runs: [3, 1, 0, 0, 0, 0, 0], pulses: [] }]],
    ['runs that end early', [{ column: 0, packing: 2, channels: 9, runs: [0, 8], pulses: [] }]],
    [
      'a count above 32 bits',
      [{ column: 0, packing: 2, channels: 1, runs: [8, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], pulses: [] }],
    ],
  ] as [string, Pixel[]][])('%s are refused', async (_, pixels) => {
    await expect(spectrumOf(pixels, 2)).rejects.toMatchObject({ kind: 'format', code: 'bad-pixels' });
  });

  it('an impossible map size is refused before anything is allocated', async () => {
    const stream = mapStream(1, 1, [[]]);
    new DataView(stream.buffer).setUint32(4, 0x40000000, true);
    await expect(read(bcfWith(stream))).rejects.toMatchObject({ code: 'bad-pixels' });
  });
});

describe('header', () => {
  const stream = mapStream(1, 1, [[{ column: 0, packing: 0, pulses: [7] }]]);

  it('only the energy calibration is needed', async () => {
    const [map] = await read(bcfWith(stream));
    expect(map.axes.map(({ name, unit, role }) => [name, unit, role])).toEqual([
      ['height', 'pix', 'navigation'],
      ['width', 'pix', 'navigation'],
      ['Energy', 'keV', 'spectral'],
    ]);
    expect(map.axes[2]).toMatchObject({ scale: 0.02, offset: -0.1, size: 16 });
    expect(map.metadata).toEqual({
      detector_EDS: {},
      signal_type: 'EDS',
      quantity: 'X-rays (Counts)',
      elements: [],
      xray_lines: [],
    });
  });

  it.each(['CalibAbs', 'CalibLin', 'ChannelCount'])('a spectrum without %s is refused', async (field) => {
    const spectrum = CALIBRATION.replace(new RegExp(`<${field}>.*</${field}>`), '');
    await expect(read(bcfWith(stream, headerXml('', spectrum)))).rejects.toMatchObject({ code: 'bad-header' });
  });

  it('times counted by the detector are told in seconds', async () => {
    const hardware =
      '<TRTHeaderedClass><ClassInstance Type="TRTSpectrumHardwareHeader"><RealTime>2500</RealTime><LifeTime>2000</LifeTime></ClassInstance></TRTHeaderedClass>';
    const [map] = await read(bcfWith(stream, headerXml('', hardware + CALIBRATION)));
    expect(map.metadata.detector_EDS).toEqual({ real_time: 2.5, live_time: 2 });
  });

  it('a map that holds far fewer counts than its sum spectrum says so', async () => {
    const channels = `<Channels>${Array.from({ length: 16 }, () => 10).join()}</Channels>`;
    const [map] = await read(bcfWith(stream, headerXml('', CALIBRATION + channels)));
    expect(map.warnings).toEqual(['the stored sum spectrum holds 160 counts, the map 1']);
  });

  it('an image with fewer pixels than declared is refused', async () => {
    const image =
      '<ClassInstance Type="TRTImageData"><ItemSize>2</ItemSize><Width>4</Width><Height>4</Height><Plane0><Data>AAEC</Data></Plane0></ClassInstance>';
    await expect(read(bcfWith(stream, headerXml(image)))).rejects.toMatchObject({ code: 'bad-header' });
  });

  it('text that is not XML is refused', async () => {
    await expect(read(bcfWith(stream, 'not a header'))).rejects.toMatchObject({ code: 'bad-header' });
  });

  it('a tag named __proto__ changes nothing', async () => {
    const xml = headerXml('<__proto__><polluted>1</polluted></__proto__>');
    await read(bcfWith(stream, xml)).catch((error) => expect(isSpectrailError(error, 'format')).toBe(true));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('container', () => {
  const stream = mapStream(1, 1, [[{ column: 0, packing: 0, pulses: [7] }]]);

  it('a composite file without an EDS map is refused with that reason', async () => {
    const ebsd = composite({ 'EBSDData/Calibration': new Uint8Array(10), 'EBSDData/SEMImage': new Uint8Array(10) });
    await expect(read(ebsd)).rejects.toMatchObject({ code: 'no-eds', expected: expect.stringContaining('EBSDData') });
  });

  it('an EDS map beside many EBSD files is found', async () => {
    const others = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`EBSDData/File${i}`, new Uint8Array(i)]));
    const header = new TextEncoder().encode(headerXml());
    const bytes = composite({ ...others, 'EDSDatabase/HeaderData': header, 'EDSDatabase/SpectrumData0': stream });
    expect(await read(bytes)).toHaveLength(1);
  });

  it('files whose pointer table spans several chunks are whole', async () => {
    const long = `<Data>${'A'.repeat(5_000_000)}</Data>`;
    expect(await read(bcfWith(stream, headerXml(long)))).toHaveLength(1);
  });

  it('compressed content is read as if it were not', async () => {
    const [map] = await read(bcfWith(compressed(stream)));
    expect(map.shape).toEqual([1, 1, 16]);
  });

  it('a zip bomb is refused by what it declares', async () => {
    const zeros = zlibSync(new Uint8Array(1 << 20));
    const bomb = compressed(
      new Uint8Array(0),
      Array.from({ length: 80 }, () => ({ stored: zeros, length: 1 << 20 })),
    );
    await expect(read(bcfWith(bomb))).rejects.toMatchObject({ code: 'zip-bomb' });
  });

  it('a block that grows beyond its declared length is refused', async () => {
    const lie = compressed(new Uint8Array(0), [{ stored: zlibSync(new Uint8Array(1 << 22)), length: 500 }]);
    await expect(read(bcfWith(lie))).rejects.toMatchObject({ code: 'zip-bomb' });
  });

  it('a foreign file is refused, and not sniffed as ours', async () => {
    const foreign = new TextEncoder().encode('energy,counts\n1,2\n');
    await expect(read(foreign)).rejects.toMatchObject({ code: 'not-sfs' });
    expect(bcf.sniff(foreign, 'a.csv')).toBe('no');
    expect(bcf.sniff(foreign, 'a.BCF')).toBe('name');
    expect(bcf.sniff(bcfWith(stream), 'anything')).toBe('certain');
  });
});
