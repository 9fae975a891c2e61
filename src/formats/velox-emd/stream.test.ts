import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NEXT_PIXEL as END, PhotonReader, sumStreams } from './stream.ts';

const CHANNELS = 40;

function photons(values: readonly number[], channels = CHANNELS, pieces = 1) {
  const reader = new PhotonReader(values.length, channels);
  const step = Math.max(1, Math.ceil(values.length / pieces));
  for (let at = 0; at < values.length; at += step) reader.add(Uint16Array.from(values.slice(at, at + step)));
  return reader.finish();
}

/** Spectra as {channel: count}, one per pixel. */
function spectra(streams: readonly (readonly number[])[], pixels: number, first = 0, last = 1, channels = CHANNELS) {
  const block = sumStreams(
    streams.map((values) => photons(values, channels)),
    pixels,
    channels,
    first,
    last,
  );
  expect(block.offsets).toHaveLength(pixels + 1);
  return Array.from({ length: pixels }, (_, pixel) => {
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
    expect(photons([END, END, END])).toMatchObject({ length: 0, visits: 3, ends: 3 });
    expect(spectra([[END, END, END]], 3)).toEqual([{}, {}, {}]);
  });

  it('without a value is no pixel', () => {
    expect(photons([])).toMatchObject({ length: 0, visits: 0, ends: 0 });
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
    const reader = photons([8, 9, 10, END, 65534, 9], 10);
    expect(reader).toMatchObject({ length: 3, beyondAxis: 2, visits: 2 });
    expect(spectra([[8, 9, 10, END, 65534, 9]], 2, 0, 1, 10)).toEqual([{ 8: 1, 9: 1 }, { 9: 1 }]);
  });

  it('may hold more counts in a channel than two bytes', () => {
    const values = new Array<number>(70_000).fill(3);
    const { count } = sumStreams([photons([...values, 4])], 1, CHANNELS, 0, 1);
    expect([...count]).toEqual([70_000, 1]);
  });

  it('is the same however it is cut into pieces', () => {
    const values = [1, 2, END, END, 3, END, 2, 2];
    const whole = photons(values);
    for (const pieces of [2, 3, 8]) expect(photons(values, CHANNELS, pieces)).toEqual(whole);
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
          expect(spectra(streams, pixels, first, first + frames)).toEqual(
            counted(streams, pixels, first, first + frames),
          );
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
