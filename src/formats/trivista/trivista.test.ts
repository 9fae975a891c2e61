import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import triVista from './index.ts';

type Groups = { readonly [heading: string]: { readonly [name: string]: string } };

const escaped = (xml: string) => xml.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const items = (entries: { readonly [name: string]: string }) =>
  Object.entries(entries)
    .map(([name, value]) => `<Item><Name>${name}</Name><Value>${value}</Value><IsVisible>true</IsVisible></Item>`)
    .join('');

function info(groups: Groups, spectrometers: readonly { readonly [name: string]: string }[] = []): string {
  const group = (name: string, entries: string, inside = '') =>
    `<Group><Name>${name}</Name><Items>${entries}</Items><Groups>${inside}</Groups></Group>`;
  const used = spectrometers.map((entries) => group('Spectrometer', items(entries))).join('');
  const listed = Object.entries(groups).map(([name, entries]) => group(name, items(entries)));
  return escaped(
    `<?xml version="1.0" encoding="utf-16"?>\r\n<Info><Groups>${listed.join('')}${group('Spectrometers', '', used)}</Groups></Info>`,
  );
}

interface Plan {
  x?: string;
  unit?: string;
  width?: number;
  height?: number;
  y?: string;
  z?: string;
  depth?: number;
  settings?: string;
  attributes?: string;
  frames?: readonly (readonly [numbers: string, attributes?: string])[];
  childs?: string;
  laser?: string;
}

function document(plan: Plan = {}): string {
  const { x = '3|1.5|2.5|4', unit = 'Nanometer', width = 3, height = 1, z = '0', settings = '' } = plan;
  const { frames = [['7;8.5;-9']], depth = frames.length, childs = '', laser = '0.000' } = plan;
  const dim = (tag: string, length: number, values: string, of = 'Nanometer') =>
    `<${tag} Length="${length}"><Calibration Label="" Unit="${of}" LaserWave="${laser}" ValueArray="${values}" /></${tag}>`;
  const exposed = frames.map(([text, more = '']) => `<Frame xDim="${width}" yDim="${height}" ${more}>${text}</Frame>`);
  return `<Document Label="Intensity" DataLabel="Counts" Encoding="Ascii" ${plan.attributes ?? ''} InfoSerialized="${settings}">
${dim('xDim', width, x, unit)}${dim('yDim', height, plan.y ?? '0')}${dim('zDim', depth, z)}
<Data DataType="Double">${exposed.join('\n')}</Data><Childs Count="0">${childs}</Childs></Document>`;
}

const HARDWARE = `<Spectrometers><Spectrometer Serialnumber="11"><Gratings>
<Grating GrooveDensity="900 g/mm" Blaze="550NM" /><Grating GrooveDensity="750 g/mm" Blaze="H-NIR" /></Gratings>
<MirrorEntrance Position="side" /><MirrorExit Position="front" /></Spectrometer></Spectrometers>
<Microscopes><Microscope ActiveObjectiveIndex="1"><Objectives><Objective IsEnabled="True" Magnification="10.000" />
<Objective IsEnabled="True" Magnification="50.000" /></Objectives></Microscope>
<Microscope ActiveObjectiveIndex="0"><Objectives><Objective IsEnabled="False" Magnification="100.000" /></Objectives></Microscope></Microscopes>`;

const wrap = (documents: string, hardware = '') => `\ufeff<!--TriVista-File. (c) S&I GmbH, all rights reserved. -->
<XmlMain Version="1.0.1" Filename="D:\\Data\\my spectrum.tvf" PlugInName="">
<Hardware>${hardware}</Hardware><Documents Count="1">${documents}</Documents></XmlMain>`;

const open = async (text: string) => (await triVista.read!(memoryFile('x.tvf', text))) as ArrayDataset[];
const read = async (plan?: Plan, hardware?: string) => (await open(wrap(document(plan), hardware)))[0];

const ramp = (frames: number, more: (frame: number) => string = () => ''): [string, string][] =>
  Array.from({ length: frames }, (_, f) => [`${f};${f};${f}`, more(f)]);
const firsts = async ({ values }: ArrayDataset) =>
  Array.from((await values.load()) as Float64Array).filter((_, i) => i % 3 === 0);

const X_AXIS = { From: '-0.100', To: '0.100', Step: '0.100', Points: '3' };
const Y_AXIS = { From: '2', To: '2.5', Step: '0.5', Points: '2' };

describe('a TriVista file', () => {
  it('is known by its first comment, whatever its name', () => {
    const sniff = (text: string) => triVista.sniff(new TextEncoder().encode(text), 'x.bin');
    expect(sniff(wrap(''))).toBe('certain');
    expect(sniff(wrap('').replace(/^.*-->\s*/, ''))).toBe('likely');
    expect(sniff('<?xml version="1.0"?><LSX_Data/>')).toBe('no');
  });

  it('gives a spectrum on the positions that are listed', async () => {
    const dataset = await read();
    expect(dataset).toMatchObject({ title: 'my spectrum', shape: [3], dtype: 'float64', warnings: [] });
    expect(dataset.axes).toMatchObject([{ name: 'Wavelength', unit: 'nm', role: 'spectral' }]);
    expect(dataset.axes[0]).toHaveProperty('positions', Float64Array.of(1.5, 2.5, 4));
    expect(await dataset.values.load()).toEqual(Float64Array.of(7, 8.5, -9));
    expect(dataset.metadata).toEqual({
      instrument_Detector: { glued_spectrum: false },
      quantity: 'Intensity (Counts)',
    });
  });

  it('keeps falling positions, foreign units, a last semicolon, and values that are not numbers', async () => {
    const dataset = await read({ x: '3|4|2.5|1.5', unit: 'Furlong', frames: [['1;NaN;1e-3;']] });
    expect(dataset.axes).toMatchObject([{ name: '', unit: 'Furlong' }]);
    expect(dataset.axes[0]).toHaveProperty('positions', Float64Array.of(4, 2.5, 1.5));
    expect(await dataset.values.load()).toEqual(Float64Array.of(1, Number.NaN, 1e-3));
  });

  it('without positions counts its channels, and says so', async () => {
    const dataset = await read({ x: '0' });
    expect(dataset.axes).toMatchObject([{ name: 'channel', unit: '', scale: 1, offset: 0 }]);
    expect(dataset.warnings).toEqual([expect.stringMatching(/no positions/)]);
    expect((await read({ x: '3|5|5|5' })).warnings).toEqual([expect.stringMatching(/no positions/)]);
  });

  it('whose positions step back is a spectrum for each window', async () => {
    const frames = [['1;2;3;4;5'], ['6;7;8;9;10']] as const;
    const windows = await open(wrap(document({ x: '5|10|20|30|25|35', width: 5, frames })));
    expect(windows.map(({ title, shape }) => [title, shape])).toEqual([
      ['my spectrum, part 1', [2, 3]],
      ['my spectrum, part 2', [2, 2]],
    ]);
    expect(windows[1].axes[1]).toHaveProperty('positions', Float64Array.of(25, 35));
    expect(await windows[0].values.load()).toEqual(Float64Array.of(1, 2, 3, 6, 7, 8));
    expect(await windows[1].values.load()).toEqual(Float64Array.of(4, 5, 9, 10));
    expect(windows[0].warnings).toEqual([expect.stringMatching(/step back 1 times/)]);
  });

  it('glued of windows gives the whole, then the windows', async () => {
    const childs = document({ frames: [['1;2;3']] }) + document({ frames: [['4;5;6']] });
    const found = await open(wrap(document({ childs })));
    expect(found.map(({ title }) => title)).toEqual(['my spectrum', 'my spectrum, window 1', 'my spectrum, window 2']);
    expect(found.map(({ metadata }) => metadata.instrument_Detector)).toEqual([
      { glued_spectrum: true },
      { glued_spectrum: false },
      { glued_spectrum: false },
    ]);
    expect(await found[2].values.load()).toEqual(Float64Array.of(4, 5, 6));
  });

  it('of several documents gives each', async () => {
    const found = await open(wrap(document() + document({ frames: [] }) + document({ frames: [['4;5;6']] })));
    expect(found.map(({ title }) => title)).toEqual(['my spectrum 1', 'my spectrum 3']);
  });

  it('of the rows of a camera has them before the spectral axis', async () => {
    const dataset = await read({ height: 2, frames: [['1;2;3;4;5;6']] });
    expect(dataset.shape).toEqual([2, 3]);
    expect(dataset.axes[0]).toMatchObject({ name: 'row', role: 'navigation' });
    const listed = await read({ height: 2, y: '2|10|20', frames: [['1;2;3;4;5;6']] });
    expect(listed.axes[0]).toMatchObject({ unit: 'nm', positions: Float64Array.of(10, 20) });
  });
});

describe('several frames', () => {
  const at = (ticks: readonly string[]) => (f: number) => `TimeStamp="${ticks[f]}"`;

  it('follow each other in time, to the tick', async () => {
    const dataset = await read({ frames: ramp(2, at(['638019455989096241', '638019456049079672'])) });
    expect(dataset.axes[0]).toMatchObject({ name: 'time', unit: 's', role: 'navigation', offset: 0, scale: 5.9983431 });
    const uneven = await read({ frames: ramp(3, at(['10000000', '20000000', '40000000'])) });
    expect(uneven.axes[0]).toHaveProperty('positions', Float64Array.of(0, 1, 3));
  });

  it('without times of their own are counted', async () => {
    const dataset = await read({ frames: ramp(3, at(['0', '0', '0'])) });
    expect(dataset.axes[0]).toMatchObject({ name: 'frame', unit: '', role: 'navigation', scale: 1 });
    const stands = await read({ frames: ramp(2, at(['5', '5'])) });
    expect(stands.axes[0]).toMatchObject({ name: 'frame' });
  });

  it('stand at the positions listed for them', async () => {
    const dataset = await read({ frames: ramp(2), z: '2|500|510' });
    expect(dataset.axes[0]).toMatchObject({ name: 'Wavelength', unit: 'nm', role: 'navigation' });
    expect(dataset.axes[0]).toHaveProperty('positions', Float64Array.of(500, 510));
    const stands = await read({ frames: ramp(3), z: '3|500|500|510' });
    expect(stands.axes[0]).toMatchObject({ name: 'frame', kind: 'uniform' });
  });

  it('along a line are a line scan, on a grid a map with the slowest axis first', async () => {
    const line = await read({ frames: ramp(3), settings: info({ 'X-Axis': X_AXIS }) });
    expect(line.axes[0]).toMatchObject({
      name: 'X',
      unit: 'µm',
      offset: -0.1,
      scale: 0.1,
      size: 3,
      role: 'navigation',
    });
    const map = await read({ frames: ramp(6), settings: info({ 'X-Axis': X_AXIS, 'Y-Axis': Y_AXIS }) });
    expect(map.shape).toEqual([2, 3, 3]);
    expect(map.axes[0]).toMatchObject({ name: 'Y', offset: 2, scale: 0.5 });
    expect(await firsts(map)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('of a map whose lines turn are put where they were taken', async () => {
    const x = ['-100', '-6.9E-15', '100', '100', '0', '-100'];
    const frames = ramp(6, (f) => `ValuePosition="${x[f]};${f < 3 ? 2000 : 2500};0"`);
    const settings = info({ 'X-Axis': X_AXIS, 'Y-Axis': Y_AXIS });
    expect(await firsts(await read({ frames, settings }))).toEqual([0, 1, 2, 5, 4, 3]);
    const twice = ramp(6, () => 'ValuePosition="0;2000;0"');
    expect(await firsts(await read({ frames: twice, settings }))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('may be very many', async () => {
    const axis = { From: '0', Step: '1', Points: '300' };
    const frames = ramp(
      90_000,
      (f) => `TimeStamp="${f + 1}" ValuePosition="${(f % 300) * 1000};${Math.floor(f / 300) * 1000};0"`,
    );
    const dataset = await read({ frames, settings: info({ 'X-Axis': axis, 'Y-Axis': axis }) });
    expect(dataset.shape).toEqual([300, 300, 3]);
    expect((await firsts(dataset)).every((value, i) => value === i)).toBe(true);
  });

  it('of a scan that was stopped are given one after the other', async () => {
    const stopped = await read({ frames: ramp(5), settings: info({ 'X-Axis': X_AXIS, 'Y-Axis': Y_AXIS }) });
    expect(stopped.shape).toEqual([5, 3]);
    expect(stopped.warnings).toEqual([expect.stringMatching(/2 × 3 places, the file 5 frames/)]);
  });

  it('are those that are there, whatever zDim says', async () => {
    const dataset = await read({ frames: ramp(2), depth: 7 });
    expect(dataset.shape).toEqual([2, 3]);
    expect(dataset.warnings).toEqual([expect.stringMatching(/zDim says 7 frames, the file has 2/)]);
  });
});

describe('metadata', () => {
  const detector = {
    'Exposure_Time_(ms)': '3000',
    No_of_Accumulations: '2',
    Calc_Average: 'True',
    Detector_Temperature: '-25',
  };
  const stage = {
    Model: 'SP',
    Serialnumber: '11',
    Stage_Number: '1',
    Groove_Density: '900 g/mm',
    'Slit_Entrance-Front': '0',
    'Slit_Entrance-Side': '200',
    'Slit_Exit-Front': '50',
  };

  it('says how it was measured', async () => {
    const calibration = { Center_Wavelength: '950.000', Laser_Wavelength: '790.000' };
    const settings = info({ Detector: detector, Calibration: calibration }, [stage]);
    const attributes = 'RecordTime="10/21/2022 10:40:04.907"';
    expect((await read({ settings, attributes }, HARDWARE)).metadata).toEqual({
      instrument_Detector: {
        processing: { calc_average: true },
        glued_spectrum: false,
        temperature: -25,
        frames: 2,
        exposure_per_frame: 3,
        integration_time: 3,
      },
      instrument_Laser: { wavelength: 790, objective_magnification: 50 },
      instrument_Spectrometer: {
        model: 'SP',
        Grating: { groove_density: 900, blazing_wavelength: 550 },
        entrance_slit_width: 0.2,
        exit_slit_width: 0.05,
        central_wavelength: 950,
      },
      date: '2022-10-21',
      time: '10:40:04',
      quantity: 'Intensity (Counts)',
    });
  });

  it('of summed exposures has the time of all, of a wavelength 0 none, of three stages each', async () => {
    const summed = { ...detector, Calc_Average: 'False' };
    const settings = info({ Detector: summed, Calibration: { Laser_Wavelength: '0.000' } }, [
      { ...stage, Groove_Density: '750 g/mm' },
      { Model: 'B', Stage_Number: '2' },
    ]);
    const { metadata } = await read({ settings }, HARDWARE);
    expect(metadata).toMatchObject({
      instrument_Detector: { integration_time: 6, processing: { calc_average: false } },
      instrument_Spectrometer_1: { Grating: { blazing_wavelength: 'H-NIR' } },
      instrument_Spectrometer_2: { model: 'B' },
    });
    expect(metadata.instrument_Laser).not.toHaveProperty('wavelength');
    expect(metadata).not.toHaveProperty('date');
    const glued = await read({ settings: info({ Experiment: { Mode: 'Step &amp; Glue' } }) });
    expect(glued.metadata).toMatchObject({ instrument_Detector: { glued_spectrum: true } });
    expect(glued.original).toMatchObject({ settings: { Experiment: { Mode: 'Step & Glue' } } });
  });

  it('takes the wavelength of the laser from the axis where the settings have none', async () => {
    expect((await read({ laser: '532.1' })).metadata).toMatchObject({ instrument_Laser: { wavelength: 532.1 } });
  });

  it('that cannot be read does no harm to the values', async () => {
    const dataset = await read({ settings: escaped('<Info><Groups>'), attributes: 'RecordTime="31/31/2022 00:00:00"' });
    expect(dataset.warnings).toEqual([expect.stringMatching(/settings of the measurement cannot be read/)]);
    expect(dataset.metadata).not.toHaveProperty('date');
    expect(await dataset.values.load()).toHaveLength(3);
  });

  it('keeps settings whose names JavaScript gives a meaning to itself, and refuses such elements', async () => {
    const groups: Groups = { constructor: { toString: 'y' }, Other: { Name: 'z' } };
    const settings = info(groups).replaceAll('Other', '__proto__').replace('>Name&lt;', '>__proto__&lt;');
    const { original, metadata } = await read({ settings });
    expect(original.settings).toHaveProperty('constructor', { toString: 'y' });
    expect(Object.keys(original.settings as object)).toEqual(['constructor', '__proto__', 'Spectrometers']);
    expect(metadata).not.toHaveProperty('z');
    await expect(read({}, '<__proto__ a="1" />')).rejects.toMatchObject({ code: 'bad-trivista' });
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('damage', () => {
  it.each([
    ['fewer values than positions', wrap(document({ frames: [['100;200']] })), /frame 0 holds 2 numbers/],
    ['more values than positions', wrap(document({ frames: [['1;2;3;4']] })), /frame 0 holds 4 numbers/],
    ['a frame far too short for its length', wrap(document({ x: '0', width: 2 ** 40 })), /frame 0 holds \d+ letters/],
    ['words among the values', wrap(document({ frames: [['1;two;3']] })), /"two" is no number/],
    ['nothing among the values', wrap(document({ frames: [['10;;300']] })), /"" is no number/],
    ['a length that is none', wrap(document({ width: -3 })), /length of xDim is "-3"/],
    ['fewer positions than their count', wrap(document({ x: '3|1|2' })), /lists 3 positions/],
    ['another count of positions', wrap(document({ x: '2|1|2' })), /lists 2 positions/],
    ['words among the positions', wrap(document({ x: '3|1|b|2' })), /position 1 is "b"/],
    ['an unknown encoding', wrap(document().replace('"Ascii"', '"Base64"')), /written as "Base64"/],
    ['a frame without numbers', wrap(document().replace(/>7;.*?<\/Frame>/, '/>')), /holds no numbers/],
    ['no frame', wrap(document({ frames: [] })), /none of its 1 documents/],
    ['a frame that does not end', wrap(document()).replace('</Frame>', ''), /frame 0 does not end/],
    ['an end too soon', wrap(document()).slice(0, -12), /is no XML/],
    [
      'a document type',
      wrap(document()).replace('<XmlMain', '<!DOCTYPE a [<!ENTITY b "c">]><XmlMain'),
      /declares a document type/,
    ],
    ['another root', wrap('').replaceAll('XmlMain', 'Other'), /no element <XmlMain>/],
    ['tags in tags without end', wrap('<a>'.repeat(100) + '</a>'.repeat(100)), /is no XML/],
    ['far too many elements', wrap('<a/>'.repeat(70_000)), /more than 65536 elements/],
    ['far too many frames', wrap('<Frame >1</Frame>'.repeat(600_000)), /more than 524288 frames/],
  ])('%s is refused in words', async (_, text, message) => {
    await expect(open(text)).rejects.toThrow(message);
  });

  it('of frames that share numbers does not multiply them', async () => {
    const text = wrap(document()).replace('</Data>', '<FrameRun from="0" to="1"/></Data>');
    await expect(open(text)).rejects.toThrow(/there is an element <FrameRun>/);
  });

  it('of a million frames that never end, or of a million ampersands, is told at once', async () => {
    await expect(open(wrap('<Frame '.repeat(1_000_000)))).rejects.toThrow(/does not end/);
    await expect(read({ settings: '&#x'.repeat(1_000_000) })).resolves.toBeDefined();
  });
});
