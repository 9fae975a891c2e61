import { type KmeansResult, kmeans, square } from '../../kernels/index.ts';
import { defineSmall } from '../../shapes/shape.ts';
import { type Factorisation, UNLABELLED } from '../products.ts';
import type { StepContext } from '../step.ts';

interface ClusterArgs {
  /** pixels × components, and the weight of each pixel. */
  readonly points: Float64Array;
  readonly weights: Float64Array;
  readonly components: number;
  readonly clusters: number;
  readonly seed: number;
}

type Clustered = Pick<KmeansResult, 'centres' | 'inertia'>;

/** Points that find the centres at most: evenly sampled, more would move them by less than the next step does. */
export const MOST_POINTS = 2 ** 16;

/** k-means from one random start. */
export const cluster = defineSmall<ClusterArgs, Clustered>({
  run: ({ points, weights, components, clusters, seed }, start) => {
    const { centres, inertia } = kmeans(points, weights.length, components, {
      clusters,
      weights,
      seed,
      restarts: 1,
      firstStart: start,
    });
    return { centres, inertia };
  },
  example: ({ pixels }) => ({
    args: {
      points: Float64Array.from({ length: 2 * pixels }, (_, at) => (at * 7919) % 101),
      weights: new Float64Array(pixels).fill(1),
      components: 2,
      clusters: Math.min(3, pixels),
      seed: 4,
    },
    kinds: [],
    pieces: 3,
  }),
});

/**
 * k-means on y_i = score_i · rowWeight_i, the same point for every dose and thickness of a phase, weighted by 1/rowWeight²
 * because its variance is rowWeight².
 */
export async function clusterScores(
  { small, seed }: StepContext,
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
  const args: ClusterArgs = { points, weights, components, clusters: phases, seed };
  const tries = await small<Clustered>('cluster', args, restarts);
  const { centres } = tries.reduce((best, found) => (found.inertia < best.inertia ? found : best));
  return nearestCentres(factors, kept, centres, phases);
}

function nearestCentres(
  { pixels, rank, scores, rowWeights }: Factorisation,
  kept: readonly number[],
  centres: Float64Array,
  phases: number,
): Uint8Array {
  const components = kept.length;
  const labels = new Uint8Array(pixels).fill(UNLABELLED);
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
