import { gavishDonohoThreshold } from '../../../kernels/index.ts';
import { type CriterionRule, countLeading, noiseSigma } from './criterion.ts';

/** Gavish & Donoho 2014, IEEE Trans. Inf. Theory 60, 5040: hard threshold of smallest mean squared error. It erases weak phases. */
export const gavishDonoho: CriterionRule = ({ factors }) => {
  const { validPixels, validChannels } = factors;
  const long = Math.max(validPixels, validChannels);
  const short = Math.min(validPixels, validChannels);
  const sigma = noiseSigma(factors);
  const threshold = gavishDonohoThreshold(short / long) * sigma * Math.sqrt(long);
  const statistic = Array.from(factors.singularValues);
  const components = countLeading(statistic, threshold);
  return {
    id: 'gavish-donoho',
    title: 'Gavish–Donoho threshold',
    components,
    reason: `${components === 1 ? '1 singular value exceeds' : `${components} singular values exceed`} λ*σ√${long} = ${threshold.toPrecision(5)} (least mean squared error; noise σ ${sigma.toPrecision(3)})`,
    statistic,
    threshold,
  };
};
