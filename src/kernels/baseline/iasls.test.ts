import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { iasls } from './iasls.ts';

/** Reference answers of an independent tool; without them these tests are skipped. */
const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/baselines`;
const cases = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('iasls--')) : [];

/*
 * The definition in fixed-point numbers of 320 bits after the point, 96 decimal digits, of which the condition of the system,
 * below 10¹², leaves 80: what is left of a difference to it is no rounding of ours.
 */
const BITS = 320n;
const ONE = 1n << BITS;
const times = (a: bigint, b: bigint) => (a * b) >> BITS;
const over = (a: bigint, b: bigint) => (a << BITS) / b;
/** A double as it is. */
function exact(x: number): bigint {
  let [value, power] = [x, 0n];
  while (value !== Math.floor(value)) {
    value *= 2;
    power++;
  }
  return (BigInt(value) << BITS) >> power;
}
/** "0.01" or "1e-7" as it is written. */
function decimal(x: number): bigint {
  const [digits, exponent = '0'] = String(x).split('e');
  const [whole, part = ''] = digits.split('.');
  const scale = Number(exponent) - part.length;
  const value = BigInt(whole + part) << BITS;
  return scale < 0 ? value / 10n ** BigInt(-scale) : value * 10n ** BigInt(scale);
}
const toNumber = (x: bigint) => Number(x >> (BITS - 80n)) / 2 ** 80;

/** Solves a symmetric system with two bands beside the diagonal, given as rows [diagonal, first, second]. */
function solveBanded(bands: readonly (readonly [bigint, bigint, bigint])[], right: readonly bigint[]): bigint[] {
  const n = right.length;
  const d: bigint[] = [];
  const [l1, l2]: bigint[][] = [[], []];
  const z = [...right];
  for (let i = 0; i < n; i++) {
    let [diagonal, first] = [bands[i][0], bands[i][1]];
    if (i > 0) {
      diagonal -= times(times(l1[i - 1], l1[i - 1]), d[i - 1]);
      first -= times(times(l2[i - 1], l1[i - 1]), d[i - 1]);
      z[i] -= times(l1[i - 1], z[i - 1]);
    }
    if (i > 1) {
      diagonal -= times(times(l2[i - 2], l2[i - 2]), d[i - 2]);
      z[i] -= times(l2[i - 2], z[i - 2]);
    }
    d.push(diagonal);
    l1.push(over(first, diagonal));
    l2.push(over(bands[i][2], diagonal));
  }
  for (let i = n - 1; i >= 0; i--) {
    z[i] = over(z[i], d[i]);
    if (i + 1 < n) z[i] -= times(l1[i], z[i + 1]);
    if (i + 2 < n) z[i] -= times(l2[i], z[i + 2]);
  }
  return z;
}

/** D_kᵀD_k of n channels as [diagonal, first, second] of each row. */
function penalty(order: 1 | 2, n: number): [bigint, bigint, bigint][] {
  const stencil = order === 1 ? [-1n, 1n] : [1n, -2n, 1n];
  const bands = Array.from({ length: n }, (): [bigint, bigint, bigint] => [0n, 0n, 0n]);
  for (let start = 0; start + order < n; start++) {
    for (let a = 0; a <= order; a++)
      for (let b = a; b <= order; b++) bands[start + a][b - a] += stencil[a] * stencil[b];
  }
  return bands;
}

/** Values of the least-squares parabola. */
function parabola(y: readonly bigint[]): bigint[] {
  const n = BigInt(y.length);
  // Polynomials in twice the distance from the middle, orthogonal on the channels.
  const bases = y.map((_, i) => {
    const x = 2n * BigInt(i) - (n - 1n);
    return [1n, x, 3n * x * x - (n * n - 1n)];
  });
  const fit = [0n, 0n, 0n];
  const norms = [0n, 0n, 0n];
  for (const [i, basis] of bases.entries()) {
    for (const [k, value] of basis.entries()) {
      fit[k] += value * y[i];
      norms[k] += value * value;
    }
  }
  return bases.map((basis) => basis.reduce((sum, value, k) => sum + (fit[k] * value) / norms[k], 0n));
}

interface Parameters {
  readonly lam: number;
  readonly lam_1: number;
  readonly p: number;
  readonly tol: number;
  readonly max_iter: number;
}

function exactIasls(values: readonly number[], { lam, lam_1, p, tol, max_iter }: Parameters) {
  const y = values.map(exact);
  const n = y.length;
  const [stiff, first] = [penalty(2, n), penalty(1, n)];
  const [lambda, lambda1] = [lam, lam_1].map(decimal);
  const [above, below] = [decimal(p), ONE - decimal(p)];
  const weighed = (base: readonly bigint[]) => y.map((value, i) => value > base[i]);
  const slopes = y.map((value, i) => {
    let sum = first[i][0] * value;
    if (i > 0) sum += first[i - 1][1] * y[i - 1];
    if (i + 1 < n) sum += first[i][1] * y[i + 1];
    return times(lambda1, sum);
  });
  let high = weighed(parabola(y));
  for (let iteration = 1; ; iteration++) {
    const squares = high.map((each) => (each ? times(above, above) : times(below, below)));
    const z = solveBanded(
      squares.map((w, i) => [0, 1, 2].map((k) => (k ? 0n : w) + lambda * stiff[i][k] + lambda1 * first[i][k]) as never),
      y.map((value, i) => times(squares[i], value) + slopes[i]),
    );
    const next = weighed(z);
    const size = Math.sqrt(high.reduce((sum, each) => sum + (each ? p * p : (1 - p) ** 2), 0));
    const change = Math.sqrt(high.filter((each, i) => each !== next[i]).length) * Math.abs(1 - 2 * p);
    if (change / size < tol || iteration > max_iter) return { baseline: z.map(toNumber), iterations: iteration };
    high = next;
  }
}

/** How far the reference answer may be from the definition, in its tolerances. One is further than it says. */
const OFF: Readonly<Record<string, readonly [number, number]>> = { 'iasls--raman.json': [1.01, 1.03] };

describe.skipIf(cases.length === 0)('the definition of IAsLS to 80 digits', () => {
  it.each(cases)('%s: ours is within 10⁻⁷ tolerances of it, the reference answer as near as it says', (file) => {
    const { parameters, input, expected, tolerance } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
    const { baseline, iterations } = exactIasls(input.y, parameters);
    const furthest = (from: ArrayLike<number>) =>
      baseline.reduce((most, value, i) => Math.max(most, Math.abs(value - from[i])), 0) / tolerance.abs;
    const ours = new Float64Array(input.y.length);
    const fit = iasls(Float64Array.from(input.y), ours.length, ours, {
      lambda: parameters.lam,
      p: parameters.p,
      firstLambda: parameters.lam_1,
      tolerance: parameters.tol,
      maxIterations: parameters.max_iter + 1,
    });
    expect(iterations).toBe(fit.iterations[0]);
    expect(furthest(ours)).toBeLessThan(1e-7);
    const [least, most] = OFF[file] ?? [0, 1];
    expect(furthest(expected.baseline)).toBeGreaterThanOrEqual(least);
    expect(furthest(expected.baseline)).toBeLessThanOrEqual(most);
    expect(Math.abs(iterations - expected.iterations)).toBeLessThanOrEqual(1);
    expect(fit.converged[0]).toBe(expected.iterations > parameters.max_iter ? 0 : 1);
  });
});
