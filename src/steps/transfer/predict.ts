import { z } from 'zod';
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

const params = z.strictObject(calibrationParameters);
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'transfer.predict',
  version: 1,
  title: 'Prediction by the master’s model',
  summary:
    'A property of samples from their spectra, by a PLS model of spectra whose property is known. The spectra must be as the master shows them: its own, or brought over by a transfer step.',
  params,
  inputs: CALIBRATION_INPUTS,
  output: 'measurements',
  cite: ['Wold, Sjöström & Eriksson 2001, Chemom. Intell. Lab. Syst. 58, 109'],
  shapes: { predictions },
  effect: (states, p) => {
    checkCalibration(states, p);
    return { product: 'measurements', of: states.in as SignalState };
  },
  cost: (states) => {
    const { in: state, calibration } = states as Record<string, SignalState>;
    const values = 4 * pixelCount(calibration) * calibration.spectral.size;
    return { passes: 2, keeps: 16 * pixelCount(state), works: 8 * values, lane: 0 };
  },
  async run(context, inputs, p): Promise<Measurements> {
    const signal = inputs.in as Signal;
    const calibrated = await calibrate(context, inputs, p);
    const predicted = await predictionsOf(context, signal, calibrated);
    const { count, mean, deviation } = spreadOf(predicted);
    const { components, samples, leftOut } = calibrated;
    const error = components > 0 ? leftOut[Math.min(components, leftOut.length) - 1] : spreadOf(predicted).deviation;
    const said = (value: number) => `${value.toPrecision(4)}${p.unit && ` ${p.unit}`}`;
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'transfer.predict', version: 1, params: p as never }],
      product: 'measurements',
      findings: [
        `${count} spectra: mean ${said(mean)}, standard deviation ${said(deviation)}; by ${components} components of ${samples} known samples, which are wrong by ${said(error)} when left out`,
      ],
      quantities: [
        {
          name: 'Mean of the predictions',
          quantity: {
            value: mean,
            unit: p.unit,
            random: [],
            // The model is wrong for all spectra alike: their number does not lessen it.
            systematic: [{ source: 'model of the master', sensitivity: error }],
            trail: context.node,
          },
        },
      ],
      tables: [
        {
          name: 'Predictions',
          columns: [
            { name: 'spectrum', values: predicted.map((_, i) => i) },
            { name: 'prediction', unit: p.unit, values: predicted },
          ],
        },
      ],
      curves: [leftOutCurve(calibrated, p.unit)],
      maps: [{ name: 'Prediction', caption: 'The property of each spectrum.', unit: p.unit, values: predicted }],
      warnings: components > 0 ? [] : ['the spectra say nothing of this property: its mean is predicted for all'],
    };
  },
});
