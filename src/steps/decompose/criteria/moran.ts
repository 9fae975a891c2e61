import { robustMoranZ } from '../../../kernels/index.ts';
import { mapShape } from '../../../signal/signal.ts';
import type { Factorisation } from '../../products.ts';
import type { CriterionRule } from './criterion.ts';

/** z above which a score map is structured. */
export const STRUCTURED = 4;
/** Maps smaller than this say nothing about neighbours. */
const LEAST_PIXELS = 16;

/** Spatial autocorrelation of each score map: noise has none. Blind to phases of a few pixels, so never used alone. */
export const moranCriterion: CriterionRule = ({ factors }) => {
  const { height, width } = mapShape(factors.navigation);
  if (height * width < LEAST_PIXELS) return undefined;
  const statistic = Array.from({ length: factors.rank }, (_, k) => scoreMoran(factors, k));
  const components = structuredComponents(statistic);
  return {
    id: 'moran',
    title: "Moran's I of score maps",
    components,
    reason: `component ${components} is the last whose map is spatially structured (z > ${STRUCTURED}, allowing for noise that differs from phase to phase)`,
    statistic,
    threshold: STRUCTURED,
  };
};

/** Last structured component; the first always counts, being the mean spectrum even where its map is flat. */
export function structuredComponents(statistic: readonly number[]): number {
  return Math.max(1, statistic.findLastIndex((z) => z > STRUCTURED) + 1);
}

/** Neighbour correlation z of score map k. */
export function scoreMoran({ navigation, scores, rank, rowWeights, pixels }: Factorisation, k: number): number {
  const { height, width } = mapShape(navigation);
  const map = new Float64Array(pixels);
  const skip = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) {
    map[i] = scores[i * rank + k];
    skip[i] = rowWeights[i] > 0 ? 0 : 1;
  }
  return robustMoranZ(map, height, width, skip);
}
