import { DERIVATIVE_LOADING, derivativeLoading } from '../../kernels/index.ts';
import { axisValues } from '../../signal/axis.ts';
import { type Factorisation, loadingInCounts } from '../products.ts';

/**
 * What to say of a component whose loading is the slope of the mean spectrum: it stands for the drift of the axis. Undefined
 * for any other.
 */
export function driftFlag(factors: Factorisation, k: number): string | undefined {
  const { channelCounts, channelWeights, validPixels, spectral } = factors;
  if (k === 0 || validPixels === 0) return undefined;
  const mean = channelCounts.map((counts) => counts / validPixels);
  const masked = Uint8Array.from(channelWeights, (weight) => (weight > 0 ? 0 : 1));
  const { correlation, shift } = derivativeLoading(mean, loadingInCounts(factors, k), axisValues(spectral), 1, masked);
  if (Math.abs(correlation) < DERIVATIVE_LOADING) return undefined;
  const size = `${Number(shift.toPrecision(2))} ${spectral.unit}`.trim();
  return `the slope of the mean spectrum (correlation ${Math.abs(correlation).toFixed(2)}): the axis drifts by ${size} rms; align it first`;
}
