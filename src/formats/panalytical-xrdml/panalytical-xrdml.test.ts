import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset, TableDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import xrdml from './index.ts';

const POSITIONS =
  '<positions axis="2Theta" unit="deg"><startPosition>10</startPosition><endPosition>11</endPosition></positions>';
const VALUES = '<intensities unit="counts">1 2 3</intensities>';

const scanXml = (points: string, attributes = 'scanAxis="Gonio" mode="Continuous"') =>
  `<scan ${attributes}><header><startTimeStamp>2021-03-16T13:10:14+03:00</startTimeStamp><author><name>Ada</name></author></header>
   <dataPoints>${points}</dataPoints></scan>`;

const fileXml = (scans: string, { version = '1.5', intended = 'K-Alpha 1', sample = 'quartz' } = {}) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<xrdMeasurements xmlns="http://www.xrdml.com/XRDMeasurement/${version}" status="Completed">
  <sample type="To be analyzed"><id>Q-1</id><name>${sample}</name></sample>
  <xrdMeasurement measurementType="Scan">
    <usedWavelength intended="${intended}"><kAlpha1 unit="Angstrom">1.540598</kAlpha1><kAlpha2 unit="Angstrom">1.544426</kAlpha2>
      <kBeta unit="Angstrom">1.39225</kBeta><ratioKAlpha2KAlpha1>0.5</ratioKAlpha2KAlpha1></usedWavelength>
    <incidentBeamPath><xRayTube><tension unit="kV">45</tension><current unit="mA">40</current><anodeMaterial>Cu</anodeMaterial></xRayTube></incidentBeamPath>
    <diffractedBeamPath><radius unit="mm">240.00</radius><detector name="PIXcel"/></diffractedBeamPath>
    ${scans}
  </xrdMeasurement>
</xrdMeasurements>`;

const readAll = (xml: string) => xrdml.read!(memoryFile('test.xrdml', xml));
const read = async (points: string, attributes?: string) =>
  (await readAll(fileXml(scanXml(points, attributes))))[0] as ArrayDataset;

describe('the axis', () => {
  it('goes evenly from the start to the end, the last point on the end', async () => {
    const dataset = await read(`${POSITIONS}${VALUES}`);
    expect(dataset.shape).toEqual([3]);
    expect(dataset.axes[0]).toMatchObject({
      kind: 'uniform',
      name: '2θ',
      unit: '°',
      role: 'spectral',
      offset: 10,
      scale: 0.5,
    });
    expect(await dataset.values.load()).toEqual(Float64Array.of(1, 2, 3));
  });

  it('is the listed positions where the file lists them, also descending ones', async () => {
    const listed = '<positions axis="2Theta" unit="deg"><listPositions>12 11.5 10</listPositions></positions>';
    const { axes } = await read(`${listed}${VALUES}`);
    expect(axes[0]).toMatchObject({ kind: 'explicit', positions: Float64Array.of(12, 11.5, 10) });
  });

  it('is of the circle that was scanned; those that stood still are kept', async () => {
    const omega =
      '<positions axis="Omega" unit="deg"><startPosition>5</startPosition><endPosition>4</endPosition></positions>';
    const still = '<positions axis="2Theta" unit="deg"><commonPosition>10.5</commonPosition></positions>';
    const listed = '<positions axis="Phi" unit="deg"><listPositions>7 7 7</listPositions></positions>';
    const rocking = await read(`${still}${listed}${omega}${VALUES}`, 'scanAxis="Omega"');
    expect(rocking.axes[0]).toMatchObject({ name: 'ω', offset: 5, scale: -0.5 });
    expect(rocking.metadata).toMatchObject({ scan_axis: 'Omega' });
    expect(rocking.original).toMatchObject({ fixedPositions: { '2Theta': 10.5, Phi: 7 } });
    const both = `${POSITIONS}${omega}${VALUES}`;
    expect((await read(both, 'scanAxis="Omega-2Theta"')).axes[0].name).toBe('ω');
    expect((await read(both, 'scanAxis="2Theta-Omega"')).axes[0].name).toBe('2θ');
    expect((await read(both, 'scanAxis="Gonio"')).axes[0].name).toBe('2θ');
    expect((await read(`${omega}${VALUES}`, 'scanAxis="Reciprocal Space"')).axes[0].name).toBe('ω');
  });

  it('numbers the points where nothing moved', async () => {
    const dataset = await read(VALUES, 'scanAxis="Stationary"');
    expect(dataset.axes[0]).toMatchObject({ name: 'Point', offset: 0, scale: 1 });
    expect(dataset.warnings.join()).toMatch(/nothing moved/);
  });

  it('a single point is a scan, too', async () => {
    const dataset = await read(`${POSITIONS}<counts>9</counts>`);
    expect(dataset.axes[0]).toMatchObject({ offset: 10, size: 1 });
  });

  it('positions that go back and forth make a table of them', async () => {
    const listed = '<positions axis="2Theta" unit="deg"><listPositions>10 12 11</listPositions></positions>';
    const [dataset] = (await readAll(fileXml(scanXml(`${listed}${VALUES}`)))) as TableDataset[];
    expect(dataset).toMatchObject({
      kind: 'table',
      rows: 3,
      columns: [{ name: '2θ', unit: 'deg' }, { name: 'Intensity' }],
    });
    expect(dataset.columns.map(({ values }) => [...values])).toEqual([
      [10, 12, 11],
      [1, 2, 3],
    ]);
  });
});

describe('the values', () => {
  it('counts of version 2 are multiplied with the attenuation factors, intensities of version 1 have it in them', async () => {
    const factors = '<beamAttenuationFactors>1 10 100</beamAttenuationFactors>';
    const raw = await read(`${POSITIONS}${factors}<counts unit="counts">1 2 3</counts>`);
    expect(await raw.values.load()).toEqual(Float64Array.of(1, 20, 300));
    expect(raw.warnings.join()).toMatch(/attenuation/);
    const corrected = await read(`${POSITIONS}${factors}${VALUES}`);
    expect(await corrected.values.load()).toEqual(Float64Array.of(1, 2, 3));
    const common = '<commonBeamAttenuationFactor>7</commonBeamAttenuationFactor>';
    const each = await read(`${POSITIONS}${common}<counts>1 2 3</counts>`);
    expect(await each.values.load()).toEqual(Float64Array.of(7, 14, 21));
    const none = '<commonBeamAttenuationFactor>1</commonBeamAttenuationFactor>';
    expect((await read(`${POSITIONS}${none}<counts>1 2 3</counts>`)).warnings).toEqual([]);
  });

  it('say whether they are counts or rates', async () => {
    expect((await read(`${POSITIONS}${VALUES}`)).metadata).toMatchObject({ quantity: 'Intensity (Counts)' });
    const rates = '<intensities unit="cps">1 2 3</intensities>';
    expect((await read(`${POSITIONS}${rates}`)).metadata).toMatchObject({ quantity: 'Intensity (Counts/s)' });
  });

  it('that were counted for different times, or want a correction for the slit, are told', async () => {
    const times = (text: string) => `${POSITIONS}<countingTimes unit="seconds">${text}</countingTimes>${VALUES}`;
    const equal = await read(times('2 2 2'));
    expect([equal.metadata['dwell_time_s'], equal.warnings]).toEqual([2, []]);
    const unequal = await read(times('2 1 4'));
    expect(unequal.metadata).not.toHaveProperty('dwell_time_s');
    expect(unequal.warnings.join()).toMatch(/1 to 4 s/);
    const slit = '<commonDivergenceCorrection>2</commonDivergenceCorrection>';
    expect((await read(`${POSITIONS}${slit}<counts>1 2 3</counts>`)).warnings.join()).toMatch(/divergence/);
    expect((await read(`${POSITIONS}${slit}${VALUES}`)).warnings).toEqual([]);
  });

  it.each([
    ['fewer than counting times', `${POSITIONS}<countingTimes>1 1 1 1</countingTimes>${VALUES}`],
    ['a word among them', `${POSITIONS}<counts>1 two 3</counts>`],
    ['an infinite one', `${POSITIONS}<counts>1 1e999 3</counts>`],
    ['more than positions', `<positions axis="2Theta"><listPositions>1 2</listPositions></positions>${VALUES}`],
    ['more than factors', `${POSITIONS}<beamAttenuationFactors>1 2</beamAttenuationFactors><counts>1 2 3</counts>`],
  ])('%s is refused', async (_, points) => {
    await expect(read(points)).rejects.toMatchObject({
      kind: 'format',
      code: 'bad-scan',
      where: /test\.xrdml, scan 1/,
    });
  });
});

describe('several scans', () => {
  it('are as many datasets, numbered; those without a point are left out and told', async () => {
    const other = scanXml(`${POSITIONS}<intensities>4 5</intensities>`);
    const empty = scanXml(`${POSITIONS}<intensities></intensities>`);
    const datasets = await readAll(fileXml(scanXml(`${POSITIONS}${VALUES}`) + empty + other));
    expect(datasets.map(({ title }) => title)).toEqual(['quartz scan 1', 'quartz scan 3']);
    expect((datasets[1] as ArrayDataset).shape).toEqual([2]);
    expect(datasets[0].warnings).toEqual(['1 of 3 scans hold no points and are left out']);
  });

  it('none with a point is refused', async () => {
    await expect(readAll(fileXml(''))).rejects.toMatchObject({ code: 'no-scan' });
    await expect(readAll(fileXml(scanXml(POSITIONS)))).rejects.toMatchObject({ code: 'no-scan' });
  });
});

describe('the metadata', () => {
  it('are tube, wavelengths, detector, counting time and start', async () => {
    const points = `${POSITIONS}<commonCountingTime unit="seconds">39.27</commonCountingTime>${VALUES}`;
    const dataset = await read(points);
    expect(dataset.title).toBe('quartz');
    expect(dataset.metadata).toEqual({
      signal_type: 'XRD',
      quantity: 'Intensity (Counts)',
      sample: 'quartz',
      anode: 'Cu',
      instrument_Detector: { model: 'PIXcel' },
      scan_axis: 'Gonio',
      scan_mode: 'Continuous',
      authors: 'Ada',
      wavelength_angstrom: 1.540598,
      wavelength_K_alpha1_angstrom: 1.540598,
      wavelength_K_alpha2_angstrom: 1.544426,
      wavelength_K_beta_angstrom: 1.39225,
      K_alpha2_to_K_alpha1: 0.5,
      tube_voltage_kV: 45,
      tube_current_mA: 40,
      goniometer_radius_mm: 240,
      dwell_time_s: 39.27,
      date: '2021-03-16',
      time: '13:10:14',
      time_zone: '+03:00',
    });
  });

  it('name no single wavelength where both lines were used', async () => {
    const [mixed] = await readAll(fileXml(scanXml(`${POSITIONS}${VALUES}`), { intended: 'K-Alpha' }));
    expect(mixed.metadata).not.toHaveProperty('wavelength_angstrom');
    const [beta] = await readAll(fileXml(scanXml(`${POSITIONS}${VALUES}`), { intended: 'K-Beta' }));
    expect(beta.metadata).toMatchObject({ wavelength_angstrom: 1.39225 });
  });

  it('are absent where the file does not say, and the sample then goes by its id', async () => {
    const [dataset] = await readAll(fileXml(scanXml(`${POSITIONS}${VALUES}`), { sample: '' }));
    expect(dataset.title).toBe('Q-1');
    const bare = `<xrdMeasurements><xrdMeasurement><scan><dataPoints>${POSITIONS}${VALUES}</dataPoints></scan></xrdMeasurement></xrdMeasurements>`;
    const [least] = await readAll(bare);
    expect(least.metadata).toEqual({ signal_type: 'XRD', quantity: 'Intensity (Counts)' });
  });

  it('lists of numbers are not repeated in the tree of the file', async () => {
    const many = Array.from({ length: 100 }, (_, i) => i).join(' ');
    const dataset = await read(`${POSITIONS}<intensities>${many}</intensities>`);
    expect(dataset.shape).toEqual([100]);
    expect(dataset.original).toMatchObject({ scan: { dataPoints: { intensities: '(numbers)' } } });
  });
});

describe('other files', () => {
  const good = fileXml(scanXml(`${POSITIONS}${VALUES}`));

  it('are told by their root element, whatever they are called', async () => {
    const sniff = (text: string, name: string) => xrdml.sniff(new TextEncoder().encode(text), name);
    expect(sniff(good, 'x.bin')).toBe('certain');
    expect(sniff(`\ufeff${good}`, 'x.bin')).toBe('certain');
    expect(sniff('<?xml version="1.0"?><TRTSpectrum/>', 'x.xrdml')).toBe('no');
    expect(sniff('', 'x.xrdml')).toBe('name');
    expect((await openFile(memoryFile('x.xy', good))).format).toBe('panalytical-xrdml');
  });

  it.each([
    ['cut short', good.slice(0, -30)],
    ['with a document type', good.replace('<xrdMeasurements', '<!DOCTYPE x [<!ENTITY a "b">]><xrdMeasurements')],
    ['with another root', '<?xml version="1.0"?><a>1</a>'],
    ['nested a thousand deep', `<xrdMeasurements>${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}</xrdMeasurements>`],
    ['of far too many elements', `<xrdMeasurements>${'<a/>'.repeat(140_000)}</xrdMeasurements>`],
    ['of far too many words', `<xrdMeasurements>${'word '.repeat(900_000)}</xrdMeasurements>`],
  ])('%s are refused', async (_, xml) => {
    await expect(readAll(xml)).rejects.toMatchObject({ kind: 'format', code: 'bad-xml' });
  });

  it('elements called __proto__ or constructor are inert', async () => {
    for (const tag of ['__proto__', 'constructor', 'toString']) {
      const xml = good.replace('<sample', `<${tag}><polluted>1</polluted></${tag}><sample`);
      await readAll(xml).catch((error) => expect(error).toMatchObject({ kind: 'format', code: 'bad-xml' }));
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    }
  });

  it('lines of a hundred thousand letters do not hang', async () => {
    for (const filler of ['<', '>', ' ', '1 ', '>1', '&', '"', '<!--']) {
      const xml = good.replace('1 2 3', `1 2 ${filler.repeat(1e5)} 3`);
      await readAll(xml).catch((error) => expect(error).toMatchObject({ kind: 'format' }));
    }
  });
});
