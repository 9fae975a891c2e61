import { describe, expect, it } from 'vitest';
import type { EventsBlock } from '../signal/block.ts';
import { HalfBandRows, type MapPart } from './half-bands.ts';
import { CounterRandom } from './random.ts';
import {
  type NeighbourSums,
  noNeighbourSums,
  type ResidualLaw,
  residualColumns,
  residualSums,
} from './residual-sums.ts';

const round = Math.fround;

/** Rows of a whole map with counts around their means, some of these negative. */
function randomRows(pixels: number, halves: number, seed: number): HalfBandRows {
  const draws = new CounterRandom(seed, 0);
  const rows = new HalfBandRows(pixels, halves);
  const { observed, expected, stride } = rows;
  for (let i = 0; i < pixels; i++) {
    for (let h = 0; h < halves; h++) {
      expected[i * stride + h] = 3 * (draws.next() - 0.1);
      observed[i * stride + h] = draws.poisson(1.5);
    }
  }
  return rows;
}

/** Plain loops, rounded as the kernel rounds. */
function twin(rows: HalfBandRows, { start, end, width, height }: MapPart, law: ResidualLaw, sums: NeighbourSums) {
  const { halves, stride } = rows;
  const [observed, expected] = [rows.observed.slice(), rows.expected.slice()];
  const least = round(law.least);
  const column = (values: Float32Array, q: number, b: number) =>
    round(values[q * stride + 2 * b] + (2 * b + 1 < halves ? values[q * stride + 2 * b + 1] : 0));
  const difference = (q: number, b: number) => round(column(observed, q, b) - column(expected, q, b));
  const bound = (q: number, b: number) => Math.max(column(expected, q, b), least);
  const residual = (q: number, b: number) => {
    const sigma = round(law.sigmas * Math.sqrt(law.columns[b]));
    const most = round(bound(q, b) + round(round(Math.sqrt(law.pixels[q])) * sigma));
    return round(difference(q, b) / round(Math.sqrt(most)));
  };
  const misfits: number[] = [];
  for (let q = start; q < end; q++) {
    const lanes = [0, 0, 0, 0];
    for (let b = 0; b < residualColumns(halves); b++) {
      const here = residual(q, b);
      const right = q % width < width - 1 ? residual(q + 1, b) : 0;
      const below = q + width < width * height ? residual(q + width, b) : 0;
      sums.products[b] += round(here * round(right + below));
      sums.squares[b] += round(round(here * here) * round(round(right * right) + round(below * below)));
      const d = difference(q, b);
      const variance = round(bound(q, b) + round(round(law.pixels[q]) * round(law.columns[b])));
      lanes[b % 4] = round(lanes[b % 4] + round(round(d * d) / variance));
    }
    misfits.push(round(round(lanes[0] + lanes[1]) + round(lanes[2] + lanes[3])));
  }
  return misfits;
}

describe.each([
  { width: 7, height: 9, halves: 13 },
  { width: 1, height: 12, halves: 8 },
  { width: 20, height: 1, halves: 2 },
  { width: 5, height: 5, halves: 1 },
])('residuals of $height × $width pixels with $halves half-bands', ({ width, height, halves }) => {
  const pixels = width * height;
  const columns = residualColumns(halves);
  const law: ResidualLaw = {
    least: 0.01,
    sigmas: 2,
    pixels: Float64Array.from({ length: pixels }, (_, i) => 0.1 * (i % 4)),
    columns: Float64Array.from({ length: columns }, (_, b) => 0.3 + 0.1 * b),
  };
  const whole = { base: 0, start: 0, end: pixels, width, height };

  it('are those of plain loops, to the last bit', () => {
    const rows = randomRows(pixels, halves, 21);
    const expected = noNeighbourSums(columns);
    const misfits = twin(rows, whole, law, expected);
    const sums = noNeighbourSums(columns);
    expect(Array.from(residualSums(rows, whole, law, sums))).toEqual(misfits);
    expect(sums).toEqual(expected);
    expect(misfits.some((misfit) => misfit > 0)).toBe(true);
  });

  it('of two parts, one after the other, are those of the whole', () => {
    const expected = noNeighbourSums(columns);
    const misfits = residualSums(randomRows(pixels, halves, 22), whole, law, expected);
    const sums = noNeighbourSums(columns);
    const cut = Math.floor(pixels / 2);
    const pieces = [
      [0, cut],
      [cut, pixels],
    ].flatMap(([start, end]) => {
      const all = randomRows(pixels, halves, 22);
      const [base, last] = [Math.max(0, start - width - 1), Math.min(pixels, end + width + 1)];
      const some = (values: Float32Array) => values.slice(base * all.stride, last * all.stride);
      const given = { observed: some(all.observed), expected: some(all.expected) };
      const part = new HalfBandRows(last - base, halves);
      part.observed.set(given.observed);
      part.expected.set(given.expected);
      return Array.from(residualSums(part, { base, start, end, width, height }, law, sums));
    });
    expect(pieces).toEqual(Array.from(misfits));
    expect(sums).toEqual(expected);
  });

  it('are finite, and as good as nothing, in a column whose model says nothing', () => {
    const blind = {
      ...law,
      columns: law.columns.map((_, b) => (b === 0 ? 1e300 : 0.3)),
      pixels: law.pixels.fill(1e-12),
    };
    const sums = noNeighbourSums(columns);
    const misfits = residualSums(randomRows(pixels, halves, 23), whole, blind, sums);
    expect(sums.squares[0]).toBeLessThan(1e-12);
    expect(misfits.every((misfit) => Number.isFinite(misfit))).toBe(true);
  });
});

it.each([0.5, 4, 60])(
  'residuals of Poisson counts of mean %d have variance 1 and nothing in common with neighbours',
  (mean) => {
    const [width, height, halves] = [90, 90, 2];
    const draws = new CounterRandom(26, 0);
    const rows = new HalfBandRows(width * height, halves);
    const { observed, expected, stride } = rows;
    for (let i = 0; i < width * height; i++) {
      for (let h = 0; h < halves; h++) {
        expected[i * stride + h] = mean / 2;
        observed[i * stride + h] = draws.poisson(mean / 2);
      }
    }
    const sums = noNeighbourSums(1);
    const law = { least: 0.01, sigmas: 2, pixels: new Float64Array(width * height), columns: Float64Array.of(1) };
    residualSums(rows, { base: 0, start: 0, end: width * height, width, height }, law, sums);
    const pairs = height * (width - 1) + width * (height - 1);
    // Squares of pairs have a standard deviation of (3 + 1/mean) at most, and share pixels.
    expect(Math.abs(sums.squares[0] / pairs - 1)).toBeLessThan((5 * (3 + 1 / mean)) / width);
    expect(Math.abs(sums.products[0])).toBeLessThan(4 * Math.sqrt(sums.squares[0]));
  },
);

describe('rows of half-bands', () => {
  const halfBand = Uint16Array.of(0, 0, 1, 2, 2, 2);
  const forms = [
    [Uint16Array, Uint8Array],
    [Uint16Array, Uint16Array],
    [Uint32Array, Uint32Array],
  ] as const;

  it.each(forms)('sum events whose channels are a %o and counts a %o', (Channel, Count) => {
    const events: EventsBlock = {
      kind: 'events',
      pixels: 3,
      channels: 6,
      offsets: Uint32Array.of(0, 3, 3, 5),
      channel: Channel.of(0, 1, 5, 2, 4),
      count: Count.of(2, 3, 7, 1, 250),
    };
    const rows = new HalfBandRows(3, 3);
    rows.observeEvents(events, halfBand);
    const sums = Array.from({ length: 3 }, (_, i) => Array.from(rows.observed.subarray(8 * i, 8 * i + 3)));
    expect(sums).toEqual([
      [5, 0, 7],
      [0, 0, 0],
      [0, 1, 250],
    ]);
  });

  it('expect the product of scores and spectra, in the half-bands and nowhere else', () => {
    const rows = new HalfBandRows(13, 11);
    const spectra = Float64Array.from({ length: 2 * rows.stride }, (_, at) => (at % rows.stride < 11 ? at + 1 : 0));
    const scores = Float32Array.from({ length: 26 }, (_, at) => (at % 5) - 1);
    rows.expectProduct(scores, 2, spectra);
    const product = (i: number, h: number) => scores[2 * i] * spectra[h] + scores[2 * i + 1] * spectra[rows.stride + h];
    expect(Array.from(rows.expected)).toEqual(
      Array.from({ length: 13 * rows.stride }, (_, at) => product(Math.floor(at / rows.stride), at % rows.stride)),
    );
  });

  it('are without counts after being cleared, and only those', () => {
    const rows = randomRows(4, 5, 24);
    const before = rows.observed.slice();
    rows.clear(2);
    const cleared = (at: number) => Math.floor(at / rows.stride) === 2;
    expect(Array.from(rows.observed)).toEqual(Array.from(before, (value, at) => (cleared(at) ? 0 : value)));
    expect(rows.expected.subarray(2 * rows.stride, 3 * rows.stride).every((value) => value === 0)).toBe(true);
    expect(rows.expected.some((value) => value !== 0)).toBe(true);
  });
});
