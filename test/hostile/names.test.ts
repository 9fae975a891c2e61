import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readTrail } from '../../src/cli/trail-file.ts';
import { FORMATS, openFile } from '../../src/formats/index.ts';
import { parseRecipe } from '../../src/plan/recipe.ts';
import type { Dataset } from '../../src/signal/dataset.ts';
import { isSpectrailError } from '../../src/signal/errors.ts';
import { canonicalUnit, convertUnit, isKnownUnit } from '../../src/signal/units.ts';
import { spectrail, temporaryFolder } from '../cli.ts';
import { dmImage, group } from '../dm-file.ts';
import { memoryFile } from '../memory-file.ts';
import { composite, mapStream } from '../synthetic-bcf.ts';

/** Properties that every object has, or that change what it is. */
const POISON = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];

afterEach(() => {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(typeof {}.toString).toBe('function');
});

const text = (content: string) => new TextEncoder().encode(content);

const emsa = (name: string) =>
  `#FORMAT : EMSA/MAS Spectral Data File\n#TITLE : ${name}\n#NPOINTS : 2\n#XUNITS : ${name}\n#XLABEL : ${name}\n` +
  `#XPERCHAN : 1\n#OFFSET : 0\n#SIGNALTYPE : ${name}\n#${name} -${name} : 1\n##${name} : {"polluted": 1}\n#BEAMKV -${name} : 3\n` +
  '#SPECTRUM :\n1\n2\n#ENDOFDATA :\n';

const bcf = (name: string) =>
  composite({
    'EDSDatabase/HeaderData': text(
      `<TRTSpectrumDatabase><ClassInstance Type="TRTSpectrumDatabase" Name="${name}" ${name}="1">` +
        `<ClassInstance Type="${name}"><polluted>1</polluted></ClassInstance><SpectrumData0><ClassInstance Type="TRTSpectrum">` +
        '<ClassInstance Type="TRTSpectrumHeader"><ChannelCount>16</ChannelCount><CalibAbs>0</CalibAbs><CalibLin>1</CalibLin>' +
        '</ClassInstance></ClassInstance></SpectrumData0></ClassInstance></TRTSpectrumDatabase>',
    ),
    'EDSDatabase/SpectrumData0': mapStream(1, 1, [[{ column: 0, packing: 0, pulses: [7] }]]),
    [`${name}/${name}`]: text('x'),
  });

const dm = (name: string) =>
  dmImage({
    dataType: 2,
    data: { type: 6, values: [1, 2] },
    dimensions: [2],
    name,
    calibrations: [group({ Scale: 1, Origin: 0, Units: name })],
    tags: [
      [name, group([[name, group({ polluted: 1 })]])],
      ['Meta Data', group([['Signal', name]])],
      [name, 3],
    ],
  });

const FILES: readonly (readonly [string, string, (name: string) => Uint8Array])[] = [
  ['EMSA keywords, units and labels', 'x.msa', (name) => text(emsa(name))],
  ['DM tags, titles and units', 'x.dm3', dm],
  ['elements, attributes and files of a Bruker composite', 'x.bcf', bcf],
  ['column names', 'x.txt', (name) => text(`# ${name} ${name}\n1 2\n3 4\n`)],
];

describe('names that are properties of every object are names like any other', () => {
  it.each(FILES.flatMap(([what, file, make]) => POISON.map((name) => [what, name, file, make] as const)))(
    'as %s: %s',
    async (_what, name, file, make) => {
      let datasets: readonly Dataset[] = [];
      try {
        ({ datasets } = await openFile(memoryFile(file, make(name)), FORMATS));
      } catch (error) {
        if (!isSpectrailError(error)) throw error;
        expect(error.code).not.toBe('reader-failed');
      }
      for (const dataset of datasets) {
        expect(typeof dataset.title).toBe('string');
        expect(JSON.parse(JSON.stringify(dataset.metadata)).polluted).toBeUndefined();
        if (dataset.kind === 'table') continue;
        for (const axis of dataset.axes) expect([typeof axis.unit, typeof axis.name]).toEqual(['string', 'string']);
      }
    },
  );

  it.each(POISON)('as keys and units of a Ripple header: %s', async (name) => {
    const rpl = `${name}\tpolluted\nwidth\t1\nheight\t1\ndepth\t2\noffset\t0\ndata-length\t1\ndata-type\tunsigned\ndepth-units\t${name}\nsignal\t${name}\n`;
    const raw = memoryFile('x.raw', Uint8Array.of(1, 2));
    const { datasets } = await openFile({ ...memoryFile('x.rpl', rpl), sibling: async () => raw });
    expect(Object.getPrototypeOf(datasets[0].original)).toBeNull();
    expect(datasets[0].kind === 'array' && datasets[0].axes[0].unit).toBe(name);
  });

  it.each(POISON)('as a unit: %s', (name) => {
    expect(canonicalUnit(name)).toBe(name);
    expect(isKnownUnit(name)).toBe(false);
    expect(() => convertUnit(1, name, 'eV')).toThrow(/cannot convert/);
    expect(() => convertUnit(1, 'eV', name)).toThrow(/cannot convert/);
  });

  it.each(POISON)('in a recipe, wherever it has names: %s', (name) => {
    const recipes = [
      `inputs: { counts: {}, ${name}: { polluted: 1 } }\nsteps: [{ id: a, use: crop }]`,
      `inputs: { counts: { ${name}: { polluted: 1 } } }\nsteps: [{ id: a, use: crop }]`,
      `inputs: { counts: {} }\n${name}: { polluted: 1 }\nsteps: [{ id: a, use: crop }]`,
      `inputs: { counts: {} }\nsteps: [{ id: ${name}, use: ${name} }]`,
      `inputs: { counts: {} }\nsteps: [{ id: a, use: crop, in: { ${name}: counts }, params: { ${name}: { polluted: 1 } } }]`,
      `inputs: { counts: {} }\nsteps: [{ id: a, use: crop }]\noutputs: { ${name}: a }`,
    ];
    for (const recipe of recipes) {
      try {
        parseRecipe(`spectrail: recipe/1\ntitle: t\n${recipe}\n`);
      } catch (error) {
        expect(isSpectrailError(error, 'plan'), String(error)).toBe(true);
      }
    }
  });

  it.each(POISON)('in a trail: %s', async (name) => {
    const folder = temporaryFolder();
    const recipe = { spectrail: 'recipe/1', title: 't', inputs: { counts: {} }, steps: [{ id: 'a', use: 'crop' }] };
    const file = { name: 'x', bytes: 1, sha256: 'x' };
    const trail = `{"spectrail":"trail/1","software":{"spectrail":"0","${name}":{"polluted":1}},"recipe":${JSON.stringify(recipe)},
      "inputs":{"${name}":{"file":${JSON.stringify(file)},"polluted":1}},"${name}":{"polluted":1},
      "nodes":[{"id":"${name}","use":"${name}","version":1,"hash":"${name}"}]}`;
    writeFileSync(join(folder, 'trail.json'), trail);
    const read = await readTrail(folder);
    expect(read.nodes[0].id).toBe(name);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });
});

describe('what a terminal would obey', () => {
  const command = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e';

  it('is shown as a mark by info, and kept as it is by --json', async () => {
    const path = join(temporaryFolder(), 'x.msa');
    writeFileSync(path, emsa('eV').replace('#TITLE : eV', `#TITLE : a${command}b`));
    const plain = await spectrail(['info', path]);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toContain('a\ufffd]0;owned\ufffd');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(plain.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    const { stdout } = await spectrail(['info', path, '--json']);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(JSON.parse(stdout).signals[0].title).toBe(`a${command}b`);
  });

  it('is shown as a mark in errors', async () => {
    const path = join(temporaryFolder(), 'x.msa');
    writeFileSync(path, emsa('eV').replace('#OFFSET : 0', `#OFFSET : ${command}`));
    const { code, stderr } = await spectrail(['info', path]);
    expect(code).toBe(2);
    expect(stderr).toContain('owned');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});
