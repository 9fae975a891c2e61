import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import type { ArrayDataset, Dataset, TableDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { parseBlocks } from './blocks.ts';
import { cifNumber } from './columns.ts';
import cif from './index.ts';

const readAll = (text: string | Uint8Array) => cif.read!(memoryFile('x.cif', text));
const columnsOf = (dataset: Dataset) =>
  Object.fromEntries((dataset as TableDataset).columns.map(({ name, values }) => [name, [...values]]));

describe('the parser', () => {
  const items = (text: string) =>
    Object.fromEntries([...parseBlocks(`data_x\n${text}`, 'x.cif')[0].items].map(([name, { value }]) => [name, value]));

  it('reads words, quotes with quotes inside, and texts between semicolons', () => {
    expect(items(`_a word\n_B 'it's so' _c "x 'y' z"\n`)).toEqual({ _a: 'word', _b: "it's so", _c: "x 'y' z" });
    expect(items('_d\n;first\n second; third\n;\n_e 1')).toEqual({ _d: 'first\n second; third', _e: '1' });
    expect(items('_d\r\n;first\r\n;\r\n_e 1\r\n')).toEqual({ _d: 'first', _e: '1' });
  });

  it('tells unknown from the texts "?" and "."', () => {
    expect(items(`_a ? _b . _c '?' _d "."`)).toEqual({ _a: null, _b: null, _c: '?', _d: '.' });
  });

  it('passes over comments, but not over a hash inside a word', () => {
    expect(items('# _z 1\n_a 1#2 # rest\n_b 2')).toEqual({ _a: '1#2', _b: '2' });
  });

  it('takes names of any case, with dots as with lines', () => {
    expect(items('_Atom_Site.Label O1')).toEqual({ _atom_site_label: 'O1' });
  });

  it('keeps blocks and loops apart', () => {
    const blocks = parseBlocks(
      "data_one\nloop_\n_a\n_b\n1 'x y' 3 .\n_c 5\ndata_two\nLOOP_ _d 1 2\nsave_frame\n_e 1\nsave_\n",
      'x',
    );
    expect(blocks.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(blocks[0].loops).toEqual([{ names: ['_a', '_b'], cells: ['1', 'x y', '3', null] }]);
    expect(blocks[1].loops).toEqual([{ names: ['_d'], cells: ['1', '2'] }]);
  });

  it.each([
    ['a loop with half a row', 'data_x\nloop_\n_a\n_b\n1 2 3\n', 2],
    ['a loop without names', 'data_x\nloop_\n1 2\n', 2],
    ['a name without a value', 'data_x\n_a\n_b 1\n', 2],
    ['a name at the end', 'data_x\n_a', 2],
    ['a value without a name', 'data_x\n_a 1\n2\n', 3],
    ['a value after a long text', 'data_x\n_a\n;\n1\n2\n;\n3\n', 7],
  ])('%s is refused, and says in which line', async (_, text, line) => {
    await expect(readAll(text)).rejects.toMatchObject({
      kind: 'format',
      code: 'bad-cif',
      where: `x.cif, line ${line}`,
    });
  });

  it('far too many blocks or columns are refused', async () => {
    await expect(readAll('data_x\n'.repeat(5000))).rejects.toMatchObject({ code: 'bad-cif' });
    const names = Array.from({ length: 2000 }, (_, i) => `_a${i}`).join('\n');
    await expect(readAll(`data_x\nloop_\n${names}\n1\n`)).rejects.toMatchObject({ code: 'bad-cif' });
  });

  it('names called __proto__ are inert', async () => {
    const text = 'data_x\n___proto__ polluted\n_constructor 1\nloop_\n_atom_site_label\n_atom_site___proto__\nO1 1\n';
    const [dataset] = await readAll(text);
    expect(dataset.original).toMatchObject({ constructor: '1' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([' ', "'", '"', ';', '\n;', '#', '(', '1', '_a ', 'loop_ ', '. ', 'data_x '])(
    'two hundred thousand "%s" do not hang',
    async (filler) => {
      const long = filler.repeat(2e5);
      const loop = 'loop_\n_pd_meas_counts_total\n';
      for (const text of [
        `data_x\n${long}`,
        `data_x\n_a ${long}\n`,
        `data_x\n${loop}1 ${long} 2\n`,
        `data_x\n_a '${long}`,
      ]) {
        await readAll(text).catch((error) => expect(error).toMatchObject({ kind: 'format' }));
      }
    },
  );
});

describe('numbers', () => {
  it.each([
    ['12.3(4)', 12.3, 0.4],
    ['5540(160)', 5540, 160],
    ['-0.0123(15)', -0.0123, 0.0015],
    ['.5(1)', 0.5, 0.1],
    ['1.2e-3(4)', 1.2e-3, 4e-4],
    ['7.', 7, undefined],
    ['+3E2', 300, undefined],
  ])('%s is %f', (text, value, esd) => {
    const number = cifNumber(text);
    expect(number?.value).toBe(value);
    if (esd === undefined) expect(number?.esd).toBeUndefined();
    else expect(number?.esd).toBeCloseTo(esd, 12);
  });

  it.each(['x', '1(2', '(2)', '1e999', '', '.', '1 2', '1'.repeat(200), null])('%s is none', (text) => {
    expect(cifNumber(text)).toBeUndefined();
  });
});

const powder = (loop: string, items = '') => `data_p1\n_diffrn_radiation_probe x-ray\n${items}\n${loop}\n`;
const RANGE = '_pd_meas_2theta_range_min 10\n_pd_meas_2theta_range_max 11\n_pd_meas_2theta_range_inc 0.5\n';
const COUNTS = 'loop_\n_pd_meas_counts_total\n1 2 3\n';

describe('a powder pattern', () => {
  it('is a spectrum, and a table of all its columns', async () => {
    const loop = 'loop_\n_pd_meas_intensity_total\n_pd_calc_intensity_total\n_note\n10(2) . a\n20 19.5 b\n30(3) 31 c\n';
    const [spectrum, table] = (await readAll(powder(loop, RANGE))) as [ArrayDataset, TableDataset];
    expect(spectrum.axes[0]).toMatchObject({ name: '2θ', unit: '°', role: 'spectral', offset: 10, scale: 0.5 });
    expect(await spectrum.values.load()).toEqual(Float64Array.of(10, 20, 30));
    expect(spectrum.metadata).toMatchObject({ signal_type: 'XRD', quantity: 'Intensity' });
    expect(columnsOf(table)).toEqual({
      meas_2theta: [10, 10.5, 11],
      meas_intensity_total: [10, 20, 30],
      meas_intensity_total_err: [2, Number.NaN, 3],
      calc_intensity_total: [Number.NaN, 19.5, 31],
    });
    expect([spectrum.title, table.title]).toEqual(['p1', 'p1']);
  });

  it.each([
    ['_pd_proc_2theta_corrected', '2θ', '°'],
    ['_pd_meas_2theta_scan', '2θ', '°'],
    ['_pd_meas_time_of_flight', 'Time of flight', 'µs'],
    ['_pd_proc_d_spacing', 'd', 'Å'],
  ])('stands over %s where that is listed', async (name, axis, unit) => {
    const [spectrum] = await readAll(powder(`loop_\n${name}\n_pd_meas_counts_total\n1 5\n2.5 6\n`, RANGE));
    expect((spectrum as ArrayDataset).axes[0]).toMatchObject({ name: axis, unit, positions: Float64Array.of(1, 2.5) });
    expect(spectrum.metadata['quantity']).toBe('Intensity (Counts)');
  });

  it('stands over the corrected angles where both ranges are given, with the better intensity', async () => {
    const corrected = '_pd_proc_2theta_range_min 10.1\n_pd_proc_2theta_range_max 11.1\n';
    const loop = 'loop_\n_pd_proc_intensity_net\n_pd_meas_counts_total\n1 4 2 5 3 6\n';
    const [spectrum, table] = await readAll(powder(loop, `${RANGE}${corrected}`));
    expect((spectrum as ArrayDataset).axes[0]).toMatchObject({ offset: 10.1 });
    expect(await (spectrum as ArrayDataset).values.load()).toEqual(Float64Array.of(4, 5, 6));
    expect(Object.keys(columnsOf(table)).slice(0, 2)).toEqual(['proc_2theta', 'meas_2theta']);
  });

  it('follows the ends of its range rather than a rounded increment, and tells where they disagree', async () => {
    const range = (inc: string, max: string) =>
      `_pd_meas_2theta_range_min 10\n_pd_meas_2theta_range_inc ${inc}\n_pd_meas_2theta_range_max ${max}\n`;
    const [rounded] = (await readAll(powder(COUNTS, range('0.33', '10.6667')))) as ArrayDataset[];
    expect(rounded.axes[0]).toMatchObject({ scale: (10.6667 - 10) / 2 });
    const [, table] = await readAll(powder(COUNTS, range('0.5', '20')));
    expect(columnsOf(table)['meas_2theta']).toEqual([10, 10.5, 11]);
    expect(table.warnings.join()).toMatch(/do not end at 20/);
  });

  it('without positions, or with some that are no axis, is a table only', async () => {
    expect((await readAll(powder(COUNTS))).map(({ kind }) => kind)).toEqual(['table']);
    const still = 'loop_\n_pd_meas_2theta_scan\n_pd_meas_counts_total\n1 5 1 6\n';
    expect((await readAll(powder(still))).map(({ kind }) => kind)).toEqual(['table']);
  });

  it('of neutrons, or of nothing that is said, is not called XRD', async () => {
    for (const probe of ['neutron', '?']) {
      const [spectrum] = await readAll(powder(COUNTS, RANGE).replace('x-ray', probe));
      expect(spectrum.metadata).not.toHaveProperty('signal_type');
    }
    const [copper] = await readAll(powder(COUNTS, `${RANGE}_diffrn_radiation_type 'Cu K\\a'`).replace('x-ray', '?'));
    expect(copper.metadata['signal_type']).toBe('XRD');
  });

  it('of each block is read', async () => {
    const two = `${powder(COUNTS, RANGE)}${powder(COUNTS, RANGE).replace('p1', 'p2')}`;
    expect((await readAll(two)).map(({ title }) => title)).toEqual(['p1', 'p1', 'p2', 'p2']);
  });
});

describe('a structure', () => {
  const text = `data_NaCl
_cell_length_a 5.6402(2)
_cell_length_b 5.6402
_cell_length_c 5.6402
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'
_space_group_IT_number 225
_chemical_formula_sum 'Cl Na'
_diffrn_ambient_temperature 293(2)
loop_ _diffrn_radiation_wavelength_id _diffrn_radiation_wavelength 1 1.5406
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_occupancy
Na1 Na 0 1.0
Cl1 Cl 0.5(1) ?
`;

  it('is a table of its atoms, with cell and space group', async () => {
    const [atoms] = await readAll(text);
    expect(atoms).toMatchObject({ kind: 'table', title: 'NaCl atom sites', rows: 2 });
    expect(columnsOf(atoms)).toEqual({ fract_x: [0, 0.5], fract_x_err: [Number.NaN, 0.1], occupancy: [1, Number.NaN] });
    expect(atoms.metadata).toEqual({
      chemical_formula: 'Cl Na',
      space_group: 'F m -3 m',
      space_group_number: 225,
      temperature_K: 293,
      wavelength_angstrom: 1.5406,
      cell: { a_angstrom: 5.6402, b_angstrom: 5.6402, c_angstrom: 5.6402, alpha_deg: 90, beta_deg: 90, gamma_deg: 90 },
      atom_labels: ['Na1', 'Cl1'],
      atom_types: ['Na', 'Cl'],
    });
    expect(atoms.original).toMatchObject({ cell_length_a: '5.6402(2)' });
  });

  it('with several wavelengths says none', async () => {
    const [atoms] = await readAll(text.replace('1 1.5406', '1 1.5406 2 1.5444'));
    expect(atoms.metadata).not.toHaveProperty('wavelength_angstrom');
  });

  it('stands after the pattern of its block', async () => {
    const kinds = (await readAll(`${text}${RANGE}${COUNTS}`)).map(({ kind, title }) => `${kind} ${title}`);
    expect(kinds).toEqual(['array NaCl', 'table NaCl', 'table NaCl atom sites']);
  });

  it('without atoms is refused, as is anything that is not known', async () => {
    await expect(readAll('data_x\n_cell_length_a 5\n')).rejects.toMatchObject({ code: 'nothing-known' });
    await expect(readAll('# nothing\n')).rejects.toMatchObject({ code: 'nothing-known' });
  });
});

describe('sniffing', () => {
  it('goes by data_ and names, after any comments', async () => {
    const sniff = (text: string, name = 'x.bin') => cif.sniff(new TextEncoder().encode(text), name);
    expect(sniff('#\\#CIF_1.1\n')).toBe('certain');
    expect(sniff('# remark\n\ndata_x\n# other\n_cell_length_a 5\n')).toBe('certain');
    expect(sniff('data_x\n')).toBe('likely');
    expect(sniff('data_x\n_a\u0000', 'x.cif')).toBe('no');
    expect(sniff('1 2\n3 4\n', 'x.cif')).toBe('no');
    expect(sniff('data 1 2\n3 4\n')).toBe('no');
    expect(sniff('# remark\n'.repeat(400), 'x.cif')).toBe('name');
    expect(sniff('', 'x.cif')).toBe('name');
    expect((await openFile(memoryFile('x.txt', powder(COUNTS, RANGE)))).format).toBe('cif');
  });
});

describe.skipIf(!sharedFolder())('the corpus', () => {
  const folder = join(sharedFolder() ?? '', 'corpus', 'cif');
  const structures = sharedFolder() ? readdirSync(folder).filter((name) => name.endsWith('.cif')) : [];

  it.each(structures)('%s has the cell and the atoms that stand in it', async (name) => {
    const text = readFileSync(join(folder, name), 'latin1');
    const { format, datasets } = await openFile(memoryFile(name, text));
    expect(format).toBe('cif');
    expect(datasets).toHaveLength(1);
    const [atoms] = datasets as TableDataset[];
    const lines = text.slice(text.indexOf('_atom_site_occupancy')).trim().split('\n').slice(1);
    const rows = lines.map((line) => line.trim().split(/\s+/));
    expect(atoms.metadata['atom_labels']).toEqual(rows.map((row) => row[1]));
    expect(columnsOf(atoms)['fract_x']).toEqual(rows.map((row) => Number(row[3])));
    expect(columnsOf(atoms)['occupancy']).toEqual(rows.map((row) => Number(row[6])));
    const length = Number(/_cell_length_a\s+(\S+)/.exec(text)?.[1]);
    expect(atoms.metadata).toMatchObject({ cell: { a_angstrom: length }, space_group: 'P 1' });
  });

  it('keeps the words that the reference reader keeps', async () => {
    for (const [corpus, strip] of [
      ['pdcif', (text: string) => text],
      ['rod-cif', (text: string) => text.replace(/^'(.*)'$/, '$1')],
    ] as const) {
      const [{ file, oracle }] = corpusFiles(corpus);
      const [dataset] = await readAll(new Uint8Array(readFileSync(file)));
      for (const [key, said] of Object.entries(oracle.signals[0].keyMetadata ?? {})) {
        // Of texts the reference has the last line; of numbers six digits. This text is shortened.
        if (key === 'cod_depositor_comments' || key === 'cod_database_code') continue;
        const got = String(dataset.original[key.replace(/^_/, '')]).trim();
        const wanted = strip(String(said)).trim();
        expect(got.endsWith(wanted) || Number(got) === Number(wanted), `${key}: ${got}, ${wanted}`).toBe(true);
      }
    }
  });

  it('knows the laser of a Raman spectrum', async () => {
    const [dataset] = await readAll(new Uint8Array(readFileSync(corpusFiles('rod-cif')[0].file)));
    expect(dataset.metadata).toMatchObject({
      signal_type: 'Raman',
      instrument_Laser: { wavelength: 488 },
      sample: 'K-cymrite',
    });
  });
});
