import { describe, expect, it } from 'vitest';
import type { EventsBlock } from '../signal/block.ts';
import { eventTotals } from './event-totals.ts';

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
    eventTotals(events, skip, rows, channels);
    return { rows: Array.from(rows), channels: Array.from(channels) };
  };

  it('are the counts of each row, and are added to those of each channel', () => {
    expect(found()).toEqual({ rows: [203, 0, 10, 5], channels: [1.5, 10, 0, 2, 215] });
  });

  it('leave out what is to be skipped', () => {
    expect(found(Uint8Array.of(0, 0, 2, 1))).toEqual({ rows: [203, 0, 0, 0], channels: [0.5, 3, 0, 0, 210] });
  });
});
