import { expect, it } from 'vitest';
import { buildAlias, drawAlias, joinAlias } from './alias.ts';
import { drawEvents } from './draw-events.ts';
import { CounterRandom } from './random.ts';

it('draws the events that one stream a pixel gives, counted into ascending channels', () => {
  const channels = 70;
  const tables = [1, 2, 3].map((power) => buildAlias(Float64Array.from({ length: channels }, (_, j) => j ** power)));
  const totals = Uint32Array.of(0, 1, 7, 8, 9, 500, 3);
  const group = Uint32Array.of(0, 1, 2, 0, 1, 2, 0);
  const seed = 2 ** 40 + 12345;
  const drawn = drawEvents({ channels, totals, group, tables: joinAlias(tables) }, seed);
  expect(drawn.pixels).toBe(totals.length);
  for (let i = 0; i < totals.length; i++) {
    const random = new CounterRandom(seed, 2 ** 32 + i);
    const expected = new Map<number, number>();
    for (let n = 0; n < totals[i]; n++) {
      const j = drawAlias(tables[group[i]], random);
      expected.set(j, (expected.get(j) ?? 0) + 1);
    }
    const [from, to] = [drawn.offsets[i], drawn.offsets[i + 1]];
    const found = Array.from(drawn.channel.subarray(from, to), (j, e) => [j, drawn.count[from + e]]);
    expect(found).toEqual([...expected].sort(([a], [b]) => a - b));
  }
});

it.each([
  [70, 255, Uint16Array, Uint8Array],
  [70, 256, Uint16Array, Uint16Array],
  [70, 65536, Uint16Array, Uint32Array],
  [65537, 5, Uint32Array, Uint8Array],
])('of %d channels and %d events in a pixel come in the smallest types', (channels, total, Channel, Count) => {
  const tables = buildAlias(new Float64Array(channels).map((_, j) => (j === channels - 1 ? 1 : 0)));
  const drawn = drawEvents({ channels, totals: Uint32Array.of(total), group: Uint32Array.of(0), tables }, 3);
  expect(drawn.channel).toEqual(Channel.of(channels - 1));
  expect(drawn.count).toEqual(Count.of(total));
});
