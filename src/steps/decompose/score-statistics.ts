import { robustMoranZ } from '../../kernels/index.ts';
import { defineSmall } from '../../shapes/shape.ts';
import { mapShape } from '../../signal/signal.ts';
import type { Factorisation } from '../products.ts';
import type { StepContext } from '../step.ts';
import { anisotropyOf } from './criteria/anisotropy.ts';

/** What one score map looks like. */
export interface ScoreStatistics {
  /** Neighbour correlation z. */
  readonly moran: number;
  /** Excess kurtosis: 0 for noise, large where few pixels carry the component. */
  readonly kurtosis: number;
  /** Anisotropy of the scatter plot with the next component; 0 for the last. */
  readonly anisotropy: number;
}

interface ScoreArgs extends Pick<Factorisation, 'scores' | 'rank' | 'rowWeights'> {
  readonly height: number;
  readonly width: number;
}

/** Statistics of the score map of component k. */
export const scoreMap = defineSmall<ScoreArgs, ScoreStatistics>({
  run: ({ scores, rank, rowWeights, height, width }, k) => {
    const pixels = rowWeights.length;
    const map = new Float32Array(pixels);
    const skip = new Uint8Array(pixels);
    const own = new Float32Array(pixels);
    const next = new Float32Array(pixels);
    const last = k + 1 === rank;
    let n = 0;
    for (let i = 0, at = k; i < pixels; i++, at += rank) {
      map[i] = scores[at];
      if (!(rowWeights[i] > 0)) {
        skip[i] = 1;
        continue;
      }
      own[n] = scores[at];
      next[n++] = last ? 0 : scores[at + 1];
    }
    return {
      moran: robustMoranZ(map, height, width, skip),
      kurtosis: excessKurtosis(own.subarray(0, n)),
      anisotropy: last ? 0 : anisotropyOf(own.subarray(0, n), next.subarray(0, n)),
    };
  },
  example: ({ pixels, width }) => ({
    args: {
      scores: Float32Array.from({ length: 2 * pixels }, (_, at) => ((at * 7919) % 101) - 50),
      rank: 2,
      rowWeights: Float64Array.from({ length: pixels }, (_, i) => i % 5),
      height: pixels / width,
      width,
    },
    kinds: [],
    pieces: 2,
  }),
});

/** Statistics of every component. */
export function scoreStatistics({ small }: StepContext, factors: Factorisation): Promise<ScoreStatistics[]> {
  const { scores, rank, rowWeights, navigation } = factors;
  const args: ScoreArgs = { scores, rank, rowWeights, ...mapShape(navigation) };
  return small('scoreMap', args, rank);
}

function excessKurtosis(values: Float32Array): number {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i] - mean) / (i + 1);
  let second = 0;
  let fourth = 0;
  for (let i = 0; i < values.length; i++) {
    const d = (values[i] - mean) * (values[i] - mean);
    second += d;
    fourth += d * d;
  }
  return second > 0 ? (values.length * fourth) / (second * second) - 3 : 0;
}
