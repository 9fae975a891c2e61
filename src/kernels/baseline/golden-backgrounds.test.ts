import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { iteratedMorphologicalBaseline, morphologicalBaseline, rollingBall, tophat } from './morphological.ts';
import { improvedModPoly, modPoly, polynomialBaseline } from './polynomial.ts';
import { activeShirley, shirley } from './shirley.ts';
import { snip } from './snip.ts';
import { tougaard } from './tougaard.ts';

/** Reference answers of independent tools; without them these tests are skipped. */
const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/baselines`;
const present = existsSync(folder);
const files = present ? readdirSync(folder) : [];

/** All cases of one method, `snip-smooth--raman` and the like. */
const cases = (method: string) =>
  files.filter((file) => file.startsWith(`${method}--`) && file.endsWith('.json')).map((file) => file.slice(0, -5));

interface Case {
  parameters: Record<string, never>;
  input: { x: number[]; y: number[] };
  expected: Record<string, never>;
  tolerance: { rel: number; abs: number; keys?: Record<string, { rel: number; abs: number }> };
}

const read = (name: string): Case => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));

function expectNear({ tolerance }: Case, key: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const { rel, abs } = tolerance.keys?.[key] ?? tolerance;
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i] - expected[i]), `${key}, channel ${i}`).toBeLessThanOrEqual(
      abs + rel * Math.abs(expected[i]),
    );
  }
}

describe.skipIf(!present)('reference answers', () => {
  it.each(['snip-asymmetric', 'snip-decreasing', 'snip-increasing', 'snip-order4', 'snip-smooth'].flatMap(cases))(
    '%s',
    (name) => {
      const found = read(name);
      const { parameters, input, expected } = found;
      const y = Float64Array.from(input.y);
      const out = new Float64Array(y.length);
      const options = {
        halfWindow: parameters.max_half_window,
        decreasing: parameters.decreasing,
        order: parameters.filter_order,
        smoothHalfWindow: parameters.smooth_half_window ?? 0,
        transform: false,
        precision: 'double',
      } as const;
      snip(y, 1, y.length, options, out);
      expectNear(found, 'baseline', out, expected.baseline);
    },
  );

  it.each(['tophat', 'mor', 'imor', 'rolling-ball'].flatMap(cases))('%s', (name) => {
    const found = read(name);
    const { parameters, input, expected } = found;
    const y = Float64Array.from(input.y);
    const out = new Float64Array(y.length);
    const options = {
      halfWindow: parameters.half_window,
      smoothHalfWindow: parameters.smooth_half_window,
      tolerance: parameters.tol,
      iterations: parameters.max_iter,
    };
    if (name.startsWith('tophat')) tophat(y, 1, y.length, options, out);
    else if (name.startsWith('mor')) morphologicalBaseline(y, 1, y.length, options, out);
    else if (name.startsWith('rolling')) rollingBall(y, 1, y.length, options, out);
    else {
      const { iterations } = iteratedMorphologicalBaseline(y, 1, y.length, options, out);
      expectNear(found, 'iterations', iterations, [expected.iterations]);
    }
    expectNear(found, 'baseline', out, expected.baseline);
  });

  it.each(['poly', 'modpoly', 'imodpoly'].flatMap(cases))('%s', (name) => {
    const found = read(name);
    const { parameters, input, expected } = found;
    const y = Float64Array.from(input.y);
    const out = new Float64Array(y.length);
    const options = {
      degree: parameters.poly_order,
      axis: Float64Array.from(input.x),
      tolerance: parameters.tol,
      iterations: parameters.max_iter,
      fromOriginal: parameters.use_original,
      leaveOutPeaks: parameters.mask_initial_peaks,
      deviations: parameters.num_std,
    };
    if (name.startsWith('poly')) polynomialBaseline(y, 1, y.length, options, out);
    else {
      const peel = name.startsWith('modpoly') ? modPoly : improvedModPoly;
      const { iterations } = peel(y, 1, y.length, options, out);
      expectNear(found, 'iterations', iterations, [expected.iterations]);
    }
    expectNear(found, 'baseline', out, expected.baseline);
  });

  it.each(cases('shirley'))('%s', (name) => {
    const found = read(name);
    const { parameters, input, expected } = found;
    const energies = Float64Array.from(input.x);
    const scale = name.endsWith('kinetic') ? 'kinetic' : 'binding';
    const y = Float64Array.from(input.y);
    const out = new Float64Array(y.length);
    const { tol: tolerance, maxit: iterations } = parameters;
    const ends = { energies, scale, endChannels: 1 } as const;
    shirley(y, 1, y.length, { ...ends, stop: 'mean-square', tolerance, iterations }, out);
    expectNear(found, 'background', out, expected.background);
    shirley(y, 1, y.length, { ...ends, tolerance: 1e-11, iterations: 1000 }, out);
    expectNear(found, 'background_fixed_point', out, expected.background_fixed_point);
  });

  it.each(cases('shirley-active'))('%s', (name) => {
    const found = read(name);
    const { parameters, input, expected } = found;
    const y = Float64Array.from(input.y);
    const out = new Float64Array(y.length);
    const options = { factor: parameters.k, constant: parameters.const, highKinetic: 'last' } as const;
    activeShirley(y, 1, y.length, options, out);
    expectNear(found, 'background', out, expected.background);
    activeShirley(y, 1, y.length, { ...options, rule: 'trapezoid' }, out);
    expectNear(found, 'background_trapezoid', out, expected.background_trapezoid);
  });

  it.each(['tougaard-universal', 'tougaard-three-parameter'].flatMap(cases))('%s', (name) => {
    const found = read(name);
    const { parameters, input, expected } = found;
    const y = Float64Array.from(input.y);
    const out = new Float64Array(y.length);
    const loss = { b: parameters.B, c: parameters.C, cFactor: parameters.C_prime, d: parameters.D };
    const scale = name.endsWith('kinetic') ? 'kinetic' : 'binding';
    const options = { energies: Float64Array.from(input.x), scale, loss } as const;
    tougaard(y, 1, y.length, options, out);
    expectNear(found, 'background_fixed_B', out, expected.background_fixed_B);
    if (expected.B_adjusted === undefined) return;
    const { b } = tougaard(y, 1, y.length, { ...options, meets: [0, 1] }, out);
    expectNear(found, 'B_adjusted', b, [expected.B_adjusted]);
    expectNear(found, 'background_adjusted', out, expected.background_adjusted);
  });
});
