import { z } from 'zod';
import { fitSlopeBias } from '../../kernels/index.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import { type Measurements, originOf } from '../products.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import {
  CALIBRATION_INPUTS,
  calibrate,
  calibrationParameters,
  checkCalibration,
  leftOutCurve,
  predictions,
  predictionsOf,
  spreadOf,
} from './calibration.ts';
import { PAIRED_INPUTS } from './define-transfer.ts';
import { checkPairs, sameAxis } from './instruments.ts';

const params = z.strictObject(calibrationParameters);
type Params = z.infer<typeof params>;

/** What is this unlikely by chance is said. */
const UNLIKELY = 0.01;
/** A line that leaves so many times the model's own error was not what was wrong. */
const LEFT = 2;

export default defineStep<Params>({
  id: 'transfer.slope-bias',
  version: 1,
  title: 'Slope and bias of predictions',
  summary:
    'Predicts from the slave’s spectra as they are, by the master’s model, and brings the predictions over by a straight line learned from standards measured on both. Undoes a factor and an offset; a blur, or bands of other samples shifted under those of interest, it cannot.',
  params,
  inputs: {
    ...CALIBRATION_INPUTS,
    ...PAIRED_INPUTS,
    in: { product: 'signal', doc: 'spectra of the slave instrument' },
  },
  output: 'measurements',
  cite: [
    'Bouveresse, Hartmann, Massart, Last & Prebble 1996, Anal. Chem. 68, 982',
    'Wold, Sjöström & Eriksson 2001, Chemom. Intell. Lab. Syst. 58, 109',
  ],
  shapes: { predictions },
  effect: (states, p) => {
    checkCalibration(states, p);
    const {
      calibration,
      in: state,
      'slave-standards': slave,
      'master-standards': master,
    } = states as Record<string, SignalState>;
    checkPairs(slave, master);
    sameAxis(state.spectral, slave.spectral, 'the slave’s standards', 1e-3);
    sameAxis(calibration.spectral, master.spectral, 'the master’s standards', 1e-3);
    return { product: 'measurements', of: state };
  },
  cost: (states) => {
    const { in: state, calibration } = states as Record<string, SignalState>;
    const values = 4 * pixelCount(calibration) * calibration.spectral.size;
    return { passes: 4, keeps: 32 * pixelCount(state), works: 8 * values, lane: 0 };
  },
  async run(context, inputs, p): Promise<Measurements> {
    const signal = inputs.in as Signal;
    const calibrated = await calibrate(context, inputs, p);
    const [onSlave, onMaster, raw] = [
      await predictionsOf(context, inputs['slave-standards'] as Signal, calibrated),
      await predictionsOf(context, inputs['master-standards'] as Signal, calibrated),
      await predictionsOf(context, signal, calibrated),
    ];
    const both = (values: Float64Array) => values.filter((_, i) => !Number.isNaN(onSlave[i] + onMaster[i]));
    const line = fitSlopeBias(both(onSlave), both(onMaster));
    const corrected = raw.map((value) => line.bias + line.slope * value);
    const { components, leftOut } = calibrated;
    const own = components > 0 ? leftOut[Math.min(components, leftOut.length) - 1] : Number.NaN;
    const { count, mean, deviation } = spreadOf(corrected);
    const said = (value: number) => `${value.toPrecision(4)}${p.unit && ` ${p.unit}`}`;
    const quantity = (value: number, unit: string, sigma: number) => ({
      value,
      unit,
      random: Number.isFinite(sigma) ? [{ name: 'standards', sigma }] : [],
      systematic: [],
      trail: context.node,
    });
    const warnings: string[] = [];
    if (line.bendPValue < UNLIKELY) {
      warnings.push(
        `what the line leaves is bent (F = ${line.bendF.toPrecision(3)}, probability ${line.bendPValue.toPrecision(2)}): a slope and a bias are not what differs; use transfer.pds`,
      );
    }
    if (line.residual > LEFT * own) {
      warnings.push(
        `the line leaves ${(line.residual / own).toPrecision(2)} times the error of the model itself: the instruments differ by more than a slope and a bias; use transfer.pds`,
      );
    }
    const differs = line.pValue < UNLIKELY;
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'transfer.slope-bias', version: 1, params: p as never }],
      product: 'measurements',
      findings: [
        `slope ${line.slope.toPrecision(4)} ± ${line.slopeSigma.toPrecision(2)}, bias ${line.bias.toPrecision(4)} ± ${line.biasSigma.toPrecision(2)}; ${differs ? 'they differ' : 'no difference is shown'} from 1 and 0 (F = ${line.f.toPrecision(3)}, probability ${line.pValue.toPrecision(2)})`,
        `${count} spectra: mean ${said(mean)}, standard deviation ${said(deviation)} after correction`,
      ],
      quantities: [
        { name: 'Slope', quantity: quantity(line.slope, '', line.slopeSigma) },
        { name: 'Bias', quantity: quantity(line.bias, p.unit, line.biasSigma) },
      ],
      tables: [
        {
          name: 'Predictions',
          columns: [
            { name: 'spectrum', values: raw.map((_, i) => i) },
            { name: 'untransferred', unit: p.unit, values: raw },
            { name: 'corrected', unit: p.unit, values: corrected },
          ],
        },
      ],
      curves: [
        {
          name: 'Standards on both instruments',
          caption:
            'What the master’s model says of the standards as both instruments show them, and the line through them.',
          xLabel: 'prediction from the slave',
          yLabel: 'prediction from the master',
          ...ascending(both(onSlave), both(onMaster), (x) => line.bias + line.slope * x),
        },
        leftOutCurve(calibrated, p.unit),
      ],
      maps: [
        { name: 'Prediction', caption: 'The property of each spectrum, corrected.', unit: p.unit, values: corrected },
      ],
      warnings,
    };
  },
});

/** Points in the order of x, equal ones dropped, and a line through them. */
function ascending(x: Float64Array, y: Float64Array, line: (x: number) => number) {
  const order = Array.from(x.keys())
    .sort((a, b) => x[a] - x[b] || a - b)
    .filter((i, k, all) => k === 0 || x[i] !== x[all[k - 1]]);
  const sorted = Float64Array.from(order, (i) => x[i]);
  return {
    x: sorted,
    traces: [
      { name: 'standards', values: Float64Array.from(order, (i) => y[i]), dots: true },
      { name: 'line', values: sorted.map(line) },
    ],
  };
}
