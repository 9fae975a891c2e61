import { type Basis, leastSquaresBasis } from '../../kernels/index.ts';
import { inputError, isSpectrailError, retold } from '../../signal/errors.ts';
import type { Noise } from '../../signal/noise.ts';
import type { Setting } from '../background/estimator.ts';
import { countedChannels } from './counted.ts';

export interface ScatterOptions {
  /** Degree of the highest polynomial. */
  readonly order: number;
  /** 1/variance of the reference in place of equal weights. */
  readonly byVariance?: boolean;
}

/** Counts below this share of the mean count as so many: a channel without counts is not certain. */
const FLOOR = 1e-3;

/**
 * Shapes that spectra are fitted by: the reference, polynomials of the axis on [−1, 1] up to a degree, and the spectra of
 * interferents. `learned` holds the reference, then the interferents.
 * @throws SpectrailError `input/shapes-alike` where they cannot be told apart, `input/narrow-window` for too few channels.
 */
export function scatterBasis(
  setting: Setting,
  { order, byVariance = false }: ScatterOptions,
): { readonly basis: Basis; readonly weights?: Float64Array } {
  const { positions, noise, learned = new Float64Array(positions.length) } = setting;
  const channels = positions.length;
  const others = learned.length / channels - 1;
  const count = others + order + 2;
  const counted = fittedBy(setting, count);
  const used = Int32Array.from(counted.keys()).filter((j) => counted[j] !== 0);
  const shapes = new Float64Array(count * channels);
  const reference = learned.subarray(0, channels);
  shapes.set(reference);
  const [from, to] = [positions[0], positions[channels - 1]];
  for (let j = 0; j < channels; j++) {
    const t = (2 * positions[j] - from - to) / (to - from);
    let power = 1;
    for (let degree = 0; degree <= order; degree++, power *= t) shapes[(1 + degree) * channels + j] = power;
  }
  shapes.set(learned.subarray(channels), (order + 2) * channels);
  const weights = byVariance ? inverseVariance(noise, reference, used) : undefined;
  try {
    return { basis: leastSquaresBasis(shapes, count, used, weights), weights };
  } catch (error) {
    if (!isSpectrailError(error, 'input') || error.code !== 'shapes-alike') throw error;
    throw retold(error, {
      what: 'the reference, the polynomials and the interferents cannot be told apart',
      expected: 'shapes of which none is a sum of the others, to 6 digits',
      fix: 'lower the order, or leave out the interferent that the reference contains',
    });
  }
}

/**
 * Channels that can tell so many shapes, with one to spare.
 * @throws SpectrailError `input/narrow-window`.
 */
export const fittedBy = (setting: Setting, shapes: number) => countedChannels(setting, { fewest: shapes + 1 });

/** 1/Var of the reference as one spectrum of this law would have it. */
function inverseVariance(noise: Noise, reference: Float64Array, used: Int32Array): Float64Array {
  if (noise.tag !== 'poisson') return new Float64Array(used.length).fill(1);
  const { gain, readout } = noise;
  const level = used.reduce((sum, j) => sum + Math.abs(reference[j]), 0) / used.length;
  const common =
    gain.per === 'pixel' ? gain.values.reduce((sum, each) => sum + each, 0) / gain.values.length : undefined;
  return Float64Array.from(used, (j) => {
    const g = common ?? (gain.per === 'channel' ? gain.values[j] : gain.per === 'cube' ? gain.value : 1);
    return 1 / (g * Math.max(reference[j], FLOOR * level) + readout * readout);
  });
}

/** @throws SpectrailError `input/no-variance` where the law of the errors gives none. */
export function checkVariance(noise: Noise): void {
  if (noise.tag === 'poisson' || noise.tag === 'gaussian') return;
  throw inputError({
    code: 'no-variance',
    what: 'the variance of each channel is not known here',
    expected: 'raw values with Poisson or Gaussian errors',
    fix: 'weigh channels equally',
  });
}

/** A reference for spectra of so many channels, with a line of its own. */
export const exampleReference = (channels: number) =>
  Float64Array.from({ length: channels }, (_, j) => 1 + (j % 5) + (j === channels >> 1 ? 4 : 0));
