import { type KmeansResult, kmeans } from '../kernels/index.ts';
import { defineSmall } from '../shapes/shape.ts';
import type { StepContext } from './step.ts';

export interface KmeansArgs {
  /** Row-major, one row of `coordinates` a point, and the weight of each point. */
  readonly points: Float64Array;
  readonly weights: Float64Array;
  readonly coordinates: number;
  readonly clusters: number;
  readonly seed: number;
}

type KmeansStart = Pick<KmeansResult, 'labels' | 'centres' | 'inertia'>;

/** k-means from one random start. */
export const kmeansStart = defineSmall<KmeansArgs, KmeansStart>({
  run: ({ points, weights, coordinates, clusters, seed }, start) => {
    const { labels, centres, inertia } = kmeans(points, weights.length, coordinates, {
      clusters,
      weights,
      seed,
      restarts: 1,
      firstStart: start,
    });
    return { labels, centres, inertia };
  },
  example: ({ pixels }) => ({
    args: {
      points: Float64Array.from({ length: 2 * pixels }, (_, at) => (at * 7919) % 101),
      weights: new Float64Array(pixels).fill(1),
      coordinates: 2,
      clusters: Math.min(3, pixels),
      seed: 4,
    },
    kinds: [],
    pieces: 3,
  }),
});

/** The best of several starts, run by the shape that the step registers as `name`. */
export async function bestStart(
  { small }: StepContext,
  name: string,
  args: KmeansArgs,
  starts: number,
): Promise<KmeansStart> {
  const tries = await small<KmeansStart>(name, args, starts);
  return tries.reduce((best, found) => (found.inertia < best.inertia ? found : best));
}
