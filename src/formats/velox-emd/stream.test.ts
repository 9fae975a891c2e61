import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { CounterRandom } from '../../kernels/random.ts';
import { EventsCollector } from '../events-collector.ts';
import { NEXT_PIXEL as END, ScanPhotons } from './stream.ts';

const CHANNELS = 40;

interface Cut {
  readonly channels?: number;
  /** Values given at once. */
  readonly step?: number;
}

/** Streams read side by side, as a file is. */
function scanned(
  streams: readonly (readonly number[])[],
  pixels: number,
  first = 0,
  last = 1,
  { channels = CHANNELS, step = 7 }: Cut = {},
) {
  const values = streams.reduce((sum, { length }) => sum + length, 0);
  const scan = new ScanPhotons({ pixels, channels, first, last }, values, streams.length);
  const at = streams.map(() => 0);
  for (let i = scan.behind(); i !== undefined; i = scan.behind()) {
    if (at[i] >= streams[i].length) scan.end(i);
    else scan.add(i, Uint16Array.from(streams[i].slice(at[i], at[i] + step)));
    at[i] += step;
    scan.sumPassed();
  }
  return scan.finish();
}

/** Spectra as {channel: count}, one per pixel. */
function spectra(...scan: Parameters<typeof scanned>) {
  const { block } = scanned(...scan);
  expect(block.offsets).toHaveLength(block.pixels + 1);
  return Array.from({ length: block.pixels }, (_, pixel) => {
    const found: Record<number, number> = {};
    for (let e = block.offsets[pixel]; e < block.offsets[pixel + 1]; e++) found[block.channel[e]] = block.count[e];
    return found;
  });
}

describe('a stream of photons', () => {
  it('is told pixel by pixel, whether or not the last pixel has an end', () => {
    const expected = [{ 7: 2, 3: 1 }, {}, { 39: 1 }];
    expect(spectra([[7, 3, 7, END, END, 39]], 3)).toEqual(expected);
    expect(spectra([[7, 3, 7, END, END, 39, END]], 3)).toEqual(expected);
  });

  it('of ends alone is a map without counts', () => {
    expect(scanned([[END, END, END]], 3).facts).toEqual([{ ends: 3, visits: 3, beyondAxis: 0 }]);
    expect(spectra([[END, END, END]], 3)).toEqual([{}, {}, {}]);
  });

  it('without a value is no pixel', () => {
    expect(scanned([[]], 2).facts).toEqual([{ ends: 0, visits: 0, beyondAxis: 0 }]);
    expect(spectra([[]], 2)).toEqual([{}, {}]);
  });

  it('that was cut leaves the pixels behind the cut empty', () => {
    expect(spectra([[1, END, 2]], 4)).toEqual([{ 1: 1 }, { 2: 1 }, {}, {}]);
  });

  it('adds up over frames, from the first asked for to the last', () => {
    const stream = [1, END, 2, END, 1, END, 3, END, 4, END, 4, END];
    expect(spectra([stream], 2, 0, 3)).toEqual([
      { 1: 2, 4: 1 },
      { 2: 1, 3: 1, 4: 1 },
    ]);
    expect(spectra([stream], 2, 1, 2)).toEqual([{ 1: 1 }, { 3: 1 }]);
  });

  it('adds to the pixels that an unfinished last frame reached', () => {
    expect(spectra([[1, END, 2, END, 1]], 2, 0, 2)).toEqual([{ 1: 2 }, { 2: 1 }]);
  });

  it('adds up over detectors, one of which may stop early', () => {
    expect(spectra([[5, END, 6, END], [5, 5, END], []], 2)).toEqual([{ 5: 3 }, { 6: 1 }]);
  });

  it('leaves out photons beyond the last channel and counts them', () => {
    const streams = [[8, 9, 10, END, 65534, 9]];
    expect(scanned(streams, 2, 0, 1, { channels: 10 }).facts).toEqual([{ ends: 1, visits: 2, beyondAxis: 2 }]);
    expect(spectra(streams, 2, 0, 1, { channels: 10 })).toEqual([{ 8: 1, 9: 1 }, { 9: 1 }]);
  });

  it('may hold more counts in a channel than two bytes', () => {
    const values = new Array<number>(70_000).fill(3);
    const { block } = scanned([[...values, 4]], 1, 0, 1, { step: 2 ** 16 });
    expect([...block.count]).toEqual([70_000, 1]);
  });

  it('is the same however it is cut into pieces', () => {
    const values = [1, 2, END, END, 3, END, 2, 2];
    const whole = scanned([values], 2, 0, 3, { step: values.length });
    for (const step of [1, 2, 3]) expect(scanned([values], 2, 0, 3, { step })).toEqual(whole);
  });

  it('is summed while it comes: a tile as soon as every stream has passed it in the last frame', () => {
    const pixels = 1 << 15;
    const frame = (channel: number) => Uint16Array.from({ length: 2 * pixels }, (_, i) => (i % 2 ? END : channel));
    const scan = new ScanPhotons({ pixels, channels: CHANNELS, first: 0, last: 2 }, 8 * pixels, 2);
    const sum = vi.spyOn(EventsCollector.prototype, 'append');
    const give = (detector: number, from: number, to: number) => {
      scan.add(detector, frame(detector).subarray(from * pixels, to * pixels));
      scan.sumPassed();
      return sum.mock.calls.length;
    };
    expect([give(0, 0, 2), give(1, 0, 2), give(0, 0, 2), give(1, 0, 1)]).toEqual([0, 0, 0, 1]);
    expect([scan.behind(), give(1, 1, 2)]).toEqual([1, 2]);
    sum.mockRestore();
    const { count } = scan.finish().block;
    expect([count.length, ...new Set(count)]).toEqual([2 * pixels, 2]);
  });

  it('agrees with plain counting where a map has many tiles, of few photons or of many', () => {
    const random = new CounterRandom(7, 0);
    for (const [pixels, frames, dose] of [
      [20_000, 2, 1],
      [300, 1, 2000],
      [100, 4, 500],
    ]) {
      const stream = () =>
        Array.from({ length: pixels * frames * (dose + 1) * 0.9 }, () =>
          random.next() < 1 / (dose + 1) ? END : Math.floor(CHANNELS * random.next()),
        );
      const streams = [stream(), stream()];
      expect(spectra(streams, pixels, 0, frames, { step: 30_000 })).toEqual(counted(streams, pixels, 0, frames));
    }
  });

  it('agrees with plain counting for any streams, frames and sizes', () => {
    const value = fc.oneof({ arbitrary: fc.constant(END), weight: 3 }, fc.nat(CHANNELS + 3));
    const stream = fc.array(value, { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(stream, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(2),
        fc.integer({ min: 1, max: 3 }),
        (streams, pixels, first, frames) => {
          const expected = counted(streams, pixels, first, first + frames);
          expect(spectra(streams, pixels, first, first + frames)).toEqual(expected);
          if (first === 0) expect(spectra(streams, pixels, 0, Infinity)).toEqual(counted(streams, pixels, 0, Infinity));
        },
      ),
      { numRuns: 300 },
    );
  });
});

function counted(streams: readonly (readonly number[])[], pixels: number, first: number, last: number) {
  const found = Array.from({ length: pixels }, (): Record<number, number> => ({}));
  for (const stream of streams) {
    let visit = 0;
    for (const value of stream) {
      const frame = Math.floor(visit / pixels);
      if (value === END) visit++;
      else if (value < CHANNELS && frame >= first && frame < last) {
        const spectrum = found[visit % pixels];
        spectrum[value] = (spectrum[value] ?? 0) + 1;
      }
    }
  }
  return found;
}
