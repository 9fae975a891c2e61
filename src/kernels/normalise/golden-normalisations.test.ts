import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Basis, fitBasis, leastSquaresBasis } from '../pre-edge/basis.ts';
import { lengthDivisor } from './length-divisor.ts';
import { linearDivisor, trapezoidWeights } from './linear-divisor.ts';
import { quotient, type RowNormaliser } from './row-normaliser.ts';
import { scatterCorrection } from './scatter.ts';
import { standardVariate } from './standard-variate.ts';
import { tallestDivisor } from './tallest-divisor.ts';

/** Reference answers of independent tools; without them these tests are skipped. */
const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/chemometrics`;
const present = existsSync(folder);
const files = present ? readdirSync(folder) : [];
const cases = (method: string) =>
  files.filter((file) => file.startsWith(`${method}--`) && file.endsWith('.json')).map((file) => file.slice(0, -5));
const read = (name: string) => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));

type Row = readonly (number | null)[];

/** Null in an answer: there is no scale, and the row must say so. */
function expectRow(actual: Float64Array, expected: Row, { rel, abs }: { rel: number; abs: number }): void {
  expect(actual.length).toBe(expected.length);
  for (const [j, value] of expected.entries()) {
    if (value === null) expect(actual[j]).toBeNaN();
    else expect(Math.abs(actual[j] - value), `channel ${j}`).toBeLessThanOrEqual(abs + rel * Math.abs(value));
  }
}

describe.skipIf(!present)('reference answers', () => {
  it.each(cases('normalise'))('%s', (name) => {
    const { input, expected, tolerance } = read(name);
    const ones = new Float64Array(input.x.length).fill(1);
    const methods: Record<string, RowNormaliser> = {
      snv_ddof0: standardVariate(ones, 0),
      snv_ddof1: standardVariate(ones, 1),
      area_sum: quotient(linearDivisor(ones)),
      area_trapezoid: quotient(linearDivisor(trapezoidWeights(Float64Array.from(input.x)))),
      max: quotient(tallestDivisor(ones)),
      vector_l2: quotient(lengthDivisor(ones)),
    };
    for (const [key, normaliser] of Object.entries(methods)) {
      for (const [i, row] of input.Y.entries()) {
        const out = new Float64Array(row.length);
        normaliser.normalise(Float64Array.from(row), out);
        expectRow(out, expected[key][i], tolerance);
      }
    }
  });

  it.each(cases('msc-emsc'))('%s', (name) => {
    const { input, expected, tolerance, parameters } = read(name);
    const n = input.reference.length;
    const channels = Int32Array.from({ length: n }, (_, j) => j);
    const powers = (order: number): number[][] =>
      Array.from({ length: order + 1 }, (_, p) => Array.from(channels, (j) => (-1 + (2 * j) / (n - 1)) ** p));
    const basisOf = (...shapes: number[][]) =>
      leastSquaresBasis(Float64Array.from([input.reference, ...shapes].flat()), shapes.length + 1, channels);
    const check = (basis: Basis, answer: { corrected: Row[]; [key: string]: Row | Row[] }, columns: string[]) => {
      const normaliser = scatterCorrection(basis);
      const coefficients = new Float64Array(basis.count);
      for (const [i, row] of input.Y.entries()) {
        const out = Float64Array.from(row);
        fitBasis(out, 1, basis, coefficients);
        const wanted = columns.flatMap((column) => answer[column][i] as Row | number);
        expectRow(coefficients, wanted as Row, tolerance);
        expect(normaliser.normalise(out, out)).toBe(coefficients[0]);
        expectRow(out, answer.corrected[i], tolerance);
      }
    };
    check(basisOf(...powers(0)), expected.msc, ['slope', 'intercept']);
    const emsc = ['reference_coefficient', 'polynomial_coefficients'];
    check(basisOf(...powers(parameters.order)), expected.emsc, emsc);
    if (!expected.emsc_interferent) return;
    check(basisOf(...powers(parameters.order), ...input.interferents), expected.emsc_interferent, [
      ...emsc,
      'interferent_coefficients',
    ]);
  });
});
