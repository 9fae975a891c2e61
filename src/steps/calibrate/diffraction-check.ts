import { z } from 'zod';
import { quadraticForm, shiftsAt, totalShift } from '../../kernels/index.ts';
import { axisErrorTerms } from '../../signal/axis.ts';
import type { Signal } from '../../signal/signal.ts';
import { spectrumSum } from '../mean-spectrum.ts';
import { type Curves, type Measurements, originOf } from '../products.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { curvePositions } from './correct-axis.ts';
import {
  correlation,
  type Diffractometer,
  describeErrors,
  diffractometerOf,
  diffractometerParams,
  radiusOf,
} from './diffractometer.ts';

const params = z.strictObject(diffractometerParams);
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'calibrate.diffraction-check',
  version: 1,
  title: 'Diffractometer checked',
  summary:
    'Zero error, specimen displacement and transparency of a diffractometer by the lines of a standard powder in it, with their errors, their correlation, and what is left at each line. Changes nothing.',
  params,
  example: params.parse({ powder: 'LaB6', wavelength: 0.2825, alpha2: 'none', terms: ['zero'] }),
  inputs: { in: { product: 'signal', doc: 'diffractogram with the powder', needs: { modality: ['xrd'] } } },
  output: 'measurements',
  traits: ['positions'],
  cite: ['Wilson 1963, Mathematical Theory of X-ray Powder Diffractometry'],
  shapes: { spectrumSum },
  effect: ({ in: state }, p) => {
    radiusOf(p);
    return { product: 'measurements', of: state as SignalState };
  },
  cost: ({ in: state }) => {
    const channels = (state as SignalState).spectral.size;
    return { passes: 1, keeps: 8000, works: 40 * channels, lane: 16 * channels };
  },
  async run(context, inputs, p): Promise<Measurements> {
    const signal = inputs.in as Signal;
    const made = await diffractometerOf(context, signal, p);
    const { errors, found } = made;
    const n = errors.terms.length;
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'calibrate.diffraction-check', version: 1, params: p as never }],
      product: 'measurements',
      findings: [
        `${found.length} lines of ${p.powder}: ${describeErrors(errors)}`,
        ...(n > 1
          ? [`correlation of ${errors.terms[0]} and ${errors.terms[1]}: ${correlation(errors, 0, 1).toFixed(3)}`]
          : []),
      ],
      quantities: [
        ...errors.terms.map((term, k) => ({
          name: term,
          quantity: {
            value: errors.values[k],
            unit: term === 'displacement' ? 'mm' : '°',
            random: [{ name: 'lines', sigma: Math.sqrt(errors.covariance[k * n + k]) }],
            systematic: [],
            trail: context.node,
          },
        })),
        ...found.map(({ line, position, sigma }) => ({
          name: `2θ of ${line.name}`,
          quantity: {
            value: position,
            unit: '°',
            random: [{ name: 'fit', sigma }],
            systematic: axisErrorTerms(signal.spectral, position),
            trail: context.node,
          },
        })),
      ],
      tables: [tableOf(made)],
      curves: [curveOf(made, signal)],
      maps: [],
      warnings: made.warnings,
    };
  },
});

function tableOf({ found, errors }: Diffractometer) {
  const column = (name: string, unit: string, of: (i: number) => number) => ({
    name,
    unit,
    values: Float64Array.from(found, (_, i) => of(i)),
  });
  return {
    name: 'lines',
    columns: [
      { name: 'line', values: found.map(({ line }) => line.name) },
      column('true 2θ', '°', (i) => found[i].line.position),
      column('measured 2θ', '°', (i) => found[i].position),
      column('sigma', '°', (i) => found[i].sigma),
      column('off', '°', (i) => found[i].position - found[i].line.position),
      column('residual', '°', (i) => errors.residuals[i]),
      column('residual over its error', '', (i) => errors.studentised[i]),
      column('width', '°', (i) => found[i].fwhm),
      column('chi square of the fit', '', (i) => found[i].chiSquare),
    ],
  };
}

function curveOf({ found, errors, radius }: Diffractometer, { spectral }: Signal): Curves {
  const measured = new Map(found.map(({ line, position }) => [line.position, position - line.position]));
  const x = Float64Array.from([...curvePositions(spectral), ...measured.keys()].sort((a, b) => a - b));
  return {
    name: 'shift of lines',
    caption:
      'Where lines are less where they belong: measured, and by the fitted errors with their standard uncertainty.',
    xLabel: '2θ (°)',
    yLabel: 'shift (°)',
    x,
    traces: [
      {
        name: 'fitted errors',
        values: x.map((angle) => totalShift(errors, angle, radius)),
        sigma: x.map((angle) => Math.sqrt(quadraticForm(errors.covariance, shiftsAt(errors.terms, angle, radius)))),
      },
      { name: 'lines', values: x.map((angle) => measured.get(angle) ?? Number.NaN), dots: true },
    ],
  };
}
