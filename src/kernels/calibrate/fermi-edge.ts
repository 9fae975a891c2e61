import { normalCdf } from '../normal.ts';
import { type FitLaw, type Fitted, type FittedModel, fitByLikelihood } from '../peaks/likelihood-fit.ts';
import { gaussian } from '../peaks/line-shapes.ts';
import { portableExp } from '../portable-math.ts';

/** Boltzmann's constant, eV/K (2019 SI, exact). */
export const BOLTZMANN_EV = 8.617333262e-5;

/** Reach of the Gaussian in its σ, and of the thermal step in kT. */
const REACH = 7;
const THERMAL_REACH = 36;
/** Of the trapezium rule, in σ and in kT: beyond it the poles of the step begin to show. */
const STEP_SIGMA = 0.4;
const STEP_THERMAL = 0.6;
/** Below this share of σ the thermal width is a small correction. */
const SMALL_THERMAL = 0.02;
/** Moments of the thermal line over factorials: ∫x²ⁿ(−f′)/(2n)!, in (kT)²ⁿ (A. Sommerfeld, Z. Phys. 47 (1928) 1). */
const SECOND = (Math.PI * Math.PI) / 6;
const FOURTH = 1.894065658994491;
const SIXTH = 1.971102182594872;

/**
 * A Fermi–Dirac step convolved with a Gaussian: 1 far below 0, 0 far above. Trapezium rule, which for such functions
 * converges faster than any power; error below 1e−12.
 *
 * @param energy above the Fermi level, same unit as the others. @param thermal kT ≥ 0. @param sigma ≥ 0.
 */
export function fermiStep(energy: number, thermal: number, sigma: number): number {
  const out = new Float64Array(3);
  stepWithSlopes(energy, thermal, sigma, out);
  return out[0];
}

/** The step and its derivatives to the energy and to σ. */
function stepWithSlopes(energy: number, thermal: number, sigma: number, out: Float64Array): void {
  if (!(thermal > 0 && sigma > 0)) {
    out[0] = thermal > 0 ? occupation(energy / thermal) : sigma > 0 ? normalCdf(-energy / sigma) : sharp(energy);
    out[1] = thermal > 0 ? (-out[0] * (1 - out[0])) / thermal : sigma > 0 ? -gaussian(energy, sigma) : 0;
    out[2] = sigma > 0 ? (-energy / sigma) * out[1] : 0;
    return;
  }
  if (thermal < SMALL_THERMAL * sigma) {
    nearlySharp(energy / sigma, thermal / sigma, sigma, out);
    return;
  }
  const step = Math.min(STEP_SIGMA, (STEP_THERMAL * thermal) / sigma);
  const nodes = Math.ceil(REACH / step);
  let [sum, slope, widening, weights] = [0, 0, 0, 0];
  for (let k = -nodes; k <= nodes; k++) {
    const t = k * step;
    const weight = portableExp((-t * t) / 2);
    const filled = occupation((energy - t * sigma) / thermal);
    const fall = (-weight * filled * (1 - filled)) / thermal;
    weights += weight;
    sum += weight * filled;
    slope += fall;
    widening -= t * fall;
  }
  out[0] = sum / weights;
  out[1] = slope / weights;
  out[2] = widening / weights;
}

/** The error function with what a thermal width of a few hundredths of σ adds; error below 1e−12. */
function nearlySharp(u: number, r: number, sigma: number, out: Float64Array): void {
  const density = gaussian(u, 1);
  const [v, q] = [u * u, r * r];
  const [first, second, third] = [SECOND * q, FOURTH * q * q, SIXTH * q * q * q];
  // Hermite polynomials 1 to 6.
  const [h1, h3, h5] = [u, u * (v - 3), u * (v * v - 10 * v + 15)];
  const [h2, h4, h6] = [v - 1, v * v - 6 * v + 3, v * v * v - 15 * v * v + 45 * v - 15];
  const slope = -density * (1 + first * h2 + second * h4 + third * h6);
  out[0] = normalCdf(-u) + density * (first * h1 + second * h3 + third * h5);
  out[1] = slope / sigma;
  out[2] = -(u * slope + density * (2 * first * h1 + 4 * second * h3 + 6 * third * h5)) / sigma;
}

const sharp = (energy: number) => (energy < 0 ? 1 : energy > 0 ? 0 : 0.5);

/** 1/(1 + e^x). */
function occupation(x: number): number {
  if (x > THERMAL_REACH) return portableExp(-x);
  return 1 / (1 + portableExp(x));
}

export interface FermiEdgeOptions {
  /** kT in the unit of the axis: known, never fitted beside the resolution, which it cannot be told from. */
  readonly thermal: number;
  /** Start of the full width at half maximum of the resolution. */
  readonly resolution: number;
  /** Whether occupied states lie towards larger values: binding energies. */
  readonly occupiedAbove: boolean;
}

export interface FermiEdge {
  readonly position: number;
  readonly positionSigma: number;
  /** Full width at half maximum of the Gaussian. */
  readonly resolution: number;
  readonly resolutionSigma: number;
  /** Parameters: height above the unoccupied side, slope of the density of states, position, resolution (σ), background. */
  readonly fit: Fitted;
}

const FWHM = 2.3548200450309493;
const FEWEST = 8;

/**
 * Position of a Fermi edge: background + (height + slope·(occupied side)) · step, by the likelihood of its counts.
 *
 * @param x strictly monotonic. @returns undefined with fewer than 8 values, without a step, or where the iteration finds
 * no rest.
 */
export function fitFermiEdge(
  x: Float64Array,
  values: Float64Array,
  law: FitLaw,
  options: FermiEdgeOptions,
): FermiEdge | undefined {
  const n = x.length;
  if (n < FEWEST) return undefined;
  const start = startOf(x, values, options);
  if (!start) return undefined;
  const fit = fitByLikelihood(values, modelOf(x, values, options), start, law);
  if (!fit?.converged || fit.atBound[0]) return undefined;
  return {
    position: fit.theta[2],
    positionSigma: Math.sqrt(fit.covariance[2 * 5 + 2]),
    resolution: FWHM * fit.theta[3],
    resolutionSigma: FWHM * Math.sqrt(fit.covariance[3 * 5 + 3]),
    fit,
  };
}

function modelOf(x: Float64Array, values: Float64Array, { thermal, occupiedAbove }: FermiEdgeOptions): FittedModel {
  const n = x.length;
  const [low, high] = [Math.min(x[0], x[n - 1]), Math.max(x[0], x[n - 1])];
  const most = values.reduce((largest, value) => Math.max(largest, value), 0);
  const sign = occupiedAbove ? -1 : 1;
  const pitch = (high - low) / (n - 1);
  const step = new Float64Array(3);
  return {
    parameters: 5,
    lower: [0, Number.NEGATIVE_INFINITY, low, 0.05 * pitch, 1e-6 * most],
    upper: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, high, high - low, Number.POSITIVE_INFINITY],
    evaluate([height, slope, position, sigma, ground], mean, jacobian) {
      for (let j = 0; j < n; j++) {
        const energy = sign * (x[j] - position);
        stepWithSlopes(energy, thermal, sigma, step);
        const depth = Math.max(0, -energy);
        const states = height + slope * depth;
        mean[j] = ground + states * step[0];
        if (!jacobian) continue;
        jacobian[j * 5] = step[0];
        jacobian[j * 5 + 1] = depth * step[0];
        jacobian[j * 5 + 2] = -sign * (states * step[1] - (energy < 0 ? slope * step[0] : 0));
        jacobian[j * 5 + 3] = states * step[2];
        jacobian[j * 5 + 4] = 1;
      }
    },
  };
}

/** From the mean of the outer sixths: where the values pass half way between them. */
function startOf(x: Float64Array, values: Float64Array, { resolution, occupiedAbove }: FermiEdgeOptions) {
  const n = x.length;
  const outer = Math.max(2, Math.floor(n / 6));
  let [first, last] = [0, 0];
  for (let j = 0; j < outer; j++) {
    first += values[j] / outer;
    last += values[n - 1 - j] / outer;
  }
  const occupiedLast = x[n - 1] > x[0] === occupiedAbove;
  const [filled, empty] = occupiedLast ? [last, first] : [first, last];
  if (!(filled > empty)) return undefined;
  const half = (filled + empty) / 2;
  // Counted, not sought: noise may pass half way more than once.
  let above = 0;
  for (const value of values) if (value > half) above++;
  const at = occupiedLast ? n - 0.5 - above : above - 0.5;
  const j = Math.min(Math.max(Math.round(at), 0), n - 1);
  return [filled - empty, 0, x[j], resolution / FWHM, Math.max(empty, 1e-3 * filled)];
}
