import { describe, expect, it } from 'vitest';
import { CounterRandom } from './random.ts';
import { gramApply, gramMatrix, type Precision, packColumns, packOnce, project } from './weighted-gram.ts';

/** The same random counts as events (with leading foreign entries, as in a view of a larger store) and dense. */
function counts(pixels: number, channels: number, seed: number, Count: typeof Uint8Array | typeof Uint32Array) {
  const random = new CounterRandom(seed, 0);
  const values = Uint16Array.from({ length: pixels * channels }, () => random.poisson(0.4));
  const offsets = new Uint32Array(pixels + 1);
  const channel = [0, 0];
  const count = [200, 200];
  offsets[0] = 2;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++) {
      const x = values[i * channels + c];
      if (x === 0) continue;
      channel.push(c);
      count.push(x);
    }
    offsets[i + 1] = channel.length;
  }
  const Channel = Count === Uint8Array ? Uint16Array : Uint32Array;
  const sparse = {
    kind: 'events' as const,
    pixels,
    channels,
    offsets,
    channel: Channel.from(channel),
    count: Count.from(count),
  };
  return { sparse, full: { kind: 'dense' as const, pixels, channels, values }, random };
}

type Dense = ReturnType<typeof counts>['full'];

/** Plain loops in the order the kernels promise, every result rounded as they round. */
function twin(precision: Precision) {
  const round = precision === 'single' ? Math.fround : (x: number) => x;
  const projected = ({ pixels, channels, values }: Dense, q: Float64Array, b: number) => {
    const t = new Float64Array(pixels * b);
    for (let i = 0; i < pixels; i++) {
      for (let c = 0; c < channels; c++) {
        for (let k = 0; k < b; k++) {
          t[i * b + k] = round(t[i * b + k] + round(round(values[i * channels + c]) * round(q[c * b + k])));
        }
      }
    }
    return t;
  };
  const gram = (rows: Dense, q: Float64Array, b: number, weights: Float64Array) => {
    const { pixels, channels, values } = rows;
    const t = projected(rows, q, b);
    const out = new Float64Array(channels * b);
    for (let i = 0; i < pixels; i++) {
      for (let k = 0; k < b; k++) t[i * b + k] = round(t[i * b + k] * round(weights[i]));
      for (let c = 0; c < channels; c++) {
        for (let k = 0; k < b; k++) {
          out[c * b + k] = round(out[c * b + k] + round(round(values[i * channels + c]) * t[i * b + k]));
        }
      }
    }
    return out;
  };
  return { projected, gram };
}

const sizes = [
  { pixels: 9, channels: 13, b: 11, Count: Uint8Array },
  { pixels: 8, channels: 16, b: 16, Count: Uint32Array },
  { pixels: 13, channels: 40, b: 33, Count: Uint8Array },
  { pixels: 3, channels: 5, b: 3, Count: Uint32Array },
  { pixels: 5, channels: 21, b: 20, Count: Uint8Array },
  { pixels: 1, channels: 1, b: 1, Count: Uint8Array },
];

describe.each(['single', 'double'] as const)('compiled kernels in %s precision', (precision) => {
  describe.each(sizes)('on $pixels pixels × $channels channels, $b columns', ({ pixels, channels, b, Count }) => {
    const { sparse, full, random } = counts(pixels, channels, 7, Count);
    const q = Float64Array.from({ length: channels * b }, () => random.normal());
    const weights = Float64Array.from({ length: pixels }, (_, i) => (i === 1 ? 0 : random.next() + 0.5));

    it('add XᵀWX·Q with the bits of plain loops, from events and from dense rows', () => {
      const start = Float64Array.from(q, (x) => 2 * x);
      const expected = twin(precision).gram(full, q, b, weights);
      for (const rows of [sparse, full]) {
        const out = start.slice();
        gramApply(rows, packColumns(rows, q, b, precision), weights, out);
        expect(out).toEqual(start.map((x, at) => x + expected[at]));
      }
    });

    it('project every pixel with the bits of plain loops, from events and from dense rows', () => {
      const expected = twin(precision).projected(full, q, b);
      for (const rows of [sparse, full]) {
        const out = new Float64Array(pixels * b).fill(5);
        expect(project(rows, packColumns(rows, q, b, precision), out)).toBe(0);
        expect(out).toEqual(expected);
      }
    });

    it('sum the weighted squares of what they project with the bits of plain loops, from events and from dense rows', () => {
      const scale = Float64Array.from({ length: channels }, () => random.next() + 0.5);
      let expected = 0;
      for (let i = 0; i < pixels; i++) {
        let sum = 0;
        for (let c = 0; c < channels; c++) {
          const z = full.values[i * channels + c] * scale[c];
          sum += z * z;
        }
        expected += weights[i] * sum;
      }
      for (const rows of [sparse, full]) {
        const out = new Float64Array(pixels * b);
        expect(project(rows, packColumns(rows, q, b, precision), out, { scale, weights })).toBe(expected);
        expect(out).toEqual(twin(precision).projected(full, q, b));
      }
    });
  });
});

describe.each(sizes)('sums over $pixels pixels × $channels channels', ({ pixels, channels, Count }) => {
  const { sparse, full, random } = counts(pixels, channels, 8, Count);
  const weights = Float64Array.from({ length: pixels }, () => random.next());
  it('of products of channels add up in the upper triangle, from events and from dense rows', () => {
    for (const rows of [sparse, full]) {
      const gram = new Float64Array(channels * channels).fill(1);
      gramMatrix(rows, weights, gram);
      for (let c = 0; c < channels; c++) {
        for (let d = 0; d < c; d++) expect(gram[c * channels + d]).toBe(1);
        for (let d = c; d < channels; d++) {
          let expected = 1;
          for (let i = 0; i < pixels; i++) {
            expected += full.values[i * channels + c] * weights[i] * full.values[i * channels + d];
          }
          expect(gram[c * channels + d]).toBe(expected);
        }
      }
    }
  });
});

it('rows that fill many runs of the kernels give the bits of one long loop', () => {
  const pixels = 700;
  const { sparse, full, random } = counts(pixels, 400, 9, Uint8Array);
  const q = Float64Array.from({ length: 400 }, () => random.normal());
  const weights = new Float64Array(pixels).fill(0.7);
  const expected = twin('double').gram(full, q, 1, weights);
  for (const rows of [sparse, full]) {
    const out = new Float64Array(400);
    gramApply(rows, packColumns(rows, q, 1, 'double'), weights, out);
    expect(out).toEqual(expected);
  }
});

it('no pixels add nothing', () => {
  const { sparse } = counts(1, 4, 3, Uint8Array);
  const out = new Float64Array(4).fill(3);
  gramApply(
    { ...sparse, pixels: 0 },
    packColumns(sparse, new Float64Array(4).fill(1), 1, 'double'),
    new Float64Array(0),
    out,
  );
  expect(out).toEqual(new Float64Array(4).fill(3));
});

it('a matrix is packed once for its width, precision and kind of rows', () => {
  const { sparse, full } = counts(4, 6, 9, Uint8Array);
  const q = Float64Array.from({ length: 24 }, (_, at) => at);
  const first = packOnce(sparse, q, 4, 'single');
  expect(packOnce(sparse, q, 4, 'single')).toBe(first);
  for (const other of [
    packOnce(full, q, 4, 'single'),
    packOnce(full, q, 4, 'double'),
    packOnce(full, q, 3, 'double'),
  ]) {
    expect(other).toEqual(packColumns(other.kind === 'dense' ? full : sparse, q, other.width, other.precision));
  }
});
