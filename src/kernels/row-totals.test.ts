import { describe, expect, it } from 'vitest';
import type { EventsBlock } from '../signal/block.ts';
import { rowTotals } from './row-totals.ts';

describe.each([
  [Uint16Array, Uint8Array],
  [Uint16Array, Uint16Array],
  [Uint32Array, Uint32Array],
] as const)('totals of events whose channels are a %o and counts a %o', (Channel, Count) => {
  const events: EventsBlock = {
    kind: 'events',
    pixels: 4,
    channels: 5,
    offsets: Uint32Array.of(0, 2, 2, 5, 6),
    channel: Channel.of(1, 4, 0, 1, 3, 4),
    count: Count.of(3, 200, 1, 7, 2, 5),
  };
  const found = (skip?: Uint8Array) => {
    const rows = new Float64Array(4).fill(-1);
    const channels = Float64Array.of(0.5, 0, 0, 0, 10);
    rowTotals(events, skip, rows, channels);
    return { rows: Array.from(rows), channels: Array.from(channels) };
  };

  it('are the counts of each row, and are added to those of each channel', () => {
    expect(found()).toEqual({ rows: [203, 0, 10, 5], channels: [1.5, 10, 0, 2, 215] });
  });

  it('leave out what is to be skipped', () => {
    expect(found(Uint8Array.of(0, 0, 2, 1))).toEqual({ rows: [203, 0, 0, 0], channels: [0.5, 3, 0, 0, 210] });
  });
});

describe.each([4, 5])('totals of dense rows of %d channels', (channels) => {
  const values = Float32Array.from({ length: 3 * channels }, (_, at) => (at % 7) - 1.5);
  const found = (skip?: Uint8Array) => {
    const totals = new Float64Array(3).fill(-1);
    const perChannel = new Float64Array(channels).fill(0.25);
    const negative = rowTotals({ kind: 'dense', pixels: 3, channels, values }, skip, totals, perChannel);
    return { totals: Array.from(totals), perChannel: Array.from(perChannel), negative };
  };
  const expected = (rows: readonly number[]) => {
    const at = (i: number, j: number) => (rows.includes(i) ? values[i * channels + j] : 0);
    const sum = (n: number, value: (k: number) => number) =>
      Array.from({ length: n }, (_, k) => value(k)).reduce((a, b) => a + b, 0);
    const all = [0, 1, 2].flatMap((i) => Array.from({ length: channels }, (_, j) => at(i, j)));
    return {
      totals: [0, 1, 2].map((i) => sum(channels, (j) => at(i, j))),
      perChannel: Array.from({ length: channels }, (_, j) => 0.25 + sum(3, (i) => at(i, j))),
      negative: all.filter((value) => value < 0).length,
    };
  };

  it('are sums along rows and channels, and tell how many values are negative', () => {
    expect(found()).toEqual(expected([0, 1, 2]));
    expect(found().negative).toBeGreaterThan(0);
  });

  it('leave out what is to be skipped', () => {
    expect(found(Uint8Array.of(0, 1, 0))).toEqual(expected([0, 2]));
  });
});
