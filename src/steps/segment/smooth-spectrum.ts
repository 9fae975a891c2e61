import { portableExp, square } from '../../kernels/index.ts';
import { lineFwhm } from '../../reference/index.ts';
import { axisValue } from '../../signal/axis.ts';
import type { Signal } from '../../signal/signal.ts';
import { convertUnit, isKnownUnit } from '../../signal/units.ts';

const RESOLUTION_MN_KA_EV = 130;
/** Kernel σ as a share of the line width: averages noise away and blurs a line by 30 %. */
const SHARE_OF_FWHM = 0.35;
const REACH = 3;

/**
 * σ in channels of a kernel that an EDS detector's resolution allows at each channel; undefined for signals whose
 * resolution is not known, where any smoothing could erase fine structure.
 */
export function allowedSmoothing({ modality, spectral }: Signal): Float64Array | undefined {
  if (modality !== 'eds' || !isKnownUnit(spectral.unit) || spectral.size < 3) return undefined;
  return Float64Array.from({ length: spectral.size }, (_, j) => {
    const energy = Math.max(0.1, convertUnit(axisValue(spectral, j), spectral.unit, 'keV'));
    const fwhm = convertUnit(lineFwhm(energy, RESOLUTION_MN_KA_EV), 'keV', spectral.unit);
    const at = Math.min(j, spectral.size - 2);
    const pitch = Math.abs(axisValue(spectral, at + 1) - axisValue(spectral, at));
    return pitch > 0 ? (SHARE_OF_FWHM * fwhm) / pitch : 0;
  });
}

/** Gaussian smoothing with a σ per channel, weights made once; sums near the ends are renormalised. */
export function smootherOf(sigma: Float64Array): (values: Float64Array) => Float64Array {
  const n = sigma.length;
  const first = new Uint32Array(n);
  const starts = new Uint32Array(n + 1);
  for (let j = 0; j < n; j++) {
    const reach = Math.ceil(REACH * sigma[j]);
    first[j] = Math.max(0, j - reach);
    starts[j + 1] = starts[j] + Math.min(n - 1, j + reach) - first[j] + 1;
  }
  const weights = new Float64Array(starts[n]);
  for (let j = 0; j < n; j++) fillWeights(weights.subarray(starts[j], starts[j + 1]), first[j] - j, sigma[j]);
  return (values) => {
    const out = new Float64Array(n);
    for (let j = 0; j < n; j++) {
      for (let at = starts[j], i = first[j]; at < starts[j + 1]; at++, i++) out[j] += weights[at] * values[i];
    }
    return out;
  };
}

/** Shares of neighbours from `from` on. */
function fillWeights(weights: Float64Array, from: number, sigma: number): void {
  let norm = 0;
  for (let k = 0; k < weights.length; k++) {
    weights[k] = from + k === 0 ? 1 : portableExp(-square((from + k) / sigma) / 2);
    norm += weights[k];
  }
  for (let k = 0; k < weights.length; k++) weights[k] /= norm;
}
