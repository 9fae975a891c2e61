import { describe, expect, it } from 'vitest';
import { bridgeMasked } from './bridge-masked.ts';

describe('masked channels', () => {
  const bridged = (values: number[], masked: number[], at = 0) => {
    const out = Float64Array.from(values);
    bridgeMasked(out, Uint8Array.from(masked), at);
    return [...out];
  };

  it('are bridged by straight lines, level at the ends', () => {
    expect(bridged([9, 2, 9, 9, 8, 9], [1, 0, 1, 1, 0, 5])).toEqual([2, 2, 4, 6, 8, 8]);
  });

  it('of one row leave the others alone', () => {
    expect(bridged([1, 9, 1, 2, 9, 4], [0, 1, 0], 3)).toEqual([1, 9, 1, 2, 3, 4]);
  });

  it('are 0 where there are no others', () => {
    expect(bridged([3, 4], [1, 1])).toEqual([0, 0]);
    expect(bridged([], [])).toEqual([]);
  });
});
