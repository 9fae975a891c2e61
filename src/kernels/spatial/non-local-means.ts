import { portableExp } from '../portable-math.ts';
import type { Run } from './neighbourhood-sums.ts';

/** How pixels are compared, and how alike they must be. */
export interface Alikeness {
  /** Patches of (2·patch + 1)² pixels are compared. */
  readonly patch: number;
  /** Pixels up to so many rows and columns away. */
  readonly search: { readonly y: number; readonly x: number };
  /** h², in units of the variance of a value: w = exp(−max(0, d² − 2)/h²). */
  readonly strength: number;
}

/** What two patches of the same mean differ by: values of unit variance have E(a − b)² = 2. */
const NOISE_DISTANCE = 2;

/** Weights below this are none: all of them together would be less than a hundredth of a pixel. */
const LEAST_WEIGHT = 1e-4;

/** Rows of the map that the weights of a run need. */
export const rowsCompared = ({ patch, search }: Alikeness) => patch + search.y;

/**
 * Weights of the pixels around each of a run, by how much their patches are alike (A. Buades, B. Coll & J.-M. Morel, CVPR
 * 2005; with the distance that noise alone makes taken off): d² is the mean of (a − b)² over the pixels of the patches and
 * the features, of unit variance each. Pixels of a patch that are masked or outside of the map are left out of it.
 * @param features of the rows of the map from `firstRow` on, pixels × `count`; unit variance
 * @returns one row of (2·search.y + 1)·(2·search.x + 1) weights a pixel, the pixel itself in the middle with weight 1; all 0
 *   where it is masked.
 */
export function nonLocalWeights(
  features: Float64Array,
  count: number,
  firstRow: number,
  run: Run,
  { patch, search, strength }: Alikeness,
): Float64Array {
  const { width, height, start, end, masked } = run;
  const around = (2 * search.y + 1) * (2 * search.x + 1);
  const weights = new Float64Array((end - start) * around);
  const [top, bottom] = [Math.floor(start / width), Math.ceil(end / width)];
  const [from, to] = [Math.max(0, top - patch), Math.min(height, bottom + patch)];
  // Σ (a − b)² and how many terms, of a pixel; then of a patch along its row.
  const squares = new Float64Array((to - from) * width);
  const pairs = new Float64Array((to - from) * width);
  const alongSquares = new Float64Array((to - from) * width);
  const alongPairs = new Float64Array((to - from) * width);
  let offset = 0;
  for (let dy = -search.y; dy <= search.y; dy++) {
    for (let dx = -search.x; dx <= search.x; dx++, offset++) {
      for (let y = from; y < to; y++) {
        for (let x = 0; x < width; x++) {
          const [at, here, there] = [(y - from) * width + x, y * width + x, (y + dy) * width + x + dx];
          const inside = y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width;
          const both = inside && !masked?.[here] && !masked?.[there];
          pairs[at] = both ? 1 : 0;
          squares[at] = both ? squaredDistance(features, here - firstRow * width, there - firstRow * width, count) : 0;
        }
      }
      sumAlongRows(squares, width, patch, alongSquares);
      sumAlongRows(pairs, width, patch, alongPairs);
      for (let i = start; i < end; i++) {
        const [y, x] = [Math.floor(i / width), i % width];
        if (pairs[(y - from) * width + x] === 0) continue;
        let [sum, terms] = [0, 0];
        for (let v = Math.max(from, y - patch); v <= Math.min(to - 1, y + patch); v++) {
          sum += alongSquares[(v - from) * width + x];
          terms += alongPairs[(v - from) * width + x];
        }
        const excess = Math.max(0, sum / (terms * count) - NOISE_DISTANCE);
        const weight = portableExp(-excess / strength);
        if (weight >= LEAST_WEIGHT) weights[(i - start) * around + offset] = weight;
      }
    }
  }
  return weights;
}

function squaredDistance(features: Float64Array, a: number, b: number, count: number): number {
  let sum = 0;
  for (let k = 0, i = a * count, j = b * count; k < count; k++, i++, j++) {
    const difference = features[i] - features[j];
    sum += difference * difference;
  }
  return sum;
}

/** Sums over 2·reach + 1 columns, fewer at the ends of a row. */
function sumAlongRows(values: Float64Array, width: number, reach: number, out: Float64Array): void {
  for (let base = 0; base < values.length; base += width) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) sum += values[base + u];
      out[base + x] = sum;
    }
  }
}

const ROUNDING = 1e-12;

/**
 * Ends of bands of neighbouring channels that hold so many counts each, or a little more: as many as there can be, up to
 * `most`. Channels first ≤ j < end of band k are ends[k − 1] ≤ j < ends[k].
 */
export function countBands(counts: Float64Array, least: number, most: number): Int32Array {
  const total = counts.reduce((sum, value) => sum + Math.max(0, value), 0);
  const wanted = Math.max(1, Math.min(most, Math.floor(total / least)));
  const ends: number[] = [];
  let [sum, before] = [0, 0];
  for (let j = 0; j < counts.length; j++) {
    sum += Math.max(0, counts[j]);
    if (sum < ((ends.length + 1) * total * (1 - ROUNDING)) / wanted || sum - before < least) continue;
    ends.push(j + 1);
    before = sum;
  }
  // What is left over at the end goes with the last.
  ends[Math.max(0, ends.length - 1)] = counts.length;
  return Int32Array.from(ends);
}
