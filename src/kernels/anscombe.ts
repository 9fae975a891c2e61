import { halfPoissonDeviance, stirlingRemainder } from './count-probability.ts';
import { normalCdf } from './normal.ts';
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
  if (z > ASYMPTOTIC) return inverseAnscombeAsymptotic(z);
  return meanOf(z, inverseAnscombeClosedForm(z) + 1e-9, anscombe);
}

/** Beyond, the asymptotic inverse is off by 1/(4z⁴). */
const ASYMPTOTIC = 60;

/**
 * The exact unbiased inverse for one readout noise, tabulated: means and their slopes at z = first + i·spacing, up to where
 * the asymptotic inverse holds. Plain data.
 */
export interface AnscombeInverse {
  /** Standard deviation of the readout, in counts. */
  readonly readout: number;
  /** The transform of no counts at all: what is not above it comes from a mean of 0. */
  readonly first: number;
  readonly spacing: number;
  readonly means: Float64Array;
  readonly slopes: Float64Array;
}

const SPACING = 1 / 32;

/**
 * Tabulates the mean λ ≥ 0 for which counts with readout noise r (in counts, ≥ 0) have
 * E[2√max(0, P + 3/8 + r² + N(0, r²))] = z (M. Mäkitalo & A. Foi, IEEE Trans. Image Process. 22 (2013) 91). Absolute error
 * of {@link invertAnscombe} below 1e−7 counts, at every z.
 * @throws RangeError for a negative or infinite readout.
 */
export function anscombeInverse(readout: number): AnscombeInverse {
  if (!(readout >= 0 && Number.isFinite(readout))) throw new RangeError(`readout is ${readout}, not in [0, ∞)`);
  const least = readout === 0 ? SMALLEST : smearedTransform(readout, 0);
  const nodes = Math.max(0, Math.ceil((ASYMPTOTIC - least) / SPACING) + 1);
  const means = new Float64Array(nodes);
  const slopes = new Float64Array(nodes);
  const transform = tabulated(readout, nodes === 0 ? 0 : LARGEST_COUNT);
  for (let i = 0; i < nodes; i++) {
    if (i > 0) means[i] = meanOf(least + i * SPACING, means[i - 1] + slopes[i - 1] * SPACING, transform);
    slopes[i] = 1 / expectedTransform(means[i], transform).slope;
  }
  return { readout, first: least, spacing: SPACING, means, slopes };
}

/** The mean of which `z` is the expected transform; 0 where z is not above that of no counts. NaN stays NaN. */
export function invertAnscombe(z: number, { readout, first, spacing, means, slopes }: AnscombeInverse): number {
  if (!(z > first)) return Number.isNaN(z) ? z : 0;
  const at = (z - first) / spacing;
  const i = Math.floor(at);
  if (i >= means.length - 1) {
    const fourth = z * z * z * z;
    return Math.max(0, inverseAnscombeAsymptotic(z) - readout * readout + (2 * readout * readout) / fourth);
  }
  const t = at - i;
  const u = 1 - t;
  return (
    u * u * ((1 + 2 * t) * means[i] + t * spacing * slopes[i]) +
    t * t * ((1 + 2 * u) * means[i + 1] - u * spacing * slopes[i + 1])
  );
}

/**
 * Mean and variance of 2√max(0, P + 3/8 + r² + N(0, r²)) for Poisson counts P of mean ≥ 0, by direct summation: how far the
 * variance is stabilised.
 */
export function anscombeMoments(mean: number, readout = 0): { mean: number; variance: number } {
  const transform = readout === 0 ? anscombe : (k: number) => smearedTransform(readout, k);
  let [first, second, total] = [0, 0, 0];
  eachCount(mean, (k, probability) => {
    first += probability * transform(k);
    second += probability * 4 * (readout === 0 ? k + 0.375 : meanAboveZero(k + 0.375 + readout * readout, readout));
    total += probability;
  });
  return { mean: first / total, variance: second / total - (first / total) * (first / total) };
}

/** λ with E = z by Newton, from a start near it. */
function meanOf(z: number, start: number, transform: (k: number) => number): number {
  let mean = start;
  for (let step = 0; step < 50; step++) {
    const { value, slope } = expectedTransform(mean, transform);
    const next = mean - (value - z) / slope;
    const accepted = next > 0 ? next : mean / 2;
    if (Math.abs(accepted - mean) <= 1e-13 * mean) return accepted;
    mean = accepted;
  }
  return mean;
}

/** E[A(X)] for X of this mean, and its derivative E[A(X+1) − A(X)]. */
function expectedTransform(mean: number, transform: (k: number) => number): { value: number; slope: number } {
  let value = 0;
  let slope = 0;
  eachCount(mean, (k, probability) => {
    value += probability * transform(k);
    slope += probability * (transform(k + 1) - transform(k));
  });
  return { value, slope };
}

/** Counts that matter for the mean of the last node of a table: 12σ above it, and one more. */
const LARGEST_COUNT = 1300;

function eachCount(mean: number, use: (k: number, probability: number) => void): void {
  const reach = 12 * Math.sqrt(mean) + 30;
  const first = Math.max(0, Math.floor(mean - reach));
  const last = Math.ceil(mean + reach);
  let probability = first === 0 ? portableExp(-mean) : startProbability(first, mean);
  for (let k = first; k <= last; k++) {
    use(k, probability);
    probability *= mean / (k + 1);
  }
}

function startProbability(k: number, mean: number): number {
  return portableExp(-stirlingRemainder(k) - halfPoissonDeviance(k, mean)) / Math.sqrt(2 * Math.PI * k);
}

function tabulated(readout: number, largest: number): (k: number) => number {
  if (readout === 0) return anscombe;
  const values = Float64Array.from({ length: largest + 1 }, (_, k) => smearedTransform(readout, k));
  return (k) => values[Math.min(k, largest)];
}

/** Normal densities beyond so many σ are nothing. */
const REACH = 9;
const POINTS = 96;
const ROOT_TWO_PI = 2.5066282746310002;

/**
 * E[2√max(0, u)] for u normal around k + 3/8 + r² with standard deviation r. By the trapezoidal rule over t = √u, in which
 * the integrand is even and has no edge at u = 0: exact to rounding.
 */
function smearedTransform(readout: number, k: number): number {
  const centre = k + 0.375 + readout * readout;
  const from = Math.sqrt(Math.max(0, centre - REACH * readout));
  const step = (Math.sqrt(centre + REACH * readout) - from) / POINTS;
  let sum = 0;
  for (let n = 0; n <= POINTS; n++) {
    const t = from + n * step;
    const deviate = (t * t - centre) / readout;
    sum += t * t * portableExp((-deviate * deviate) / 2);
  }
  return (4 * step * sum) / (readout * ROOT_TWO_PI);
}

/** E[max(0, u)] for u normal around `centre` with standard deviation `spread`. */
function meanAboveZero(centre: number, spread: number): number {
  const x = centre / spread;
  return centre * normalCdf(x) + (spread * portableExp((-x * x) / 2)) / ROOT_TWO_PI;
}
