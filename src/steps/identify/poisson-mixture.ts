import { portableLog } from '../../kernels/index.ts';
import { addColumn, type Column, ColumnGram, dot } from './column.ts';

export interface MixtureFit {
  readonly amplitudes: Float64Array;
  readonly mean: Float64Array;
  /** Σ ω·2[y ln(y/μ) − (y − μ)]. */
  readonly deviance: number;
}

const MEAN_FLOOR = 1e-7;
const ITERATIONS = 30;

/**
 * Non-negative amplitudes that maximise the weighted Poisson likelihood Σ ω (y ln μ − μ), μ = Σ a·column: Newton steps,
 * each a non-negative quadratic problem, with a backtracking line search.
 * @param tolerance deviance below which an improvement ends the search.
 */
export function fitMixture(
  columns: readonly Column[],
  counts: Float64Array,
  weights: Float64Array,
  start: Float64Array,
  tolerance = 0.05,
): MixtureFit {
  const bins = counts.length;
  let amplitudes: Float64Array = Float64Array.from(start);
  let trial: Float64Array = new Float64Array(start.length);
  let mean: Float64Array = mixtureMean(columns, amplitudes, new Float64Array(bins));
  let trialMean: Float64Array = new Float64Array(bins);
  let deviance = weightedDeviance(counts, mean, weights);
  const quadratic = new Quadratic(columns, counts, weights);
  for (let round = 0; round < ITERATIONS; round++) {
    quadratic.moveTo(mean);
    const target = solveNonNegative(quadratic.matrix, quadratic.gradient, amplitudes);
    let step = 1;
    let gain = 0;
    while (step > 1e-4 && gain === 0) {
      for (let k = 0; k < trial.length; k++) {
        trial[k] = Math.max(0, amplitudes[k] + step * (target[k] - amplitudes[k]));
      }
      mixtureMean(columns, trial, trialMean);
      const trialDeviance = weightedDeviance(counts, trialMean, weights);
      if (trialDeviance < deviance) {
        gain = deviance - trialDeviance;
        [amplitudes, trial] = [trial, amplitudes];
        [mean, trialMean] = [trialMean, mean];
        deviance = trialDeviance;
      }
      step /= 3;
    }
    if (gain === 0 || gain < tolerance) break;
  }
  return { amplitudes, mean, deviance };
}

/** Overwrites `mean`. */
function mixtureMean(columns: readonly Column[], amplitudes: Float64Array, mean: Float64Array): Float64Array {
  mean.fill(MEAN_FLOOR);
  for (let k = 0; k < columns.length; k++) if (amplitudes[k] > 0) addColumn(columns[k], amplitudes[k], mean);
  return mean;
}

function weightedDeviance(counts: Float64Array, mean: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < counts.length; j++) {
    const y = counts[j];
    sum += weights[j] * (mean[j] - y + (y > 0 ? y * portableLog(y / mean[j]) : 0));
  }
  return 2 * sum;
}

/** The log-likelihood's gradient and a curvature that bounds both the observed and the expected one, mean after mean. */
class Quadratic {
  readonly gradient: Float64Array;
  private readonly gram: ColumnGram;
  private readonly columns: readonly Column[];
  private readonly counts: Float64Array;
  private readonly weights: Float64Array;
  private readonly form: LocalForm;

  constructor(columns: readonly Column[], counts: Float64Array, weights: Float64Array) {
    this.columns = columns;
    this.counts = counts;
    this.weights = weights;
    this.gram = new ColumnGram(columns, counts.length);
    this.gradient = new Float64Array(columns.length);
    this.form = { slope: new Float64Array(counts.length), curvature: new Float64Array(counts.length) };
  }

  get matrix(): Float64Array {
    return this.gram.matrix;
  }

  moveTo(mean: Float64Array): void {
    const { columns, gradient } = this;
    const { slope, curvature } = localForm(this.counts, this.weights, mean, this.form);
    for (let k = 0; k < columns.length; k++) gradient[k] = dot(columns[k], slope);
    this.gram.fill(curvature);
  }
}

interface LocalForm {
  readonly slope: Float64Array;
  readonly curvature: Float64Array;
}

/** Per bin, the slope of the log-likelihood in the mean and its curvature. */
export function localForm(
  counts: Float64Array,
  weights: Float64Array,
  mean: Float64Array,
  { slope, curvature }: LocalForm = {
    slope: new Float64Array(counts.length),
    curvature: new Float64Array(counts.length),
  },
): LocalForm {
  for (let j = 0; j < counts.length; j++) {
    slope[j] = weights[j] * (counts[j] / mean[j] - 1);
    curvature[j] = (weights[j] * Math.max(counts[j], mean[j])) / (mean[j] * mean[j]);
  }
  return { slope, curvature };
}

/**
 * Minimum over x ≥ 0 of ½(x − s)ᵀH(x − s) − gᵀ(x − s): the active-set method of C. L. Lawson and R. J. Hanson, Solving
 * Least Squares Problems (1974), started from the support of s.
 */
export function solveNonNegative(matrix: Float64Array, gradient: Float64Array, start: Float64Array): Float64Array {
  const p = start.length;
  const x = Float64Array.from(start);
  const linear = Float64Array.from(gradient);
  for (let k = 0; k < p; k++) for (let l = 0; l < p; l++) linear[k] += matrix[k * p + l] * start[l];
  const free = Array.from(start, (value) => value > 0);
  for (let round = 0; round < 3 * p + 10; round++) {
    for (let inner = 0; inner <= p; inner++) {
      const support = indices(free);
      const z = new CholeskyFactor(matrix, p, support).solve(support.map((k) => linear[k]));
      let reach = 1;
      support.forEach((k, i) => {
        if (z[i] <= 0) reach = Math.min(reach, x[k] / (x[k] - z[i] || 1));
      });
      support.forEach((k, i) => {
        x[k] += reach * (z[i] - x[k]);
        if (z[i] <= 0 && x[k] <= 1e-12 * Math.abs(z[i])) {
          x[k] = 0;
          free[k] = false;
        }
      });
      if (reach === 1) break;
    }
    let entering = -1;
    let best = 0;
    for (let k = 0; k < p; k++) {
      if (free[k]) continue;
      let pull = linear[k];
      for (let l = 0; l < p; l++) pull -= matrix[k * p + l] * x[l];
      const gain = (pull * Math.max(pull, 0)) / (matrix[k * p + k] || 1);
      if (gain > best && gain > 1e-4) {
        best = gain;
        entering = k;
      }
    }
    if (entering < 0) break;
    free[entering] = true;
  }
  return x;
}

function indices(free: readonly boolean[]): number[] {
  const found: number[] = [];
  for (let k = 0; k < free.length; k++) if (free[k]) found.push(k);
  return found;
}

/** Cholesky factor of the rows and columns `support` of a symmetric matrix, with a ridge where it is singular. */
export class CholeskyFactor {
  private readonly lower: Float64Array;
  private readonly size: number;

  constructor(matrix: Float64Array, stride: number, support: readonly number[]) {
    const m = support.length;
    const lower = new Float64Array(m * m);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = matrix[support[i] * stride + support[j]];
        for (let k = 0; k < j; k++) sum -= lower[i * m + k] * lower[j * m + k];
        if (i === j) {
          const diagonal = matrix[support[i] * stride + support[i]];
          lower[i * m + i] = Math.sqrt(Math.max(sum, 1e-9 * diagonal, 1e-300));
        } else lower[i * m + j] = sum / lower[j * m + j];
      }
    }
    this.lower = lower;
    this.size = m;
  }

  /** L⁻¹·right. */
  forward(right: ArrayLike<number>): Float64Array {
    const { lower, size } = this;
    const out = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      let sum = right[i];
      for (let k = 0; k < i; k++) sum -= lower[i * size + k] * out[k];
      out[i] = sum / lower[i * size + i];
    }
    return out;
  }

  solve(right: ArrayLike<number>): Float64Array {
    const { lower, size } = this;
    const out = this.forward(right);
    for (let i = size - 1; i >= 0; i--) {
      let sum = out[i];
      for (let k = i + 1; k < size; k++) sum -= lower[k * size + i] * out[k];
      out[i] = sum / lower[i * size + i];
    }
    return out;
  }
}
