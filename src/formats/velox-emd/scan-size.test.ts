import { describe, expect, it } from 'vitest';
import { compactUnit } from '../compact-unit.ts';
import { declaredSize, fittingSize, type ScanSize } from './scan-size.ts';

const size = (height: number, width: number): ScanSize => ({ height, width });

describe('the size of a scan', () => {
  it.each([
    ['the first that the streams fill exactly', [size(4, 4), size(2, 3)], 6, 1, size(2, 3)],
    [
      'the one that fits the number of frames, before one that fits by chance',
      [size(1, 3), size(2, 3)],
      12,
      2,
      size(2, 3),
    ],
    ['one whose whole frames fill the streams', [size(5, 5), size(2, 3)], 18, undefined, size(2, 3)],
    ['one that lacks a last, empty pixel', [size(5, 5), size(2, 3)], 5, 1, size(2, 3)],
    ['the first where none fits', [size(4, 4), size(5, 5)], 7, 1, size(4, 4)],
    ['a possible one', [size(2 ** 14, 2 ** 14), size(1, 2 ** 17), size(1.5, 2), size(4, 4)], 7, 1, size(4, 4)],
    ['none where all are impossible', [size(2 ** 14, 2 ** 14)], 7, 1, undefined],
  ] as const)('is %s', (_, sizes, pixels, frames, expected) => {
    expect(fittingSize(sizes, pixels, frames)).toEqual(expected);
  });
});

describe('the size that declarations give a scan', () => {
  it.each([
    ['the one that the file states', [size(4, 4), size(5, 5)], true, 100, 1, size(4, 4)],
    ['none where two are as likely', [size(4, 4), size(5, 5)], false, 100, 1, undefined],
    ['the one that two agree on', [size(4, 4), size(4, 4), size(5, 5)], false, 100, 1, size(4, 4)],
    ['the only one', [size(4, 4)], false, 100, 1, size(4, 4)],
    ['the only one that the values can fill', [size(9, 9), size(4, 4)], true, 50, 1, size(4, 4)],
    ['the only one that they can fill so many times', [size(5, 5), size(4, 4)], false, 50, 3, size(4, 4)],
    ['one that lacks the end of its last pixel', [size(5, 5), size(4, 4)], true, 24, 1, size(5, 5)],
    ['the one stated where none can be filled: the scan was stopped', [size(9, 9), size(8, 8)], true, 5, 1, size(9, 9)],
    ['a possible one', [size(2 ** 14, 2 ** 14), size(4, 4)], true, 100, 1, size(4, 4)],
    ['none where none is possible', [size(2 ** 14, 2 ** 14)], true, 100, 1, undefined],
  ] as const)('is %s', (_, sizes, stated, values, frames, expected) => {
    expect(declaredSize({ sizes, stated }, values, frames)).toEqual(expected);
  });
});

describe('the unit of an axis', () => {
  it.each([
    ['m', 2e-10, 2e-10, 'pm', 200],
    ['m', 3.2e-7, 1e-9, 'nm', 1],
    ['m', 1e-6, 1e-9, 'µm', 1e-3],
    ['m', 5, 1, 'm', 1],
    ['1/m', 9.5e6, 5e5, '1 / µm', 0.5],
    ['1/m', 5e9, 1e8, '1 / nm', 0.1],
    ['s', 0.02, 0.004, 'ms', 4],
    ['rad', 1e-6, 1e-6, 'rad', 1e-6],
    ['', 3, 3, '', 3],
    ['m', 0, 0, 'm', 0],
  ])('%s of an extent of %d', (unit, extent, value, expected, converted) => {
    const compact = compactUnit(unit, extent);
    expect(compact.unit).toBe(expected);
    expect(compact.convert(value)).toBeCloseTo(converted, 12);
  });
});
