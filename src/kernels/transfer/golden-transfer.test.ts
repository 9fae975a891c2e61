import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyBandedMap } from './banded-map.ts';
import { coralTransform } from './coral.ts';
import { fitDirect } from './direct.ts';
import { kennardStone } from './kennard-stone.ts';
import { applyLinearMap } from './linear-map.ts';
import { fitPiecewise } from './piecewise.ts';
import { fitPls, predictPls } from './pls.ts';

const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/chemometrics`;
const there = existsSync(folder);
const cases = (name: string) =>
  there
    ? readdirSync(folder)
        .filter((file) => file.startsWith(`${name}--`) && file.endsWith('.json'))
        .map((file) => file.slice(0, -5))
    : [];
const read = (name: string) => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
const flat = (rows: number[][]) => Float64Array.from(rows.flat());

interface Tolerance {
  readonly rel: number;
  readonly abs: number;
}

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, { rel, abs }: Tolerance, what = ''): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i] - expected[i]);
    if (!(off <= abs + rel * Math.abs(expected[i]))) {
      expect.fail(`${what} ${i}: ${actual[i]}, expected ${expected[i]}`);
    }
  }
}

describe.skipIf(!there)('reference answers', () => {
  it.each(cases('ds-pds'))('%s', (name) => {
    const { parameters, input, expected, tolerance } = read(name);
    const standards: number = input.master.length;
    const [from, to]: number[] = [input.secondary[0].length, input.master[0].length];
    const paired = { standards, slave: flat(input.secondary), from, master: flat(input.master), to };
    const rows: number = input.test_secondary.length;
    const test = flat(input.test_secondary);
    const out = new Float64Array(rows * to);
    const direct = fitDirect(paired, 'all').map;
    applyLinearMap(direct, test, rows, out);
    near(out, flat(expected.ds_predicted), tolerance, 'DS');
    near(direct.offset, expected.ds_b, tolerance, 'offset of DS');
    const middle = from >> 1;
    const row = Array.from({ length: to }, (_, j) => {
      let sum = 0;
      for (let a = 0; a < direct.rank; a++)
        sum += direct.loadings[a * from + middle] * (direct.images as Float64Array)[a * to + j];
      return sum;
    });
    near(row, expected.ds_F_row_mid, tolerance, 'middle row of F');
    const { map } = fitPiecewise(paired, { halfWidth: parameters.window_half_width, components: 'all' });
    applyBandedMap(map, test, rows, out);
    near(out, flat(expected.pds_predicted), tolerance, 'PDS');
    near(map.offset, expected.pds_b, tolerance, 'offset of PDS');
    const at = (to >> 1) * map.width;
    near(map.weights.subarray(at, at + map.width), expected.pds_window_coefficients_mid, tolerance, 'a window');
  });

  it.each(cases('coral'))('%s', (name) => {
    const { parameters, input, expected, tolerance } = read(name);
    const n: number = input.source[0].length;
    const regulariser: number = parameters.regulariser;
    const transform = coralTransform(covariance(input.source), covariance(input.target), n, {
      source: regulariser,
      target: regulariser,
    });
    near(transform, flat(expected.transform), tolerance, 'transform');
    const rows: number[][] = input.source;
    const aligned = rows.map((x) =>
      x.map((_, j) => x.reduce((sum, value, i) => sum + value * transform[i * n + j], 0)),
    );
    near(flat(aligned), flat(expected.source_aligned), tolerance, 'aligned');
  });

  it.each(cases('kennard-stone'))('%s', (name) => {
    const { input, expected } = read(name);
    const { chosen } = kennardStone(flat(input.X), input.X.length, input.k);
    expect([...chosen]).toEqual(expected.selected);
  });

  it.each(cases('pls'))('%s', (name) => {
    const { parameters, input, expected, tolerance } = read(name);
    const spectra: number = input.X.length;
    const model = fitPls(flat(input.X), flat(input.Y), spectra, {
      components: parameters.components,
      scale: parameters.scale,
    });
    expect(model.components).toBe(parameters.components);
    const rows: number = input.X_test.length;
    const predicted = predictPls(model, flat(input.X_test), rows);
    near(predicted, flat(expected.predicted_test), tolerance, 'prediction');
    near(predictPls(model, flat(input.X), spectra), flat(expected.predicted_train), tolerance, 'fit');
    const { components, channels, properties } = model;
    const weights = Float64Array.from({ length: channels * components }, (_, at) =>
      Math.abs(model.weights[(at % components) * channels + Math.floor(at / components)]),
    );
    near(weights, flat(expected.x_weights_abs), tolerance.keys.x_weights_abs, 'weights');
    const scores = model.scores.map(Math.abs);
    const given = flat(expected.x_scores_abs);
    if (properties === 1) near(scores, given, tolerance.keys.x_scores_abs, 'scores');
    else {
      // The reference stops its iteration for several properties before it has settled: stopped there, it gives what is
      // written; run on, it gives ours, far within the tolerance.
      near(nipalsScores(input.X, input.Y, components, 1e-14), given, { rel: 0, abs: 1e-12 }, 'scores, as stopped');
      near(nipalsScores(input.X, input.Y, components, 0), scores, { rel: 0, abs: 1e-9 }, 'scores, run on');
    }
    const rmsep = Array.from({ length: properties }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += (predicted[i * properties + k] - input.Y_test[i][k]) ** 2;
      return Math.sqrt(sum / rows);
    });
    near(rmsep, expected.rmsep, tolerance, 'RMSEP');
  });
});

/**
 * Sizes of the scores of scaled spectra by the iteration that NIPALS is, from the first property, until the squared change of the
 * weights is below `stop`; 2000 times at most.
 */
function nipalsScores(x: number[][], y: number[][], components: number, stop: number): Float64Array {
  let left = standardised(x);
  let rest = standardised(y);
  const scores: number[][] = [];
  for (let a = 0; a < components; a++) {
    let u = rest.map((row) => row[0]);
    let w = left[0].map(() => 0);
    for (let pass = 0; pass < 2000; pass++) {
      const before = w;
      w = times(left, u);
      const norm = Math.hypot(...w);
      w = w.map((value) => value / norm);
      const t = left.map((row) => inner(row, w));
      const q = times(rest, t).map((value) => value / inner(t, t));
      u = rest.map((row) => inner(row, q) / inner(q, q));
      if (w.reduce((sum, value, j) => sum + (value - before[j]) ** 2, 0) < stop) break;
    }
    const t = left.map((row) => inner(row, w));
    const deflated = (rows: number[][]) => {
      const p = times(rows, t).map((value) => value / inner(t, t));
      return rows.map((row, i) => row.map((value, j) => value - t[i] * p[j]));
    };
    left = deflated(left);
    rest = deflated(rest);
    scores.push(t.map(Math.abs));
  }
  return Float64Array.from(x.flatMap((_, i) => scores.map((t) => t[i])));
}

const inner = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
/** Rowsᵀ·t. */
const times = (rows: number[][], t: number[]) =>
  rows[0].map((_, j) => rows.reduce((sum, row, i) => sum + row[j] * t[i], 0));
function standardised(rows: number[][]): number[][] {
  const columns = rows[0].map((_, j) => rows.map((row) => row[j]));
  const mean = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / rows.length);
  const deviation = columns.map((column, j) =>
    Math.sqrt(column.reduce((sum, value) => sum + (value - mean[j]) ** 2, 0) / (rows.length - 1)),
  );
  return rows.map((row) => row.map((value, j) => (value - mean[j]) / deviation[j]));
}

function covariance(rows: number[][]): Float64Array {
  const n = rows[0].length;
  const mean = rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [p, q] = [Math.floor(at / n), at % n];
    return rows.reduce((sum, row) => sum + (row[p] - mean[p]) * (row[q] - mean[q]), 0) / (rows.length - 1);
  });
}
