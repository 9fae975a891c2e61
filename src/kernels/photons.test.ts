import fc from 'fast-check';
import { expect, it } from 'vitest';
import { appendPhotons, type PhotonList, sumPhotons } from './photons.ts';
import { machine } from './wasm/machine.ts';

const END = 65535;

function listOf(values: readonly number[], channels: number, cut = values.length) {
  const list: PhotonList = {
    channel: new Uint16Array(values.length),
    visit: new Uint32Array(values.length),
    length: 0,
    ends: 0,
  };
  for (const part of [values.slice(0, cut), values.slice(cut)]) appendPhotons(list, Uint16Array.from(part), channels);
  return {
    channel: [...list.channel.subarray(0, list.length)],
    visit: [...list.visit.subarray(0, list.length)],
    ends: list.ends,
  };
}

/** The same in plain words. */
function listed(values: readonly number[], channels: number) {
  const found = { channel: [] as number[], visit: [] as number[], ends: 0 };
  for (const value of values) {
    if (value === END) found.ends++;
    else if (value < channels) {
      found.channel.push(value);
      found.visit.push(found.ends);
    }
  }
  return found;
}

const values = fc.array(
  fc.oneof(
    { arbitrary: fc.constant(END), weight: 3 },
    fc.nat(40),
    fc.integer({ min: 32_760, max: 32_780 }),
    fc.nat(END),
  ),
  { maxLength: 60 },
);

it('photons of a stream are listed with the ends before them, in registers as one by one, however it is cut', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(1, 20, 4096, 32_768, 40_000, END), fc.nat(60), (stream, channels, cut) => {
      expect(listOf(stream, channels, cut)).toEqual(listed(stream, channels));
    }),
    { numRuns: 500 },
  );
});

it('a stream longer than one call takes goes on where the call before ended', () => {
  const stream = Array.from({ length: 70_000 }, (_, i) => (i % 3 === 2 ? END : i % 1000));
  const { channel, visit, ends } = listOf(stream, 1000);
  const expected = listed(stream, 1000);
  expect(ends).toBe(expected.ends);
  expect(channel.every((value, i) => value === expected.channel[i])).toBe(true);
  expect(visit.every((value, i) => value === expected.visit[i])).toBe(true);
});

it('nothing that other kernels leave in the memory shows', () => {
  new Uint8Array(machine().memory.buffer, 4096).fill(0xa5);
  const stream = [3, END, 1, 3, 3, END, END, 2, 1, 9];
  expect(listOf(stream, 8)).toEqual(listed(stream, 8));
  new Uint8Array(machine().memory.buffer, 4096).fill(0xa5);
  const run = { channel: Uint16Array.of(7, 3, 7, 0), visit: Uint32Array.of(10, 10, 12, 12), base: 10 };
  const { offsets, channel, count } = sumPhotons([run, run], 4, 8);
  expect([...offsets]).toEqual([0, 2, 2, 4, 4]);
  expect([...channel]).toEqual([3, 7, 0, 7]);
  expect([...count]).toEqual([2, 2, 2, 2]);
});

it('counts take the fewest bytes that hold the largest of them', () => {
  const run = (photons: number) => ({
    channel: new Uint16Array(photons).fill(5),
    visit: new Uint32Array(photons),
    base: 0,
  });
  for (const [photons, bytes] of [
    [255, 1],
    [256, 2],
    [65_535, 2],
    [65_536, 4],
  ]) {
    const { count } = sumPhotons([run(photons)], 1, 6);
    expect([count[0], count.BYTES_PER_ELEMENT]).toEqual([photons, bytes]);
  }
});
