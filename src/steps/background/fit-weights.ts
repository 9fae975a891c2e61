import type { FitWeights } from '../../kernels/index.ts';
import type { Setting } from './estimator.ts';

/**
 * Weights of the fit window by what is known of the errors. Values of unknown law are taken for counts times an unknown
 * gain, which changes no estimate. Where the gain differs from pixel to pixel it does so for all channels alike, and only
 * its ratio to the readout noise is lost.
 */
export function fitWeights({ noise }: Setting, channels: Int32Array): FitWeights {
  switch (noise.tag) {
    case 'poisson': {
      const { gain, readout } = noise;
      if (gain.per === 'channel')
        return { law: 'poisson', gain: Float64Array.from(channels, (j) => gain.values[j]), readout };
      const value =
        gain.per === 'cube' ? gain.value : gain.values.reduce((sum, each) => sum + each, 0) / gain.values.length;
      return { law: 'poisson', gain: new Float64Array(channels.length).fill(value), readout };
    }
    case 'gaussian':
    case 'diagonal':
      return { law: 'equal' };
    default:
      return { law: 'poisson' };
  }
}
