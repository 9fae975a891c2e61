import type { FitLaw } from '../../kernels/index.ts';
import { axisValues } from '../../signal/axis.ts';
import type { Signal } from '../../signal/signal.ts';
import { sumOfSpectra } from '../mean-spectrum.ts';
import type { StepContext } from '../step.ts';

/** The sum of the spectra of a standard, channel by channel where it counts. */
export interface StandardSpectrum {
  /** Positions ascending, and the values there; masked channels are left out. */
  readonly x: Float64Array;
  readonly values: Float64Array;
  readonly law: FitLaw;
  /** Variance of each value; an estimate from the scatter where no law is known. */
  readonly variance: Float64Array;
  /** May be negative by more than noise: something was taken off. */
  readonly signed: boolean;
  readonly spectra: number;
}

/**
 * Reads the standard of a step that has `spectrumSum` among its shapes under that name: without its pedestal, in counts unless
 * every channel has a gain of its own.
 */
export async function standardSpectrum(context: StepContext, signal: Signal): Promise<StandardSpectrum> {
  const { noise, spectral, mask } = signal;
  const { gain = undefined, offset = 0 } = noise.tag === 'poisson' ? noise : {};
  const how = { pedestal: offset, gain: gain?.per === 'channel' ? undefined : gain };
  const { values, spectra } = await sumOfSpectra(context, signal, how);
  const positions = axisValues(spectral);
  const kept = Array.from(positions.keys()).filter((j) => !mask.channels?.[j] && Number.isFinite(values[j]));
  if (positions.length > 1 && positions[positions.length - 1] < positions[0]) kept.reverse();
  const pick = (all: Float64Array) => Float64Array.from(kept, (j) => all[j]);
  const picked = pick(values);
  const law = lawOf(signal, spectra, pick);
  return {
    x: pick(positions),
    values: picked,
    law,
    variance: varianceOf(picked, law),
    signed: law.law !== 'poisson',
    spectra,
  };
}

/** Of the sum: errors add up where pixels are independent; else only their scatter is known. */
function lawOf({ noise }: Signal, spectra: number, pick: (values: Float64Array) => Float64Array): FitLaw {
  if (noise.across.kind !== 'independent') return { law: 'equal' };
  if (noise.tag === 'gaussian') return { law: 'equal', sigma: noise.sigma * Math.sqrt(spectra) };
  if (noise.tag !== 'poisson') return { law: 'equal' };
  const { gain, readout } = noise;
  // Counts of pixels with gains of their own, whose readout noise is then not one number: it is given as the mean square.
  if (gain.per === 'pixel') {
    const squares = gain.values.reduce((sum, g) => sum + (readout / g) * (readout / g), 0);
    return { law: 'poisson', readout: Math.sqrt((squares / Math.max(1, gain.values.length)) * spectra) };
  }
  const units = gain.per === 'cube' ? gain.value : 1;
  return {
    law: 'poisson',
    gain: gain.per === 'channel' ? pick(gain.values) : undefined,
    readout: (readout / units) * Math.sqrt(spectra),
  };
}

function varianceOf(values: Float64Array, law: FitLaw): Float64Array {
  if (law.law === 'poisson') {
    const readout = law.readout ?? 0;
    return values.map((value, j) => Math.max(value, 0) * (law.gain ? law.gain[j] : 1) + readout * readout);
  }
  return new Float64Array(values.length).fill(law.sigma === undefined ? scatter(values) : law.sigma * law.sigma);
}

/** Variance of a value by the median of second differences, which a smooth spectrum hardly has. */
function scatter(values: Float64Array): number {
  const differences = Array.from({ length: Math.max(0, values.length - 2) }, (_, j) =>
    Math.abs(values[j] - 2 * values[j + 1] + values[j + 2]),
  ).sort((a, b) => a - b);
  const median = differences[differences.length >> 1] ?? 0;
  const sigma = median / 0.6744897501960817 / Math.sqrt(6);
  return sigma * sigma;
}
