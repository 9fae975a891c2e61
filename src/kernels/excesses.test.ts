import { describe, expect, it } from 'vitest';
import { type ExcessBound, findExcesses } from './excesses.ts';
import { HalfBandRows, type MapPart } from './half-bands.ts';
import { CounterRandom } from './random.ts';

type Candidate = readonly [pixel: number, test: number, observed: number, bound: number];

const round = Math.fround;

/** Plain loops over every band of every pixel, rounded as the kernel rounds. */
function twin(counts: HalfBands, part: MapPart, { least, bands: sigmas, pooled, single }: ExcessBound): Candidate[] {
  const { halves, stride } = counts;
  const { base, start, end, width, height } = part;
  const bands = Math.max(1, halves - 1);
  const at = (values: Float32Array, q: number, h: number) => (h < halves ? values[(q - base) * stride + h] : 0);
  const column = (values: Float32Array, q: number, h: number) => {
    let sum = at(values, q, h);
    if (q >= width) sum = round(at(values, q - width, h) + sum);
    if (q + width < width * height) sum = round(sum + at(values, q + width, h));
    return sum;
  };
  const pool = (values: Float32Array, q: number, h: number) => {
    let sum = column(values, q, h);
    if (q % width > 0) sum = round(sum + column(values, q - 1, h));
    if (q % width < width - 1) sum = round(sum + column(values, q + 1, h));
    return sum;
  };
  const found: Candidate[] = [];
  for (let q = start; q < end; q++) {
    for (const [value, sigma, first] of [
      [pool, pooled[q - start], 0],
      [at, single[q - start], bands],
    ] as const) {
      for (let b = 0; b < bands; b++) {
        const observed = round(value(counts.observed, q, b + 1) + value(counts.observed, q, b));
        const expected = round(value(counts.expected, q, b + 1) + value(counts.expected, q, b));
        const bound = round(Math.max(expected, round(least)) + round(round(sigma) * round(sigmas[b])));
        const excess = round(observed - bound);
        if (excess > 0 && round(excess * excess) > round(4 * bound)) found.push([q, first + b, observed, bound]);
      }
    }
  }
  return found;
}

interface HalfBands {
  readonly observed: Float32Array;
  readonly expected: Float32Array;
  readonly halves: number;
  readonly stride: number;
}

function random(pixels: number, halves: number, mean: number, seed: number): HalfBands {
  const draws = new CounterRandom(seed, 0);
  const { stride } = new HalfBandRows(0, halves);
  const observed = new Float32Array(pixels * stride);
  const expected = new Float32Array(pixels * stride);
  for (let i = 0; i < pixels; i++) {
    for (let h = 0; h < halves; h++) {
      expected[i * stride + h] = mean * (draws.next() - 0.1);
      observed[i * stride + h] = draws.poisson(mean);
    }
  }
  return { observed, expected, halves, stride };
}

function placed({ observed, expected, halves, stride }: HalfBands): HalfBandRows {
  const rows = new HalfBandRows(observed.length / stride, halves);
  rows.observed.set(observed);
  rows.expected.set(expected);
  return rows;
}

function found(counts: HalfBands, part: MapPart, bound: ExcessBound): Candidate[] {
  const all: Candidate[] = [];
  findExcesses(placed(counts), part, bound, (n, whole, real) => {
    for (let at = 0; at < 4 * n; at += 4) all.push([whole[at], whole[at + 1], real[at + 2], real[at + 3]]);
  });
  return all;
}

describe.each([
  { width: 7, height: 9, halves: 13 },
  { width: 1, height: 12, halves: 8 },
  { width: 20, height: 1, halves: 2 },
  { width: 5, height: 5, halves: 1 },
])('on $height × $width pixels with $halves half-bands', ({ width, height, halves }) => {
  const pixels = width * height;
  const counts = random(pixels, halves, 3, 11);
  const bound: ExcessBound = {
    least: 0.01,
    bands: Float64Array.from({ length: Math.max(1, halves - 1) }, (_, b) => (b === 4 ? Infinity : 0.1 * b)),
    pooled: Float32Array.from({ length: pixels }, (_, i) => 0.5 + (i % 3)),
    single: Float32Array.from({ length: pixels }, (_, i) => 0.2 + (i % 2)),
  };

  it('the candidates are those of plain loops, to the last bit', () => {
    const part = { base: 0, start: 0, end: pixels, width, height };
    const expected = twin(counts, part, bound);
    expect(expected.length).toBeGreaterThan(0);
    expect(found(counts, part, bound)).toEqual(expected);
  });

  it('a part with its neighbours gives the candidates it has in the whole', () => {
    const whole = found(counts, { base: 0, start: 0, end: pixels, width, height }, bound);
    const [start, end] = [Math.floor(pixels / 3), Math.ceil((2 * pixels) / 3)];
    const base = Math.max(0, start - width - 1);
    const rows = (values: Float32Array) =>
      values.slice(base * counts.stride, Math.min(pixels, end + width + 1) * counts.stride);
    const part = { ...counts, observed: rows(counts.observed), expected: rows(counts.expected) };
    const own = { ...bound, pooled: bound.pooled.slice(start, end), single: bound.single.slice(start, end) };
    const inside = whole.filter(([pixel]) => pixel >= start && pixel < end);
    expect(found(part, { base, start, end, width, height }, own)).toEqual(inside);
  });
});

it('more candidates than one call holds come in several, none lost and none twice', () => {
  const [width, height, halves] = [60, 60, 33];
  const counts = random(width * height, halves, 50, 12);
  counts.expected.fill(0);
  const bound = {
    least: 0.01,
    bands: new Float64Array(halves - 1),
    pooled: new Float32Array(width * height),
    single: new Float32Array(width * height),
  };
  const all = found(counts, { base: 0, start: 0, end: width * height, width, height }, bound);
  expect(all).toHaveLength(2 * width * height * (halves - 1));
  expect(new Set(all.map(([pixel, test]) => pixel * 1000 + test)).size).toBe(all.length);
});
