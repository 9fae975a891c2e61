import { symmetricEigen } from '../symmetric-eigen.ts';

/** Arrays for regressions in windows of up to `width` channels and up to `most` components, used again for all. */
export interface RegressionWorkspace {
  readonly width: number;
  readonly most: number;
  readonly rotations: Float64Array;
  readonly loadings: Float64Array;
  readonly left: Float64Array;
  readonly image: Float64Array;
}

export function regressionWorkspace(width: number, most: number): RegressionWorkspace {
  return {
    width,
    most,
    rotations: new Float64Array(most * width),
    loadings: new Float64Array(most * width),
    left: new Float64Array(width),
    image: new Float64Array(width),
  };
}

/** A component whose variance is below this part of that of the window is rounding. */
const EMPTY = 1e-13;

/**
 * PLS regression of one channel on a window from their cross products alone: G = ZᵀZ (row-major, width × width, of which the
 * first m rows and columns count) and c = Zᵀy, both centred. Weights for 1, 2, … `most` components go one after the other,
 * each of `width`, into `out`; where the window has no more to give, they stay as they are. (B. Dayal & J. MacGregor, J.
 * Chemometrics 11 (1997) 73: nothing but c is deflated.)
 */
export function localWeights(
  gram: Float64Array,
  cross: Float64Array,
  m: number,
  out: Float64Array,
  { width, most, rotations, loadings, left, image }: RegressionWorkspace,
): void {
  out.fill(0, 0, most * width);
  let trace = 0;
  for (let p = 0; p < m; p++) {
    trace += gram[p * width + p];
    left[p] = cross[p];
  }
  let given = 0;
  for (let p = 0; p < m; p++) given += cross[p] * cross[p];
  let ended = false;
  for (let a = 0; a < most; a++) {
    const at = a * width;
    if (a > 0) out.copyWithin(at, at - width, at);
    if (ended) continue;
    let norm = 0;
    for (let p = 0; p < m; p++) norm += left[p] * left[p];
    ended = !(norm > EMPTY * EMPTY * given && norm > 0);
    if (ended) continue;
    const scale = 1 / Math.sqrt(norm);
    for (let p = 0; p < m; p++) rotations[at + p] = scale * left[p];
    for (let b = 0; b < a; b++) {
      let share = 0;
      for (let p = 0; p < m; p++) share += loadings[b * width + p] * scale * left[p];
      for (let p = 0; p < m; p++) rotations[at + p] -= share * rotations[b * width + p];
    }
    let variance = 0;
    let slope = 0;
    for (let p = 0; p < m; p++) {
      let sum = 0;
      for (let q = 0; q < m; q++) sum += gram[p * width + q] * rotations[at + q];
      image[p] = sum;
      variance += rotations[at + p] * sum;
      slope += rotations[at + p] * left[p];
    }
    ended = !(variance > EMPTY * trace);
    if (ended) continue;
    slope /= variance;
    for (let p = 0; p < m; p++) {
      loadings[at + p] = image[p] / variance;
      left[p] -= image[p] * slope;
      out[at + p] += slope * rotations[at + p];
    }
  }
}

/** Variances below this part of the largest are rounding in the cross products. */
const LOST = 1e-14;

/** The shortest weights of least squares, G⁺·c, from the same cross products: no component left out. */
export function leastSquaresWeights(
  gram: Float64Array,
  cross: Float64Array,
  m: number,
  width: number,
  out: Float64Array,
): void {
  const square = new Float64Array(m * m);
  for (let p = 0; p < m; p++) for (let q = 0; q < m; q++) square[p * m + q] = gram[p * width + q];
  const { values, vectors } = symmetricEigen(square, m);
  out.fill(0, 0, width);
  for (let a = 0; a < m && values[a] > LOST * values[0]; a++) {
    let share = 0;
    for (let p = 0; p < m; p++) share += vectors[p * m + a] * cross[p];
    share /= values[a];
    // A channel without variance has no part in any; rounding would give it some.
    for (let p = 0; p < m; p++) if (gram[p * width + p] > 0) out[p] += share * vectors[p * m + a];
  }
}
