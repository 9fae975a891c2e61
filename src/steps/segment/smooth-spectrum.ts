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

/** Gaussian smoothing with a σ per channel; sums near the ends are renormalised. */
export function smoothSpectrum(values: Float64Array, sigma: Float64Array): Float64Array {
  const n = values.length;
  const out = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const reach = Math.ceil(REACH * sigma[j]);
    if (reach < 1) {
      out[j] = values[j];
      continue;
    }
    let sum = 0;
    let norm = 0;
    for (let i = Math.max(0, j - reach); i <= Math.min(n - 1, j + reach); i++) {
      const weight = portableExp(-square((i - j) / sigma[j]) / 2);
      sum += weight * values[i];
      norm += weight;
    }
    out[j] = sum / norm;
  }
  return out;
}
