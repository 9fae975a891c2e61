import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { type CowOptions, cowWarper } from './cow.ts';
import { warpRow } from './warp-row.ts';

/** Every choice of boundaries, each with its sum of correlations, straight from the definition. */
function bruteForce(
  sample: Float64Array,
  reference: Float64Array,
  { segment, slack, sections, weight, limit }: CowOptions,
) {
  const [fixed, moving] = sections === 'row' ? [sample, reference] : [reference, sample];
  const last = fixed.length - 1;
  const count = Math.floor(last / segment);
  const bounds = Array.from({ length: count + 1 }, (_, i) => (i === count ? last : i * segment));
  const spread = (values: number[]) => {
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    return values.map((v) => v - mean);
  };
  const squares = (values: number[]) => values.reduce((sum, v) => sum + v * v, 0);
  const parts = bounds.slice(1).map((end, i) => spread([...fixed.slice(bounds[i], end + 1)]));
  const total = parts.reduce((sum, part) => sum + squares(part), 0);
  const rho = (i: number, start: number, end: number) => {
    const n = parts[i].length;
    const other = spread(
      Array.from({ length: n }, (_, k) => {
        const at = start + (k * (end - start)) / (n - 1);
        const low = Math.min(Math.floor(at), last - 1);
        return moving[low] + (at - low) * (moving[low + 1] - moving[low]);
      }),
    );
    const norm = Math.sqrt(squares(parts[i]) * squares(other));
    const w = weight === 'variance' ? squares(parts[i]) / total : 1;
    return norm > 1e-12 ? (w * parts[i].reduce((sum, v, k) => sum + v * other[k], 0)) / norm : 0;
  };
  let best = { objective: Number.NEGATIVE_INFINITY, nodes: [0] };
  const extend = (nodes: number[], objective: number) => {
    const i = nodes.length - 1;
    if (i === count) {
      if (nodes[i] === last && objective > best.objective + 1e-12) best = { objective, nodes };
      return;
    }
    const length = bounds[i + 1] - bounds[i];
    for (let u = -slack; u <= slack; u++) {
      const end = nodes[i] + length + u;
      if (length + u < 1 || end > last || Math.abs(end - bounds[i + 1]) > (limit ?? last)) continue;
      extend([...nodes, end], objective + rho(i, nodes[i], end));
    }
  };
  extend([0], 0);
  return best;
}

const row = (key: number, n = 25) => {
  const random = new CounterRandom(2, key);
  return Float64Array.from({ length: n }, () => random.normal() - 1);
};

describe('correlation optimised warping', () => {
  it('finds what trying every warp finds', () => {
    for (const sections of ['reference', 'row'] as const) {
      for (const weight of ['equal', 'variance'] as const) {
        for (const [segment, slack, limit] of [
          [4, 2, undefined],
          [6, 3, undefined],
          [5, 2, 3],
          [7, 1, 0],
          [24, 3, undefined],
        ] as const) {
          const options: CowOptions = { segment, slack, limit, sections, weight };
          for (let key = 0; key < 4; key++) {
            const wanted = bruteForce(row(2 * key), row(2 * key + 1), options);
            const found = cowWarper([row(2 * key + 1)], options).fit(row(2 * key));
            expect(found.objective).toBeCloseTo(wanted.objective, 10);
            expect([...(sections === 'row' ? found.reference : found.row)]).toEqual(wanted.nodes);
          }
        }
      }
    }
  });

  it('can only gain by fractions of a channel', () => {
    const gains = Array.from({ length: 8 }, (_, key) => {
      const options = { segment: 6, slack: 2 };
      const whole = cowWarper([row(2 * key + 1)], options).fit(row(2 * key));
      const fine = cowWarper([row(2 * key + 1)], { ...options, refine: true }).fit(row(2 * key));
      expect(Math.max(...fine.row.map((node, i) => Math.abs(node - whole.row[i])))).toBeLessThanOrEqual(1);
      return fine.objective - whole.objective;
    });
    expect(Math.min(...gains)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...gains)).toBeGreaterThan(0.01);
  });

  it('leaves a row alone that is the reference, and one without variance', () => {
    for (const refine of [false, true]) {
      const warper = cowWarper([row(1, 60)], { segment: 10, slack: 3, refine });
      const stays = [0, 10, 20, 30, 40, 50, 59].map((_, i, all) => (i === all.length - 1 ? 59 : i * 10)).slice(0, 6);
      expect([...warper.fit(row(1, 60)).row].map((node) => Math.round(node)).slice(0, 5)).toEqual(stays.slice(0, 5));
      expect(warper.fit(new Float64Array(60).fill(1e9)).objective).toBe(0);
    }
  });

  it('has a warp for 1 to 8 channels', () => {
    for (let n = 1; n <= 8; n++) {
      const warper = cowWarper([row(1, n)], { segment: Math.max(1, n >> 1), slack: 0 });
      const from = new Float64Array(n);
      const nodes = new Float64Array(warper.nodes);
      warper.find(row(0, n), 0, nodes);
      warper.places(nodes, from);
      expect([...from]).toEqual(Array.from({ length: n }, (_, j) => j));
    }
  });

  it.each([
    [{ segment: 0, slack: 0 }, /segment/],
    [{ segment: 25, slack: 0 }, /segment/],
    [{ segment: 5, slack: 5 }, /slack/],
    [{ segment: 5, slack: 1.5 }, /slack/],
    [{ segment: 5, slack: 1, limit: -1 }, /displacement/],
  ])('refuses %j', (options, message) => {
    expect(() => cowWarper([row(1)], options)).toThrow(message);
  });
});

describe('a smooth quadratic warp of up to 6 channels', () => {
  const N = 400;
  const lines = [
    [35, 4, 1],
    [80, 3, 0.4],
    [120, 5, 0.8],
    [165, 4, 0.3],
    [205, 3.5, 1],
    [255, 5, 0.6],
    [300, 4, 0.9],
    [350, 4, 0.5],
  ] as const;
  const bend = (most: number) => (p: number) => (most * 4 * p * (N - p)) / (N * N);
  const spectrum = (displace: (p: number) => number, height: number) =>
    Float64Array.from({ length: N }, (_, j) =>
      lines.reduce(
        (sum, [p, s, h]) => sum + height * h * Math.exp(-0.5 * ((j - p - displace(p)) / s) ** 2),
        0.02 * height,
      ),
    );
  const area = (x: Float64Array, place: number, sigma: number) => {
    const reach = Math.round(4 * sigma);
    return x.subarray(Math.round(place) - reach, Math.round(place) + reach + 1).reduce((sum, value) => sum + value, 0);
  };

  it.each([
    ['noiseless', 0],
    ['10 000 counts in the highest channel', 1e4],
  ])('is undone to 0.3 channels, areas to 1 %%: %s', (_, counts) => {
    const height = counts || 1e6;
    const reference = spectrum(() => 0, height);
    const warper = cowWarper([reference], { segment: 40, slack: 6, limit: 8, weight: 'variance', refine: true });
    const nodes = new Float64Array(warper.nodes);
    const from = new Float64Array(N);
    const [out, looked] = [new Float64Array(N), new Float64Array(N)];
    const random = new CounterRandom(3, 1);
    let [worst, squares, n, areaOff, heightOff] = [0, 0, 0, 0, 0];
    for (let repeat = 0; repeat < 10; repeat++) {
      const displace = bend(repeat % 2 ? 6 : -6);
      const mean = spectrum(displace, height);
      const sample = counts ? mean.map((value) => random.poisson(value)) : mean;
      warper.find(sample, 0, nodes);
      warper.places(nodes, from);
      warpRow(sample, from, 'area', out);
      warpRow(sample, from, 'height', looked);
      for (const [p, s] of lines) {
        const off = Math.abs(from[p] - p - displace(p));
        worst = Math.max(worst, off);
        squares += off * off;
        n++;
        const before = area(sample, p + displace(p), s) - 0.02 * height * (2 * Math.round(4 * s) + 1);
        const pedestal = (x: Float64Array) => area(x, p, s) - 0.02 * height * (2 * Math.round(4 * s) + 1);
        areaOff = Math.max(areaOff, Math.abs(pedestal(out) / before - 1));
        heightOff = Math.max(heightOff, Math.abs(pedestal(looked) / before - 1));
      }
    }
    expect(worst).toBeLessThan(0.3);
    expect(Math.sqrt(squares / n)).toBeLessThan(0.1);
    expect(areaOff).toBeLessThan(counts ? 0.02 : 0.01);
    // Looked up instead of moved, a peak changes as its width.
    expect(heightOff).toBeGreaterThan(0.03);
  });
});
