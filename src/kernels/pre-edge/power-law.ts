import { inputError } from '../../signal/errors.ts';
import { portableExp, portableExpm1, portableLog } from '../portable-math.ts';
import type { FitWindow } from './fit-window.ts';

/** Regressors of a background along an axis: at every channel, and at those of the fit window. */
export interface Regressor {
  /** One number per channel of the axis; NaN where the model is not defined. */
  readonly t: Float64Array;
  readonly window: FitWindow;
  /** Position at which t = 0: ln f is `a` there. */
  readonly reference: number;
}

/**
 * Power law f = A·E^−r: t = −ln(E/E_ref), so that b = r and A = e^a·E_ref^r; E_ref is the geometric mean of the window.
 * @param energies eV, one per channel; not defined at or below 0. @param channels of the fit window, all above 0.
 * @throws SpectrailError `input/narrow-window` for fewer than 2 channels, `input/window-below-zero`.
 */
export function powerLawRegressor(energies: Float64Array, channels: Int32Array): Regressor {
  checkWindow(energies, channels);
  if (!channels.every((j) => energies[j] > 0)) {
    throw inputError({
      code: 'window-below-zero',
      what: 'the fit window of a power law reaches 0 eV or below',
      expected: 'a window above 0 eV',
    });
  }
  const logs = energies.map((energy) => (energy > 0 ? portableLog(energy) : Number.NaN));
  const mean = meanOver(logs, channels);
  return regressor(
    logs.map((each) => mean - each),
    channels,
    portableExp(mean),
  );
}

/**
 * Exponential f = A·e^−E/τ, for backgrounds below about 100 eV or soon after an edge: t = E_ref − E, so that b = 1/τ;
 * E_ref is the mean of the window.
 * @throws SpectrailError `input/narrow-window` for fewer than 2 channels.
 */
export function exponentialRegressor(energies: Float64Array, channels: Int32Array): Regressor {
  checkWindow(energies, channels);
  const mean = meanOver(energies, channels);
  return regressor(
    energies.map((each) => mean - each),
    channels,
    mean,
  );
}

function checkWindow(energies: Float64Array, channels: Int32Array): void {
  if (channels.length < 2 || !channels.every((j) => j >= 0 && j < energies.length)) {
    throw inputError({
      code: 'narrow-window',
      what: `the fit window holds ${channels.length} channels of the axis`,
      expected: 'at least 2',
      fix: 'widen the window',
    });
  }
}

const meanOver = (values: Float64Array, channels: Int32Array) =>
  channels.reduce((sum, j) => sum + values[j], 0) / channels.length;

function regressor(t: Float64Array, channels: Int32Array, reference: number): Regressor {
  return { t, reference, window: { channels, t: Float64Array.from(channels, (j) => t[j]) } };
}

/** A power law by the two-area method. */
export interface TwoAreas {
  /** Exponent; NaN where a half of the window holds no intensity. */
  readonly r: number;
  /** Intensity per eV: the counts of a channel are dispersion·amplitude·E^−r; 0 where `r` is NaN. */
  readonly amplitude: number;
}

/** Boundaries of the two halves of a window, eV: its start, its middle, its end. */
export type Halves = readonly [start: number, middle: number, end: number];

/**
 * Power law from the intensities in the halves of a window: r = 2·ln(I1/I2)/ln(E2/E1), and the amplitude from the second
 * half, A = (1 − r)·I2/(E2^(1−r) − Em^(1−r)) (R. Egerton, Electron Energy-Loss Spectroscopy in the Electron Microscope, 3rd
 * ed., 2011, sec. 4.4.1). Quick and nearly unbiased, less precise than the likelihood.
 */
export function twoAreaPowerLaw(one: number, two: number, [start, middle, end]: Halves): TwoAreas {
  if (!(one > 0 && two > 0 && one < Number.POSITIVE_INFINITY && two < Number.POSITIVE_INFINITY)) {
    return { r: Number.NaN, amplitude: 0 };
  }
  const r = (2 * portableLog(one / two)) / portableLog(end / start);
  const width = portableLog(end / middle);
  const p = (1 - r) * width;
  const integral = portableExp((1 - r) * portableLog(middle)) * width * (p === 0 ? 1 : portableExpm1(p) / p);
  return { r, amplitude: two / integral };
}
