import { describe, expect, it } from 'vitest';
import { NumberTable } from './number-table.ts';

describe('a table of numbers', () => {
  it('has its columns, however many rows there are', () => {
    const table = new NumberTable();
    for (let i = 0; i < 12345; i++) table.addRow(` ${i}  -${i}.5\t1e3 `, 'a file');
    const columns = table.columns();
    expect(table.rows).toBe(12345);
    expect(columns[0]).toEqual(Float64Array.from({ length: 12345 }, (_, i) => i));
    expect(columns[1][12344]).toBe(-12344.5);
    expect(columns[2].every((value) => value === 1000)).toBe(true);
  });

  it('without rows has no columns', () => {
    expect(new NumberTable().rows).toBe(0);
    expect(new NumberTable().columns()).toEqual([]);
  });

  it.each([
    ['1 x', /"x" is no number/],
    ['1 2 3', /3 numbers/],
    ['1', /1 numbers/],
    ['1 1e999', /no number/],
  ])('refuses the row "%s" under rows of two', (line, what) => {
    const table = new NumberTable();
    table.addRow('1 2', 'a.xy, line 1');
    expect(() => table.addRow(line, 'a.xy, line 2')).toThrow(what);
    expect(() => table.addRow(line, 'a.xy, line 2')).toThrow(/a\.xy, line 2/);
  });

  it('refuses a row of a hundred thousand numbers, each of which would be a column', () => {
    expect(() => new NumberTable().addRow('1 '.repeat(1e5), 'a file')).toThrow(/more than 16384 numbers/);
  });
});
