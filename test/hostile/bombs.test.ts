import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readTrail } from '../../src/cli/trail-file.ts';
import { unpackedBytes } from '../../src/formats/bruker-bcf/aacs.ts';
import bcf from '../../src/formats/bruker-bcf/index.ts';
import dm from '../../src/formats/gatan-dm/index.ts';
import hspy from '../../src/formats/hspy/index.ts';
import { parseRipple } from '../../src/formats/ripple/header.ts';
import { parseRecipe } from '../../src/plan/recipe.ts';
import { uniformAxis } from '../../src/signal/axis.ts';
import type { ArrayDataset } from '../../src/signal/dataset.ts';
import { parseInUnit } from '../../src/signal/units.ts';
import { builtModule, temporaryFolder } from '../cli.ts';
import { type DmValue, dmFile, dmImage, group, list } from '../dm-file.ts';
import { memoryFile } from '../memory-file.ts';
import { composite, compressed, mapStream } from '../synthetic-bcf.ts';

/** Processor time: a machine with other work to do is no fault of ours. */
const HANG_MS = 2000;

async function quickly<T>(work: () => T | Promise<T>): Promise<T> {
  const started = process.cpuUsage();
  try {
    return await work();
  } finally {
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(HANG_MS);
  }
}

const text = (content: string) => new TextEncoder().encode(content);

describe('a Bruker composite', () => {
  const stream = mapStream(1, 1, [[{ column: 0, packing: 0, pulses: [7] }]]);
  const calibration =
    '<ClassInstance Type="TRTSpectrumHeader"><ChannelCount>16</ChannelCount><CalibAbs>0</CalibAbs><CalibLin>1</CalibLin></ClassInstance>';
  const header = (inside: string, before = '', spectra = 1) =>
    `<?xml version="1.0"?>${before}<TRTSpectrumDatabase><ClassInstance Type="TRTSpectrumDatabase">${inside}` +
    Array.from(
      { length: spectra },
      (_, i) => `<SpectrumData${i}><ClassInstance Type="TRTSpectrum">${calibration}</ClassInstance></SpectrumData${i}>`,
    ).join('') +
    '</ClassInstance></TRTSpectrumDatabase>';
  const file = (xml: string | Uint8Array, maps: Readonly<Record<string, Uint8Array>> = { SpectrumData0: stream }) =>
    composite({
      'EDSDatabase/HeaderData': typeof xml === 'string' ? text(xml) : xml,
      ...Object.fromEntries(Object.entries(maps).map(([name, content]) => [`EDSDatabase/${name}`, content])),
    });
  const refusal = (bytes: Uint8Array, error: object) =>
    quickly(() => expect(bcf.read!(memoryFile('x.bcf', bytes))).rejects.toMatchObject({ kind: 'format', ...error }));

  it('whose header multiplies entities is refused', async () => {
    const laughs = Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
    await refusal(file(header('<Comment>&l10;</Comment>', `<!DOCTYPE x [<!ENTITY l0 "lol">${laughs}]>`)), {
      code: 'bad-header',
      what: expect.stringContaining('document type'),
    });
  });

  it('whose header names a file on this machine is refused', async () => {
    await refusal(file(header('&a;', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')), {
      code: 'bad-header',
    });
  });

  it.each([
    ['nested thirty thousand deep', '<a>'.repeat(3e4) + '</a>'.repeat(3e4)],
    ['nested and never closed', '<a>'.repeat(3e4)],
    ['of half a million elements', '<a/>'.repeat(5e5)],
    ['of 5 MB of text', `<a>${'x y '.repeat(1.25e6)}</a>`],
  ])('whose header is %s is refused, packed or not', async (_, inside) => {
    await refusal(file(header(inside)), { code: 'bad-header' });
    await refusal(file(compressed(text(header(inside)))), { code: 'bad-header' });
  });

  it('whose block declares more than deflate can pack is refused before it has memory', async () => {
    const lie = compressed(new Uint8Array(0), [{ stored: zlibSync(new Uint8Array(9)), length: 2 ** 32 - 1 }]);
    await refusal(file(header(''), { SpectrumData0: lie }), { code: 'zip-bomb' });
  });

  it('whose files are allowed each, and too much together, is refused', async () => {
    const megabyte = zlibSync(new Uint8Array(1 << 20));
    const blocks = Array.from({ length: 67 }, () => ({ stored: megabyte, length: 1 << 20 }));
    const map = compressed(new Uint8Array(0), blocks);
    const [small, large] = [1, 3e6].map((blanks) =>
      file(compressed(text(header(' '.repeat(blanks)))), { SpectrumData0: map }),
    );
    expect(unpackedBytes(small.length)).toBeGreaterThan(67 << 20);
    expect(unpackedBytes(large.length)).toBeLessThan((67 << 20) + 3e6);
    await refusal(small, { code: 'bad-pixels' });
    await refusal(large, { code: 'zip-bomb' });
  });

  it('whose directory names the same chunks again and again is refused', async () => {
    const large = mapStream(1, 1, [[{ column: 0, packing: 0, pulses: Array.from({ length: 30_000 }, () => 7) }]]);
    const names = Array.from({ length: 12 }, (_, i) => `SpectrumData${i}`);
    const bytes = file(
      header('', '', names.length),
      Object.fromEntries(names.map((name, i) => [name, i === 0 ? large : new Uint8Array(0)])),
    );
    const entryOf = (name: string) => Buffer.from(bytes).indexOf(`${name}\0`) - 0xe0;
    const first = bytes.slice(entryOf('SpectrumData0'), entryOf('SpectrumData0') + 12);
    for (const name of names) bytes.set(first, entryOf(name));
    await refusal(bytes, { code: 'bad-sfs', what: expect.stringContaining(`with ${large.length} bytes`) });
  });

  it('with more maps than any microscope has detectors is refused', async () => {
    const names = Array.from({ length: 17 }, (_, i) => `SpectrumData${i}`);
    await refusal(file(header('', '', 17), Object.fromEntries(names.map((name) => [name, stream]))), {
      code: 'too-many-maps',
    });
  });

  it('whose map has millions of pixels in a few bytes is refused before it has memory', async () => {
    const lie = new Uint8Array(0x1a0 + 4 * 2000);
    new DataView(lie.buffer).setUint32(0, 2000, true);
    new DataView(lie.buffer).setUint32(4, 30_000, true);
    await refusal(file(header(''), { SpectrumData0: lie }), { code: 'bad-pixels' });
  });
});

describe('a DM file', () => {
  const nested = (depth: number): DmValue => (depth === 0 ? 1 : group([['a', nested(depth - 1)]]));

  it('with groups nested a thousand deep is refused', async () => {
    await quickly(() =>
      expect(dm.read!(memoryFile('x.dm3', dmFile(group([['a', nested(1000)]]))))).rejects.toMatchObject({
        kind: 'format',
        code: 'bad-tags',
      }),
    );
  });

  it('with a type of arrays of arrays, four thousand deep, is refused quickly', async () => {
    const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
    const type = [...Array.from({ length: 2000 }, () => 20), 8, ...Array.from({ length: 2000 }, () => 0)];
    const tag = [21, 0, 0, ...word(0x25252525), ...word(type.length), ...type.flatMap(word)];
    const tags = Array.from({ length: 100 }, () => tag).flat();
    const bytes = Uint8Array.from([...word(3), ...word(0), ...word(1), 1, 0, ...word(100), ...tags]);
    await quickly(() => expect(dm.read!(memoryFile('x.dm3', bytes))).rejects.toMatchObject({ code: 'bad-tags' }));
  });

  it('with a hundred thousand empty tags is refused quickly', async () => {
    const empty = list(...Array.from({ length: 100_001 }, () => group({})));
    const bytes = dmFile(empty);
    await quickly(() => expect(dm.read!(memoryFile('x.dm3', bytes))).rejects.toMatchObject({ code: 'bad-tags' }));
  });

  it('with texts of nothing but NUL up to their last letter is read quickly', async () => {
    const units = { type: 4, values: [...Array.from({ length: 32_000 }, () => 0), 65] };
    const tags = Array.from({ length: 20 }, (_, i): [string, DmValue] => [`t${i}`, units]);
    const bytes = dmImage({ dataType: 2, data: { type: 6, values: [1, 2] }, dimensions: [2], tags });
    await quickly(async () => expect(await dm.read!(memoryFile('x.dm3', bytes))).toHaveLength(1));
  });
});

describe('a HyperSpy file', () => {
  it('whose text holds a tree thirty thousand levels deep is read without it', async () => {
    const dataset: ArrayDataset = {
      kind: 'array',
      title: 'deep',
      shape: [2],
      dtype: 'float64',
      axes: [uniformAxis({ name: 'Energy', unit: 'eV', role: 'spectral', size: 2 })],
      values: { kind: 'dense', load: async () => Float64Array.of(1, 2) },
      metadata: {},
      original: {
        metadata: { Spectrail: { metadata: `{"deep":${'['.repeat(3e4)}${']'.repeat(3e4)}}` } },
        original_metadata: {},
      },
      warnings: [],
    };
    const bytes = await hspy.encode!({ ...dataset, metadata: {} });
    await quickly(async () => {
      const [read] = await hspy.read!(memoryFile('x.hspy', bytes));
      expect(() => JSON.stringify(read)).not.toThrow();
    });
  });
});

describe('a Ripple header', () => {
  it.each([' ', '\t', 'x ', 'x\t'])('with a line of two hundred thousand %j is read quickly', async (filler) => {
    const lines = ['width 1', 'height 1', 'depth 1', 'data-type unsigned', 'data-length 1'];
    const long = `a${filler.repeat(2e5)}b`;
    await quickly(() => expect(parseRipple([...lines, long].join('\n'), 'x.rpl')).toMatchObject({ width: 1 }));
  });
});

describe('a recipe', () => {
  const steps = '\nsteps: [{ id: a, use: crop, params: { x: ';
  const head = `spectrail: recipe/1\ntitle: t\ninputs: { counts: {} }${steps}`;

  it.each([
    ['lists', `${head}${'['.repeat(3e4)}${']'.repeat(3e4)} } }]`],
    ['maps', `${head}${'{a: '.repeat(3e4)}1${'}'.repeat(3e4)} } }]`],
    ['blocks', `x:\n${Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i + 1)}a:\n`).join('')}`],
    ['dashes', '- '.repeat(3e4)],
    ['brackets never closed', '['.repeat(3e4)],
    ['JSON', `{"spectrail":"recipe/1","title":${'['.repeat(3e4)}${']'.repeat(3e4)}}`],
  ])('nested thirty thousand deep (%s) is refused in words', async (_, recipe) => {
    await quickly(() =>
      expect(() => parseRecipe(recipe)).toThrow(expect.objectContaining({ kind: 'plan', code: 'bad-recipe' })),
    );
  });

  it('with a quantity of two hundred thousand blanks or digits is refused quickly', async () => {
    for (const filler of [' ', '1']) {
      const quantity = `1${filler.repeat(2e5)}x y`;
      await quickly(() => expect(() => parseInUnit(quantity, 'eV')).toThrow(/is not a number with a unit/));
    }
  });
});

describe('a trail', () => {
  it.each([
    [
      'its recipe',
      (deep: string) => `{"spectrail":"trail/1","software":{"spectrail":"0"},"recipe":${deep},"inputs":{},"nodes":[]}`,
    ],
    ['everything', (deep: string) => deep],
  ])('nested a million deep in %s is refused in words', async (_, make) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'trail.json'), make(`${'['.repeat(1e6)}${']'.repeat(1e6)}`));
    await quickly(() =>
      expect(readTrail(folder)).rejects.toMatchObject({ code: expect.stringMatching(/bad-(trail|recipe)/) }),
    );
  });
});

describe('a text file', () => {
  const megabytes = 8;
  const emsa = '#FORMAT : EMSA/MAS Spectral Data File\n#XPERCHAN : 1\n#OFFSET : 0\n#SPECTRUM :\n';

  it.each([
    ['line ends', 'x.txt', '', '\n', 'no-table'],
    ['rows of two digits', 'x.txt', '', '1 2\n', 'read'],
    ['one endless line', 'x.txt', '', '1 ', 'too-many-columns'],
    ['blank lines after an EMSA header', 'x.msa', emsa, '\n', 'truncated'],
    ['keywords of an EMSA header', 'x.msa', '#FORMAT : EMSA/MAS Spectral Data File\n', '#A:1\n', 'not-emsa'],
  ])('of %s is met in memory for a few times its size', (_, name, start, filler, expected) => {
    const script = `
      const { openFile } = await import(${builtModule('formats/index.js')});
      const bytes = Buffer.alloc(${megabytes << 20}, ${JSON.stringify(filler)});
      bytes.write(${JSON.stringify(start)}, 0, 'latin1');
      const source = { name: ${JSON.stringify(name)}, size: bytes.length, read: async (at, n) => bytes.subarray(at, at + n), sibling: async () => undefined };
      console.log(await openFile(source).then(() => 'read', (error) => error.code));`;
    // What a list of all lines would take does not fit: the process would die of it.
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--max-old-space-size=64', '--input-type=module', '-e', script],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe(expected);
  });
});
