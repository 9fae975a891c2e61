import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { airpls } from './airpls.ts';
import { arpls } from './arpls.ts';
import { asls } from './asls.ts';
import { aspls } from './aspls.ts';
import { derpsalsa } from './derpsalsa.ts';
import { drpls } from './drpls.ts';
import { iarpls } from './iarpls.ts';
import { irsqr } from './irsqr.ts';
import type { BaselineFit } from './lanes.ts';
import { mixtureModel } from './mixture-model.ts';
import { psalsa } from './psalsa.ts';
import { psplineAsls } from './pspline-asls.ts';
import type { WhittakerOptions } from './whittaker-options.ts';

/** Reference answers of independent tools; without them these tests are skipped. Those of IAsLS: iasls.test.ts. */
const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/baselines`;
const cases = (method: string) => readdirSync(folder).filter((name) => name.startsWith(`${method}--`));

type Baseline = (values: Float64Array, channels: number, out: Float64Array, options: WhittakerOptions) => BaselineFit;
/** What a case calls its parameters, and what they are called here. */
const NAMES: Record<string, string> = {
  p: 'p',
  eta: 'eta',
  asymmetric_coef: 'steepness',
  k_resolved: 'height',
  smooth_half_window_resolved: 'smoothing',
  num_smooths: 'smoothings',
  num_knots: 'knots',
  spline_degree: 'degree',
  quantile: 'quantile',
};

describe.skipIf(!existsSync(folder))('baselines against reference answers', () => {
  const methods: [string, Baseline][] = [
    ['asls', asls],
    ['asls-d1', asls],
    ['asls-stiff', asls],
    ['airpls', airpls],
    ['arpls', arpls],
    ['drpls', drpls],
    ['iarpls', iarpls],
    ['aspls', aspls],
    ['psalsa', psalsa],
    ['derpsalsa', derpsalsa],
    ['pspline-asls', psplineAsls],
    ['irsqr', irsqr],
    ['mixture-model', mixtureModel],
  ];
  for (const [name, baseline] of methods) {
    it.each(existsSync(folder) ? cases(name) : [])('%s', (file) => {
      const { parameters, input, expected, tolerance } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
      const y = Float64Array.from(input.y);
      const out = new Float64Array(y.length);
      const fit = baseline(y, y.length, out, {
        lambda: parameters.lam,
        order: parameters.diff_order,
        tolerance: parameters.tol,
        maxIterations: parameters.max_iter + 1,
        ...Object.fromEntries(
          Object.entries(NAMES).flatMap(([from, to]) => (from in parameters ? [[to, parameters[from]]] : [])),
        ),
      });
      const worst = Math.max(...out.map((z, i) => Math.abs(z - expected.baseline[i])));
      expect(worst).toBeLessThanOrEqual(tolerance.abs);
      expect(Math.abs(fit.iterations[0] - expected.iterations)).toBeLessThanOrEqual(1);
      expect(fit.converged[0]).toBe(expected.iterations > parameters.max_iter ? 0 : 1);
    });
  }
});
