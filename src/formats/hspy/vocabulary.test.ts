import { describe, expect, it } from 'vitest';
import { flattenMetadata } from './vocabulary.ts';

describe('the date of a HyperSpy file', () => {
  it.each([
    ['2014-10-14', '2014-10-14'],
    ['14.10.2014', '2014-10-14'],
    ['14.13.2014', undefined],
    ['10/14/2014', undefined],
    ['2014-10-32', undefined],
    ['', undefined],
    [20141014, undefined],
  ])('%j is %s', (date, iso) => {
    expect(flattenMetadata({ General: { date } }).date).toBe(iso);
  });
});
