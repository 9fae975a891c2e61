import { z } from 'zod';
import {
  improvedModPoly,
  improvedModPolyResponse,
  modPoly,
  modPolyResponse,
  polynomialBaseline,
  polynomialResponse,
} from '../../kernels/index.ts';
import { defineBackground } from './define-background.ts';
import { wholeRange, wholeRows } from './whole-rows.ts';

const params = z.strictObject({
  degree: z
    .number()
    .int()
    .min(0)
    .max(30)
    .default(5)
    .describe('degree of the polynomial, 3–6 as a rule; above 8 it rings at the ends'),
  method: z
    .enum(['improved', 'modified', 'plain'])
    .default('improved')
    .describe(
      'improved: cut what lies one standard deviation above the fit, and again; modified: what lies above it; plain: least squares, which peaks pull up',
    ),
});
type Params = z.infer<typeof params>;

/** Baselines of rows, and the response of a sum to one of them. */
const METHODS = {
  improved: { peel: improvedModPoly, respond: improvedModPolyResponse },
  modified: { peel: modPoly, respond: modPolyResponse },
  plain: {
    peel: polynomialBaseline,
    respond: (row: Float64Array, options: { degree: number; axis: Float64Array }, sum: Float64Array) =>
      polynomialResponse(row.length, options, sum),
  },
} as const;

export default defineBackground<Params>({
  id: 'background.polynomial',
  version: 1,
  title: 'Polynomial background',
  summary:
    'Takes off a polynomial that is fitted to what is left of a spectrum when its peaks are cut off in passes (IModPoly, ModPoly). Stiff: a background it cannot bend to is left as ramps and humps.',
  params,
  needs: {},
  cite: [
    'Lieber & Mahadevan-Jansen 2003, Appl. Spectrosc. 57, 1363',
    'Zhao, Lui, McLean & Zeng 2007, Appl. Spectrosc. 61, 1225',
  ],
  example: { degree: 2, method: 'plain' },
  range: wholeRange,
  prepare(setting) {
    const { degree, method } = setting.params;
    const options = { degree: Math.min(degree, setting.positions.length - 1), axis: setting.positions };
    const { peel, respond } = METHODS[method];
    return wholeRows(
      setting,
      (values, rows, channels, out) => peel(values, rows, channels, options, out),
      (row, sum, out) => out.set(respond(row, options, sum)),
    );
  },
});
