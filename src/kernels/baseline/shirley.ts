import { eachFiniteRow } from './finite-rows.ts';
import { outOfRange, requireAbove, requireWhole } from './limits.ts';

/** Energies of the channels, ascending or descending, and what they count from. */
export interface EnergyAxis {
  /** eV, strictly ascending or strictly descending. */
  readonly energies: Float64Array;
  readonly scale: 'kinetic' | 'binding';
}

export interface ShirleyOptions extends EnergyAxis {
  /** Channels at either end whose mean is the level there. Default 5. */
  readonly endChannels?: number;
  /**
   * When to stop: the largest change below `tolerance` times the step between the ends (default), or the mean square change
   * below `tolerance` itself.
   */
  readonly stop?: 'relative' | 'mean-square';
  /** Default 10⁻⁵. */
  readonly tolerance?: number;
  /** Default 50. */
  readonly iterations?: number;
}

/** What became of a row. `falling`: made all the same, but the level falls towards low kinetic energy, against the model. */
export const SHIRLEY_STATES = ['converged', 'not converged', 'falling', 'no peak', 'not finite'] as const;

export interface ShirleyResult {
  readonly iterations: Uint32Array;
  /** Index into SHIRLEY_STATES. Rows that are `no peak` or `not finite` are NaN. */
  readonly states: Uint8Array;
}

const state = (name: (typeof SHIRLEY_STATES)[number]) => SHIRLEY_STATES.indexOf(name);

/**
 * Iterated Shirley background of each row: B(E) = I_R + (I_L − I_R)·∫_E^R (I − B) / ∫_L^R (I − B), R the end at high kinetic
 * energy, whichever way the axis runs, by trapezoids, from B = I_R. D. Shirley, Phys. Rev. B 5 (1972) 4709; A. Proctor &
 * P. Sherwood, Anal. Chem. 54 (1982) 13.
 *
 * Illegal where the background falls towards low kinetic energy (state `falling`) and where an end lies on a satellite. Its
 * ends fix it: how far it moves with them belongs in the budget. Not linear in the data: only a bootstrap gives the variance of
 * a window sum, or the active form inside a fit.
 *
 * @param values row-major rows × channels; @param out as large, may be `values`
 * @throws input error `baseline-parameter`: an axis that is not as long as a row and strictly monotone, end channels 1 to half
 * of the channels, a tolerance of 0 or below, fewer than one iteration; `baseline-shape`
 */
export function shirley(
  values: Float64Array,
  rows: number,
  channels: number,
  options: ShirleyOptions,
  out: Float64Array,
): ShirleyResult {
  const { endChannels = 5, stop = 'relative', tolerance = 1e-5, iterations: most = 50 } = options;
  requireWhole('channels', channels, 2);
  requireWhole('endChannels', endChannels, 1, Math.floor(channels / 2));
  requireAbove('tolerance', tolerance, 0);
  requireWhole('iterations', most, 1);
  const { step, first } = fromHighKinetic(options, channels);
  const widths = widthsBetween(options.energies, first, step);
  const background = new Float64Array(channels);
  const integral = new Float64Array(channels);
  const result = { iterations: new Uint32Array(rows), states: new Uint8Array(rows).fill(state('not finite')) };
  eachFiniteRow(values, rows, channels, out, (row, written, index) => {
    let right = 0;
    let left = 0;
    for (let k = 0; k < endChannels; k++) {
      right += row[first + step * k];
      left += row[first + step * (channels - 1 - k)];
    }
    right /= endChannels;
    left /= endChannels;
    background.fill(right);
    let found = left === right ? 'converged' : 'not converged';
    let pass = 0;
    while (found === 'not converged' && pass < most) {
      pass++;
      integral[0] = 0;
      for (let k = 1, at = first + step; k < channels; k++, at += step) {
        const both = row[at] - background[k] + (row[at - step] - background[k - 1]);
        integral[k] = integral[k - 1] + 0.5 * widths[k] * both;
      }
      const whole = integral[channels - 1];
      if (!(whole > 0)) {
        found = 'no peak';
        break;
      }
      let greatest = 0;
      let squares = 0;
      for (let k = 0; k < channels; k++) {
        const next = right + ((left - right) * integral[k]) / whole;
        const change = next - background[k];
        greatest = Math.max(greatest, Math.abs(change));
        squares += change * change;
        background[k] = next;
      }
      const still =
        stop === 'relative' ? greatest < tolerance * Math.abs(left - right) : squares / channels < tolerance;
      if (still) found = 'converged';
    }
    if (found === 'converged' && left < right) found = 'falling';
    for (let k = 0, at = first; k < channels; k++, at += step) written[at] = background[k];
    if (found === 'no peak') written.fill(Number.NaN);
    result.iterations[index] = pass;
    result.states[index] = state(found as (typeof SHIRLEY_STATES)[number]);
  });
  return result;
}

export interface ActiveShirleyOptions {
  /** k: the rise per count of peak and channel width, from 0. */
  readonly factor: number;
  /** The level at high kinetic energy. */
  readonly constant: number;
  /** Whether the row begins or ends at high kinetic energy. */
  readonly highKinetic: 'first' | 'last';
  readonly rule?: 'sum' | 'trapezoid';
  /** Of a channel. Default 1. */
  readonly width?: number;
}

/**
 * Active Shirley background of each row of peaks: B = constant + k·Σ (y − constant) over the channels from there to high
 * kinetic energy, its own included (`sum`, default) or by trapezoids. For a fit in which k and the constant are free: then their
 * errors are part of the peaks'. A. Herrera-Gomez et al., Surf. Interface Anal. 46 (2014) 897. Linear in the data.
 *
 * @param values row-major rows × channels: data, or the fitted peaks + constant; @param out as large, may be `values`
 * @throws input error `baseline-parameter` for a factor below 0, a width of 0 or below; `baseline-shape`
 */
export function activeShirley(
  values: Float64Array,
  rows: number,
  channels: number,
  { factor, constant, highKinetic, rule = 'sum', width = 1 }: ActiveShirleyOptions,
  out: Float64Array,
): void {
  if (!(factor >= 0 && factor < Number.POSITIVE_INFINITY)) throw outOfRange('factor', factor, 'a number from 0');
  requireAbove('width', width, 0);
  const step = highKinetic === 'first' ? 1 : -1;
  const first = highKinetic === 'first' ? 0 : channels - 1;
  eachFiniteRow(values, rows, channels, out, (row, background) => {
    let sum = 0;
    let before = 0;
    for (let k = 0, at = first; k < channels; k++, at += step) {
      const above = row[at] - constant;
      if (rule === 'sum') sum += above;
      else if (k > 0) sum += 0.5 * (before + above);
      before = above;
      background[at] = constant + factor * width * sum;
    }
  });
}

/** Where the channels begin and which way they go when taken from high to low kinetic energy. */
export function fromHighKinetic({ energies, scale }: EnergyAxis, channels: number): { first: number; step: 1 | -1 } {
  if (energies.length !== channels) {
    throw outOfRange('energies', `${energies.length} numbers`, `one for each of ${channels} channels`);
  }
  const up = energies[channels - 1] > energies[0];
  for (let j = 1; j < channels; j++) {
    const good = up ? energies[j] > energies[j - 1] : energies[j] < energies[j - 1];
    if (!good) throw outOfRange(`energies[${j}]`, energies[j], 'strictly ascending or strictly descending');
  }
  return up === (scale === 'kinetic') ? { first: channels - 1, step: -1 } : { first: 0, step: 1 };
}

/** eV from each channel to the one before it, from high kinetic energy on; 0 for the first. */
function widthsBetween(energies: Float64Array, first: number, step: number): Float64Array {
  return energies.map((_, k) => (k ? Math.abs(energies[first + step * k] - energies[first + step * (k - 1)]) : 0));
}
