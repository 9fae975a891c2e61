import { describe, expect, it } from 'vitest';
import { type EventsBlock, toDense } from '../signal/block.ts';
import { labelSums, NO_LABEL } from './label-sums.ts';
import { CounterRandom } from './random.ts';

const [pixels, channels, labelled] = [50, 9, 3];

function events(Channel: typeof Uint16Array | typeof Uint32Array, Count: typeof Uint8Array | typeof Uint32Array) {
  const random = new CounterRandom(31, 0);
  const channel: number[] = [];
  const count: number[] = [];
  const offsets = Uint32Array.from({ length: pixels + 1 }, (_, i) => {
    for (let j = 0; i > 0 && j < channels; j++) {
      if (random.next() < 0.5) continue;
      channel.push(j);
      count.push(1 + random.integer(200));
    }
    return channel.length;
  });
  const block: EventsBlock = {
    kind: 'events',
    pixels,
    channels,
    offsets,
    channel: Channel.from(channel),
    count: Count.from(count),
  };
  return block;
}

const labels = Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 0 ? NO_LABEL : i % labelled));
const units = Float64Array.from({ length: pixels }, (_, i) => (i % 3 ? 1 : 1.7));

/** Plain loops. */
function twin(block: EventsBlock, start: Float64Array): Float64Array {
  const sums = start.slice();
  for (let i = 0; i < pixels; i++) {
    if (labels[i] === NO_LABEL) continue;
    for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++) {
      sums[labels[i] * channels + block.channel[e]] += block.count[e] / units[i];
    }
  }
  return sums;
}

describe('sums by label', () => {
  const start = Float64Array.from({ length: labelled * channels }, (_, at) => at / 3);

  it.each([
    [Uint16Array, Uint8Array],
    [Uint16Array, Uint32Array],
    [Uint32Array, Uint8Array],
    [Uint32Array, Uint32Array],
  ] as const)('of events whose channels are a %o and counts a %o are those of plain loops', (Channel, Count) => {
    const block = events(Channel, Count);
    const sums = start.slice();
    labelSums(block, labels, units, sums);
    expect(sums).toEqual(twin(block, start));
  });

  it.each(['uint16', 'float64'] as const)('of the same counts as dense %s have the same bits', (dtype) => {
    const block = events(Uint16Array, Uint8Array);
    const sums = start.slice();
    labelSums(toDense(block, dtype), labels, units, sums);
    expect(sums).toEqual(twin(block, start));
  });
});
