import type { FitLaw } from '../../kernels/index.ts';
import { defineFold, type FoldShape } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { axisValues } from '../../signal/axis.ts';
import { readRow } from '../../signal/block.ts';
import type { Signal } from '../../signal/signal.ts';
import type { StepContext } from '../step.ts';

interface Args {
  readonly pixelMask?: Uint8Array;
  /** Signal units per count: of each pixel, or of all. */
  readonly gain?: Float64Array;
  readonly units: number;
  readonly pedestal: number;
}

interface Sum {
  readonly values: Float64Array;
  spectra: number;
}

/** Sum of all spectra that count, without their pedestal, in counts unless every channel has a gain of its own. */
export const standardSum: FoldShape<Args, Sum> = defineFold<Args, Sum>({
  init: (_, { channels }) => ({ values: new Float64Array(channels), spectra: 0 }),
  add: ({ pixelMask, gain, units, pedestal }, state, [block], start) => {
    const row = new Float64Array(block.channels);
    for (let i = 0; i < block.pixels; i++) {
      if (pixelMask?.[start + i]) continue;
      readRow(block, i, row);
      const perCount = gain ? gain[start + i] : units;
      for (let j = 0; j < row.length; j++) state.values[j] += (row[j] - pedestal) / perCount;
      state.spectra++;
    }
    return state;
  },
  merge: (left, right) => {
    for (let j = 0; j < left.values.length; j++) left.values[j] += right.values[j];
    left.spectra += right.spectra;
    return left;
  },
  example: ({ pixels }) => ({
    args: {
      pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
      gain: Float64Array.from({ length: pixels }, (_, i) => 1 + (i % 3)),
      units: 1,
      pedestal: 0.5,
    },
    kinds: ['events'],
  }),
});

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

/** Reads the standard of a step that has `standardSum` among its shapes under that name. */
export async function standardSpectrum(context: StepContext, signal: Signal): Promise<StandardSpectrum> {
  const { noise, spectral, mask } = signal;
  const gain = noise.tag === 'poisson' ? noise.gain : undefined;
  const args: Args = {
    pixelMask: mask.pixels,
    gain: gain?.per === 'pixel' ? gain.values : undefined,
    units: gain?.per === 'cube' ? gain.value : 1,
    pedestal: noise.tag === 'poisson' ? noise.offset : 0,
  };
  const geometry = signalGeometry(signal);
  const { values, spectra } = await context.fold<Sum>('standardSum', args, [signal.source], geometry);
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
