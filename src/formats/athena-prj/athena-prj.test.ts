import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import athena from './index.ts';

const read = async (content: string | Uint8Array) =>
  (await athena.read!(memoryFile('test.prj', content))) as ArrayDataset[];
const packed = (text: string) => gzipSync(new TextEncoder().encode(text));

const HEADER = '# Athena project file -- Demeter version 0.9.20\n# This file created at 2014-08-12T15:34:54\n';
const group = ({ id = 'abcd', args = "'label','a foil'", more = '' } = {}) =>
  `$old_group = '${id}';\n@args = (${args});\n@x = ('7100','7101.5',7103);\n@y = ('0.5','-1e-3','.25');\n${more}[record]   # create\n\n`;
const one = async (args: string, more = '') => (await read(HEADER + group({ args, more })))[0];

describe('a project of Athena', () => {
  it.each([
    ['packed', packed],
    ['unpacked', (text: string) => text],
  ])('is one spectrum a group, in the order of the project, %s', async (_, pack) => {
    const text = HEADER + group() + group({ id: 'efgh', args: "'label','b'" });
    const found = await read(pack(text));
    expect(found.map(({ title, original }) => [title, original['id']])).toEqual([
      ['a foil', 'abcd'],
      ['b', 'efgh'],
    ]);
    const [{ shape, dtype, axes, values, warnings }] = found;
    expect({ shape, dtype, warnings }).toEqual({ shape: [3], dtype: 'float64', warnings: [] });
    expect(axes[0]).toMatchObject({ name: 'energy', unit: 'eV', role: 'spectral', kind: 'explicit' });
    expect([...axisValues(axes[0])]).toEqual([7100, 7101.5, 7103]);
    expect(await values.load()).toEqual(Float64Array.of(0.5, -0.001, 0.25));
  });

  it('tells element, edge, its energy and the shift that Athena would apply; the positions are as stored', async () => {
    const { metadata, original, axes } = await one(
      "'bkg_z','Fe','fft_edge','k','bkg_e0','7112.5','bkg_eshift','-0.23'",
      '@i0 = (1,2,3);\n',
    );
    expect(metadata).toEqual({
      element: 'Fe',
      edge: 'K',
      e0_eV: 7112.5,
      energy_shift_eV: -0.23,
      signal_type: 'XAS',
      quantity: 'mu',
    });
    expect(original).toMatchObject({ id: 'abcd', arrays: ['x', 'y', 'i0'] });
    expect(axisValues(axes[0])[0]).toBe(7100);
  });

  it('does not take the placeholders of a group without edge energy for an element', async () => {
    const { metadata } = await one("'bkg_z','Be','fft_edge','L2','bkg_e0',0");
    for (const key of ['element', 'edge', 'e0_eV']) expect(metadata).not.toHaveProperty(key);
  });

  it.each([
    ["'is_chi',1", 'k', '1/A', 'chi(k)'],
    ["'datatype','chi'", 'k', '1/A', 'chi(k)'],
    ["'is_rsp','1'", 'R', 'Å', 'chi(R)'],
    ["'is_qsp',1", 'q', '1/A', 'chi(q)'],
    ["'is_nor',1", 'energy', 'eV', 'normalised mu'],
    ["'is_bkg',1", 'energy', 'eV', 'background of mu'],
    ["'is_chi',0,'is_xmu',1", 'energy', 'eV', 'mu'],
  ])('with %s has the axis %s in %s and is %s', async (args, name, unit, quantity) => {
    const { axes, metadata } = await one(args);
    expect(axes[0]).toMatchObject({ name, unit });
    expect(metadata['quantity']).toBe(quantity);
  });

  it('tells the beamline from the XDI object of the group, or from the settings of its families', async () => {
    const told = {
      mono: 'Si(111)',
      mono_d_spacing_angstrom: 3.1353,
      facility: 'NSLS',
      beamline: 'X11A',
      date: '1992-09-15',
    };
    const object = `$xdi = bless( {'ok' => 0,'metadata' => {'Mono' => {'d_spacing' => '3.1353','name' => 'Si(111)'},'Facility' => {'name' => 'NSLS'},'Beamline' => {'name' => 'X11A'},'Scan' => {'start_time' => '1992-09-15T01:52:53'}}}, 'Xray::XDI' );\n`;
    expect((await one("'label','x'", object)).metadata).toMatchObject(told);
    const settings = `'xdi_mono',{'name' => 'Si(111)','d_spacing' => 3.1353},'xdi_facility',{'name','NSLS'},'xdi_beamline',{'name','X11A'},'xdi_scan',{'start_time','1992-09-15 01:52'}`;
    expect((await one(settings)).metadata).toMatchObject(told);
  });

  it('keeps who wrote it, the journal and all settings', async () => {
    const [{ original }] = await read(
      `${HEADER}${group({ args: "'titles',['a',['b']],'n',undef,'r',\\'s'" })}@journal = ('one','it\\'s\\\\ two\nthree');\n1;\n`,
    );
    expect(original).toMatchObject({
      header: ['Athena project file -- Demeter version 0.9.20', 'This file created at 2014-08-12T15:34:54'],
      saved: '2014-08-12 15:34:54',
      journal: ['one', "it's\\ two\nthree"],
      args: { titles: ['a', ['b']], n: null, r: 's' },
    });
  });

  it('passes over statements it does not know, and semicolons and records within strings', async () => {
    const odd = "%plot = ('a' => ');\n[record]\n','b' => undef);\n@indicator = (0,[\"x;\"]);\n";
    expect(await read(HEADER + odd + group({ args: "'label',');\n@x = (9);'" }) + odd)).toMatchObject([
      { title: ');\n@x = (9);', shape: [3] },
    ]);
  });

  it('is data, never code: what is no literal is refused', async () => {
    await expect(read(`${HEADER}@args = (system('x'));\n`)).rejects.toMatchObject({ code: 'bad-project' });
    await expect(read(HEADER + group().replace("'7100'", '7000+100'))).rejects.toMatchObject({ code: 'bad-project' });
  });

  it('may use names that mean something to JavaScript', async () => {
    const { original } = await one("'__proto__',{'label','x'},'constructor',{'is_chi',1}");
    expect(Object.getPrototypeOf(original['args'])).toBeNull();
    expect(Object.keys(original['args'] as object)).toEqual(['__proto__', 'constructor']);
  });

  it('says where positions do not go one way', async () => {
    const [{ warnings }] = await read(HEADER + group().replace('7103', '7101.5'));
    expect(warnings).toEqual(['positions do not go one way: 7101.5 is followed by 7101.5']);
  });

  it('keeps values that are no numbers, in the words of Perl, as not-a-number', async () => {
    const [{ values }] = await read(HEADER + group().replace("'0.5'", "'1.#QNAN'").replace("'.25'", "'-nan'"));
    expect(await values.load()).toEqual(Float64Array.of(Number.NaN, -0.001, Number.NaN));
  });
});

describe('a project of Athena as JSON', () => {
  const json = (groups: object) =>
    JSON.stringify({ _____header1: '# Athena project file -- Demeter version 0.9.26', ...groups });
  const data = {
    x: ['1', 2],
    y: [null, '0.5'],
    args: { label: 'second', bkg_z: 'Fe', bkg_e0: 7112, fft_edge: 'k', is_xmu: 1 },
  };

  it('is the same spectra, in the order that it lists', async () => {
    const text = json({
      aaaa: data,
      bbbb: { ...data, i0: [1, 2], args: { label: 'first', xdi_mono: { name: 'Si' } } },
      _____order: ['bbbb'],
      _____journal: ['day one'],
    });
    for (const content of [text, packed(text)]) {
      const found = await read(content);
      expect(found.map(({ title }) => title)).toEqual(['first', 'second']);
      expect(found.map(({ original }) => original['id'])).toEqual(['bbbb', 'aaaa']);
      expect(found[0].metadata).toMatchObject({ mono: 'Si' });
      expect(found[1].metadata).toMatchObject({ element: 'Fe', edge: 'K', e0_eV: 7112 });
      expect(found[1].original).toMatchObject({ journal: ['day one'] });
      expect(await found[1].values.load()).toEqual(Float64Array.of(Number.NaN, 0.5));
    }
  });

  it.each([
    ['{"_____header1": "', /JSON cannot be read/],
    [json({ aaaa: { x: [1, {}], y: [1, 2] } }), /value 2 of x/],
    [json({ aaaa: { x: [1, null], y: [1, 2] } }), /position 2/],
    [json({ aaaa: { ...data, args: Array.from({ length: 20_001 }, () => 1) } }), /too many/],
    [json({ aaaa: { ...data, args: JSON.parse('['.repeat(40) + ']'.repeat(40)) } }), /too deep/],
  ])('is refused where it is damaged: %.60s', async (text, what) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'bad-project', what: expect.stringMatching(what) });
  });

  it('may use names that mean something to JavaScript', async () => {
    const found = await read(json({ aaaa: { ...data, args: JSON.parse('{"__proto__": {"label": "x"}}') } }));
    expect(found[0].title).toBe('aaaa');
  });
});

describe('a damaged project', () => {
  it.each([
    ['has no group', HEADER, 'no-groups'],
    ['has a group that was not finished', HEADER + group().replace(/\[record\].*/s, ''), 'bad-project'],
    ['ends in a string', `${HEADER}@args = ('label`, 'bad-project'],
    ['ends in a list', `${HEADER}@x = (1,2`, 'bad-project'],
    ['has words for numbers', HEADER + group().replace("'0.5'", "'half'"), 'bad-project'],
    ['has a position that is no number', HEADER + group().replace("'7100'", 'nan'), 'bad-project'],
    ['has fewer values than positions', HEADER + group().replace("'0.5',", ''), 'bad-project'],
    ['has a list of lists for numbers', HEADER + group().replace("'7100'", "['7100']"), 'bad-project'],
    ['is nested too deep', `${HEADER}@args = (${'['.repeat(100)}`, 'bad-project'],
    ['has too many settings', `${HEADER}@args = (${'1,'.repeat(20_001)});`, 'bad-project'],
  ])('that %s is refused', async (_, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code });
  });

  it('says the line', async () => {
    await expect(read(`${HEADER}\n@x = (one);\n`)).rejects.toMatchObject({
      where: 'test.prj, line 4 of the unpacked text',
    });
  });

  it('whose gzip is cut, altered, or claims another length is refused before room is made for it', async () => {
    const whole = packed(HEADER + group());
    await expect(read(whole.slice(0, 40))).rejects.toMatchObject({ kind: 'format', code: 'bad-compression' });
    await expect(read(whole.slice(0, 12))).rejects.toMatchObject({ kind: 'format', code: 'bad-compression' });
    for (const [at, value] of [
      [-8, whole.at(-8)! ^ 1],
      [-4, whole.at(-4)! + 1],
      [-1, 0x70],
    ]) {
      const changed = whole.slice();
      changed[changed.length + at] = value;
      await expect(read(changed)).rejects.toMatchObject({ kind: 'format', code: 'bad-compression' });
    }
    const short = whole.slice();
    short[short.length - 4]--;
    await expect(read(short)).rejects.toMatchObject({ code: 'zip-bomb' });
  });

  it('that unpacks to more than 128 MiB is refused', async () => {
    const claims = new Uint8Array(2 ** 20);
    claims.set([0x1f, 0x8b, 8]);
    claims[claims.length - 1] = 0x10;
    await expect(read(claims)).rejects.toMatchObject({ kind: 'input', code: 'too-large' });
  });

  it.each(["'", '"', '(', '\\', ',', '1', '$', '@x=', '[record]', '#', '{', "'',"])(
    'of two hundred thousand "%s" is answered at once',
    async (filler) => {
      for (const start of ['', '@args = (', '@x = (', '$xdi = ', '@other = (']) {
        await expect(read(`${HEADER}${start}${filler.repeat(2e5)}`)).rejects.toMatchObject({ kind: 'format' });
      }
    },
  );
});

it('is told by its first line, packed or not, whatever its name', () => {
  const sniff = (bytes: Uint8Array, name = 'x.bin') => athena.sniff(bytes, name);
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(sniff(packed(HEADER))).toBe('certain');
  expect(sniff(packed(HEADER + group().repeat(50)).subarray(0, -20))).toBe('certain');
  expect(sniff(bytes(HEADER))).toBe('certain');
  expect(sniff(bytes('{"_____emacs_mode": "x",\n"_____header1": "# Athena project file"'))).toBe('certain');
  expect(sniff(packed('hello'), 'x.prj')).toBe('no');
  expect(sniff(bytes('# energy mu\n1 2\n'), 'x.prj')).toBe('no');
  expect(sniff(packed(HEADER).fill(255, 10), 'x.prj')).toBe('no');
});
