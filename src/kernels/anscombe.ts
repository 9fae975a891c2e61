import { halfPoissonDeviance, stirlingRemainder } from './count-probability.ts';
import { portableExp } from './portable-math.ts';

const ROOT_THREE_HALVES = 1.224744871391589;
/** 2√(3/8), the transform of zero counts. */
const SMALLEST = ROOT_THREE_HALVES;

/** 2√(x + 3/8): Poisson counts to variance near 1 above about 4 counts (F. Anscombe, Biometrika 35 (1948) 246). */
export function anscombe(x: number): number {
  return 2 * Math.sqrt(x + 0.375);
}

/** Detector of Poisson–Gaussian values: x = gain·counts + offset, with read-out noise of this standard deviation. */
export interface MixedNoise {
  gain: number;
  offset: number;
  sigma: number;
}

/** 2/g·√max(0, g·x + 3g²/8 + σ² − g·offset): Poisson–Gaussian values to variance near 1 (Murtagh, Starck & Bijaoui 1995). */
export function generalisedAnscombe(x: number, { gain, offset, sigma }: MixedNoise): number {
  return (2 / gain) * Math.sqrt(Math.max(0, gain * x + 0.375 * gain * gain + sigma * sigma - gain * offset));
}

/** (z/2)² − 3/8, the algebraic inverse. Biased by −¼ count when z is an average. */
export function inverseAnscombeAlgebraic(z: number): number {
  return (z * z) / 4 - 0.375;
}

/** (z/2)² − 1/8, unbiased for large counts only. */
export function inverseAnscombeAsymptotic(z: number): number {
  return (z * z) / 4 - 0.125;
}

/**
 * Closed form near the exact unbiased inverse (M. Mäkitalo & A. Foi, IEEE Trans. Image Process. 20 (2011) 2697), 0 below
 * z = 2√(3/8). Off by up to 0.02 counts; `inverseAnscombeUnbiased` has no such error.
 */
export function inverseAnscombeClosedForm(z: number): number {
  if (!(z > SMALLEST)) return Number.isNaN(z) ? z : 0;
  const r = 1 / z;
  const value = (z * z) / 4 - 0.125 + r * (ROOT_THREE_HALVES / 4 + r * (-11 / 8 + r * 0.625 * ROOT_THREE_HALVES));
  return Math.max(0, value);
}

/**
 * The exact unbiased inverse: the mean λ whose Poisson counts have E[2√(X + 3/8)] = z (Mäkitalo & Foi 2011), 0 below
 * z = 2√(3/8). Relative error below 1e−9. A sum over the counts for each call: tabulate it for maps.
 */
export function inverseAnscombeUnbiased(z: number): number {
  if (!(z > SMALLEST)) return Number.isNaN(z) ? z : 0;
  // Beyond, the asymptotic inverse is off by 1/(4z⁴).
  if (z > 60) return inverseAnscombeAsymptotic(z);
  let mean = inverseAnscombeClosedForm(z) + 1e-9;
  for (let step = 0; step < 50; step++) {
    const { value, slope } = expectedTransform(mean);
    const next = mean - (value - z) / slope;
    const accepted = next > 0 ? next : mean / 2;
    if (Math.abs(accepted - mean) <= 1e-13 * mean) return accepted;
    mean = accepted;
  }
  return mean;
}

/** E[A(X)] for X of this mean, and its derivative E[A(X+1) − A(X)]. */
function expectedTransform(mean: number): { value: number; slope: number } {
  const reach = 12 * Math.sqrt(mean) + 30;
  const first = Math.max(0, Math.floor(mean - reach));
  const last = Math.ceil(mean + reach);
  let probability = first === 0 ? portableExp(-mean) : startProbability(first, mean);
  let value = 0;
  let slope = 0;
  for (let k = first; k <= last; k++) {
    value += probability * anscombe(k);
    slope += probability * (anscombe(k + 1) - anscombe(k));
    probability *= mean / (k + 1);
  }
  return { value, slope };
}

function startProbability(k: number, mean: number): number {
  return portableExp(-stirlingRemainder(k) - halfPoissonDeviance(k, mean)) / Math.sqrt(2 * Math.PI * k);
}
