import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { sha256 } from '../../../test/oracle-values.ts';
import { mainDataset } from '../../signal/as-signal.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import specsXml from './index.ts';

const HEAD = `<?xml version="1.0"?>
<!-- CORBA XML document created by XMLSerializer2 1.6 at 2022-04-08 -->
<!DOCTYPE any [
<!ELEMENT any (any|sequence)?>
]>
`;

interface Written {
  scans?: number[][];
  entries?: Record<string, string>;
  shifts?: number[];
  group?: string;
  mode?: string;
  extra?: string;
  scanExtra?: string;
  cycles?: number;
}

/** Three values, one before and two after them, two detectors unless said otherwise. */
function specsText(written: Written = {}): string {
  const { scans = [[1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60]], shifts = [0, 0], group = 'G', cycles = 1 } = written;
  const { mode = 'FixedAnalyzerTransmission', extra = '', scanExtra = '', entries = {} } = written;
  const region = {
    analysis_method: 'XPS',
    num_scans: `${scans.length}`,
    values_per_curve: '3',
    dwell_time: '0.1',
    scan_delta: '0.5',
    excitation_energy: '1253.6',
    kinetic_energy: '553.5',
    pass_energy: '20',
    effective_workfunction: '4.37',
    ...entries,
  };
  const scanText = scans.map(
    (counts) =>
      `<struct type_name="ScanData"><sequence name="counts" length="${counts.length}"><ulong>\n${counts.join('\n')}\n</ulong></sequence>${scanExtra}</struct>`,
  );
  const cycle = `<struct type_name="Cycle"><ulong name="time">1643391325</ulong><sequence name="scans">${scanText.join('')}</sequence>${extra}</struct>`;
  return `${HEAD}<any version="1.6"><sequence type_name="RegionGroupSeq"><struct type_name="RegionGroup">
<string name="name">${group}</string><sequence name="regions"><struct type_name="RegionData"><string name="name">C1s</string>
<struct name="region">${Object.entries(region)
    .map(([name, value]) => `<double name="${name}">${value}</double>`)
    .join('')}<struct name="scan_mode"><string name="name">${mode}</string></struct></struct>
<ulong name="mcd_head">1</ulong><ulong name="mcd_tail">2</ulong>
<struct name="analyzer_info"><string name="name">PHOIBOS</string><sequence name="detectors">${shifts
    .map((shift) => `<struct><double name="shift">${shift}</double></struct>`)
    .join('')}</sequence></struct>
<struct name="source_info"><string name="name">XR</string></struct>
<sequence name="cycles">${scans.length > 0 ? cycle.repeat(cycles) : ''}</sequence>
</struct></sequence></struct></sequence></any>`;
}

const open = async (text: string) => (await openFile(memoryFile('a.bin', text))).datasets as ArrayDataset[];
const load = async ({ values }: ArrayDataset) => [...((await values.load()) as Uint32Array)];

describe.skipIf(!sharedFolder())('the file of the corpus', () => {
  const read = async () => {
    const { file, oracle } = corpusFiles('xps-other').find((entry) => entry.file.endsWith('SPECS.xml'))!;
    const { datasets } = await openFile(await openNodeFile(file));
    const named = (title: string) => datasets.find((dataset) => dataset.title === title) as ArrayDataset;
    return { datasets, named, signal: (title: string) => oracle.signals.find((entry) => entry.title === title)! };
  };

  it.each([
    ['Survey', [5, 1403]],
    ['C1s', [2, 5, 201]],
  ])('has the counts of each detector that the reference has for %s, to the last bit', async (region, shape) => {
    const { datasets, named, signal } = await read();
    const raw = signal(`PBTTT_1_2_V__${region}/instrument/electronanalyzer/detector/raw_data/raw`);
    const apart = named(`PBTTT 1.2 V / ${region} / channels`);
    expect(datasets).toHaveLength(4);
    expect(apart.shape).toEqual(shape);
    expect(raw.shape).toEqual(shape);
    expect(sha256(Float64Array.from(await load(apart)))).toBe(raw.sha256);
  });

  it('detectors that are shifted by their part of the pass energy see one line, and it is sharper than without', async () => {
    const { named, signal } = await read();
    const shifted = await load(named('PBTTT 1.2 V / C1s'));
    expect(named('PBTTT 1.2 V / C1s').shape).toEqual([2, 201]);
    expect(Math.max(...shifted)).toBeGreaterThan(1.2 * signal('PBTTT_1_2_V__C1s/channels_averaging/data/data').max!);
  });
});

describe('a region', () => {
  it('of fixed pass energy is the sum of its detectors on the kinetic energy', async () => {
    const [spectrum, channels] = await open(specsText());
    expect(spectrum).toMatchObject({ title: 'G / C1s', shape: [3], dtype: 'uint32', warnings: [] });
    expect(spectrum.axes[0]).toMatchObject({ name: 'Kinetic energy', unit: 'eV', scale: 0.5, offset: 553.5 });
    expect(await load(spectrum)).toEqual([22, 33, 44]);
    expect(channels).toMatchObject({ title: 'G / C1s / channels', shape: [2, 3] });
    expect(await load(channels)).toEqual([2, 3, 4, 20, 30, 40]);
  });

  it('is what is opened of a file, not the counts of detectors that look at energies of their own', async () => {
    const datasets = await open(specsText({ shifts: [0, 0.026] }));
    expect(datasets[1].axes.map(({ role }) => role)).toEqual(['signal', 'signal']);
    expect(mainDataset(datasets).title).toBe('G / C1s');
    const [apart] = await open(specsText({ mode: 'ConstantFinalState' }));
    expect(apart.axes.map(({ role }) => role)).toEqual(['navigation', 'spectral']);
  });

  it('moves a detector by its shift times the pass energy, in whole steps', async () => {
    const [spectrum, channels] = await open(specsText({ shifts: [0, 0.026] }));
    expect(await load(spectrum)).toEqual([2 + 10, 3 + 20, 4 + 30]);
    expect(await load(channels)).toEqual([2, 3, 4, 20, 30, 40]);
    const [down] = await open(specsText({ shifts: [0, -0.051] }));
    expect(await load(down)).toEqual([2 + 40, 3 + 50, 4 + 60]);
    const [beyond] = await open(specsText({ shifts: [0, -0.1] }));
    expect(await load(beyond)).toEqual([2 + 60, 3, 4]);
  });

  it('of several scans has an axis of scans; scans that are missing are told', async () => {
    const scans = [Array(12).fill(1), Array(12).fill(2)];
    const [spectrum, channels] = await open(specsText({ scans, entries: { num_scans: '15' } }));
    expect(spectrum.shape).toEqual([2, 3]);
    expect(channels.shape).toEqual([2, 2, 3]);
    expect(await load(spectrum)).toEqual([2, 2, 2, 4, 4, 4]);
    expect(spectrum.metadata['scans']).toBe(2);
    expect(spectrum.warnings).toEqual([expect.stringContaining('num_scans says 15')]);
  });

  it('of several cycles has the scans of all', async () => {
    const [spectrum] = await open(specsText({ cycles: 3 }));
    expect(spectrum).toMatchObject({ shape: [3, 3], warnings: [] });
  });

  it('has the conditions in the common vocabulary', async () => {
    const [spectrum] = await open(specsText({ group: 'a &lt;b&gt; &amp; c' }));
    expect(spectrum.metadata).toEqual({
      signal_type: 'XPS',
      region: 'C1s',
      instrument: 'PHOIBOS',
      analyser_mode: 'FixedAnalyzerTransmission',
      source: 'XR',
      source_energy_eV: 1253.6,
      pass_energy_eV: 20,
      work_function_eV: 4.37,
      dwell_time_s: 0.1,
      quantity: 'counts',
      energy_axis: 'kinetic',
      date: '2022-01-28',
      time: '17:35:25',
      time_zone: 'UTC',
      scans: 1,
    });
    expect(spectrum.original).toMatchObject({ group: 'a <b> & c', mcd_head: 1, mcd_tail: 2, detector_shifts: [0, 0] });
  });

  it('of constant final state is on the photon energy, its detectors apart', async () => {
    const [channels, ...others] = await open(specsText({ mode: 'ConstantFinalState' }));
    expect(others).toEqual([]);
    expect(channels.axes[1]).toMatchObject({ name: 'Photon energy', offset: 1253.6 });
  });

  it.each([[{ mode: 'FixedRetardingRatio' }], [{ entries: { kinetic_energy: 'x' } }]])(
    'whose energies are not known is told: %j',
    async (written) => {
      const all = await open(specsText(written));
      expect(all.at(-1)).toMatchObject({ warnings: [expect.stringContaining('values are counted')] });
      expect(all.at(-1)?.axes.at(-1)).toMatchObject({ unit: '', scale: 1, offset: 0 });
    },
  );

  it.each([
    [{ scanExtra: '<sequence name="scaling_factors"><double>1 2</double></sequence>' }, 'scaling factors'],
    [{ extra: '<sequence name="y_curves"><struct/></sequence>' }, 'external channels'],
    [{ extra: '<sequence name="xy_curves"><struct/></sequence>' }, 'external channels'],
  ])('with more than counts is told: %j', async (written, warning) => {
    expect((await open(specsText(written)))[0].warnings).toEqual([expect.stringContaining(warning)]);
  });
});

describe('damage', () => {
  it.each([
    ['a count too few', specsText({ scans: [[1, 2, 3]] }), 'wrong-size'],
    ['a word among the counts', specsText().replace('\n20\n', '\nx\n'), 'wrong-size'],
    ['half a count', specsText().replace('\n20\n', '\n20.5\n'), 'wrong-size'],
    ['a negative count', specsText().replace('\n20\n', '\n-2\n'), 'wrong-size'],
    ['values without number', specsText({ entries: { values_per_curve: 'x' } }), 'bad-region'],
    ['values without end', specsText({ entries: { values_per_curve: '1e300' } }), 'bad-region'],
    ['more values than the file has room for', specsText({ entries: { values_per_curve: '1000' } }), 'wrong-size'],
    ['no values', specsText({ entries: { values_per_curve: '0' } }), 'bad-region'],
    ['no detectors', specsText({ shifts: [] }), 'bad-region'],
    ['no definition', specsText().replace('<struct name="region">', '<struct name="other">'), 'bad-region'],
    ['no scans', specsText({ scans: [] }), 'no-spectrum'],
    ['no groups', specsText().replace('RegionGroupSeq', 'OtherSeq'), 'not-specs-xml'],
    ['an end that is missing', specsText().slice(0, -20), 'bad-xml'],
    ['tags that cross', specsText().replace('</ulong></sequence>', '</sequence></ulong>'), 'bad-xml'],
    ['a comment without end', HEAD.replace('-->', '>'), 'bad-xml'],
    ['elements a thousand deep', HEAD + '<any>'.repeat(1000), 'bad-xml'],
    ['too many elements', `${HEAD}<any>${'<a/>'.repeat(600000)}</any>`, 'bad-xml'],
    ['a tag of a megabyte', `${HEAD}<any ${' '.repeat(1 << 20)}>`, 'bad-xml'],
  ])('%s is refused', async (_, text, code) => {
    const read = specsXml.read!(memoryFile('a.xml', text));
    await expect(read).rejects.toMatchObject({ kind: 'format', code, expected: expect.any(String) });
  });

  it('is another document when something else wrote it', () => {
    const sniff = (text: string) => specsXml.sniff(new TextEncoder().encode(text), 'a.xml');
    expect(sniff(HEAD)).toBe('certain');
    expect(sniff('<?xml version="1.0"?><LSX_Data/>')).toBe('no');
  });

  it('entries called __proto__ are inert', async () => {
    const [{ original }] = await open(
      specsText({ entries: { ['__proto__x']: '1', constructor: 'x' } }).replace('__proto__x', '__proto__'),
    );
    expect(Object.keys(original)).toEqual(expect.arrayContaining(['__proto__', 'constructor']));
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it.each([' ', '<', '>', '"', '1 ', '\n', '<!--', '&amp;', ' name="'])(
    'two hundred thousand %j anywhere do not hang',
    async (filler) => {
      const started = performance.now();
      for (const at of ['<any ', 'type_name', 'name="', '\n20\n', 'G</', '<!DOCTYPE']) {
        const text = specsText().replace(at, `${at}${filler.repeat(2e5)}`);
        await open(text).catch((error) => expect(error).toMatchObject({ name: 'SpectrailError' }));
      }
      expect(performance.now() - started).toBeLessThan(6000);
    },
  );
});
