import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import {
  boxNeighbourhood,
  discNeighbourhood,
  equivalentWidth,
  gaussianNeighbourhood,
  type Neighbourhood,
  reachOf,
} from './neighbourhood.ts';
import { neighbourhoodShares, neighbourhoodSums, neighbourhoodWorth } from './neighbourhood-sums.ts';

const weightAt = ({ terms }: Neighbourhood, dy: number, dx: number) =>
  terms.reduce((sum, { down, along }) => sum + (down[Math.abs(dy)] ?? 0) * (along[Math.abs(dx)] ?? 0), 0);

/** All weights of the rows and columns around, written out. */
function weights(neighbourhood: Neighbourhood): number[][] {
  const { y, x } = reachOf(neighbourhood);
  return Array.from({ length: 2 * y + 1 }, (_, v) =>
    Array.from({ length: 2 * x + 1 }, (_, u) => weightAt(neighbourhood, v - y, u - x)),
  );
}

/** Share of the excess of a layer that is left at its middle, or of a square that wide. */
function kept(neighbourhood: Neighbourhood, width: number, spot = false): number {
  let [inside, all] = [0, 0];
  const { y, x } = reachOf(neighbourhood);
  for (let dy = -y; dy <= y; dy++) {
    for (let dx = -x; dx <= x; dx++) {
      const w = weightAt(neighbourhood, dy, dx);
      all += w;
      // Of a layer an even number of pixels wide, its better middle pixel.
      const in_ = (d: number) => d >= -Math.floor(width / 2) && d < width - Math.floor(width / 2);
      if (in_(dx) && (!spot || in_(dy))) inside += w;
    }
  }
  return inside / all;
}

describe('the shapes of a neighbourhood', () => {
  it('a box of radius 2 is 5 × 5 equal weights', () => {
    expect(weights(boxNeighbourhood({ y: 2, x: 2 }))).toEqual(Array.from({ length: 5 }, () => [1, 1, 1, 1, 1]));
  });

  it('a disc of radius 2 leaves out what is further than 2 from the centre', () => {
    expect(weights(discNeighbourhood({ y: 2, x: 2 }))).toEqual([
      [0, 0, 1, 0, 0],
      [0, 1, 1, 1, 0],
      [1, 1, 1, 1, 1],
      [0, 1, 1, 1, 0],
      [0, 0, 1, 0, 0],
    ]);
  });

  it('a disc on pixels of 2 by 1 is an ellipse of pixels', () => {
    for (const [y, x] of [
      [1.5, 3],
      [4, 2.5],
      [0.5, 3],
    ]) {
      const disc = discNeighbourhood({ y, x });
      for (let dy = -5; dy <= 5; dy++) {
        for (let dx = -5; dx <= 5; dx++) {
          expect(weightAt(disc, dy, dx), `${dy}, ${dx}`).toBe((dy / y) ** 2 + (dx / x) ** 2 <= 1 ? 1 : 0);
        }
      }
    }
  });

  it('a Gaussian has its σ along each axis', () => {
    const gaussian = gaussianNeighbourhood({ y: 1, x: 2 });
    expect(reachOf(gaussian)).toEqual({ y: 3, x: 6 });
    expect(weightAt(gaussian, 1, 0)).toBeCloseTo(Math.exp(-1 / 2), 14);
    expect(weightAt(gaussian, 0, 1)).toBeCloseTo(Math.exp(-1 / 8), 14);
    expect(reachOf(gaussianNeighbourhood({ y: 0, x: 2 }))).toEqual({ y: 0, x: 6 });
  });
});

describe('the width of a neighbourhood', () => {
  it('is 2r + 1 of a box, 2√π·σ of a Gaussian, 0.925 diameters of a disc', () => {
    expect(equivalentWidth(boxNeighbourhood({ y: 1, x: 3 }))).toEqual({ y: 3, x: 7 });
    for (const sigma of [1, 2, 5]) {
      const { x } = equivalentWidth(gaussianNeighbourhood({ y: 0, x: sigma }));
      expect(x / (2 * Math.sqrt(Math.PI) * sigma)).toBeGreaterThan(0.98);
      expect(x / (2 * Math.sqrt(Math.PI) * sigma)).toBeLessThan(1.001);
    }
    expect(equivalentWidth(discNeighbourhood({ y: 20.4, x: 20.4 })).x / 41).toBeCloseTo(0.925, 2);
  });

  it('is one that layers must have to keep 0.85 of their excess, squares 0.75', () => {
    const shapes: [string, Neighbourhood][] = [];
    for (let size = 1; size <= 8; size++) {
      shapes.push([`box ${size}`, boxNeighbourhood({ y: size, x: size })]);
      shapes.push([`disc ${size}`, discNeighbourhood({ y: size, x: size })]);
    }
    for (let sigma = 0.3; sigma < 6; sigma += 0.1) {
      shapes.push([`gaussian ${sigma}`, gaussianNeighbourhood({ y: sigma, x: sigma })]);
    }
    for (const [name, shape] of shapes) {
      const width = Math.ceil(equivalentWidth(shape).x - 1e-9);
      expect(kept(shape, width), name).toBeGreaterThan(0.85);
      expect(kept(shape, width, true), `${name}, square`).toBeGreaterThan(0.75);
    }
  });
});

describe('sums over neighbourhoods', () => {
  const [height, width, channels] = [7, 9, 3];
  const random = new CounterRandom(4, 0);
  const data = Float64Array.from({ length: height * width * channels }, () => random.normal());
  const masked = Uint8Array.from({ length: height * width }, (_, i) => (i % 5 === 3 ? 2 : 0));
  const read = (pixel: number, row: Float64Array) => row.set(data.subarray(pixel * channels, (pixel + 1) * channels));

  it.each([
    ['box', boxNeighbourhood({ y: 1, x: 2 })],
    ['disc', discNeighbourhood({ y: 2.5, x: 3 })],
    ['gaussian', gaussianNeighbourhood({ y: 0.8, x: 1.3 })],
    ['wider than the map', gaussianNeighbourhood({ y: 5, x: 5 })],
  ])('are those written out, masked pixels and all outside left out: %s', (_, neighbourhood) => {
    const run = { width, height, start: 0, end: height * width, masked };
    const { values, weights: sums, squares } = neighbourhoodSums(neighbourhood, run, channels, read);
    for (let i = 0; i < height * width; i++) {
      const expected = new Float64Array(channels + 2);
      for (let k = 0; k < height * width; k++) {
        if (masked[k]) continue;
        const w = weightAt(neighbourhood, Math.floor(k / width) - Math.floor(i / width), (k % width) - (i % width));
        for (let j = 0; j < channels; j++) expected[j] += w * data[k * channels + j];
        expected[channels] += w;
        expected[channels + 1] += w * w;
      }
      for (let j = 0; j < channels; j++) expect(values[i * channels + j]).toBeCloseTo(expected[j], 12);
      expect(sums[i]).toBeCloseTo(expected[channels], 12);
      expect(squares[i]).toBeCloseTo(expected[channels + 1], 12);
    }
  });

  it('are the same bits for any run of pixels', () => {
    const neighbourhood = discNeighbourhood({ y: 2, x: 2 });
    const run = { width, height, masked };
    const whole = neighbourhoodSums(neighbourhood, { ...run, start: 0, end: height * width }, channels, read);
    for (const [start, end] of [
      [0, 1],
      [5, 30],
      [9, 18],
      [60, 63],
    ]) {
      const part = neighbourhoodSums(neighbourhood, { ...run, start, end }, channels, read);
      expect(part.values).toEqual(whole.values.slice(start * channels, end * channels));
      expect(part.weights).toEqual(whole.weights.slice(start, end));
    }
  });

  it('the shares of all pixels in one mean add up to 1, and make the mean', () => {
    const neighbourhood = gaussianNeighbourhood({ y: 1, x: 1.5 });
    const all = { width, height, start: 0, end: height * width, masked };
    const { values, weights: sums } = neighbourhoodSums(neighbourhood, all, channels, read);
    for (const pixel of [0, 30, 62]) {
      const shares = neighbourhoodShares(neighbourhood, { width, height, masked }, pixel);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      const mean = shares.reduce((sum, share, i) => sum + share * data[i * channels + 1], 0);
      expect(mean).toBeCloseTo(values[pixel * channels + 1] / sums[pixel], 12);
    }
    expect(neighbourhoodShares(neighbourhood, { width, height, masked }, 3)).toEqual(new Float64Array(height * width));
  });

  it('a mean is worth the pixels in it: n of equal weights, 4πσ² of a Gaussian, 0 where masked', () => {
    const box = neighbourhoodWorth(boxNeighbourhood({ y: 1, x: 1 }), { width: 5, height: 4 });
    expect([...box.slice(0, 7)]).toEqual([4, 6, 6, 6, 4, 6, 9]);
    const one = Uint8Array.from({ length: 20 }, (_, i) => (i === 6 ? 1 : 0));
    const beside = neighbourhoodWorth(boxNeighbourhood({ y: 1, x: 1 }), { width: 5, height: 4, masked: one });
    expect([beside[0], beside[6], beside[7]]).toEqual([3, 0, 8]);
    for (const sigma of [0.7, 1, 2, 3]) {
      const side = 2 * Math.ceil(3 * sigma) + 1;
      const gaussian = neighbourhoodWorth(gaussianNeighbourhood({ y: sigma, x: sigma }), { width: side, height: side });
      expect(gaussian[(side * side - 1) / 2] / (4 * Math.PI * sigma ** 2)).toBeCloseTo(1, 1);
    }
  });
});
