import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { asSignal } from '../../signal/as-signal.ts';
import type { ArrayDataset, Dataset, TableDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import vamas from './index.ts';

const IDENTIFIER = 'VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4';

interface Written {
  mode?: string;
  scan?: string;
  technique?: string;
  variables?: [string, string][];
  list?: number[];
  manual?: string[];
  futureExperiment?: string[];
  futureBlock?: string[];
  end?: string;
  blocks?: WrittenBlock[];
}

interface WrittenBlock {
  id?: string;
  change?: Record<string, string[]>;
  corresponding?: [string, string][];
  values?: (number | string)[];
  /** Parts that are written; default: all. */
  parts?: (part: number) => boolean;
}

/** Follows the list of ISO 14976 part by part; `change` replaces the lines of a part, by its number. */
function vamasText(written: Written = {}): string {
  const {
    mode = 'NORM',
    scan = 'REGULAR',
    technique = 'XPS',
    variables = [['Etch time', 's']],
    blocks = [{}],
  } = written;
  const { list = [], manual = [], futureExperiment = [], futureBlock = [], end = 'end of experiment' } = written;
  const sign = list.length > 0 && list[0] < 0 ? -1 : 1;
  const lines = [
    IDENTIFIER,
    'An institute',
    'An instrument',
    'Somebody',
    'An experiment',
    '2',
    'first',
    'second',
    mode,
  ];
  lines.push(scan);
  if (['MAP', 'MAPDP', 'NORM', 'SDP'].includes(mode)) lines.push('7');
  if (['MAP', 'MAPDP'].includes(mode)) lines.push('3', '4', '5');
  lines.push(`${variables.length}`, ...variables.flat());
  lines.push(`${sign * list.length}`, ...list.map((part) => `${Math.abs(part)}`));
  lines.push(`${manual.length}`, ...manual, `${futureExperiment.length}`, `${futureBlock.length}`, ...futureExperiment);
  lines.push(`${blocks.length}`);
  const profile = ['MAPDP', 'MAPSVDP', 'SDP', 'SDPSV'].includes(mode);
  const ions = technique.startsWith('SIMS') || technique === 'ISS';
  for (const [b, block] of blocks.entries()) {
    const { corresponding = [['Intensity', 'd']], values = [1, 2, 3], change = {}, parts = () => true } = block;
    const each: Record<number, string[]> = {
      ...Object.fromEntries(['2024', '2', '29', '23', '59', '58', '1'].map((text, i) => [i + 1, [text]])),
      8: ['1', 'a comment'],
      9: [technique],
      10: ['MAP', 'MAPDP'].includes(mode) ? ['11', '12'] : [],
      11: variables.map((_, v) => `${10 * b + v}`),
      12: ['Al'],
      13: profile || ions ? ['18', '1', '1'] : [],
      14: ['1486.6'],
      15: ['150'],
      16: ['1E37', '1E37'],
      17: /^MAP|^SEM$/.test(mode) ? ['500', '400'] : [],
      18: ['MAPSV', 'MAPSVDP', 'SEM'].includes(mode) ? ['1', '1', '3', '1', '3', '2'] : [],
      19: ['54'],
      20: ['180'],
      21: ['FAT'],
      22: ['20'],
      23: technique === 'AES diff' ? ['2.5'] : [],
      24: ['1'],
      25: ['4.5'],
      26: ['0'],
      27: ['0', '0'],
      28: ['0', '0'],
      29: ['Fe'],
      30: ['2p', '-1'],
      31: scan === 'REGULAR' ? ['Kinetic Energy', 'eV', '100.5', '-0.25'] : [],
      32: [`${corresponding.length}`, ...corresponding.flat()],
      33: ['pulse counting'],
      34: ['0.1'],
      35: ['3'],
      36: ['0'],
      37: profile && technique === 'XPS' ? ['3000', '5', '1', '2', '45', '90', 'continuous'] : [],
      38: ['0', '0'],
      39: ['0'],
      40: ['1', 'Depth', 'n', '12'],
    };
    lines.push(block.id ?? `block ${b}`, 'a sample');
    for (let part = 1; part <= 40; part++) if (parts(part)) lines.push(...(change[part] ?? each[part]));
    lines.push(...futureBlock, `${values.length}`, ...corresponding.flatMap(() => ['0', '9']), ...values.map(String));
  }
  return `${[...lines, end].join('\r\n')}\r\n`;
}

const read = async (text: string): Promise<Dataset[]> => (await openFile(memoryFile('a.bin', text))).datasets;
const tables = async (written: Written) => (await read(vamasText(written))) as TableDataset[];
const columns = ({ columns: all }: TableDataset) =>
  all.map(({ name, unit, values }) => [name, unit, ...values] as (string | number)[]);

describe('scan modes', () => {
  it('REGULAR: the abscissa follows from its start and increment, also downwards', async () => {
    const [table] = await tables({});
    expect(columns(table)).toEqual([
      ['Kinetic Energy', 'eV', 100.5, 100.25, 100],
      ['Intensity', 'd', 1, 2, 3],
    ]);
    expect(table).toMatchObject({ title: 'block 0', rows: 3, warnings: [] });
  });

  it('IRREGULAR: the first corresponding variable is the abscissa', async () => {
    const corresponding: [string, string][] = [
      ['Binding Energy', 'eV'],
      ['Intensity', 'c/s'],
    ];
    const [table] = await tables({ scan: 'IRREGULAR', blocks: [{ corresponding, values: [9, 1, 7, 2, 4, 3] }] });
    expect(columns(table)).toEqual([
      ['Binding Energy', 'eV', 9, 7, 4],
      ['Intensity', 'c/s', 1, 2, 3],
    ]);
  });

  it('MAPPING: an image for each corresponding variable, as large as its linescans are', async () => {
    const corresponding: [string, string][] = [
      ['Fe', 'd'],
      ['O', 'd'],
    ];
    const values = [1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6];
    const datasets = (await read(
      vamasText({ mode: 'MAPSV', scan: 'MAPPING', blocks: [{ corresponding, values }] }),
    )) as ArrayDataset[];
    expect(datasets.map(({ shape, title }) => [title, ...shape])).toEqual([
      ['block 0 Fe', 2, 3],
      ['block 0 O', 2, 3],
    ]);
    expect(await datasets[1].values.load()).toEqual(Float64Array.of(-1, -2, -3, -4, -5, -6));
    expect(datasets[0].axes.map(({ name }) => name)).toEqual(['y', 'x']);
  });

  it('MAPPING: linescans that do not fit the number of values are told, and no value is lost', async () => {
    const [image] = await read(vamasText({ mode: 'SEM', scan: 'MAPPING', blocks: [{ values: [1, 2, 3, 4, 5] }] }));
    expect(image).toMatchObject({ shape: [5], warnings: [expect.stringContaining('3 × 2 pixels, the block has 5')] });
  });
});

describe('the parts of a block', () => {
  it.each([
    ['NORM', 'XPS', {}],
    ['MAP', 'XPS', { xy: ['11', '12'], fieldOfViewX_um: '500', map: [3, 4, 5] }],
    ['MAPDP', 'XPS', { xy: ['11', '12'], sputteringIonAtomicNumber: '18', sputteringMode: 'continuous' }],
    ['SDP', 'XPS', { sputteringEnergy_eV: '3000', sputteringIonCharge: '1', nRegions: 7 }],
    ['SDPSV', 'XPS', { sputteringAzimuth_deg: '90' }],
    ['SDP', 'SIMS', { sputteringIonAtoms: '1' }],
    ['NORM', 'ISS', { sputteringIonAtomicNumber: '18' }],
    ['NORM', 'AES diff', { differentialWidth_eV: '2.5' }],
    ['MAPSV', 'XPS', { lastLineEndY: '2' }],
    ['SEM', 'XPS', { fieldOfViewY_um: '400', firstLineEndX: '3' }],
    ['NOEXP', 'XPS', {}],
  ])('of %s with %s are where they belong', async (mode, technique, expected) => {
    const [table] = await tables({ mode, technique });
    expect(table.original).toMatchObject({
      ...expected,
      expMode: mode,
      technique,
      additionalParams: [['Depth', 'n', '12']],
    });
    expect(columns(table)[1]).toEqual(['Intensity', 'd', 1, 2, 3]);
    const present = Object.keys(table.original).filter((key) =>
      /^sputtering|^differential|^fieldOf|^(?:first|last)Line|^xy/.test(key),
    );
    expect(present.length > 0).toBe(Object.keys(expected).length > 0);
  });

  it('an exclusion list: parts that later blocks leave out are those of the first one', async () => {
    const parts = (part: number) => ![1, 22, 31, 32].includes(part);
    const [, table] = await tables({ list: [-1, -22, -31, -32], blocks: [{}, { parts, change: { 35: ['8'] } }] });
    expect(table.metadata).toMatchObject({ pass_energy_eV: 20, date: '2024-02-29', scans: 8 });
    expect(columns(table)[0]).toEqual(['Kinetic Energy', 'eV', 100.5, 100.25, 100]);
  });

  it('an inclusion list: only the parts in it stand in later blocks', async () => {
    const later = { parts: (part: number) => part === 22 || part === 30, change: { 22: ['50'], 30: ['3p', '-1'] } };
    const [first, second] = await tables({ list: [22, 30], blocks: [{}, { ...later, values: [7, 8] }] });
    expect(first.metadata).toMatchObject({ pass_energy_eV: 20, region: 'Fe 2p' });
    expect(second.metadata).toMatchObject({ pass_energy_eV: 50, region: 'Fe 3p', scans: 3 });
    expect(columns(second)[1]).toEqual(['Intensity', 'd', 7, 8]);
  });

  it('entries typed by hand and those of later editions are passed over', async () => {
    const [table] = await tables({ manual: ['9', '14'], futureExperiment: ['new', 'newer'], futureBlock: ['newest'] });
    expect(columns(table)[1]).toEqual(['Intensity', 'd', 1, 2, 3]);
  });
});

describe('a block as a spectrum', () => {
  const corresponding: [string, string][] = [
    ['Intensity', 'd'],
    ['Transmission', 'd'],
  ];

  it('is its first ordinate over its abscissa, with the counts that they are', async () => {
    const [table] = await tables({ blocks: [{ corresponding, values: [1, 0.5, 2, 0.25, 3, 0.125] }] });
    const { modality, spectral, noise, history } = await asSignal(table);
    expect(modality).toBe('xps');
    expect(noise.tag).toBe('poisson');
    expect(spectral).toMatchObject({ name: table.columns[0].name, offset: table.columns[0].values[0] });
    expect(history[0].params).toMatchObject({
      modality: 'the file says signal type XPS',
      noise: 'counts: whole numbers, smallest 1',
    });
  });

  it('is over what the user says it is', async () => {
    const [table] = await tables({});
    const { modality, history } = await asSignal(table, { modality: 'eels' });
    expect(modality).toBe('eels');
    expect(history[0].params).toMatchObject({ modality: 'stated by the user' });
  });
});

describe('the conditions', () => {
  it('are in the common vocabulary', async () => {
    const [table] = await tables({ mode: 'SDP', blocks: [{ change: { 11: ['60'] } }] });
    expect(table.metadata).toEqual({
      signal_type: 'XPS',
      instrument: 'An instrument',
      facility: 'An institute',
      authors: 'Somebody',
      sample: 'a sample',
      region: 'Fe 2p',
      source: 'Al',
      analyser_mode: 'FAT',
      source_energy_eV: 1486.6,
      work_function_eV: 4.5,
      dwell_time_s: 0.1,
      scans: 3,
      time_zone: '+01:00',
      sputtering_energy_eV: 3000,
      pass_energy_eV: 20,
      notes: 'a comment',
      date: '2024-02-29',
      time: '23:59:58',
    });
    expect(table.original).toMatchObject({ expVariables: [['Etch time', 's']], expVariableValues: [60] });
  });

  it('that are 1E37 or say nothing are absent', async () => {
    const change = {
      1: ['0'],
      7: ['1E37'],
      8: ['0'],
      11: ['1e+037'],
      12: ['Not Specified'],
      14: ['1E+37'],
      22: ['1e+037'],
      25: ['1E37'],
      29: ['None'],
      30: ['none', '-1'],
      34: ['0'],
      35: ['many'],
    };
    const [table] = await tables({ blocks: [{ change }] });
    expect(Object.keys(table.metadata).sort()).toEqual(
      ['analyser_mode', 'facility', 'instrument', 'authors', 'sample', 'signal_type'].sort(),
    );
  });

  it.each([
    ['-3.5', '-03:30'],
    ['5.75', '+05:45'],
    ['0', '+00:00'],
    ['99', undefined],
    ['1E37', undefined],
  ])('%s hours from Greenwich are the zone %s', async (hours, zone) => {
    const [table] = await tables({ blocks: [{ change: { 7: [hours] } }] });
    expect(table.metadata['time_zone']).toBe(zone);
  });

  it.each([
    ['FRR', 'retarding_ratio'],
    ['constant delta m', 'mass_resolution'],
  ])('an analyser in mode %s gives a %s', async (mode, key) => {
    const [table] = await tables({ blocks: [{ change: { 21: [mode] } }] });
    expect(table.metadata).toHaveProperty(key, 20);
    expect(table.metadata).not.toHaveProperty('pass_energy_eV');
  });

  it.each([
    ['2', '30'],
    ['13', '1'],
    ['1E37', '1'],
  ])('month %s, day %s is no date', async (month, day) => {
    const [table] = await tables({ blocks: [{ change: { 2: [month], 3: [day] } }] });
    expect(table.metadata).not.toHaveProperty('date');
  });

  it('numbers that nothing depends on may be anything', async () => {
    const text = vamasText({ mode: 'MAP' })
      .replace('3\r\n4\r\n5', '?\r\n\r\n1E37')
      .replace('0\r\n9\r\n1\r\n2', '-\r\nNaN\r\n1\r\n2');
    const [table] = (await read(text)) as TableDataset[];
    expect(table.original).toMatchObject({ map: ['?', '', 1e37], declaredMinMax: [['-', 'NaN']] });
    expect(columns(table)[1]).toEqual(['Intensity', 'd', 1, 2, 3]);
  });

  it('a value that is not specified is no number', async () => {
    const [table] = await tables({ blocks: [{ values: [1, '1E37', 3] }] });
    expect(columns(table)[1]).toEqual(['Intensity', 'd', 1, Number.NaN, 3]);
    expect(table.warnings).toEqual([expect.stringContaining('1 values are 1E37')]);
  });
});

describe('damage', () => {
  it.each([
    ['an experiment mode that is none', vamasText({ mode: 'ODD' }), 'experiment mode is "ODD"'],
    ['a scan mode that is none', vamasText({ scan: 'ODD' }), 'scan mode is "ODD"'],
    [
      'more blocks than there is room for',
      vamasText().replace('1\r\nblock 0', '999999\r\nblock 0'),
      'number of blocks',
    ],
    ['a comment longer than the file', vamasText().replace('2\r\nfirst', '1e9\r\nfirst'), 'comment lines'],
    ['a step that is a word', vamasText().replace('-0.25', 'wide'), 'abscissa increment is "wide"'],
    ['a value that is a word', vamasText({ blocks: [{ values: [1, 'two', 3] }] }), 'ordinate value is "two"'],
    [
      '41 parts left out',
      vamasText().replace('Etch time\r\ns\r\n0', 'Etch time\r\ns\r\n-41'),
      'exclusion list is "-41"',
    ],
    [
      'values that are not pairs',
      vamasText({
        blocks: [
          {
            corresponding: [
              ['a', ''],
              ['b', ''],
            ],
          },
        ],
      }),
      'ordinate values is "3"',
    ],
    ['no corresponding variable', vamasText({ blocks: [{ corresponding: [] }] }), 'ordinate values is "3"'],
  ])('%s is refused, with the line', async (_, text, what) => {
    const refusal = { kind: 'format', code: 'bad-item', what: expect.stringContaining(what) };
    await expect(read(text)).rejects.toMatchObject({ ...refusal, where: expect.stringMatching(/line \d+/) });
  });

  it('a file that ends early is refused as cut, wherever it ends', async () => {
    const text = vamasText({ mode: 'MAPDP' });
    for (let end = IDENTIFIER.length; end < text.lastIndexOf('3\r\nend'); end += 7) {
      await expect(vamas.read!(memoryFile('a.vms', text.slice(0, end)))).rejects.toMatchObject({ kind: 'format' });
    }
    await expect(read(text.slice(0, text.indexOf('Somebody')))).rejects.toMatchObject({ code: 'truncated' });
  });

  it('a missing last line is told', async () => {
    const [table] = await tables({ end: '' });
    expect(table.warnings).toEqual([expect.stringContaining('end of experiment')]);
  });

  it('another file is said to be none', async () => {
    await expect(vamas.read!(memoryFile('a.vms', '1 2\n3 4\n'))).rejects.toMatchObject({ code: 'not-vamas' });
    expect(vamas.sniff(new TextEncoder().encode('1 2\n'), 'a.vms')).toBe('no');
  });

  it('names like __proto__ are inert', async () => {
    const corresponding: [string, string][] = [['__proto__', '__proto__']];
    const [table] = await tables({ variables: [['__proto__', '']], blocks: [{ id: '__proto__', corresponding }] });
    expect(table.original['expVariables']).toEqual([['__proto__', '']]);
    expect(({} as Record<string, unknown>)['signal_type']).toBeUndefined();
  });

  it.each([' ', '1', '-', 'E', '\n', '\r\n1'])('two hundred thousand %j anywhere do not hang', async (filler) => {
    const long = filler.repeat(2e5);
    const text = vamasText();
    const started = performance.now();
    for (const at of ['Somebody', 'NORM', '100.5', 'Fe', '1486.6', '\r\n3\r\nend'])
      await read(text.replace(at, `${at}${long}`)).catch((error) =>
        expect(error).toMatchObject({ name: 'SpectrailError' }),
      );
    expect(performance.now() - started).toBeLessThan(6000);
  });
});
