import { fSurvival, square } from '../../../kernels/index.ts';
import type { Factorisation } from '../../products.ts';
import type { CriterionRule } from './criterion.ts';

const SIGNIFICANCE = 0.05;

/** Malinowski 1989, J. Chemometrics 3, 49: F-test on reduced eigenvalues REV_k = λ_k/((m−k+1)(n−k+1)). */
export const malinowskiF: CriterionRule = ({ factors }) => {
  const { validPixels: m, validChannels: n } = factors;
  const size = Math.min(m, n);
  const statistic = residualSquares(factors).map((left, k) => {
    if (k + 1 >= size || left <= 0) return 1;
    const lambda = square(factors.singularValues[k]);
    const reduced = lambda / ((m - k) * (n - k));
    const pooled = left / freedom(m, n, k + 1, size);
    return fSurvival(reduced / pooled, 1, size - k - 1);
  });
  const first = statistic.findIndex((p) => p > SIGNIFICANCE);
  const components = first < 0 ? statistic.length : first;
  return {
    id: 'malinowski-f',
    title: 'Malinowski F-test',
    components,
    reason: `component ${components + 1} is the first that the pooled rest explains (p > ${SIGNIFICANCE})`,
    statistic,
    threshold: SIGNIFICANCE,
  };
};

/** Malinowski 1977, Anal. Chem. 49, 612: indicator function IND = RE/(n−K)², at its minimum. */
export const malinowskiInd: CriterionRule = ({ factors }) => {
  const { validPixels: m, validChannels: n } = factors;
  const defined = residualSquares(factors).slice(0, Math.max(1, n - 1));
  const statistic = defined.map((left, k) =>
    n > k + 1 ? Math.sqrt(Math.max(0, left) / (m * (n - k - 1))) / square(n - k - 1) : 0,
  );
  const components = statistic.reduce((best, value, k) => (value < statistic[best] ? k : best), 0) + 1;
  return {
    id: 'malinowski-ind',
    title: 'Malinowski indicator',
    components,
    reason: `the indicator function is smallest at ${components} of ${statistic.length} computed components`,
    statistic,
  };
};

/** Σ_{j>k} λ_j for k = 1 …: what is left after k components. */
function residualSquares({ totalSquares, singularValues }: Factorisation): number[] {
  let left = totalSquares;
  return Array.from(singularValues, (s) => (left -= s * s));
}

/** Σ_{j=from+1}^{size} (m−j+1)(n−j+1). */
function freedom(m: number, n: number, from: number, size: number): number {
  let sum = 0;
  for (let j = from + 1; j <= size; j++) sum += (m - j + 1) * (n - j + 1);
  return sum;
}
