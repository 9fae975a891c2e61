import { describe, expect, it } from 'vitest';
import {
  analysis,
  type Bytes,
  f64,
  image,
  letters,
  line,
  list,
  map,
  packed,
  project,
  text,
  tiff,
  u32,
} from '../../../test/made-elid.ts';
import { memoryFile } from '../../../test/memory-file.ts';
import type { EventsBlock } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import elid from './index.ts';

const open = async (bytes: Bytes) => (await elid.read!(memoryFile('x.elid', packed(bytes)))) as ArrayDataset[];
const titles = (datasets: readonly ArrayDataset[]) => datasets.map(({ title }) => title);

describe('a Phenom project', () => {
  it('is likely by its packing, and certain by what is inside', async () => {
    const good = packed(project([image([])]));
    expect(elid.sniff(good, 'x.bin')).toBe('likely');
    expect(elid.sniff(new TextEncoder().encode('EID2'), 'x.elid')).toBe('no');
    expect(await elid.probe!(memoryFile('x.bin', good))).toBe(true);
    expect(await elid.probe!(memoryFile('x.bin', packed(letters('another archive'))))).toBe(false);
    expect(await elid.probe!(memoryFile('x.bin', good.slice(0, 30)))).toBe(false);
  });

  it('gives its images in µm', async () => {
    const [dataset] = await open(project([image([])]));
    expect(dataset).toMatchObject({ title: 'Image 1', shape: [2, 3], dtype: 'uint8', warnings: [] });
    expect(dataset.axes).toMatchObject([
      { name: 'y', unit: 'µm', scale: 0.25, offset: 0, role: 'signal' },
      { name: 'x', unit: 'µm', scale: 0.5, offset: 0, role: 'signal' },
    ]);
    expect(await dataset.values.load()).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(dataset.metadata).toEqual({
      instrument: 'SEM',
      beam_energy_keV: 15,
      microscope: 'MVE',
      dwell_time_s: 2e-7,
      working_distance_mm: 8.1,
      stage: { x: -2.5, y: 1 },
      date: '2019-08-07',
      time: '09:37:31',
    });
  });

  it('of an image without notes, or with strange ones, knows no more than its pixels', async () => {
    const [plain] = await open(project([image([], 'a', tiff())]));
    expect(plain.axes).toMatchObject([{ unit: '' }, { unit: '' }]);
    expect(plain.metadata).toEqual({});
    const [strange] = await open(project([image([], 'a', tiff('<!DOCTYPE x><FeiImage/>'))]));
    expect(strange.warnings).toEqual([expect.stringMatching(/notes beside the image cannot be read/)]);
  });

  it.each([0, 1, 2, 3, 4])('of version %i gives spectra, lines and maps after their image', async (version) => {
    const analyses = [
      analysis(1, { version }),
      analysis(2, { version, order: 2, own: f64(0.1, 0.2) }),
      line(version),
      map(version),
      analysis(5, { version, own: [...u32(7), ...u32(9)] }),
      analysis(6, { version, order: 3, own: f64(0, 0, 0.5, 0.5) }),
      analysis(7, { version, order: 5, own: [...text('sum'), ...list([[...u32(1), ...f64(1)]])] }),
    ];
    const found = await open(project([image(analyses), image([], 'Image 2')], version));
    expect(titles(found)).toEqual([
      'Image 1',
      'Image 1, MSA 1',
      'Image 1, Spot 2',
      'Image 1, Line 4',
      'Image 1, Map 7',
      'Image 1, Difference 7 - 9',
      'Image 1, Region 3',
      'Image 1, Constructive 5',
      'Image 2',
    ]);
    for (const spectrum of [found[1], found[2], found[5], found[6], found[7]]) {
      expect(spectrum).toMatchObject({ shape: [3], dtype: 'uint32' });
      expect(spectrum.axes).toMatchObject([
        { name: 'Energy', unit: 'keV', role: 'spectral', offset: -0.036, scale: 0.01 },
      ]);
      expect(await spectrum.values.load()).toEqual(Uint32Array.of(0, 3, 300));
    }
    expect(found[1].metadata).toMatchObject({
      signal_type: 'EDS_SEM',
      beam_energy_keV: 15,
      microscope: 'MVE',
      elements: ['Al', 'Cu'],
      date: '2019-08-07',
      detector_EDS: { azimuth_angle: 0, energy_resolution_MnKa: 126.5, live_time: 5.5, real_time: 10.25 },
    });
    expect(found[0].metadata).toHaveProperty('dwell_time_s');
    expect(found[1].metadata).not.toHaveProperty('dwell_time_s');
    const { elevation_angle } = found[1].metadata.detector_EDS as { elevation_angle: number };
    expect(elevation_angle).toBeCloseTo(30, 10);
    const { stage } = found[1].metadata as { stage: Record<string, number> };
    if (version === 0) expect(stage).toEqual({ x: -2.5, y: 1 });
    else expect(stage.tilt_alpha).toBeCloseTo(10, 10);
    expect(found[1].metadata.working_distance_mm).toBe(version === 0 ? 8.1 : 8);
  });

  it('gives analyses of no image, too', async () => {
    const found = await open(project([], 4, [[analysis(1, { version: 4 })], []]));
    expect(titles(found)).toEqual(['MSA 1']);
    expect(found[0].metadata).toMatchObject({ instrument: 'SEM', microscope: 'PHE' });
    expect(found[0].metadata).not.toHaveProperty('date');
  });

  it('has no working distance that is no number in millimetres', async () => {
    const [found] = await open(project([], 4, [[analysis(1, { version: 4, distance: 1e306 })], []]));
    expect(found.metadata).not.toHaveProperty('working_distance_mm');
  });

  it('has no times where they contradict each other, and says so, nor times of 0', async () => {
    const [, map, difference] = await open(
      project([image([analysis(1, { times: [4.5, 3] }), analysis(1, { times: [0, 5] })])]),
    );
    expect(Object.keys(map.metadata.detector_EDS as object)).not.toContain('live_time');
    expect(Object.keys(map.metadata.detector_EDS as object)).not.toContain('real_time');
    expect(map.original).toMatchObject({ liveTime: 4.5, realTime: 3 });
    expect(map.warnings).toEqual([expect.stringMatching(/live time of 4.5 s, above its real time of 3 s/)]);
    expect(difference.metadata.detector_EDS).toMatchObject({ real_time: 5 });
    expect(Object.keys(difference.metadata.detector_EDS as object)).not.toContain('live_time');
    expect(difference.warnings).toEqual([]);
  });

  it('holds maps as counts that are not 0', async () => {
    const [, dataset] = await open(project([image([map()])]));
    expect(dataset).toMatchObject({ shape: [2, 3, 3], dtype: 'uint8' });
    expect(dataset.axes).toMatchObject([
      { name: 'y', unit: 'µm', scale: 1.5, role: 'navigation' },
      { name: 'x', unit: 'µm', scale: 1, role: 'navigation' },
      { name: 'X-ray energy', unit: 'keV', role: 'spectral' },
    ]);
    const block = (await dataset.values.load()) as EventsBlock;
    expect(Array.from(block.offsets)).toEqual([0, 1, 1, 3, 3, 4, 5]);
    expect(Array.from(block.channel)).toEqual([2, 0, 1, 1, 2]);
    expect(Array.from(block.count)).toEqual([1, 2, 3, 255, 4]);
  });

  it('gives a map of a part of the image the size of that part', async () => {
    const frame = [-0.25, -0.5, 0.25, 0];
    const [, dataset] = await open(project([image([map(0, frame, [true, true])])]));
    expect(dataset.axes).toMatchObject([{ scale: 0.75 }, { scale: 0.5 }, {}]);
    const [, turned] = await open(project([image([map(0, [0.5, 0, 0, 0])])]));
    expect(turned.axes).toMatchObject([{ unit: '', scale: 1 }, { unit: '', scale: 1 }, {}]);
  });

  it('holds the counts of lines whatever their size', async () => {
    const [, dataset] = await open(project([image([line()])]));
    expect(dataset).toMatchObject({ shape: [2, 3], dtype: 'uint32' });
    expect(dataset.axes).toMatchObject([{ name: 'i', unit: '', role: 'navigation' }, { role: 'spectral' }]);
    const block = (await dataset.values.load()) as EventsBlock;
    expect(Array.from(block.count)).toEqual([300, 1, 70000]);
  });
});

/** Projects of a map of 65535 × 65535 pixels and 2048 channels, cut after 400 MB, as Python 3's `bz2.compress` packs them. */
const BOMBS = {
  zeros: [
    'QlpoOTFBWSZTWTxVJXEFfj/+TfXwQAAEABAB1iQAAMAAAADAAkAAQAigAJKEooBoGmjINlBFEkDaagwaQK2mnehckm5A17czkH1Q',
    'VRVROtIEIh/QggAqqJEIiAqqJOFvOAjsTUZxVEm52MWxpWVZDimow5FGURzoEFUVUS5B/MUFZJlNZDgni3wFfjkAAwAAACCAAMIB',
    'NRkKgJakKgJcxQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUF',
    'ZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45',
    'AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1lCg+yhAPtaQIDAAAIAAAggADD',
    'MCappqRIg2pIkQeLuSKcKEhyezX5AA==',
  ],
  ones: [
    'QlpoOTFBWSZTWc/B3DcFfkB+TfXwQAAEABAB1iQAAMAAAADAAkAAQAigAIgSJQAABoARSpo0aPSeobUaPNUuwjGeYiQyJDFdZSUK',
    'qGkDa+YgGxARNStJEFUVUTkKCqKqJmEKCqKqJCpkWgxJEDa8m5wyr7vrfuSQUMElXEDJmoKoqom5Y/mKCskymshehfcgCvxyAAUA',
    'AABBAAGEAmoyFQEtSFQEuYoKyTKayF6F9yAK/HIABQAAAEEAAYQCajIVAS1IVAS5igrJMprIXoX3IAr8cgAFAAAAQQABhAJqMhUB',
    'LUhUBLmKCskymshehfcgCvxyAAUAAABBAAGEAmoyFQEtSFQEuYoKyTKayF6F9yAK/HIABQAAAEEAAYQCajIVAS1IVAS5igrJMprI',
    'XoX3IAr8cgAFAAAAQQABhAJqMhUBLUhUBLmKCskymshehfcgCvxyAAUAAABBAAGEAmoyFQEtSFQEuYoKyTKazz4BufAH2tYIBQAA',
    'AAQAQQABhmBNU0yRIg2qIkQeLuSKcKEhNi0Qng==',
  ],
};

describe('damage', () => {
  const good = project([image([analysis(2, { own: f64(0.1, 0.2) }), line(), map()])]);

  it.each([
    ['no project', letters('EID1 and more'), /does not begin as a project/],
    ['a newer version', project([], 5), /version 5/],
    ['nothing', project([]), /is empty/],
    ['an unknown analysis', project([image([analysis(9)])]), /unknown type 9/],
    ['a spectrum of no channel', project([image([analysis(1, { counts: [] })])]), /has 0 channels/],
    ['a count of more than 32 bits', project([image([analysis(1, { counts: [2 ** 32] })])]), /longer than 32 bits/],
    ['far too many images', [...letters('EID2'), ...u32(0), ...u32(2 ** 32 - 1)], /a list of 4294967295 entries/],
    ['a label without end', [...good.slice(0, 12), ...u32(0), ...u32(2 ** 31)], /a text of 2147483648 bytes/],
    ['an image without end', [...good.slice(0, 12), ...u32(2 ** 25), 1, 2, 3], /ends in the middle/],
    ['an image of 4 GB', [...good.slice(0, 12), ...u32(2 ** 32 - 1), 1, 2, 3], /an image of 4294967295 bytes/],
    [
      'a scan without end',
      project([image([[...map().slice(0, -50)]])]),
      /ends in the middle|a scan of|has \d+ channels/,
    ],
  ])('%s is refused in words', async (_, bytes, message) => {
    await expect(open(bytes)).rejects.toThrow(message);
  });

  it('of the packing is told even behind the last value', async () => {
    const bytes = packed(good);
    bytes[bytes.length - 3] ^= 1;
    await expect(elid.read!(memoryFile('x.elid', bytes))).rejects.toThrow(/checksum of the stream is wrong/);
  });

  it.each([
    ['full', BOMBS.ones, /more than \d+ counts that are not 0/],
    ['endless', BOMBS.zeros, /unpacks to more than \d+ bytes/],
  ])('of a map that claims to be %s is told before it is in memory', async (_, bomb, message) => {
    const bytes = Uint8Array.from(atob(bomb.join('')), (letter) => letter.charCodeAt(0));
    expect(bytes.length).toBeLessThan(500);
    await expect(elid.read!(memoryFile('x.elid', bytes))).rejects.toThrow(message);
  });

  it('anywhere in what is packed is refused in words, or read', async () => {
    const answer = async (bytes: Bytes) => {
      try {
        for (const { values } of await open(bytes)) await values.load();
      } catch (error) {
        if (!isSpectrailError(error)) throw error;
        expect(error.expected ?? error.fix).toBeDefined();
      }
    };
    for (let at = 0; at < good.length; at += 3) {
      await answer(good.slice(0, at));
      for (const value of [0xff, good[at] ^ 1]) await answer([...good.slice(0, at), value, ...good.slice(at + 1)]);
    }
  });
});
