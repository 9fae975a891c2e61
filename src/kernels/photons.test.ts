import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type PhotonRoute, type PhotonRun, routePhotons, sumPhotons } from './photons.ts';
import { machine } from './wasm/machine.ts';

const END = 65535;

/** Photons of a stream as [tile, pixel, channel], the tiles of `pixels` pixels each, and the ends that were met. */
function routed(values: readonly number[], channels: number, pixels: number, cut = values.length) {
  const photons: number[][] = [];
  let tiles = 0;
  const route: PhotonRoute = {
    tile: { pixel: 0, pixels },
    take: ({ channel, pixel }) => {
      expect(channel.length).toBe(pixel.length);
      for (const [i, c] of channel.entries()) photons.push([tiles, pixel[i], c]);
    },
    next: () => {
      tiles++;
      route.tile.pixel = 0;
    },
  };
  for (const part of [values.slice(0, cut), values.slice(cut)]) routePhotons(route, Uint16Array.from(part), channels);
  return { photons, ends: tiles * pixels + route.tile.pixel };
}

/** The same in plain words. */
function listed(values: readonly number[], channels: number, pixels: number) {
  const photons: number[][] = [];
  let ends = 0;
  for (const value of values) {
    if (value === END) ends++;
    else if (value < channels) photons.push([Math.floor(ends / pixels), ends % pixels, value]);
  }
  return { photons, ends };
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

it('photons of a stream are led to their pixels, in registers as one by one, however it is cut', () => {
  fc.assert(
    fc.property(
      values,
      fc.constantFrom(1, 20, 4096, 32_768, 40_000, END),
      fc.constantFrom(1, 2, 3, 9, 17, 65_535),
      fc.nat(60),
      (stream, channels, pixels, cut) => {
        expect(routed(stream, channels, pixels, cut)).toEqual(listed(stream, channels, pixels));
      },
    ),
    { numRuns: 500 },
  );
});

it('a stream longer than one call takes goes on where the call before ended', () => {
  const stream = Array.from({ length: 70_000 }, (_, i) => (i % 3 === 2 ? END : i % 1000));
  const { photons, ends } = routed(stream, 1000, 4096);
  const expected = listed(stream, 1000, 4096);
  expect(ends).toBe(expected.ends);
  expect(photons.length).toBe(expected.photons.length);
  expect(photons.every((photon, i) => photon.every((n, k) => n === expected.photons[i][k]))).toBe(true);
});

/** Spectra as [channel, count] pairs, pixel by pixel, from runs of [pixel, channel]. */
function counted(runs: readonly (readonly (readonly number[])[])[], pixels: number) {
  const spectra = Array.from({ length: pixels }, () => new Map<number, number>());
  for (const [pixel, channel] of runs.flat()) spectra[pixel].set(channel, (spectra[pixel].get(channel) ?? 0) + 1);
  return spectra.map((spectrum) => [...spectrum].sort(([a], [b]) => a - b));
}

function runOf(photons: readonly (readonly number[])[]): PhotonRun {
  return {
    pixel: Uint16Array.from(photons, ([pixel]) => pixel),
    channel: Uint16Array.from(photons, ([, channel]) => channel),
  };
}

function summed(runs: readonly PhotonRun[], pixels: number, channels: number, ascending: boolean) {
  const { offsets, channel, count } = sumPhotons(runs, pixels, channels, ascending);
  return Array.from({ length: pixels }, (_, p) =>
    Array.from({ length: offsets[p + 1] - offsets[p] }, (_, i) => [channel[offsets[p] + i], count[offsets[p] + i]]),
  );
}

it('photons of any runs are counted pixel by pixel, merged where the runs ascend and are long, sorted where not', () => {
  const photon = fc.tuple(fc.nat(4), fc.oneof(fc.nat(3), fc.nat(199)));
  fc.assert(
    fc.property(
      fc.array(fc.array(photon, { maxLength: 150 }), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 5, max: 6 }),
      (runs, pixels) => {
        const expected = counted(runs, pixels);
        expect(summed(runs.map(runOf), pixels, 200, false)).toEqual(expected);
        const ascending = runs.map((run) => [...run].sort(([a], [b]) => a - b));
        expect(summed(ascending.map(runOf), pixels, 200, true)).toEqual(expected);
      },
    ),
    { numRuns: 150 },
  );
});

it('nothing that other kernels leave in the memory shows', () => {
  const dirty = () => new Uint8Array(machine().memory.buffer, 4096).fill(0xa5);
  const stream = [3, END, 1, 3, 3, END, END, 2, 1, 9];
  dirty();
  expect(routed(stream, 8, 2)).toEqual(listed(stream, 8, 2));
  const few = [0, 0, 2, 2].map((pixel, i) => [pixel, [7, 3, 7, 0][i]]);
  const many = Array.from({ length: 40 }, (_, i) => [Math.floor(i / 10), i % 7]);
  for (const run of [few, many]) {
    dirty();
    expect(summed([runOf(run)], 4, 8, true)).toEqual(counted([run], 4));
  }
});

it('counts take the fewest bytes that hold the largest of them, among few entries and among many', () => {
  for (const others of [0, 40]) {
    for (const [photons, bytes] of [
      [255, 1],
      [256, 2],
      [65_535, 2],
      [65_536, 4],
    ]) {
      const run = [...new Array(photons).fill([0, 5]), ...Array.from({ length: others }, (_, i) => [1, i])];
      const { count } = sumPhotons([runOf(run)], 2, 40, true);
      expect([count[0], count.BYTES_PER_ELEMENT]).toEqual([photons, bytes]);
      expect([...count.subarray(1)]).toEqual(new Array(others).fill(1));
    }
  }
});
