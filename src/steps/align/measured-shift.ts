import { FOUND } from '../../kernels/index.ts';
import type { PerPixel } from '../../shapes/per-pixel.ts';
import { type Axis, axisValue } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { gainAt, type Noise } from '../../signal/noise.ts';
import type { Shift } from '../../signal/shift.ts';
import type { StepContext } from '../step.ts';

/** What a pass finds of each pixel, in channels. */
export interface Displacements {
  readonly place: Float64Array;
  readonly sigma: Float64Array;
  readonly flag: Uint8Array;
}

const NUMBER = { type: 'float64', width: 1 } as const;
export const DISPLACEMENTS: { readonly [name in keyof Displacements]: PerPixel } = {
  place: NUMBER,
  sigma: NUMBER,
  flag: { type: 'uint8', width: 1 },
};

/** Rows without their pedestal become counts, in place. */
export function toCounts(values: Float64Array, rows: number, noise: Noise, firstPixel: number): void {
  if (noise.tag !== 'poisson' || (noise.gain.per === 'cube' && noise.gain.value === 1)) return;
  const channels = values.length / rows;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < channels; j++) values[i * channels + j] /= gainAt(noise.gain, firstPixel + i, j);
  }
}

/** Readout noise in counts: where the gain differs, that of the smallest. */
export function readoutInCounts(noise: Noise): number {
  if (noise.tag !== 'poisson' || noise.readout === 0) return 0;
  const { gain } = noise;
  const least = gain.per === 'cube' ? gain.value : gain.values.reduce((low, each) => Math.min(low, each), Infinity);
  return noise.readout / least;
}

interface Measured {
  /** Per pixel, in the unit of the axis; NaN where nothing was found. */
  readonly offsets: Float64Array;
  readonly sigma: Float64Array;
  readonly within: number;
  /** "the zero-loss peak" */
  readonly origin: string;
  readonly unit: string;
  readonly masked?: Uint8Array;
}

/**
 * The displacements as the signal carries them. Pixels in which nothing was found within the limit get the median of the
 * others, and the user is told.
 * @throws SpectrailError `input/nothing-to-align-by` where that is more than half of them.
 */
export function shiftOf(context: StepContext, { offsets, sigma, within, origin, unit, masked }: Measured): Shift {
  const found: number[] = [];
  let [squares, lost] = [0, 0];
  for (let i = 0; i < offsets.length; i++) {
    if (masked?.[i]) continue;
    if (!(Math.abs(offsets[i]) <= within)) {
      lost++;
      continue;
    }
    found.push(offsets[i]);
    squares += sigma[i] * sigma[i];
  }
  if (lost > found.length || found.length === 0) {
    throw inputError({
      code: 'nothing-to-align-by',
      what: `${lost} of ${lost + found.length} spectra do not show ${origin} within ± ${within} ${unit} of its place`,
      expected: 'it in at least half of them',
      fix: 'allow larger displacements, look in another window, or sum pixels first',
    });
  }
  const sorted = Float64Array.from(found).sort();
  const median = sorted[sorted.length >> 1];
  const uncertainty = Math.sqrt(squares / found.length);
  if (lost > 0) {
    context.note(
      `${lost} of ${lost + found.length} spectra do not show ${origin} within ± ${within} ${unit}: they were given the median displacement`,
    );
  }
  const said = (value: number) => Number(value.toPrecision(3));
  context.note(
    `displacements ${said(sorted[0])} to ${said(sorted[sorted.length - 1])} ${unit}, median ${said(median)} ${unit}; standard uncertainty of one ${said(uncertainty)} ${unit}`,
  );
  return {
    state: 'map',
    offsets: offsets.map((offset, i) => (!masked?.[i] && Math.abs(offset) <= within ? offset : median)),
    uncertainty,
    within,
    origin,
  };
}

/** Channels as positions: how far beside `reference` each lies, and how well that is known. NaN where nothing was found. */
export function inAxisUnits(
  { place, sigma, flag }: Displacements,
  axis: Axis,
  reference: number,
): { offsets: Float64Array; sigma: Float64Array } {
  const pitch = (at: number) => Math.abs(axisValue(axis, at + 0.5) - axisValue(axis, at - 0.5)) || 0;
  return {
    offsets: place.map((at, i) => (flag[i] === FOUND.yes ? axisValue(axis, at) - reference : Number.NaN)),
    sigma: sigma.map((each, i) => each * pitch(place[i])),
  };
}
