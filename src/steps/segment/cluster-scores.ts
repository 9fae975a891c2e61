import { square } from '../../kernels/index.ts';
import { bestStart } from '../kmeans-start.ts';
import { type Factorisation, UNLABELLED } from '../products.ts';
import type { StepContext } from '../step.ts';

/** Points that find the centres at most: evenly sampled, more would move them by less than the next step does. */
export const MOST_POINTS = 2 ** 16;

/**
 * k-means on y_i = score_i · rowWeight_i, the same point for every dose and thickness of a phase, weighted by 1/rowWeight²
 * because its variance is rowWeight².
 */
export async function clusterScores(
  context: StepContext,
  factors: Factorisation,
  kept: readonly number[],
  phases: number,
  restarts: number,
): Promise<Uint8Array> {
  const { pixels, rank, scores, rowWeights, validPixels } = factors;
  const components = kept.length;
  const stride = Math.max(1, validPixels / MOST_POINTS);
  const taken = Math.min(validPixels, MOST_POINTS);
  const points = new Float64Array(taken * components);
  const weights = new Float64Array(taken);
  let at = 0;
  for (let i = 0, occupied = 0; i < pixels && at < taken; i++) {
    const w = rowWeights[i];
    if (w <= 0 || occupied++ < Math.floor(at * stride)) continue;
    for (let k = 0; k < components; k++) points[at * components + k] = scores[i * rank + kept[k]] * w;
    weights[at++] = 1 / (w * w);
  }
  const args = { points, weights, coordinates: components, clusters: phases, seed: context.seed };
  const { centres } = await bestStart(context, 'cluster', args, restarts);
  return nearestCentres(factors, kept, centres, phases, context.array('uint8', pixels));
}

function nearestCentres(
  { pixels, rank, scores, rowWeights }: Factorisation,
  kept: readonly number[],
  centres: Float64Array,
  phases: number,
  labels: Uint8Array,
): Uint8Array {
  const components = kept.length;
  labels.fill(UNLABELLED);
  const point = new Float64Array(components);
  for (let i = 0; i < pixels; i++) {
    if (rowWeights[i] <= 0) continue;
    for (let k = 0; k < components; k++) point[k] = scores[i * rank + kept[k]] * rowWeights[i];
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0; c < phases; c++) {
      let distance = 0;
      for (let k = 0; k < components; k++) distance += square(point[k] - centres[c * components + k]);
      if (distance >= least) continue;
      least = distance;
      labels[i] = c;
    }
  }
  return labels;
}
