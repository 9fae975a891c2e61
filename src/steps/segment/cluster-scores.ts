import { type KmeansResult, kmeans } from '../../kernels/index.ts';
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

type Clustered = Pick<KmeansResult, 'labels' | 'inertia'>;

/** k-means from one random start. */
export const cluster = defineSmall<ClusterArgs, Clustered>({
  run: ({ points, weights, components, clusters, seed }, start) => {
    const { labels, inertia } = kmeans(points, weights.length, components, {
      clusters,
      weights,
      seed,
      restarts: 1,
      firstStart: start,
    });
    return { labels, inertia };
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
  const points = new Float64Array(validPixels * components);
  const weights = new Float64Array(validPixels);
  let at = 0;
  for (let i = 0; i < pixels; i++) {
    const w = rowWeights[i];
    if (w <= 0) continue;
    for (let k = 0; k < components; k++) points[at * components + k] = scores[i * rank + kept[k]] * w;
    weights[at++] = 1 / (w * w);
  }
  const args: ClusterArgs = { points, weights, components, clusters: phases, seed };
  const tries = await small<Clustered>('cluster', args, restarts);
  const { labels } = tries.reduce((best, found) => (found.inertia < best.inertia ? found : best));
  const all = new Uint8Array(pixels).fill(UNLABELLED);
  at = 0;
  for (let i = 0; i < pixels; i++) if (rowWeights[i] > 0) all[i] = labels[at++];
  return all;
}
