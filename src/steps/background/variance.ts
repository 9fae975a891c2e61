import { gainAt, type Noise } from '../../signal/noise.ts';

/** Var of one value, from the value above the pedestal: gain·value + readout², or σ²; NaN where the law gives none. */
export function varianceAt(noise: Noise, pixel: number, channel: number, value: number): number {
  switch (noise.tag) {
    case 'poisson':
      return gainAt(noise.gain, pixel, channel) * Math.max(0, value) + noise.readout * noise.readout;
    case 'gaussian':
      return noise.sigma * noise.sigma;
    default:
      return Number.NaN;
  }
}
