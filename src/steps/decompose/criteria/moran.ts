import { mapShape } from '../../../signal/signal.ts';
import type { CriterionRule } from './criterion.ts';

/** z above which a score map is structured. */
export const STRUCTURED = 4;
/** Maps smaller than this say nothing about neighbours. */
const LEAST_PIXELS = 16;

/** Spatial autocorrelation of each score map: noise has none. Blind to phases of a few pixels, so never used alone. */
export const moranCriterion: CriterionRule = ({ factors, scores }) => {
  const { height, width } = mapShape(factors.navigation);
  if (height * width < LEAST_PIXELS) return undefined;
  const statistic = scores.map(({ moran }) => moran);
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
