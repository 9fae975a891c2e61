import { z } from 'zod';
import {
  evaluateLogLinear,
  type Halves,
  portableExp,
  portableLog,
  powerLawRegressor,
  subtractLogLinear,
  twoAreaPowerLaw,
} from '../../kernels/index.ts';
import { inputError } from '../../signal/errors.ts';
import { defineBackground } from './define-background.ts';
import type { Estimator, Setting } from './estimator.ts';
import { fitWeights } from './fit-weights.ts';
import { fitParameter, fittedChannels } from './fit-window.ts';
import { logLinearEstimator } from './log-linear.ts';

const params = z.strictObject({
  fit: fitParameter,
  method: z
    .enum(['likelihood', 'least-squares', 'two-area'])
    .default('likelihood')
    .describe(
      'likelihood: of Poisson counts, unbiased at any dose; least-squares: every channel weighs the same; two-area: from the integrals over both halves of the window, quick and less precise',
    ),
});
type Params = z.infer<typeof params>;

export default defineBackground<Params>({
  id: 'background.power-law',
  version: 1,
  title: 'Power-law background',
  summary:
    'Takes off A·E^−r, fitted to each spectrum in a window before the edge and extrapolated below it. Its error is one for all channels of a spectrum and grows with the distance from the window: h = 1 + Var(B)/B.',
  params,
  needs: { modality: ['eels'], intensity: ['counts', 'counts-per-unit', 'rate'] },
  cite: ['Egerton 2011, Electron Energy-Loss Spectroscopy in the Electron Microscope, 3rd ed., sec. 4.4'],
  example: { fit: [2, 9], method: 'likelihood' },
  range(setting) {
    const { channels, range } = fittedChannels(setting, setting.params.fit);
    if (setting.params.method === 'two-area') halvesOf(setting, channels);
    else powerLawRegressor(setting.positions, channels);
    return range;
  },
  prepare: (setting) => (setting.params.method === 'two-area' ? twoAreas(setting) : fitted(setting)),
});

function fitted(setting: Setting<Params>): Estimator {
  const { channels, range } = fittedChannels(setting, setting.params.fit);
  const weights = setting.params.method === 'likelihood' ? fitWeights(setting, channels) : ({ law: 'equal' } as const);
  return logLinearEstimator(powerLawRegressor(setting.positions, channels), weights, range);
}

interface TwoHalves {
  /** Channels of the halves, by rising energy; an odd one at the end is left out. */
  readonly one: Int32Array;
  readonly two: Int32Array;
  readonly energies: Halves;
}

/** @throws SpectrailError `input/broken-window` where channels of the window are masked, `input/window-below-zero`. */
function halvesOf({ positions }: Setting, channels: Int32Array): TwoHalves {
  const rising =
    positions[channels[0]] <= positions[channels[channels.length - 1]] ? channels : channels.slice().reverse();
  const step = rising[1] - rising[0];
  if (rising.some((j, k) => j !== rising[0] + k * step) || Math.abs(step) !== 1) {
    throw inputError({
      code: 'broken-window',
      what: 'channels of the fit window are masked: the halves of the window cannot be integrated',
      expected: 'a window of which every channel counts',
      fix: 'move the window, or fit by likelihood',
    });
  }
  const half = rising.length >> 1;
  const [start, middle] = [positions[rising[0]], positions[rising[half]]];
  if (!(start > 0)) {
    throw inputError({
      code: 'window-below-zero',
      what: 'the fit window of a power law reaches 0 eV or below',
      expected: 'a window above 0 eV',
    });
  }
  const last = rising[2 * half - 1];
  const end = positions[last] + (positions[last] - positions[last - step]);
  return { one: rising.slice(0, half), two: rising.slice(half, 2 * half), energies: [start, middle, end] };
}

function twoAreas(setting: Setting<Params>): Estimator {
  const { positions, params: p } = setting;
  const { channels, range } = fittedChannels(setting, p.fit);
  const { one, two, energies } = halvesOf(setting, channels);
  const [first, end] = range;
  const stride = positions.length;
  const t = positions.map((energy, j) => (j >= first && j < end ? -portableLog(energy) : 0));
  const widths = positions.map((_, j) => channelWidth(positions, j));
  const total = (i1: number, i2: number, sum: Float64Array) => {
    const { r, amplitude } = twoAreaPowerLaw(i1, i2, energies);
    if (amplitude === 0) return 0;
    let all = 0;
    for (let j = first; j < end; j++) if (sum[j] !== 0) all += sum[j] * widths[j] * amplitude * portableExp(r * t[j]);
    return all;
  };
  const even = widths.every((width) => Math.abs(width - widths[0]) < EVEN * widths[0]);
  const scale = even ? portableLog(widths[0]) : 0;
  const linesOf = (values: Float64Array, rows: number) => {
    const fitted = new Float64Array(2 * rows);
    for (let row = 0; row < rows; row++) {
      const at = row * stride;
      const { r, amplitude } = twoAreaPowerLaw(sumOf(values, at, one), sumOf(values, at, two), energies);
      fitted[2 * row] = amplitude > 0 ? portableLog(amplitude) + scale : Number.NEGATIVE_INFINITY;
      fitted[2 * row + 1] = amplitude > 0 ? r : 0;
    }
    return { fitted, width: 2, t, first, end };
  };
  return {
    estimate(values, rows, out) {
      evaluateLogLinear(linesOf(values, rows), rows, out);
      if (even) return;
      for (let at = 0; at < rows * stride; at += stride) for (let j = first; j < end; j++) out[at + j] *= widths[j];
    },
    subtract: even ? (values, rows, out) => subtractLogLinear(linesOf(values, rows), rows, values, out) : undefined,
    respond(row, sum, out) {
      const i1 = sumOf(row, 0, one);
      const i2 = sumOf(row, 0, two);
      out.fill(0);
      if (!(i1 > 0 && i2 > 0)) return;
      const [d1, d2] = [SMALL_STEP * i1, SMALL_STEP * i2];
      const slope1 = (total(i1 + d1, i2, sum) - total(i1 - d1, i2, sum)) / (2 * d1);
      const slope2 = (total(i1, i2 + d2, sum) - total(i1, i2 - d2, sum)) / (2 * d2);
      for (const j of one) out[j] = slope1;
      for (const j of two) out[j] = slope2;
    },
  };
}

function sumOf(values: Float64Array, at: number, half: Int32Array): number {
  let sum = 0;
  for (let k = 0; k < half.length; k++) sum += values[at + half[k]];
  return sum;
}

/** Widths of channels that differ by a smaller share are one width: positions are rounded. */
const EVEN = 1e-9;

/** Share by which an intensity is moved to see what follows from it. */
const SMALL_STEP = 1e-5;

const channelWidth = (positions: Float64Array, j: number) =>
  positions.length < 2 ? 1 : Math.abs(j === 0 ? positions[1] - positions[0] : positions[j] - positions[j - 1]);
