import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { applyBandedMap, bandedNoiseGains } from './banded-map.ts';
import { coralTransform, shrinkage } from './coral.ts';
import { fitDirect, type PairedStandards } from './direct.ts';
import { fitExternalParameter } from './external-parameter.ts';
import { fewestComponents, leaveOutFolds } from './folds.ts';
import { invertBanded } from './inverse.ts';
import { kennardStone } from './kennard-stone.ts';
import { aboutMeans, applyLinearMap, noiseGains } from './linear-map.ts';
import { leastSquaresWeights, localWeights, regressionWorkspace } from './local-regression.ts';
import { fitPiecewise } from './piecewise.ts';
import { fitPls, predictPls } from './pls.ts';
import { principalParts } from './principal-parts.ts';
import { fitSlopeBias } from './slope-bias.ts';
import { fitSpectralSpace } from './spectral-space.ts';

const random = (length: number, seed: number) => {
  const numbers = new CounterRandom(seed, 0);
  return Float64Array.from({ length }, () => numbers.normal());
};

/** Standards of three components; the slave is the master moved up by one channel, with a factor and an offset, and noise. */
function moved(standards: number, n: number, noise = 0): PairedStandards {
  const amounts = random(standards * 3, 1);
  const errors = random(2 * standards * n, 2);
  const band = (j: number, c: number) => Math.exp(-((j - (n * (c + 1)) / 4) ** 2) / (2 * (n / 10) ** 2));
  const value = (i: number, j: number) => [0, 1, 2].reduce((sum, c) => sum + amounts[i * 3 + c] * band(j, c), 0);
  const rows = (of: (i: number, j: number) => number, from: number) =>
    Float64Array.from(
      { length: standards * n },
      (_, at) => of(Math.floor(at / n), at % n) + noise * errors[from * standards * n + at],
    );
  return {
    standards,
    slave: rows((i, j) => 2 * value(i, j - 1) + 5, 0),
    from: n,
    master: rows(value, 1),
    to: n,
  };
}

const brought = (paired: PairedStandards, options: Parameters<typeof fitPiecewise>[1]) => {
  const { map } = fitPiecewise(paired, options);
  const out = new Float64Array(paired.master.length);
  applyBandedMap(map, paired.slave, paired.standards, out);
  return { map, off: worst(out, paired.master) };
};
const worst = (a: Float64Array, b: Float64Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

describe('piecewise direct standardisation', () => {
  const exact = moved(12, 40);
  const noisy = moved(12, 40, 0.02);
  const plain = { halfWidth: 2, components: 3 } as const;

  it('undoes a shift, a factor and an offset', () => {
    expect(brought(exact, plain).off).toBeLessThan(1e-3);
    expect(brought(exact, { halfWidth: 4, components: 'all' }).off).toBeLessThan(1e-5);
  });

  it('looks as far as the window reaches, and to where its middle is', () => {
    expect(brought(exact, { ...plain, halfWidth: 0 }).off).toBeGreaterThan(0.05);
    const centres = Int32Array.from({ length: 40 }, (_, j) => Math.min(39, j + 1));
    expect(brought(exact, { ...plain, halfWidth: 0, centres }).map.weights[5]).toBeCloseTo(0.5, 9);
  });

  it('cuts its windows at the ends', () => {
    const { map } = brought(exact, plain);
    expect([...map.count.slice(0, 3)]).toEqual([3, 4, 5]);
    expect([...map.count.slice(-2)]).toEqual([4, 3]);
    expect(map.first[39]).toBe(37);
    expect(map.weights[3]).toBe(0);
  });

  it('chooses one number of components for all channels, or one for each', () => {
    const all = fitPiecewise(noisy, { halfWidth: 3, components: { most: 5 } });
    expect(new Set(all.components).size).toBe(1);
    expect(all.leftOut).toHaveLength(5);
    const each = fitPiecewise(noisy, { halfWidth: 3, components: { most: 5 }, eachItsOwn: true });
    expect(new Set(each.components).size).toBeGreaterThan(1);
    expect(fitPiecewise(noisy, { halfWidth: 3, components: { most: 1 } }).components[0]).toBe(1);
  });

  it('finds the error of left-out standards as if each were left out by hand', () => {
    const { standards, from, to } = noisy;
    for (const shared of [0, 1]) {
      const fast = fitPiecewise(noisy, { halfWidth: 2, components: { most: 3 }, shared }).leftOut;
      const slow = [1, 2, 3].map((components) => {
        let sum = 0;
        for (let i = 0; i < standards; i++) {
          const without = (rows: Float64Array, n: number) => rows.filter((_, at) => Math.floor(at / n) !== i);
          const rest = {
            ...noisy,
            standards: standards - 1,
            slave: without(noisy.slave, from),
            master: without(noisy.master, to),
          };
          const { map } = fitPiecewise(rest, { halfWidth: 2, components, shared });
          const out = new Float64Array(to);
          applyBandedMap(map, noisy.slave.subarray(i * from, (i + 1) * from), 1, out);
          for (let j = 0; j < to; j++) sum += (out[j] - noisy.master[i * to + j]) ** 2;
        }
        return Math.sqrt(sum / standards / to);
      });
      for (const [a, value] of slow.entries()) expect(fast[a]).toBeCloseTo(value, 9);
    }
  });

  it('shares regressions among neighbours, and smooths weights: both make them less jagged', () => {
    const jags = (options: object) => {
      const { map } = fitPiecewise(noisy, { halfWidth: 3, components: 4, ...options });
      const middle = Float64Array.from({ length: 30 }, (_, j) => map.weights[(j + 5) * map.width + 3]);
      return middle.reduce((sum, value, j) => sum + (j ? Math.abs(value - middle[j - 1]) : 0), 0);
    };
    expect(jags({ shared: 2 })).toBeLessThan(0.7 * jags({}));
    expect(jags({ smoothing: 2 })).toBeLessThan(0.7 * jags({}));
  });

  it('gives no weight to channels without use, and takes none for the master’s', () => {
    const unusedFrom = Uint8Array.from({ length: 40 }, (_, j) => (j === 20 ? 1 : 0));
    const unusedTo = Uint8Array.from({ length: 40 }, (_, j) => (j === 25 ? 1 : 0));
    for (const components of [3, 'all'] as const) {
      const { map } = fitPiecewise(noisy, { halfWidth: 2, components, unusedFrom, unusedTo });
      for (let j = 0; j < 40; j++) {
        for (let p = 0; p < map.count[j]; p++) {
          if (map.first[j] + p === 20 || j === 25) expect(map.weights[j * map.width + p]).toBe(0);
        }
      }
    }
  });

  it('is undone with the condition of what is in use', () => {
    const unusedFrom = Uint8Array.from({ length: 40 }, (_, j) => (j === 20 ? 1 : 0));
    const forward = { ...noisy, slave: noisy.master, master: noisy.slave };
    const [all, some] = [undefined, unusedFrom].map((unused) => {
      const { map } = fitPiecewise(forward, { halfWidth: 2, components: 3, unusedFrom: unused });
      return invertBanded(map, 1e-3).condition;
    });
    expect(all).toBeGreaterThan(1);
    expect(some).toBeLessThan(1e8);
  });

  it('has an answer for standards that are all alike, for few channels, and for huge and tiny numbers', () => {
    const alike = {
      standards: 5,
      slave: new Float64Array(20).fill(3),
      from: 4,
      master: new Float64Array(20).fill(7),
      to: 4,
    };
    const { map } = fitPiecewise(alike, { halfWidth: 2, components: { most: 3 } });
    expect([...map.offset]).toEqual([7, 7, 7, 7]);
    for (const n of [1, 2, 8]) {
      expect(brought(moved(6, n), { halfWidth: 8, components: { most: 6 } }).off).toBeLessThan(
        Number.POSITIVE_INFINITY,
      );
    }
    for (const scale of [1e9, 1e-9]) {
      const scaled = { ...exact, slave: exact.slave.map((v) => scale * v), master: exact.master.map((v) => scale * v) };
      expect(brought(scaled, plain).off / scale).toBeCloseTo(brought(exact, plain).off, 6);
    }
  });

  it('multiplies equal errors by √Σ b²', () => {
    const { map } = fitPiecewise(noisy, { halfWidth: 2, components: 3 });
    const gains = bandedNoiseGains(map);
    const errors = random(400 * 40, 9);
    const out = new Float64Array(errors.length);
    applyBandedMap({ ...map, offset: new Float64Array(40) }, errors, 400, out);
    const seen = Math.sqrt(out.filter((_, at) => at % 40 === 17).reduce((sum, value) => sum + value * value, 0) / 400);
    expect(seen / gains[17]).toBeCloseTo(1, 0.8);
  });

  it('maps rows as the plain sums do, to the last bit, however many there are', () => {
    const { map } = fitPiecewise(noisy, { halfWidth: 2, components: 3 });
    const { from, to, width, first, count, weights, offset } = map;
    for (const rows of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1700]) {
      const values = random(rows * from, rows);
      const plain = Float64Array.from({ length: rows * to }, (_, at) => {
        const [i, j] = [Math.floor(at / to), at % to];
        let sum = offset[j];
        for (let k = 0; k < count[j]; k++) sum += weights[j * width + k] * values[i * from + first[j] + k];
        return sum;
      });
      const out = new Float64Array(rows * to);
      applyBandedMap(map, values, rows, out);
      expect(out).toEqual(plain);
    }
  });

  it('maps each row by itself, to the last bit', () => {
    const { map } = fitPiecewise(noisy, { halfWidth: 2, components: 3 });
    const together = new Float64Array(noisy.slave.length);
    applyBandedMap(map, noisy.slave, 12, together);
    const alone = new Float64Array(noisy.slave.length);
    for (let i = 0; i < 12; i++) applyBandedMap(map, noisy.slave.subarray(i * 40), 1, alone.subarray(i * 40));
    expect(alone).toEqual(together);
  });
});

describe('regression in a window', () => {
  it('of as many components as channels is that of least squares', () => {
    const [m, rows] = [4, 12];
    const z = random(rows * m, 3);
    const y = random(rows, 4);
    const gram = new Float64Array(m * m);
    const cross = new Float64Array(m);
    for (let i = 0; i < rows; i++) {
      for (let p = 0; p < m; p++) {
        cross[p] += z[i * m + p] * y[i];
        for (let q = 0; q < m; q++) gram[p * m + q] += z[i * m + p] * z[i * m + q];
      }
    }
    const ranks = new Float64Array(6 * m);
    localWeights(gram, cross, m, ranks, regressionWorkspace(m, 6));
    const exact = new Float64Array(m);
    leastSquaresWeights(gram, cross, m, m, exact);
    expect(worst(ranks.subarray(3 * m, 4 * m), exact)).toBeLessThan(1e-10);
    // More than there are change nothing.
    expect(worst(ranks.subarray(5 * m, 6 * m), exact)).toBeLessThan(1e-10);
    expect(worst(ranks.subarray(0, m), exact)).toBeGreaterThan(1e-3);
  });
});

describe('maps of whole spectra', () => {
  const noisy = moved(20, 30, 0.01);
  const off = (map: Parameters<typeof applyLinearMap>[0]) => {
    const out = new Float64Array(noisy.master.length);
    applyLinearMap(map, noisy.slave, 20, out);
    return worst(out, noisy.master);
  };

  it('DS with all components reproduces its standards; with few it smooths', () => {
    const few = moved(8, 30, 0.01);
    const out = new Float64Array(few.master.length);
    applyLinearMap(fitDirect(few, 'all').map, few.slave, 8, out);
    expect(worst(out, few.master)).toBeLessThan(1e-9);
    expect(fitDirect(noisy, { most: 10 }).components).toBe(3);
    expect(fitDirect(noisy, { most: 2 }).components).toBe(2);
    expect(off(fitDirect(noisy, 1).map)).toBeGreaterThan(off(fitDirect(noisy, 3).map));
  });

  it('SST changes what standards have in common and leaves the rest', () => {
    const { map, components } = fitSpectralSpace(noisy, { most: 10 });
    expect(components).toBeGreaterThanOrEqual(4);
    expect(off(map)).toBeLessThan(0.1);
    expect(off(fitSpectralSpace(noisy, 1).map)).toBeGreaterThan(0.5);
    const alone = random(30, 8);
    for (let a = 0; a < map.rank; a++) {
      const row = map.loadings.subarray(a * 30, (a + 1) * 30);
      const share = row.reduce((sum, value, j) => sum + value * alone[j], 0) / row.reduce((sum, v) => sum + v * v, 0);
      for (let j = 0; j < 30; j++) alone[j] -= share * row[j];
    }
    // Not exactly orthogonal to all at once: once more.
    for (let round = 0; round < 200; round++) {
      for (let a = 0; a < map.rank; a++) {
        const row = map.loadings.subarray(a * 30, (a + 1) * 30);
        const share = row.reduce((sum, value, j) => sum + value * alone[j], 0) / row.reduce((sum, v) => sum + v * v, 0);
        for (let j = 0; j < 30; j++) alone[j] -= share * row[j];
      }
    }
    const out = new Float64Array(30);
    applyLinearMap(map, alone, 1, out);
    expect(worst(out, alone)).toBeLessThan(1e-6);
    expect(() => fitSpectralSpace({ ...noisy, to: 15 }, 2)).toThrow(RangeError);
  });

  it('EPO takes its directions out, and no others', () => {
    const { map, components, share } = fitExternalParameter(noisy, 2);
    expect(components).toBe(2);
    expect(share).toBeGreaterThan(0.5);
    expect(fitExternalParameter(noisy, 5).share).toBeGreaterThan(share);
    const out = new Float64Array(30);
    applyLinearMap(map, map.loadings.subarray(0, 30), 1, out);
    expect(worst(out, new Float64Array(30))).toBeLessThan(1e-12);
    const twice = new Float64Array(noisy.slave.length);
    const once = new Float64Array(noisy.slave.length);
    applyLinearMap(map, noisy.slave, 20, once);
    applyLinearMap(map, once, 20, twice);
    expect(worst(once, twice)).toBeLessThan(1e-12);
    expect(() => fitExternalParameter({ ...noisy, to: 15 }, 2)).toThrow(RangeError);
  });

  it('know by how much they multiply errors, and where means go', () => {
    const loadings = random(60, 5);
    const images = random(60, 6);
    const map = { from: 30, to: 30, rank: 2, keep: 0.5, loadings, images, offset: new Float64Array(30) };
    const errors = random(4000 * 30, 7);
    const out = new Float64Array(errors.length);
    applyLinearMap(map, errors, 4000, out);
    const seen = Math.sqrt(out.filter((_, at) => at % 30 === 11).reduce((sum, v) => sum + v * v, 0) / 4000);
    expect(Math.abs(seen / noiseGains(map)[11] - 1)).toBeLessThan(0.04);
    const means = { from: random(30, 1), to: random(30, 2) };
    const centred = new Float64Array(30);
    applyLinearMap(aboutMeans(map, means), means.from, 1, centred);
    expect(worst(centred, means.to)).toBeLessThan(1e-12);
  });
});

it('CORAL gives the covariance of the target, and wants a regulariser where there is no inverse', () => {
  const [m, n] = [300, 5];
  const covariance = (rows: Float64Array) => {
    const out = new Float64Array(n * n);
    for (let i = 0; i < m; i++)
      for (let p = 0; p < n; p++) for (let q = 0; q < n; q++) out[p * n + q] += (rows[i * n + p] * rows[i * n + q]) / m;
    return out;
  };
  const source = random(m * n, 1).map((value, at) => value * (1 + (at % n)));
  const target = random(m * n, 2);
  const [a, b] = [covariance(source), covariance(target)];
  const transform = coralTransform(a, b, n, { source: 1e-12, target: 1e-12 });
  const aligned = Float64Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += source[Math.floor(at / n) * n + i] * transform[i * n + (at % n)];
    return sum;
  });
  expect(worst(covariance(aligned), b)).toBeLessThan(1e-8);
  expect(shrinkage(Float64Array.of(2, 0, 0, 4), 2, 0.1)).toBeCloseTo(0.3, 12);
  expect(() => coralTransform(new Float64Array(4), Float64Array.of(1, 0, 0, 1), 2, { source: 0, target: 0 })).toThrow(
    RangeError,
  );
});

it('Kennard and Stone take what there is: no samples, one, equal ones', () => {
  expect(kennardStone(new Float64Array(0), 0, 5).chosen).toHaveLength(0);
  expect([...kennardStone(Float64Array.of(1, 2), 1, 5).chosen]).toEqual([0]);
  expect([...kennardStone(new Float64Array(6), 3, 3).chosen]).toEqual([0, 1, 2]);
  const { distances } = kennardStone(Float64Array.of(0, 10, 4), 3, 3);
  expect([...distances]).toEqual([10, 10, 4]);
});

describe('slope and bias', () => {
  const x = Float64Array.from({ length: 25 }, (_, i) => i / 24);
  const noise = random(25, 3).map((value) => 0.01 * value);

  it('are told from 1 and 0, with their errors', () => {
    const line = fitSlopeBias(
      x,
      x.map((value, i) => 0.2 + 1.3 * value + noise[i]),
    );
    expect(Math.abs(line.slope - 1.3)).toBeLessThan(3 * line.slopeSigma);
    expect(Math.abs(line.bias - 0.2)).toBeLessThan(3 * line.biasSigma);
    expect(line.pValue).toBeLessThan(1e-10);
    expect(line.bendPValue).toBeGreaterThan(0.01);
    expect(line.residual).toBeGreaterThan(0.006);
    expect(line.residual).toBeLessThan(0.014);
  });

  it('are not told where there is no difference: F has its distribution', () => {
    let below = 0;
    let bent = 0;
    let covered = 0;
    for (let r = 0; r < 2000; r++) {
      const errors = random(25, 100 + r);
      const line = fitSlopeBias(
        x,
        x.map((value, i) => value + 0.01 * errors[i]),
      );
      if (line.pValue < 0.05) below++;
      if (line.bendPValue < 0.05) bent++;
      // Student's t of 23 degrees of freedom.
      if (Math.abs(line.slope - 1) < 2.0687 * line.slopeSigma) covered++;
    }
    expect(Math.abs(below / 2000 - 0.05)).toBeLessThan(0.015);
    expect(Math.abs(bent / 2000 - 0.05)).toBeLessThan(0.015);
    expect(Math.abs(covered / 2000 - 0.95)).toBeLessThan(0.015);
  });

  it('see a bend', () => {
    const bent = fitSlopeBias(
      x,
      x.map((value, i) => value + 0.2 * value * value + noise[i]),
    );
    expect(bent.bendPValue).toBeLessThan(0.01);
  });

  it('have an answer for two points, and for points that are one', () => {
    expect(fitSlopeBias(Float64Array.of(0, 1), Float64Array.of(1, 3))).toMatchObject({ slope: 2, bias: 1, pValue: 1 });
    expect(fitSlopeBias(new Float64Array(5).fill(2), new Float64Array(5).fill(3))).toMatchObject({ slope: 1, bias: 1 });
  });
});

describe('partial least squares', () => {
  it('ends where spectra or properties hold no more', () => {
    const x = Float64Array.from({ length: 40 }, (_, at) => Math.floor(at / 8) * ((at % 8) + 1));
    const y = Float64Array.of(0, 1, 2, 3, 4);
    const model = fitPls(x, y, 5, { components: 4 });
    expect(model.components).toBe(1);
    expect(worst(predictPls(model, x, 5), y)).toBeLessThan(1e-12);
    const constant = fitPls(x, new Float64Array(5).fill(7), 5, { components: 3 });
    expect(constant.components).toBe(0);
    expect([...predictPls(constant, x, 5)]).toEqual([7, 7, 7, 7, 7]);
  });

  it('scales channels where told to', () => {
    const x = random(60 * 4, 1).map((value, at) => (at % 4 === 0 ? 1000 * value : value));
    const y = Float64Array.from({ length: 60 }, (_, i) => x[i * 4 + 1]);
    const error = (scale: boolean) => worst(predictPls(fitPls(x, y, 60, { components: 1, scale }), x, 60), y);
    expect(error(true)).toBeLessThan(0.7 * error(false));
  });
});

it('principal parts make up the matrix, whichever side is short, and drop what is rounding', () => {
  for (const [m, n] of [
    [4, 9],
    [9, 4],
  ]) {
    const x = random(m * n, 1);
    const { rank, values, left, right } = principalParts(x, m, n);
    const made = Float64Array.from({ length: m * n }, (_, at) => {
      let sum = 0;
      for (let a = 0; a < rank; a++) sum += values[a] * left[a * m + Math.floor(at / n)] * right[a * n + (at % n)];
      return sum;
    });
    expect(worst(made, x)).toBeLessThan(1e-12);
  }
  const one = Float64Array.from({ length: 12 }, (_, at) => (Math.floor(at / 4) + 1) * ((at % 4) + 1));
  expect(principalParts(one, 3, 4).rank).toBe(1);
  expect(principalParts(new Float64Array(12), 3, 4).rank).toBe(0);
});

it('standards are left out one by one, many of them in ten groups; the fewest components that will do are taken', () => {
  expect(leaveOutFolds(5).map((fold) => [...fold])).toEqual([[0], [1], [2], [3], [4]]);
  const many = leaveOutFolds(45);
  expect(many).toHaveLength(10);
  expect([...many.flatMap((fold) => [...fold])].sort((a, b) => a - b)).toEqual(Array.from({ length: 45 }, (_, i) => i));
  expect(fewestComponents([5, 1.005, 1, 1.2])).toBe(2);
  expect(fewestComponents([Number.NaN])).toBe(1);
});
