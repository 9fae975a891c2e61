import { square } from '../../../kernels/index.ts';
import { type CriterionRule, countLeading } from './criterion.ts';

/** (q₉₉ − mean)/σ of the Tracy–Widom law (β = 1): a 99 % quantile from the moments of few repeats. */
const TW_99 = (2.0234 + 1.2065) / 1.268;

/**
 * Horn's parallel analysis with Poisson nulls: components above what the largest noise component of simulated maps
 * reaches in 99 % of cases. Each is compared with the *largest* noise value: after K real components, the next one is the
 * largest of the noise, not the (K+1)-th.
 */
export const parallelAnalysis: CriterionRule = ({ factors, null: calibration }) => {
  if (!calibration) return undefined;
  const threshold = noiseEdge(calibration.edges);
  const statistic = Array.from(factors.singularValues);
  const components = Math.max(1, countLeading(statistic, threshold));
  return {
    id: 'parallel',
    title: 'Parallel analysis',
    components,
    reason: `${components === 1 ? '1 singular value exceeds' : `${components} singular values exceed`} ${threshold.toPrecision(5)}, the 99 % point of the largest noise value in ${calibration.repeats} simulated maps of the same dose`,
    statistic,
    threshold,
  };
};

/** 99 % quantile of the largest noise singular value. */
export function noiseEdge(edges: Float64Array): number {
  const n = edges.length;
  let mean = 0;
  for (const edge of edges) mean += edge / n;
  let variance = 0;
  for (const edge of edges) variance += square(edge - mean) / Math.max(1, n - 1);
  return mean + TW_99 * Math.sqrt(variance);
}
