import { portableExp } from '../kernels/portable-math.ts';
import { lineFwhm } from '../reference/eds-detector.ts';

const FWHM_PER_SIGMA = 2.3548200450309493;
const SQRT_PI = 1.772453850905516;
/** Beyond this many σ a Gaussian holds less than 1e-10 of its area. */
const REACH = 6.5;

/** Error function to about 1e-15: Taylor series below 2.5, continued fraction above. The same bits in every engine. */
export function errorFunction(x: number): number {
  if (x < 0) return -errorFunction(-x);
  if (x > 6) return 1;
  const square = x * x;
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= -square / n;
      sum += term / (2 * n + 1);
    }
    return (2 / SQRT_PI) * sum;
  }
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction;
  return 1 - portableExp(-square) / (SQRT_PI * fraction);
}

export interface Channels {
  readonly count: number;
  readonly dispersionKeV: number;
  /** Centre of channel 0. */
  readonly offsetKeV: number;
}

/**
 * Adds a line of area `photons` to `out`: a Gaussian of the detector's width, integrated over each channel. What falls
 * outside the axis is lost.
 */
export function addLine(
  out: Float64Array,
  energyKeV: number,
  photons: number,
  { count, dispersionKeV, offsetKeV }: Channels,
  resolutionMnKaEV: number,
): void {
  const sigma = lineFwhm(energyKeV, resolutionMnKaEV) / FWHM_PER_SIGMA;
  const centre = (energyKeV - offsetKeV) / dispersionKeV;
  const reach = (REACH * sigma) / dispersionKeV;
  const first = Math.max(0, Math.floor(centre - reach));
  const last = Math.min(count - 1, Math.ceil(centre + reach));
  const scale = dispersionKeV / (sigma * Math.SQRT2);
  let below = errorFunction((first - 0.5 - centre) * scale);
  for (let j = first; j <= last; j++) {
    const above = errorFunction((j + 0.5 - centre) * scale);
    out[j] += 0.5 * photons * (above - below);
    below = above;
  }
}
