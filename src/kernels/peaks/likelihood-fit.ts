import { poissonDeviance } from '../poisson-deviance.ts';
import { portableLog, square } from '../portable-math.ts';
import { choleskyFactor, invertPositive, solveCholesky } from '../positive-definite.ts';

/** What is fitted: a mean for every value, with its derivatives. */
export interface FittedModel {
  readonly parameters: number;
  /** Bounds of each parameter; at a bound it takes no part until it pulls inward. */
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** Means (n) and, where asked for, their derivatives (n × parameters, row-major). */
  evaluate(theta: Float64Array, mean: Float64Array, jacobian?: Float64Array): void;
}

/** Where the variance of the values comes from. */
export type FitLaw =
  /**
   * z = g·P + N(0, r²): fitted by the likelihood of z/g + (r/g)², which is as good as Poisson (D. Snyder et al., J. Opt.
   * Soc. Am. A 10 (1993) 1014), exact where r = 0. `gain` per value; 1 where there is none.
   */
  | { readonly law: 'poisson'; readonly gain?: Float64Array; readonly readout?: number }
  /** Gaussian errors, all of this σ; without it, σ is what the residuals show. */
  | { readonly law: 'equal'; readonly sigma?: number };

export interface Fitted {
  readonly theta: Float64Array;
  /** Parameters × parameters: inverse of the expected information; 0 in rows of parameters at a bound. */
  readonly covariance: Float64Array;
  /** 1 where a parameter ended at a bound. */
  readonly atBound: Uint8Array;
  readonly mean: Float64Array;
  /** Of counts; Σ((x − f)/σ)² for Gaussian errors, n where σ is taken from it. */
  readonly deviance: number;
  /** Σ(x − f)²/variance over the degrees of freedom: 1 where model and law are right. */
  readonly chiSquare: number;
  readonly freedom: number;
  readonly converged: boolean;
}

const MOST_STEPS = 200;
/** Of the last step, in standard errors. */
const REST = 1e-9;
/** A gain of 2·ln likelihood that moves nothing by 1e−4 of its error; so many in a row are rest, too. */
const LITTLE_GAIN = 1e-8;
const LITTLE_GAINS = 4;
const SMALLEST_MEAN = 1e-12;

/**
 * Maximum likelihood by Fisher scoring: weights are held fixed within each step, so that the estimate of Poisson means is
 * free of the bias of 1/x weights. Damped after Levenberg where a step would not lead downhill, projected onto the bounds.
 *
 * @param values n numbers; variances are those of means of at least 1e−12 of the largest.
 * @returns undefined where parameters cannot be told from one another, or a value is not finite.
 */
export function fitByLikelihood(
  values: Float64Array,
  model: FittedModel,
  start: ArrayLike<number>,
  law: FitLaw,
): Fitted | undefined {
  const n = values.length;
  const p = model.parameters;
  const counted = asCounts(values, law);
  let theta = clipped(Float64Array.from(start), model);
  let mean = new Float64Array(n);
  let next = new Float64Array(n);
  const jacobian = new Float64Array(n * p);
  const information = new Float64Array(p * p);
  const score = new Float64Array(p);
  const held = new Uint8Array(p);
  model.evaluate(theta, mean, jacobian);
  let objective = counted.objective(mean);
  let damping = 0;
  let converged = false;
  let little = 0;
  for (let step = 0; step < MOST_STEPS && !converged; step++) {
    informationOf(counted, mean, jacobian, p, information, score);
    holdAtBounds(theta, score, model, held);
    const move = stepOf(information, score, held, p, damping);
    if (!move) {
      if (damping > 1e8) break;
      damping = damping ? damping * 10 : 1e-6;
      continue;
    }
    const trial = clipped(
      theta.map((value, k) => value + move.step[k]),
      model,
    );
    model.evaluate(trial, next);
    const after = counted.objective(next);
    const small = move.length < REST;
    if (after <= objective || (small && after - objective < 1e-9 * (1 + Math.abs(objective)))) {
      little = objective - after < LITTLE_GAIN ? little + 1 : 0;
      converged = small || little >= LITTLE_GAINS;
      [theta, objective] = [trial, after];
      [mean, next] = [next, mean];
      model.evaluate(theta, mean, jacobian);
      damping = damping < 1e-7 ? 0 : damping / 10;
    } else {
      // A step this short that leads nowhere is the rounding of the objective.
      if (move.length < 1e-6) converged = true;
      damping = damping ? damping * 10 : 1e-3;
      if (damping > 1e12) break;
    }
  }
  informationOf(counted, mean, jacobian, p, information, score);
  holdAtBounds(theta, score, model, held);
  return fittedOf(values, counted, { theta, mean, information, held }, converged);
}

interface Counted {
  /** What stands for the value at its mean, over the variance: residual and weight. */
  readonly variance: (j: number, mean: number) => number;
  readonly value: (j: number) => number;
  readonly objective: (mean: Float64Array) => number;
  readonly deviance: (mean: Float64Array) => number;
  readonly knownSigma: boolean;
}

function asCounts(values: Float64Array, law: FitLaw): Counted {
  const value = (j: number) => values[j];
  if (law.law === 'equal') {
    const variance = square(law.sigma ?? 1);
    const objective = (mean: Float64Array) => {
      let sum = 0;
      for (let j = 0; j < values.length; j++) sum += square(values[j] - mean[j]);
      return sum / variance;
    };
    return {
      value,
      variance: () => variance,
      objective,
      deviance: objective,
      knownSigma: law.sigma !== undefined,
    };
  }
  const { gain, readout = 0 } = law;
  const floor = SMALLEST_MEAN * Math.max(1e-300, largestOf(values));
  const g = (j: number) => (gain ? gain[j] : 1);
  const scaled = (j: number, f: number) => Math.max(f, floor) / g(j) + square(readout / g(j));
  return {
    value,
    variance: (j, f) => g(j) * Math.max(f, floor) + readout * readout,
    objective: (mean) => {
      let sum = 0;
      for (let j = 0; j < values.length; j++) {
        const m = scaled(j, mean[j]);
        const x = values[j] / g(j) + square(readout / g(j));
        sum += m - x * portableLog(m);
        if (mean[j] < 0) return Number.POSITIVE_INFINITY;
      }
      return 2 * sum;
    },
    deviance: (mean) => {
      let sum = 0;
      for (let j = 0; j < values.length; j++) {
        sum += poissonDeviance(Math.max(0, values[j] / g(j) + square(readout / g(j))), scaled(j, mean[j]));
      }
      return sum;
    },
    knownSigma: true,
  };
}

function largestOf(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

function informationOf(
  { variance, value }: Counted,
  mean: Float64Array,
  jacobian: Float64Array,
  p: number,
  information: Float64Array,
  score: Float64Array,
): void {
  information.fill(0);
  score.fill(0);
  for (let j = 0; j < mean.length; j++) {
    const weight = 1 / variance(j, mean[j]);
    const residual = value(j) - mean[j];
    for (let k = 0; k < p; k++) {
      const slope = weight * jacobian[j * p + k];
      score[k] += slope * residual;
      for (let l = 0; l <= k; l++) information[k * p + l] += slope * jacobian[j * p + l];
    }
  }
  for (let k = 0; k < p; k++) for (let l = 0; l < k; l++) information[l * p + k] = information[k * p + l];
}

function clipped(theta: Float64Array, { lower, upper }: FittedModel): Float64Array {
  for (let k = 0; k < theta.length; k++) theta[k] = Math.min(Math.max(theta[k], lower[k]), upper[k]);
  return theta;
}

function holdAtBounds(theta: Float64Array, score: Float64Array, { lower, upper }: FittedModel, held: Uint8Array): void {
  for (let k = 0; k < theta.length; k++) {
    held[k] = (theta[k] <= lower[k] && score[k] <= 0) || (theta[k] >= upper[k] && score[k] >= 0) ? 1 : 0;
  }
}

/** The step of the parameters that are not held, and its length in standard errors. */
function stepOf(information: Float64Array, score: Float64Array, held: Uint8Array, p: number, damping: number) {
  const free = freeOf(held);
  const m = free.length;
  const reduced = new Float64Array(m * m);
  const rhs = new Float64Array(m);
  for (let a = 0; a < m; a++) {
    rhs[a] = score[free[a]];
    for (let b = 0; b < m; b++) reduced[a * m + b] = information[free[a] * p + free[b]];
    reduced[a * m + a] *= 1 + damping;
  }
  const factor = choleskyFactor(reduced, m);
  if (!factor) return undefined;
  const move = solveCholesky(factor, m, rhs);
  const step = new Float64Array(p);
  let length = 0;
  for (let a = 0; a < m; a++) {
    step[free[a]] = move[a];
    length += move[a] * rhs[a];
  }
  return { step, length: Math.sqrt(Math.max(0, length)) };
}

function freeOf(held: Uint8Array): number[] {
  const free: number[] = [];
  for (let k = 0; k < held.length; k++) if (!held[k]) free.push(k);
  return free;
}

function fittedOf(
  values: Float64Array,
  counted: Counted,
  at: { theta: Float64Array; mean: Float64Array; information: Float64Array; held: Uint8Array },
  converged: boolean,
): Fitted | undefined {
  const { theta, mean, information, held } = at;
  const p = theta.length;
  const free = freeOf(held);
  const m = free.length;
  const reduced = new Float64Array(m * m);
  for (let a = 0; a < m; a++) for (let b = 0; b < m; b++) reduced[a * m + b] = information[free[a] * p + free[b]];
  const inverse = invertPositive(reduced, m);
  if (!inverse) return undefined;
  let pearson = 0;
  for (let j = 0; j < mean.length; j++) pearson += square(values[j] - mean[j]) / counted.variance(j, mean[j]);
  const freedom = values.length - m;
  const spread = counted.knownSigma ? 1 : freedom > 0 ? pearson / freedom : Number.NaN;
  const covariance = new Float64Array(p * p);
  for (let a = 0; a < m; a++) {
    for (let b = 0; b < m; b++) covariance[free[a] * p + free[b]] = spread * inverse[a * m + b];
  }
  return {
    theta,
    covariance,
    atBound: held.slice(),
    mean: mean.slice(),
    deviance: counted.deviance(mean) / (counted.knownSigma ? 1 : spread),
    chiSquare: freedom > 0 ? pearson / freedom / (counted.knownSigma ? 1 : spread) : Number.NaN,
    freedom,
    converged,
  };
}
