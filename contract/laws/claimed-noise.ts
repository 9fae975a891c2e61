import type { Block } from '../../src/signal/block.ts';
import { gainAt, type Noise } from '../../src/signal/noise.ts';

/** What a noise tag says in numbers; what it leaves open is undefined or infinite. */
export interface Claim {
  /** Variance of the value of a pixel and channel with this mean. */
  readonly variance?: (pixel: number, channel: number, mean: number) => number;
  /** Covariance between two channels of one pixel, where it is not claimed to be 0. */
  readonly covariance?: (pixel: number, channel: number, other: number) => number;
  /** Channels, and pixels, further apart than this are independent. */
  readonly channelsApart: number;
  readonly pixelsApart: number;
}

/** @param values of the signal: a low-rank law refers to the factors that hold them */
export function claimOf(noise: Noise, values: Block): Claim {
  const { across } = noise;
  const pixelsApart = across.kind === 'independent' ? 0 : across.kind === 'kernel' ? across.pixels : Infinity;
  const independent = { channelsApart: 0, pixelsApart };
  switch (noise.tag) {
    case 'poisson': {
      const { gain, offset, readout } = noise;
      return { ...independent, variance: (i, j, mean) => gainAt(gain, i, j) * (mean - offset) + readout ** 2 };
    }
    case 'gaussian':
      return { ...independent, variance: () => noise.sigma ** 2 };
    case 'diagonal':
      return independent;
    case 'correlated': {
      const { form } = noise;
      if (form.kind === 'band') return { pixelsApart, channelsApart: form.channels };
      if (form.kind !== 'low-rank' || !form.variance || values.kind !== 'factors') {
        return { pixelsApart, channelsApart: Infinity };
      }
      const { rank, loadings } = values;
      const scores = form.variance;
      const extra = form.loadingErrors;
      const covariance = (i: number, j: number, other: number) => {
        let sum = 0;
        for (let k = 0; k < rank; k++) sum += loadings[j * rank + k] * loadings[other * rank + k];
        return scores[i] * sum;
      };
      return {
        pixelsApart,
        channelsApart: Infinity,
        covariance,
        variance: (i, j) => covariance(i, j, j) + (extra ? extra.pixels[i] * extra.channels[j] : 0),
      };
    }
    case 'unknown':
      return { channelsApart: Infinity, pixelsApart: Infinity };
  }
}
