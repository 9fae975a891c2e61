import type { BandedMap } from './banded-map.ts';
import type { ComponentChoice, PairedStandards } from './direct.ts';
import { fewestComponents, leaveOutFolds } from './folds.ts';
import {
  leastSquaresWeights,
  localWeights,
  type RegressionWorkspace,
  regressionWorkspace,
} from './local-regression.ts';
import { columnMeans } from './principal-parts.ts';

export interface PiecewiseOptions {
  /** Channel of the slave in the middle of the window of each channel of the master; its own by default. */
  readonly centres?: Int32Array;
  /** Channels of the slave on each side of the middle. */
  readonly halfWidth: number;
  readonly components: ComponentChoice;
  /** Each channel of the master has its own number of components, in place of one for all: jagged where neighbours differ. */
  readonly eachItsOwn?: boolean;
  /** Double window: the channels of the master on each side whose regressions are made one with that in the middle. */
  readonly shared?: number;
  /** Weights are averaged over the channels of the master on each side. */
  readonly smoothing?: number;
  /** Channels of the slave, and of the master, that take no part: other than 0. */
  readonly unusedFrom?: Uint8Array;
  readonly unusedTo?: Uint8Array;
}

export interface FittedPiecewise {
  readonly map: BandedMap;
  /** Of each channel of the master. */
  readonly components: Int32Array;
  /** Root-mean-square error of left-out standards over all channels with 1, 2, … components; empty where none were. */
  readonly leftOut: Float64Array;
}

/**
 * Piecewise direct standardisation (Y. Wang, D. Veltkamp & B. Kowalski, Anal. Chem. 63 (1991) 2750): each channel of the
 * master regressed on a window of the slave about the means, b_j = Z_j⁺·x_j by PLS, with the offset that keeps the means.
 * Windows are cut at the ends. One number of components for all channels, by leaving standards out, unless told otherwise.
 */
export function fitPiecewise(paired: PairedStandards, options: PiecewiseOptions): FittedPiecewise {
  const windows = windowsOf(paired, options);
  const { components: choice, eachItsOwn = false } = options;
  const { to } = paired;
  const chosen = new Int32Array(to);
  let leftOut: Float64Array = new Float64Array(0);
  if (typeof choice === 'object') {
    const errors = leftOutErrors(windows, choice.most);
    const most = errors.length / to;
    const total = Float64Array.from({ length: most }, (_, a) => {
      let sum = 0;
      for (let j = 0; j < to; j++) sum += errors[j * most + a];
      return sum;
    });
    const common = fewestComponents(total);
    for (let j = 0; j < to; j++) {
      chosen[j] = eachItsOwn ? fewestComponents(errors.subarray(j * most, (j + 1) * most)) : common;
    }
    leftOut = total.map((sum) => Math.sqrt(sum / Math.max(1, paired.standards * to)));
  } else chosen.fill(choice === 'all' ? 0 : choice);
  const weights = weightsOf(windows, chosen);
  const smoothed = options.smoothing ? smoothedWeights(windows, weights, options.smoothing) : weights;
  return { map: mapOf(windows, smoothed), components: chosen, leftOut };
}

/** Paired spectra about their means, and where each channel of the master looks. */
interface Windows {
  readonly paired: PairedStandards;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly meanX: Float64Array;
  readonly meanY: Float64Array;
  readonly centres: Int32Array;
  readonly halfWidth: number;
  readonly width: number;
  readonly shared: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
}

function windowsOf(paired: PairedStandards, options: PiecewiseOptions): Windows {
  const { standards, slave, from, master, to } = paired;
  const { halfWidth, shared = 0, unusedFrom, unusedTo } = options;
  const centres = options.centres ?? Int32Array.from({ length: to }, (_, j) => j);
  const everyone = Int32Array.from({ length: standards }, (_, i) => i);
  const meanX = columnMeans(slave, from, everyone);
  const meanY = columnMeans(master, to, everyone);
  // What takes no part is the same in all standards: it then gets no weight, and none of the error.
  const about = (values: Float64Array, mean: Float64Array, unused?: Uint8Array) =>
    values.map((value, at) => (unused?.[at % mean.length] ? 0 : value - mean[at % mean.length]));
  const first = centres.map((c) => Math.max(0, c - halfWidth));
  const count = centres.map((c, j) => Math.max(0, Math.min(from, c + halfWidth + 1) - first[j]));
  const x = about(slave, meanX, unusedFrom);
  const y = about(master, meanY, unusedTo);
  return { paired, x, y, meanX, meanY, centres, halfWidth, width: 2 * halfWidth + 1, shared, first, count };
}

/** Sums of the cross products of a window with itself and with the channel of the master, over some standards. */
interface CrossProducts {
  readonly gram: Float64Array;
  readonly cross: Float64Array;
}

/** Adds `sign` times the products of one row of Z and its y. */
function addProducts(
  { gram, cross }: CrossProducts,
  z: Float64Array,
  at: number,
  y: number,
  m: number,
  width: number,
  sign: number,
): void {
  for (let p = 0; p < m; p++) {
    const value = sign * z[at + p];
    cross[p] += value * y;
    for (let q = 0; q <= p; q++) gram[p * width + q] += value * z[at + q];
  }
}

function mirror({ gram }: CrossProducts, m: number, width: number): void {
  for (let p = 0; p < m; p++) for (let q = 0; q < p; q++) gram[q * width + p] = gram[p * width + q];
}

/** The channels of the master whose windows are made one with that of channel j: those that lie whole about theirs. */
function eachNeighbour(windows: Windows, j: number, use: (neighbour: number, at: number) => void): void {
  const { paired, centres, shared, first, count } = windows;
  const before = first[j] - centres[j];
  for (let k = Math.max(0, j - shared); k <= Math.min(paired.to - 1, j + shared); k++) {
    const at = centres[k] + before;
    if (at >= 0 && at + count[j] <= paired.from) use(k, at);
  }
}

function productsOf(windows: Windows, j: number, into: CrossProducts): void {
  const { paired, x, y, count, width } = windows;
  into.gram.fill(0);
  into.cross.fill(0);
  eachNeighbour(windows, j, (k, at) => {
    for (let i = 0; i < paired.standards; i++) {
      addProducts(into, x, i * paired.from + at, y[i * paired.to + k], count[j], width, 1);
    }
  });
  mirror(into, count[j], width);
}

const products = (width: number): CrossProducts => ({
  gram: new Float64Array(width * width),
  cross: new Float64Array(width),
});

/** Weights of every channel of the master, to × width, with its number of components; 0 components: least squares. */
function weightsOf(windows: Windows, components: Int32Array): Float64Array {
  const { paired, width, count } = windows;
  const most = components.reduce((top, each) => Math.max(top, each), 1);
  const space = regressionWorkspace(width, most);
  const ranks = new Float64Array(most * width);
  const into = products(width);
  const weights = new Float64Array(paired.to * width);
  for (let j = 0; j < paired.to; j++) {
    productsOf(windows, j, into);
    const out = weights.subarray(j * width, (j + 1) * width);
    if (components[j] === 0) leastSquaresWeights(into.gram, into.cross, count[j], width, out);
    else {
      localWeights(into.gram, into.cross, count[j], ranks, space);
      out.set(ranks.subarray((components[j] - 1) * width, components[j] * width));
    }
  }
  return weights;
}

/**
 * Squared errors of left-out standards, summed over them: to × most. Each fold's cross products are those of all less its
 * own, about the means of those that stay.
 */
function leftOutErrors(windows: Windows, wanted: number): Float64Array {
  const { paired, x, y, count, width, first } = windows;
  const { standards, from, to } = paired;
  const most = Math.max(1, Math.min(wanted, width, standards - 2));
  const errors = new Float64Array(to * most);
  const space: RegressionWorkspace = regressionWorkspace(width, most);
  const ranks = new Float64Array(most * width);
  const whole = products(width);
  const part = products(width);
  const shift = new Float64Array(width);
  for (let j = 0; j < to; j++) {
    const m = count[j];
    productsOf(windows, j, whole);
    for (const fold of leaveOutFolds(standards)) {
      const stay = standards - fold.length;
      if (stay < 1) continue;
      part.gram.set(whole.gram);
      part.cross.set(whole.cross);
      let own = 0;
      eachNeighbour(windows, j, (k, at) => {
        shift.fill(0);
        let sum = 0;
        for (const i of fold) {
          addProducts(part, x, i * from + at, y[i * to + k], m, width, -1);
          for (let p = 0; p < m; p++) shift[p] += x[i * from + at + p];
          sum += y[i * to + k];
        }
        for (let p = 0; p < m; p++) {
          part.cross[p] -= (shift[p] * sum) / stay;
          for (let q = 0; q <= p; q++) part.gram[p * width + q] -= (shift[p] * shift[q]) / stay;
        }
        if (k === j) own = sum;
      });
      mirror(part, m, width);
      localWeights(part.gram, part.cross, m, ranks, space);
      shift.fill(0);
      for (const i of fold) for (let p = 0; p < m; p++) shift[p] += x[i * from + first[j] + p];
      for (const i of fold) {
        const at = i * from + first[j];
        for (let a = 0; a < most; a++) {
          let residual = y[i * to + j] + own / stay;
          for (let p = 0; p < m; p++) residual -= (x[at + p] + shift[p] / stay) * ranks[a * width + p];
          errors[j * most + a] += residual * residual;
        }
      }
    }
  }
  return errors;
}

/** The mean of the weights at equal distance from the middle of their windows, over the channels on each side that have it. */
function smoothedWeights({ paired, width, first, count, centres }: Windows, weights: Float64Array, reach: number) {
  const out = new Float64Array(weights.length);
  for (let j = 0; j < paired.to; j++) {
    for (let p = 0; p < count[j]; p++) {
      const distance = first[j] + p - centres[j];
      let sum = 0;
      let have = 0;
      for (let k = Math.max(0, j - reach); k <= Math.min(paired.to - 1, j + reach); k++) {
        const q = centres[k] + distance - first[k];
        if (q < 0 || q >= count[k]) continue;
        sum += weights[k * width + q];
        have++;
      }
      out[j * width + p] = sum / have;
    }
  }
  return out;
}

/** With the offsets that take the mean of the slave's standards to that of the master's. */
function mapOf({ paired, width, first, count, meanX, meanY }: Windows, weights: Float64Array): BandedMap {
  const offset = meanY.map((mean, j) => {
    let sum = mean;
    for (let p = 0; p < count[j]; p++) sum -= weights[j * width + p] * meanX[first[j] + p];
    return sum;
  });
  return { from: paired.from, to: paired.to, width, first, count, weights, offset };
}
