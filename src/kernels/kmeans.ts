import { inputError } from '../signal/errors.ts';
import { isAllFinite } from './finite.ts';
import { square } from './portable-math.ts';
import { CounterRandom } from './random.ts';
import { machine, Room } from './wasm/machine.ts';

export interface KmeansOptions {
  clusters: number;
  /** Weight ≥ 0 of each point; default 1. Points of weight 0 are labelled but pull no centre. */
  weights?: ArrayLike<number>;
  /** Starts, the best of which is kept. Default 8; 1 when `centres` are given. */
  restarts?: number;
  seed?: number;
  /** Number of the first start, each of which has random numbers of its own. Default 0. */
  firstStart?: number;
  /** Most Lloyd iterations per start. Default 300. */
  iterations?: number;
  /** Stop when the centres move less than this part of the mean variance per coordinate, squared. Default 0: at a fixed point. */
  tolerance?: number;
  /** Row-major clusters×d start instead of k-means++. */
  centres?: Float64Array;
}

export interface KmeansResult {
  /** 0 … clusters − 1, one per point. */
  labels: Uint8Array | Uint16Array;
  /** Row-major clusters×d. */
  centres: Float64Array;
  /** Σ weight·distance² to the own centre. */
  inertia: number;
  /** Of the kept start. */
  iterations: number;
  /** Whether the kept start reached its stopping rule. */
  converged: boolean;
}

interface Problem {
  points: Float64Array;
  m: number;
  d: number;
  k: number;
  weights: Float64Array;
  most: number;
  limit: number;
}

/**
 * Weighted k-means: S. Lloyd, IEEE Trans. Inf. Theory 28 (1982) 129, from k-means++ starts (D. Arthur & S. Vassilvitskii,
 * SODA 2007), deterministic for a seed. A cluster that loses its last point restarts on the point farthest from its
 * centre. Where there are fewer distinct points than clusters, the surplus centres coincide with others and own nothing.
 *
 * @param points row-major m×d
 * @throws input error for shapes that do not fit, weights without a positive sum, or values that are not finite
 */
export function kmeans(points: Float64Array, m: number, d: number, options: KmeansOptions): KmeansResult {
  const problem = prepare(points, m, d, options);
  const first = options.firstStart ?? 0;
  const starts = options.centres ? 1 : (options.restarts ?? 8);
  const placed = place(problem);
  let best: KmeansResult | undefined;
  for (let start = first; start < first + starts; start++) {
    const centres = options.centres ? options.centres : spread(problem, new CounterRandom(options.seed ?? 0, start));
    const found = lloyd(problem, placed, centres);
    if (!best || found.inertia < best.inertia) best = found;
  }
  return best!;
}

/** What the iterations work on, in the kernels' memory. */
interface Placed {
  /** Points of a whole number of registers; the last one may be there twice. */
  readonly even: number;
  readonly at: Readonly<Record<'points' | 'weights' | 'centres' | 'labels' | 'distances' | 'sums' | 'totals', number>>;
  readonly centres: Float64Array;
  readonly labels: Uint32Array;
  readonly distances: Float64Array;
  readonly sums: Float64Array;
  readonly totals: Float64Array;
}

function place({ points, m, d, k, weights }: Problem): Placed {
  const even = 2 * Math.ceil(m / 2);
  const room = new Room();
  const at = {
    points: room.place(8 * even * d),
    weights: room.place(8 * m),
    centres: room.place(8 * k * d),
    labels: room.place(4 * even),
    distances: room.place(8 * even),
    sums: room.place(8 * k * d),
    totals: room.place(8 * k),
  };
  const memory = room.buffer();
  const doubles = (from: number, length: number) => new Float64Array(memory, from, length);
  const lines = doubles(at.points, even * d);
  for (let i = 0; i < even; i++) {
    const from = Math.min(i, m - 1) * d;
    for (let j = 0; j < d; j++) lines[j * even + i] = points[from + j];
  }
  doubles(at.weights, m).set(weights);
  return {
    even,
    at,
    centres: doubles(at.centres, k * d),
    labels: new Uint32Array(memory, at.labels, even),
    distances: doubles(at.distances, even),
    sums: doubles(at.sums, k * d),
    totals: doubles(at.totals, k),
  };
}

function lloyd(problem: Problem, placed: Placed, start: Float64Array): KmeansResult {
  const { m, d, k, weights, most, limit } = problem;
  const { even, at, centres, labels, distances, sums, totals } = placed;
  const { nearestCentres, clusterSums } = machine();
  const assign = () => nearestCentres(at.points, even, d, at.centres, k, at.labels, at.distances);
  centres.set(start);
  labels.fill(0);
  let changed = assign();
  let iterations = 0;
  let converged = false;
  while (iterations < most) {
    iterations++;
    sums.fill(0);
    totals.fill(0);
    clusterSums(at.points, m, even, d, at.weights, at.labels, at.sums, at.totals);
    const repaired = repairEmpty(problem, labels, distances, sums, totals);
    let moved = 0;
    for (let c = 0, to = 0; c < k; c++) {
      for (let j = 0; j < d; j++, to++) {
        if (!(totals[c] > 0)) continue;
        const next = sums[to] / totals[c];
        moved += square(next - centres[to]);
        centres[to] = next;
      }
    }
    changed = assign();
    if (repaired) continue;
    converged = changed === 0 || moved <= limit;
    if (converged) break;
  }
  let inertia = 0;
  for (let i = 0; i < m; i++) inertia += weights[i] * distances[i];
  const own = labels.subarray(0, m);
  return {
    labels: k <= 256 ? new Uint8Array(own) : new Uint16Array(own),
    centres: centres.slice(),
    inertia,
    iterations,
    converged,
  };
}

/** Moves the farthest point into each empty cluster; false when every point already sits on its centre. */
function repairEmpty(
  { points, m, d, k, weights }: Problem,
  labels: Uint32Array,
  distances: Float64Array,
  sums: Float64Array,
  totals: Float64Array,
): boolean {
  let repaired = false;
  for (let c = 0; c < k; c++) {
    if (totals[c] > 0) continue;
    let farthest = -1;
    let most = 0;
    for (let i = 0; i < m; i++) {
      const cost = weights[i] * distances[i];
      if (cost > most && totals[labels[i]] > weights[i]) {
        most = cost;
        farthest = i;
      }
    }
    if (farthest < 0) return repaired;
    const from = labels[farthest];
    const weight = weights[farthest];
    for (let j = 0; j < d; j++) {
      const part = weight * points[farthest * d + j];
      sums[from * d + j] -= part;
      sums[c * d + j] = part;
    }
    totals[from] -= weight;
    totals[c] = weight;
    labels[farthest] = c;
    distances[farthest] = 0;
    repaired = true;
  }
  return repaired;
}

/** k-means++: each next centre a point drawn with probability weight × squared distance to the nearest centre so far. */
function spread({ points, m, d, k, weights }: Problem, random: CounterRandom): Float64Array {
  const centres = new Float64Array(k * d);
  const cost = new Float64Array(m).fill(1);
  for (let c = 0; c < k; c++) {
    const pick = drawProportional(weights, cost, random);
    const centre = points.subarray(pick * d, (pick + 1) * d);
    centres.set(centre, c * d);
    for (let i = 0; i < m; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += square(points[i * d + j] - centre[j]);
      if (c === 0 || sum < cost[i]) cost[i] = sum;
    }
  }
  return centres;
}

function drawProportional(weights: Float64Array, cost: Float64Array, random: CounterRandom): number {
  let total = 0;
  for (let i = 0; i < cost.length; i++) total += weights[i] * cost[i];
  const target = random.next() * total;
  let sum = 0;
  let last = 0;
  for (let i = 0; i < cost.length; i++) {
    const part = weights[i] * cost[i];
    if (part > 0) last = i;
    sum += part;
    if (sum > target) return i;
  }
  return last;
}

function prepare(points: Float64Array, m: number, d: number, options: KmeansOptions): Problem {
  const { clusters: k, iterations: most = 300, tolerance = 0 } = options;
  if (!(Number.isInteger(k) && k >= 1 && k <= 65536)) throw bad(`clusters = ${k}`, 'a whole number from 1 to 65536');
  if (m < 1 || d < 1 || points.length !== m * d)
    throw bad(`${points.length} numbers`, `${m} points × ${d} coordinates`);
  if (options.centres && options.centres.length !== k * d) {
    throw bad(`start centres of ${options.centres.length} numbers`, `${k} centres × ${d} coordinates`);
  }
  if (!options.centres && !((options.restarts ?? 8) >= 1)) throw bad(`restarts = ${options.restarts}`, 'at least 1');
  if (!isAllFinite(points)) throw bad('points that are not finite', 'finite numbers');
  const weights = options.weights ? Float64Array.from(options.weights) : new Float64Array(m).fill(1);
  let total = 0;
  for (const weight of weights) total += weight >= 0 ? weight : Number.NaN;
  if (weights.length !== m || !(total > 0 && total < Number.POSITIVE_INFINITY)) {
    throw bad(`${weights.length} weights that sum to ${total}`, `${m} weights ≥ 0, not all zero`);
  }
  return { points, m, d, k, weights, most, limit: tolerance > 0 ? tolerance * meanVariance(points, m, d) : -1 };
}

function meanVariance(points: Float64Array, m: number, d: number): number {
  let total = 0;
  for (let j = 0; j < d; j++) {
    let mean = 0;
    let squares = 0;
    for (let i = 0; i < m; i++) {
      const step = points[i * d + j] - mean;
      mean += step / (i + 1);
      squares += step * (points[i * d + j] - mean);
    }
    total += squares / m;
  }
  return total / d;
}

function bad(what: string, expected: string) {
  return inputError({ code: 'kmeans-input', what, where: 'k-means', expected });
}
