import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { asSignal } from '../../signal/as-signal.ts';
import type { TableDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import specsXy from './index.ts';

const HEAD = '# Created by:        SpecsLab Prodigy, Version 4.1\n#\n';
const SETTINGS = '#   Energy Axis:              Binding Energy\n';
const REGION = `# Region:             Fe2p
# Analysis Method:    XPS
# Values/Curve:       2
# Dwell Time:         0.3
# Excitation Energy:  1486.61
# Pass Energy:        20
# Eff. Workfunction:  4.1082
# Comment:
# Parameter: "ADC channel 1 active" = true
`;
const CURVE = `# Cycle: 0, Curve: 0, Scan: 0
#
# Acquisition Date:   08/24/23 14:19:47 UTC
# ColumnLabels:       energy counts/s
#
750  10.5
749.5 11
`;
const WHOLE = `${HEAD}${SETTINGS}# Group:  spent\n#\n${REGION}\n# Cycle: 0\n# Number of Scans: 3\n\n${CURVE}`;

const read = async (text: string) => (await openFile(memoryFile('a.bin', text))).datasets as TableDataset[];
const columns = ({ columns: all }: TableDataset) => all.map(({ name, unit, values }) => [name, unit, ...values]);

describe('a table', () => {
  it('has the columns that its labels name', async () => {
    const [table] = await read(WHOLE);
    expect(table).toMatchObject({ title: 'spent / Fe2p / 0, Curve: 0, Scan: 0', rows: 2, warnings: [] });
    expect(columns(table)).toEqual([
      ['energy', 'eV', 750, 749.5],
      ['counts', 'counts/s', 10.5, 11],
    ]);
  });

  it('has columns by number where labels are missing, and counts where they are not divided by time', async () => {
    const [named] = await read(WHOLE.replace('energy counts/s', 'energy counts'));
    expect(named.columns[1]).toMatchObject({ name: 'counts', unit: '' });
    const [bare] = await read(WHOLE.replace(/^# ColumnLabels.*$/m, '#'));
    expect(bare.columns.map(({ name }) => name)).toEqual(['column1', 'column2']);
  });

  it.each([
    ['Binding Energy', 'Binding energy'],
    ['Kinetic Energy', 'Kinetic energy'],
    ['Excitation Energy', 'Photon energy'],
  ])('over %s is a spectrum over the %s, at a rate', async (written, name) => {
    const [table] = await read(WHOLE.replace('Binding Energy', written));
    const { modality, spectral, intensity, noise } = await asSignal(table);
    expect({ modality, intensity, noise }).toMatchObject({
      modality: 'xps',
      intensity: { kind: 'rate', unit: 's' },
      noise: { tag: 'unknown' },
    });
    expect(spectral).toMatchObject({ name, unit: 'eV', offset: 750, scale: -0.5 });
  });

  it('whose columns have no labels is no spectrum', async () => {
    const [bare] = await read(WHOLE.replace(/^# ColumnLabels.*$/m, '#'));
    await expect(asSignal(bare)).rejects.toMatchObject({ code: 'not-a-signal' });
  });

  it('tells the conditions in the common vocabulary', async () => {
    const [{ metadata, original }] = await read(WHOLE);
    expect(metadata).toEqual({
      signal_type: 'XPS',
      region: 'Fe2p',
      source_energy_eV: 1486.61,
      pass_energy_eV: 20,
      work_function_eV: 4.1082,
      dwell_time_s: 0.3,
      scans: 3,
      energy_axis: 'binding',
      date: '2023-08-24',
      time: '14:19:47',
      time_zone: 'UTC',
    });
    expect(original).toMatchObject({ 'Parameter "ADC channel 1 active"': 'true', Cycle: '0, Curve: 0, Scan: 0' });
  });

  it.each([
    ['#   Kinetic Energy Axis:      yes\n', 'kinetic'],
    ['#   Kinetic Energy Axis:      no\n', 'binding'],
    ['# values in kinetic energy\n', 'kinetic'],
    ['#   Energy Axis:  Excitation Energy\n', 'excitation'],
    ['', undefined],
  ])('with %j has energies that are %s', async (line, axis) => {
    const [{ metadata }] = await read(WHOLE.replace(SETTINGS, line));
    expect(metadata['energy_axis']).toBe(axis);
  });

  it.each(['', '24.08.2023', '13/24/23 14:19:47', '08/32/23 14:19:47'])('a date of %j never fails', async (date) => {
    const [{ metadata }] = await read(WHOLE.replace('08/24/23 14:19:47', date));
    expect(metadata).not.toHaveProperty('date');
  });

  it('that is shorter than announced is told', async () => {
    const [table] = await read(WHOLE.replace('Values/Curve:       2', 'Values/Curve:       3'));
    expect(table.warnings).toEqual(['Values/Curve says 3, the table has 2 rows']);
  });
});

describe('several tables', () => {
  it('scans of a cycle share its conditions, and not their own', async () => {
    const second = CURVE.replace('Scan: 0', 'Scan: 1').replace(/^# Acquisition Date.*$/m, '# Other: 1');
    const [first, again] = await read(`${WHOLE}\n${second}`);
    expect(again.title).toBe('spent / Fe2p / 0, Curve: 0, Scan: 1');
    expect(again.metadata).toMatchObject({ scans: 3 });
    expect(again.metadata).not.toHaveProperty('date');
    expect(first.original).not.toHaveProperty('Other');
  });

  it('a cycle forgets what the one before said, and a region all but the group', async () => {
    const cycle = await read(`${WHOLE}\n# Cycle: 1\n${CURVE}`);
    expect(cycle[1].metadata).toMatchObject({ pass_energy_eV: 20 });
    expect(cycle[1].metadata).not.toHaveProperty('scans');
    const region = await read(`${WHOLE}\n# Region: O1s\n# Cycle: 0\n${CURVE}`);
    expect(region[1].original).toMatchObject({ Group: 'spent' });
    expect(region[1].metadata).toMatchObject({ region: 'O1s', energy_axis: 'binding' });
    expect(region[1].metadata).not.toHaveProperty('pass_energy_eV');
    const group = await read(`${WHOLE}\n# Group: fresh\n# Region: O1s\n# Cycle: 0\n${CURVE}`);
    expect(group[1].title).toBe('fresh / O1s / 0, Curve: 0, Scan: 0');
  });

  it('channels that are kept apart, and external ones, are tables of their own', async () => {
    const channel = CURVE.replace('Scan: 0', 'Scan: 0, Channel: 1');
    const external = CURVE.replace('Cycle: 0,', 'External Channel Data Cycle: 0,').replace('counts/s', 'TEY');
    const [, apart, outside] = await read(`${WHOLE}\n${channel}\n${external}`);
    expect(apart.title).toBe('spent / Fe2p / 0, Curve: 0, Scan: 0, Channel: 1');
    expect(outside.title).toBe('spent / Fe2p / 0, Curve: 0, Scan: 0');
    expect(outside.columns[1].name).toBe('TEY');
  });

  it('another comment prefix may have been set', async () => {
    expect(columns((await read(WHOLE.replaceAll(/^#/gm, '//')))[0])[0]).toEqual(['energy', 'eV', 750, 749.5]);
  });
});

describe('damage', () => {
  it.each([
    ['a word in a row', WHOLE.replace('749.5 11', '749.5 x'), 'bad-row', /"x" is no number/],
    ['a row cut short', WHOLE.replace('749.5 11', '749.5'), 'bad-row', /1 numbers/],
    ['no rows', WHOLE.replace('750  10.5\n749.5 11\n', ''), 'no-table', /no rows/],
  ])('%s is refused', async (_, text, code, what) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code, what: expect.stringMatching(what) });
  });

  it('another file is said to be none', async () => {
    await expect(specsXy.read!(memoryFile('a.xy', '1 2\n'))).rejects.toMatchObject({ code: 'not-specs-xy' });
    expect(specsXy.sniff(new TextEncoder().encode('# by hand\n1 2\n'), 'a.xy')).toBe('no');
  });

  it('entries called __proto__ are inert', async () => {
    const [{ original }] = await read(WHOLE.replace('# Pass Energy', '# __proto__: x\n# Pass Energy'));
    expect(Object.keys(original)).toContain('__proto__');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('no more than 256 entries are kept of a header', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => `# Entry ${i}: ${i}\n`).join('');
    const [{ original }] = await read(WHOLE.replace('# Pass Energy', `${many}# Pass Energy`));
    expect(Object.keys(original).length).toBeLessThan(600);
  });

  it.each([' ', '#', ':', '1 ', '\n', '\n#:', '"='])('two hundred thousand %j anywhere do not hang', async (filler) => {
    const started = performance.now();
    for (const at of ['# ', 'Prodigy', 'Cycle', '750', 'energy', '24/23', '= true']) {
      const text = WHOLE.replace(at, `${at}${filler.repeat(2e5)}`);
      await read(text).catch((error) => expect(error).toMatchObject({ name: 'SpectrailError' }));
    }
    expect(performance.now() - started).toBeLessThan(6000);
  });
});
