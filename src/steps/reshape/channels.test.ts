import { describe, expect, it } from 'vitest';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { windowChannels } from './channels.ts';

const even = uniformAxis({ role: 'spectral', unit: 'eV', size: 11, offset: 100, scale: 1 });
const falling = uniformAxis({ role: 'spectral', unit: 'eV', size: 11, offset: 110, scale: -1 });
const listed = explicitAxis({ role: 'spectral', unit: 'eV', positions: [100, 101, 103, 106, 110] });

describe('the channels of a window', () => {
  it.each([
    ['even', even, [103, 106], [3, 7]],
    ['falling', falling, [103, 106], [4, 8]],
    ['listed', listed, [101, 106], [1, 4]],
    ['reaching beyond the end of a listed one', listed, [105, 500], [3, 5]],
  ] as const)('on an axis %s are those with their centres in it', (_, axis, window, channels) => {
    expect(windowChannels(axis, window)).toEqual(channels);
    expect(windowChannels(axis, [window[1], window[0]])).toEqual(channels);
  });

  it.each([
    ['even', even],
    ['falling', falling],
    ['listed', listed],
  ])('that lies beside an axis %s is refused', (_, axis) => {
    for (const window of [
      [10, 50],
      [200, 300],
      ['0.2 keV', '0.3 keV'],
    ] as const) {
      expect(() => windowChannels(axis, window)).toThrow(expect.objectContaining({ code: 'empty-window' }));
    }
  });
});
