import { z } from 'zod';
import { fewestComponents, fitPls, leaveOutFolds, othersThan, type PlsModel, predictPls } from '../../kernels/index.ts';
import { defineFold } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { axisIndex, axisValue } from '../../signal/axis.ts';
import { readRow } from '../../signal/block.ts';
import { inputError } from '../../signal/errors.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import { parseInUnit } from '../../signal/units.ts';
import type { Curves } from '../products.ts';
import type { SignalState } from '../state.ts';
import type { InputSpec, StepContext } from '../step.ts';
import { collectRows, validPixels } from './collected.ts';
import { joinedMask, requireSameChannels } from './instruments.ts';

/** What a model is made of. */
export const CALIBRATION_INPUTS: Readonly<Record<string, InputSpec>> = {
  in: { product: 'signal', doc: 'spectra whose property is asked for', needs: { shift: 'refuses' } },
  calibration: { product: 'signal', doc: 'spectra of known samples on the master', needs: { shift: 'refuses' } },
  reference: {
    product: 'signal',
    doc: 'their properties: a spectrum of the calibration each, in its order, a property a channel',
  },
};

export const calibrationParameters = {
  property: z
    .union([z.number(), z.string()])
    .optional()
    .describe('which property: its position on the axis of `reference`. Default: the first'),
  unit: z.string().default('').describe('unit of the property'),
  components: z
    .union([z.literal('left-out'), z.number().int().min(1).max(50)])
    .default('left-out')
    .describe('components of the model: as many as leaving samples out says, or a number'),
  most: z.number().int().min(1).max(50).default(10).describe('components tried at most when samples are left out'),
  scale: z.boolean().default(false).describe('divide every channel by its standard deviation first'),
};

const whole = z.strictObject(calibrationParameters);
export type CalibrationParams = z.infer<typeof whole>;

const FEWEST_SAMPLES = 3;

/** @throws SpectrailError `input/unpaired-reference`, `input/another-axis`, `input/no-such-property`, `input/too-few-samples`. */
export function checkCalibration(states: Readonly<Record<string, unknown>>, p: CalibrationParams): void {
  const [state, calibration, reference] = ['in', 'calibration', 'reference'].map((name) => states[name] as SignalState);
  const [samples, known] = [pixelCount(calibration), pixelCount(reference)];
  if (samples !== known) {
    throw inputError({
      code: 'unpaired-reference',
      what: `the calibration has ${samples} spectra, and properties are given of ${known} samples`,
      expected: 'properties of every sample, in the order of the spectra',
    });
  }
  if (samples < FEWEST_SAMPLES) {
    throw inputError({
      code: 'too-few-samples',
      what: `a model cannot be made of ${samples} spectra`,
      expected: `at least ${FEWEST_SAMPLES}`,
    });
  }
  requireSameChannels(state.spectral, calibration.spectral);
  propertyChannel(reference, p.property);
}

function propertyChannel({ spectral }: Pick<SignalState, 'spectral'>, property: string | number | undefined): number {
  if (property === undefined) return 0;
  const at = axisIndex(spectral, parseInUnit(property, spectral.unit));
  const channel = Math.round(at);
  if (channel >= 0 && channel < spectral.size) return channel;
  const ends = [0, spectral.size - 1].map((j) => axisValue(spectral, j));
  throw inputError({
    code: 'no-such-property',
    what: `there is no property at ${property}`,
    expected: `a position from ${ends[0]} to ${ends[1]}`,
  });
}

export interface Calibrated {
  readonly model: PlsModel;
  readonly components: number;
  /** Samples in the model. */
  readonly samples: number;
  /** Root-mean-square error of left-out samples with 1, 2, … components. */
  readonly leftOut: Float64Array;
  /** Channels without use, on one instrument or the other. */
  readonly unused: Uint8Array | undefined;
}

/** A PLS model of the spectra that count and whose property does. */
export async function calibrate(
  context: StepContext,
  inputs: Readonly<Record<string, unknown>>,
  p: CalibrationParams,
): Promise<Calibrated> {
  const [signal, calibration, reference] = ['in', 'calibration', 'reference'].map((name) => inputs[name] as Signal);
  const unused = joinedMask(calibration.spectral.size, [signal.mask.channels, calibration.mask.channels]);
  const chosen = validPixels(calibration).filter((i) => !reference.mask.pixels?.[i]);
  const x = await collectRows(context, calibration, chosen, unused);
  const channel = propertyChannel(reference, p.property);
  const rows = await collectRows(context, reference, chosen);
  const y = Float64Array.from(chosen, (_, i) => rows[i * reference.spectral.size + channel]);
  const most = Math.max(1, Math.min(p.components === 'left-out' ? p.most : p.components, chosen.length - 2));
  const leftOut = leftOutErrors(x, y, most, p.scale);
  const wanted = p.components === 'left-out' ? fewestComponents(leftOut.map((error) => error * error)) : p.components;
  const model = fitPls(x, y, chosen.length, { components: wanted, scale: p.scale });
  return { model, components: model.components, samples: chosen.length, leftOut, unused };
}

function leftOutErrors(x: Float64Array, y: Float64Array, most: number, scale: boolean): Float64Array {
  const n = x.length / y.length;
  const errors = new Float64Array(most);
  const rowsOf = (of: ArrayLike<number>) => {
    const rows = new Float64Array(of.length * n);
    for (let i = 0; i < of.length; i++) rows.set(x.subarray(of[i] * n, (of[i] + 1) * n), i * n);
    return rows;
  };
  for (const fold of leaveOutFolds(y.length)) {
    const stay = othersThan(fold, y.length);
    if (stay.length < 2) continue;
    const known = Float64Array.from(stay, (i) => y[i]);
    const model = fitPls(rowsOf(stay), known, stay.length, { components: most, scale });
    const rows = rowsOf(fold);
    for (let a = 1; a <= most; a++) {
      const predicted = predictPls(model, rows, fold.length, a);
      for (const [k, i] of fold.entries()) errors[a - 1] += (predicted[k] - y[i]) * (predicted[k] - y[i]);
    }
  }
  return errors.map((sum) => Math.sqrt(sum / y.length));
}

interface PredictArgs {
  readonly coefficients: Float64Array;
  readonly offset: number;
}

/** offset + x·coefficients of every spectrum. */
export const predictions = defineFold<PredictArgs, Record<string, never>, { readonly predicted: Float64Array }>({
  init: () => ({}),
  perPixel: () => ({ predicted: { type: 'float64', width: 1 } }),
  add: ({ coefficients, offset }, state, [block], _start, _end, { predicted }) => {
    const row = new Float64Array(block.channels);
    for (let i = 0; i < block.pixels; i++) {
      readRow(block, i, row);
      let sum = offset;
      for (let j = 0; j < row.length; j++) sum += coefficients[j] * row[j];
      predicted[i] = sum;
    }
    return state;
  },
  merge: (left) => left,
  example: ({ channels }) => ({
    args: { coefficients: Float64Array.from({ length: channels }, (_, j) => (j % 5) - 1.5), offset: 2 },
    kinds: ['events'],
  }),
});

/** Predictions for every spectrum of a signal, in its order, by a step that has `predictions`; masked ones are NaN. */
export async function predictionsOf(context: StepContext, signal: Signal, { model, unused }: Calibrated) {
  const { meanX, meanY, coefficients, channels } = model;
  const used = (coefficients.at(-1) ?? new Float64Array(channels)).map((value, j) => (unused?.[j] ? 0 : value));
  const offset = used.reduce((sum, value, j) => sum - value * meanX[j], meanY[0]);
  const geometry = signalGeometry(signal);
  const args: PredictArgs = { coefficients: used, offset };
  const { predicted } = await context.fold<{ predicted: Float64Array }>('predictions', args, [signal.source], geometry);
  return predicted.map((value, i) => (signal.mask.pixels?.[i] ? Number.NaN : value));
}

/** The figure that shows how many components there should be. */
export function leftOutCurve({ leftOut }: Calibrated, unit: string): Curves {
  return {
    name: 'Error of left-out samples',
    caption:
      'Root-mean-square error of calibration samples that were left out of the model, by its number of components.',
    xLabel: 'components',
    yLabel: unit ? `error (${unit})` : 'error',
    x: leftOut.map((_, a) => a + 1),
    traces: [{ name: 'left out', values: leftOut, dots: true }],
  };
}

/** Mean and standard deviation of what is a number. */
export function spreadOf(values: Float64Array): {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
} {
  const numbers = values.filter((value) => !Number.isNaN(value));
  const count = numbers.length;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
  const squares = numbers.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { count, mean, deviation: Math.sqrt(squares / Math.max(1, count - 1)) };
}
