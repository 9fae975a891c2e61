import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { sharedFolder } from '../../../test/oracle.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset, TableDataset } from '../../signal/dataset.ts';
import orange from './index.ts';

const read = async (content: string | Uint8Array) => (await orange.read!(memoryFile('x.tab', content)))[0];
const sniff = (content: string, name = 'x.bin') =>
  orange.sniff(new TextEncoder().encode(content).subarray(0, 4096), name);

const TAB = 'type\t30\t20\t10\tedge\nd\tc\tc\tc\tc\nclass\t\t\t\tmeta\na\t1\t2\t3\t0.5\nb\t4\t?\t6\t\n';

describe('spectra', () => {
  it.each([
    ['tabs', TAB],
    ['commas', TAB.replaceAll('\t', ',')],
    ['commas, empty roles left out', TAB.replace('class\t\t\t\tmeta', 'class').replaceAll('\t', ',')],
    [
      'whole words, roles by letter, CR LF',
      TAB.replaceAll('\n', '\r\n')
        .replace('d\tc\tc\tc\tc', 'a b\tcontinuous\tnumeric\tC\tcontinuous')
        .replace('class', 'c')
        .replace('meta', 'm unit=1'),
    ],
  ])('between %s are a dataset, all other columns their labels', async (_, content) => {
    expect(sniff(content)).toBe('certain');
    const found = (await read(content)) as ArrayDataset;
    expect(found).toMatchObject({ kind: 'array', shape: [2, 3], warnings: ['1 values are missing or not a number'] });
    expect(axisValues(found.axes[1])).toEqual(Float64Array.of(30, 20, 10));
    expect(await found.values.load()).toEqual(Float64Array.of(1, 2, 3, 4, Number.NaN, 6));
    expect(found.original.labels).toMatchObject({ type: ['a', 'b'], edge: ['0.5', ''] });
    expect(found.metadata).toEqual({});
  });

  it('are known by flags before the names, too', async () => {
    const content = 'mS#name,C#30,20,10,cD#type\nx,1,2,3,a\ny,4,5,6,b\n';
    expect(sniff(content)).toBe('likely');
    expect(await orange.probe!(memoryFile('x.bin', content))).toBe(true);
    const found = (await read(content)) as ArrayDataset;
    expect(axisValues(found.axes[1])).toEqual(Float64Array.of(30, 20, 10));
    expect(await found.values.load()).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
    expect(found.original.labels).toMatchObject({ name: ['x', 'y'], type: ['a', 'b'] });
    for (const other of ['#a,b\n1,2\n', 'Channel#1,Channel#2\n1,2\n', 'C#1,C#2\n1\n']) expect(sniff(other)).toBe('no');
  });

  it('on an even axis where their positions are even, their only label a number', async () => {
    const found = (await read('10.0\t20.0\t30.0\tedge_jump\nc\tc\tc\tc\n\t\t\tmeta\n1\t2\t3\t0.5\n')) as ArrayDataset;
    expect(found.axes[1]).toMatchObject({ kind: 'uniform', scale: 10, offset: 10 });
    expect(found.original.labels).toEqual({ edge_jump: ['0.5'] });
  });

  it('stand in the order of their positions where the columns do not', async () => {
    const found = (await read('20\t10\t30\nc\tc\tc\n\t\t\n1\t2\t3\n')) as ArrayDataset;
    expect(axisValues(found.axes[1])).toEqual(Float64Array.of(10, 20, 30));
    expect(await found.values.load()).toEqual(Float64Array.of(2, 1, 3));
  });

  it('are recognised where the names alone fill what is looked at', async () => {
    const names = Array.from({ length: 1500 }, (_, i) => 400 + i / 4);
    const content = `${names.join('\t')}\n${'c\t'.repeat(1499)}c\n${'\t'.repeat(1499)}\n${'1\t'.repeat(1499)}1\n`;
    expect(sniff(content)).toBe('likely');
    expect(await orange.probe!(memoryFile('x.bin', content))).toBe(true);
    expect(((await read(content)) as ArrayDataset).shape).toEqual([1, 1500]);
    expect(await orange.probe!(memoryFile('x.bin', content.replaceAll('c', '2')))).toBe(false);
  });

  it.skipIf(!sharedFolder())('of the EXAFS sample are what its text says', async () => {
    const path = join(sharedFolder() ?? '', 'corpus/columns-other/exafs-test.tab');
    const text = readFileSync(path, 'utf8');
    const found = (await read(text)) as ArrayDataset;
    const rows = text
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split('\t'));
    expect(found.shape).toEqual([1, 115]);
    expect([...axisValues(found.axes[1])]).toEqual(rows[0].slice(0, 115).map(Number));
    expect([...((await found.values.load()) as Float64Array)]).toEqual(rows[3].slice(0, 115).map(Number));
    expect(found.original.labels).toMatchObject({ edge_jump: [rows[3][115]] });
  });
});

describe('any other table', () => {
  it.each([
    ['features with names', 'a\tb\tkind\nc\tc\ts\n\t\t\n1\t2\tx\n3\t4\ty\n'],
    ['features of equal names', '10\t10\tkind\nc\tc\ts\n\t\t\n1\t2\tx\n3\t4\ty\n'],
  ])('with %s has the columns of numbers', async (_, content) => {
    const found = (await read(content)) as TableDataset;
    expect(found).toMatchObject({ kind: 'table', rows: 2 });
    expect(found.columns.map(({ values }) => [...values])).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(found.original.labels).toMatchObject({ kind: ['x', 'y'] });
  });

  it('is harmless whatever its columns are called', async () => {
    const found = await read('__proto__\t10\t20\ns\tc\tc\nmeta\t\t\nx\t1\t2\n');
    expect(Object.keys(found.original.labels as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)[0]).toBeUndefined();
  });
});

describe('damage', () => {
  it.each([
    ['no header', 'a\tb\n1\t2\n', 'line 1'],
    ['unknown types', 'a\tb\nx\tc\n\t\n1\t2\n', 'line 1'],
    ['unknown roles', 'a\tb\nc\tc\nfoo\t\n1\t2\n', 'line 1'],
    ['no rows', 'a\tb\nc\tc\n\t\n', 'line 3'],
    ['a short row', 'a\tb\nc\tc\n\t\n1\t2\n3\n', 'line 5'],
    ['a word among numbers', 'a\tb\nc\tc\n\t\n1\t2\n3\tx\n', 'line 5'],
  ])('%s is refused with its place', async (_, content, where) => {
    await expect(read(content)).rejects.toMatchObject({
      kind: 'format',
      code: 'bad-sheet',
      where: expect.stringContaining(where),
    });
  });

  it('is not seen in other text', () => {
    expect(sniff('a\tb\n1\t2\n3\t4\n')).toBe('no');
    expect(sniff('a\tb\n1\t2\n3\t4\n', 'x.tab')).toBe('name');
    expect(sniff('a\tb\nc\tc\n\t\n\u0000')).toBe('no');
  });

  it.each(['\t', ' ', 'a=', 'a=b ', '"', 'c '])('lines of two hundred thousand %j do not hang', async (filler) => {
    const started = performance.now();
    const line = filler.repeat(2e5);
    await read(`${line}\n${line}\n${line}\n`).catch(() => undefined);
    await read(`a\tb\nc\t${line}\n\t${line}\n1\t2\n`).catch(() => undefined);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
