import { CounterRandom } from './random.ts';

/**
 * Mean silhouette width (P. Rousseeuw, J. Comput. Appl. Math. 20 (1987) 53) of labelled points, row-major m×d, in
 * [−1, 1]; a point alone in its cluster counts 0. Above `most` points (default 2000) of a sample drawn without
 * replacement: the cost is its square. NaN when the points share one label.
 */
export function silhouette(
  points: Float64Array,
  m: number,
  d: number,
  labels: ArrayLike<number>,
  { most = 2000, seed = 0 }: { most?: number; seed?: number } = {},
): number {
  const chosen = sampleIndices(m, Math.min(m, most), seed);
  const n = chosen.length;
  let clusters = 0;
  for (const i of chosen) clusters = Math.max(clusters, labels[i] + 1);
  const sizes = new Float64Array(clusters);
  for (const i of chosen) sizes[labels[i]]++;
  if (sizes.filter((size) => size > 0).length < 2) return Number.NaN;
  const sums = new Float64Array(clusters);
  let total = 0;
  for (let p = 0; p < n; p++) {
    const i = chosen[p];
    const own = labels[i];
    if (sizes[own] === 1) continue;
    sums.fill(0);
    for (let q = 0; q < n; q++) {
      const j = chosen[q];
      let square = 0;
      for (let c = 0; c < d; c++) {
        const difference = points[i * d + c] - points[j * d + c];
        square += difference * difference;
      }
      sums[labels[j]] += Math.sqrt(square);
    }
    const within = sums[own] / (sizes[own] - 1);
    let between = Number.POSITIVE_INFINITY;
    for (let c = 0; c < clusters; c++) {
      if (c !== own && sizes[c] > 0) between = Math.min(between, sums[c] / sizes[c]);
    }
    const larger = Math.max(within, between);
    if (larger > 0) total += (between - within) / larger;
  }
  return total / n;
}

/** `count` different numbers below m, by a partial Fisher–Yates shuffle. */
function sampleIndices(m: number, count: number, seed: number): Uint32Array {
  const all = Uint32Array.from({ length: m }, (_, i) => i);
  if (count === m) return all;
  const random = new CounterRandom(seed, 0);
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(m - i);
    const taken = all[j];
    all[j] = all[i];
    all[i] = taken;
  }
  return all.subarray(0, count);
}
