import { z } from 'zod';
import { type AxisCorrection, correctedPosition, correctionError } from '../../kernels/index.ts';
import { type Axis, axisErrorTerms, axisUncertainty } from '../../signal/axis.ts';
import type { Quantity } from '../../signal/quantity.ts';
import type { Signal } from '../../signal/signal.ts';
import { spectrumSum } from '../mean-spectrum.ts';
import { type Curves, type Measurements, originOf } from '../products.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { calibration, describeCorrection, orderParam, signed, warningsOf } from './calibration.ts';
import { CORRECTION_TERMS, curvePositions, orderFor, refuseTooFew } from './correct-axis.ts';
import type { FoundLine } from './locate.ts';
import { endsOf, plannedLines, referenceParams } from './references.ts';
import { IRON_L3_EV, ironValence } from './valence.ts';

const params = z.strictObject({ ...referenceParams, order: orderParam });
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'calibrate.check',
  version: 1,
  title: 'Calibration checked',
  summary:
    'Fits lines of known position and says where the axis has them: positions with a budget of counting and axis, residuals of the correction they ask for, and the error of an axis corrected by them over its whole range. Changes nothing.',
  params,
  example: { references: [1, 2.74, 4, 11].map((position) => ({ position })), missing: 'skip' },
  inputs: { in: { product: 'signal', doc: 'spectra that hold the lines; their mean is used' } },
  output: 'measurements',
  traits: ['positions'],
  cite: ['Cash 1979, Astrophys. J. 228, 939'],
  shapes: { spectrumSum },
  effect: ({ in: given }, p) => {
    const state = given as SignalState;
    const lines = plannedLines(state, p);
    if (lines) refuseTooFew(orderFor(p.order, lines.length), lines.length);
    return { product: 'measurements', of: state };
  },
  cost: ({ in: state }) => {
    const channels = (state as SignalState).spectral.size;
    return { passes: 1, keeps: 4000, works: 40 * channels, lane: 16 * channels };
  },
  async run(context, inputs, p): Promise<Measurements> {
    const signal = inputs.in as Signal;
    const { found, correction } = await calibration(context, signal, p);
    const { spectral } = signal;
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'calibrate.check', version: 1, params: p as never }],
      product: 'measurements',
      findings: findingsOf(signal, found, correction),
      quantities: [
        ...found.map(({ line, position, sigma }) => ({
          name: `position of ${line.name}`,
          quantity: positionOf(spectral, position, sigma, context.node),
        })),
        ...valenceOf(signal, correction, context.node),
      ],
      tables: [tableOf(found, correction, spectral), termsOf(correction, spectral)],
      curves: [curveOf(found, correction, spectral)],
      maps: [],
      warnings: [...warningsOf(found, correction, spectral), ...closedBy(found, spectral)],
    };
  },
});

/** A position with what counting says of it, and what the axis adds: one error for all positions that share its source. */
export function positionOf(axis: Axis, value: number, sigma: number, trail: string): Quantity {
  return {
    value,
    unit: axis.unit,
    random: [{ name: 'fit', sigma }],
    systematic: axisErrorTerms(axis, value),
    trail,
  };
}

function findingsOf({ spectral, modality }: Signal, found: readonly FoundLine[], correction: AxisCorrection): string[] {
  const { unit } = spectral;
  const worst = found.reduce((most, each) => (Math.abs(off(each)) > Math.abs(off(most)) ? each : most));
  const findings = [
    `${found.length} reference line${found.length === 1 ? '' : 's'} found; ${worst.line.name} is ${signed(off(worst))} ${unit} from where it belongs`,
    `the axis wants ${describeCorrection(correction, unit)}`,
  ];
  if (spectral.calibration?.relativeTo) {
    findings.push(`positions are relative to ${spectral.calibration.relativeTo}, not absolute`);
  }
  if (modality === 'eels' && reaches(spectral, IRON_L3_EV)) {
    const at = correctedPosition(correction, IRON_L3_EV) - IRON_L3_EV;
    findings.push(ironValence(at, unit));
  }
  return findings;
}

const off = ({ position, line }: FoundLine) => position - line.position;

function reaches(axis: Axis, energy: number): boolean {
  const [low, high] = endsOf(axis);
  return axis.unit === 'eV' && low <= energy && energy <= high;
}

/** What these lines ask for where the valence of iron is read. */
function valenceOf(signal: Signal, correction: AxisCorrection, trail: string) {
  if (signal.modality !== 'eels' || !reaches(signal.spectral, IRON_L3_EV)) return [];
  const sigma = correctionError(correction, IRON_L3_EV);
  const quantity: Quantity = {
    value: correctedPosition(correction, IRON_L3_EV) - IRON_L3_EV,
    unit: 'eV',
    random: [{ name: 'references', sigma }],
    systematic: [],
    trail,
  };
  return [{ name: 'correction at Fe L3', quantity }];
}

function tableOf(found: readonly FoundLine[], { residuals, studentised }: AxisCorrection, axis: Axis) {
  const { unit } = axis;
  const column = (name: string, of: (each: FoundLine, i: number) => number, named = unit) => ({
    name,
    unit: named,
    values: Float64Array.from(found, of),
  });
  return {
    name: 'references',
    columns: [
      { name: 'reference', values: found.map(({ line }) => line.name) },
      column('belongs at', ({ line }) => line.position),
      column('its uncertainty', ({ line }) => line.uncertainty),
      column('measured', ({ position }) => position),
      column('sigma', ({ sigma }) => sigma),
      column('off', off),
      column('residual after correction', (_, i) => residuals[i]),
      column('residual over its error', (_, i) => studentised[i], ''),
      column('width', ({ fwhm }) => fwhm),
      column('significance', ({ significance }) => significance, ''),
      column('chi square of the fit', ({ chiSquare }) => chiSquare, ''),
    ],
  };
}

/** What each term of the correction does at the outermost references, and how far the fit can tell it from the offset. */
function termsOf({ values, covariance }: AxisCorrection, { unit }: Axis) {
  const n = values.length;
  const variance = (k: number) => covariance[k * n + k];
  return {
    name: 'correction terms',
    columns: [
      { name: 'term', values: CORRECTION_TERMS.slice(0, n) },
      { name: 'value', unit, values },
      { name: 'sigma', unit, values: values.map((_, k) => Math.sqrt(variance(k))) },
      {
        name: 'correlation with the offset',
        values: values.map((_, k) => covariance[k] / Math.sqrt(variance(0) * variance(k))),
      },
    ],
  };
}

/** The correction over the whole axis with its error, and what each line says. */
function curveOf(found: readonly FoundLine[], correction: AxisCorrection, axis: Axis): Curves {
  const measured = new Map(found.map((each) => [each.position, each]));
  const x = Float64Array.from([...curvePositions(axis), ...measured.keys()].sort((a, b) => a - b));
  const of = (value: (position: number) => number) => x.map(value);
  return {
    name: 'correction',
    caption:
      'What is to be added to a position, with the standard uncertainty of a corrected axis; dots: what each reference says.',
    xLabel: axis.unit ? `${axis.name || 'position'} (${axis.unit})` : axis.name || 'position',
    yLabel: axis.unit ? `correction (${axis.unit})` : 'correction',
    x,
    traces: [
      {
        name: 'correction',
        values: of((position) => correctedPosition(correction, position) - position),
        sigma: of((position) => correctionError(correction, position)),
      },
      {
        name: 'references',
        values: of((position) => {
          const each = measured.get(position);
          return each ? -off(each) : Number.NaN;
        }),
        dots: true,
      },
    ],
  };
}

/** Where counting claims more than the axis can hold. */
function closedBy(found: readonly FoundLine[], axis: Axis): string[] {
  return found.flatMap(({ line, position, sigma }) => {
    const uncertainty = axisUncertainty(axis, position);
    return uncertainty !== undefined && sigma < uncertainty
      ? [
          `${line.name} is measured to ${sigma.toPrecision(2)} ${axis.unit} on an axis that is known to ${uncertainty.toPrecision(2)} ${axis.unit}: its budget holds both`,
        ]
      : [];
  });
}
