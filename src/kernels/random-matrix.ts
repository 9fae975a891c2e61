import { inputError } from '../signal/errors.ts';
import { portableCbrt, square } from './portable-math.ts';
import { portableCos, portableSin } from './portable-trigonometry.ts';

/*
 * Z is m×n (pixels × channels) with independent noise of variance 1, c = n/m; a component of strength ℓ adds variance ℓ
 * along one direction. Eigenvalues are those of ZᵀZ/m.
 */

/** Quantiles of the Tracy–Widom law of order 1, from its Fredholm determinant (Ferrari & Spohn 2005), to 1e−10. */
const TRACY_WIDOM = { 0.95: 0.9793160535, 0.99: 2.0234492814, 0.999: 3.272196059 } as const;
export type TracyWidomLevel = keyof typeof TRACY_WIDOM;

/** Quantile of the Tracy–Widom law of order 1. */
export function tracyWidomQuantile(level: TracyWidomLevel): number {
  return TRACY_WIDOM[level];
}

/** Ends (1 ∓ √c)² of the Marchenko–Pastur law: where the eigenvalues of pure noise lie for large m and n. */
export function marchenkoPasturEdges(ratio: number): { lower: number; upper: number } {
  return { lower: square(1 - Math.sqrt(ratio)), upper: square(1 + Math.sqrt(ratio)) };
}

/**
 * Centre and scale of the largest eigenvalue of ZᵀZ (not divided by m): (λ − centre)/scale follows the Tracy–Widom law
 * of order 1 (I. Johnstone, Ann. Statist. 29 (2001) 295), with the half-integer shifts of Z. Ma, Bernoulli 18 (2012) 322,
 * that leave an error of order min(m, n)^(−2/3) only.
 */
export function largestEigenvalueLaw(m: number, n: number): { centre: number; scale: number } {
  const a = Math.sqrt(m - 0.5);
  const b = Math.sqrt(n - 0.5);
  return { centre: square(a + b), scale: (a + b) * portableCbrt(1 / a + 1 / b) };
}

/** Singular value of Z that pure noise stays below with this probability. */
export function noiseSingularValue(m: number, n: number, level: TracyWidomLevel = 0.999): number {
  const { centre, scale } = largestEigenvalueLaw(m, n);
  return Math.sqrt(Math.max(0, centre + scale * TRACY_WIDOM[level]));
}

/** Least strength ℓ = √c that PCA can find at all (Baik, Ben Arous & Péché 2005; Nadler, Ann. Statist. 36 (2008) 2791). */
export function detectableStrength(ratio: number): number {
  return Math.sqrt(ratio);
}

/** Sample eigenvalue (1 + ℓ)(1 + c/ℓ) that a component of strength ℓ > √c gives; the noise edge below. */
export function sampleEigenvalue(strength: number, ratio: number): number {
  return strength > Math.sqrt(ratio) ? (1 + strength) * (1 + ratio / strength) : marchenkoPasturEdges(ratio).upper;
}

/** True strength ℓ of the component behind a sample eigenvalue of ZᵀZ/m; 0 at and below the noise edge. */
export function deBiasedStrength(eigenvalue: number, ratio: number): number {
  if (!(eigenvalue > marchenkoPasturEdges(ratio).upper)) return 0;
  const shifted = eigenvalue - 1 - ratio;
  return (shifted + Math.sqrt(Math.max(0, shifted * shifted - 4 * ratio))) / 2;
}

/** cos² of the angle between found and true loading, (1 − c/ℓ²)/(1 + c/ℓ); 0 for ℓ ≤ √c. */
export function overlapSquared(strength: number, ratio: number): number {
  if (!(strength > Math.sqrt(ratio))) return 0;
  return (1 - ratio / (strength * strength)) / (1 + ratio / strength);
}

/**
 * λ*(β) of M. Gavish & D. Donoho, IEEE Trans. Inf. Theory 60 (2014) 5040: singular values below λ*(β)·σ·√(long side) are
 * best dropped, in mean squared error. β = short/long side, in (0, 1].
 */
export function gavishDonohoThreshold(beta: number): number {
  requireRatio(beta);
  return Math.sqrt(2 * (beta + 1) + (8 * beta) / (beta + 1 + Math.sqrt(beta * beta + 14 * beta + 1)));
}

/** ω(β) = λ*(β)/√median: threshold ω·(median singular value) where the noise is unknown. */
export function gavishDonohoOmega(beta: number): number {
  return gavishDonohoThreshold(beta) / Math.sqrt(marchenkoPasturMedian(beta));
}

/** Optimal shrinkage in Frobenius norm (Gavish & Donoho, IEEE Trans. Inf. Theory 63 (2017) 2137) of a singular value. */
export function shrinkSingularValue(value: number, rows: number, columns: number, sigma = 1): number {
  const long = Math.max(rows, columns);
  const beta = Math.min(rows, columns) / long;
  const y = value / (sigma * Math.sqrt(long));
  if (!(y > 1 + Math.sqrt(beta))) return 0;
  return (sigma * Math.sqrt(long) * Math.sqrt(Math.max(0, square(y * y - beta - 1) - 4 * beta))) / y;
}

/**
 * Median of the Marchenko–Pastur law for β in (0, 1], by quadrature: with x = 1 + β + 2√β cos θ its density is
 * 2 sin²θ/(πx) dθ, smooth on the whole way from the upper end to the median.
 */
export function marchenkoPasturMedian(beta: number): number {
  requireRatio(beta);
  const root = Math.sqrt(beta);
  const density = (theta: number) => {
    const s = portableSin(theta);
    return (2 * s * s) / (Math.PI * (1 + beta + 2 * root * portableCos(theta)));
  };
  let low = 0;
  let high = Math.PI;
  let theta = Math.PI / 2;
  for (let step = 0; step < 100; step++) {
    const excess = integrate(density, theta) - 0.5;
    if (excess > 0) high = theta;
    else low = theta;
    const newton = theta - excess / density(theta);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - theta) < 1e-15) break;
    theta = next;
  }
  return 1 + beta + 2 * root * portableCos(theta);
}

const GAUSS = [
  [0, 128 / 225],
  [0.5384693101056831, 0.47862867049936647],
  [0.906179845938664, 0.23692688505618908],
];

/** ∫₀^end f by five-point Gauss–Legendre on 24 panels. */
function integrate(f: (x: number) => number, end: number): number {
  const half = end / 48;
  let sum = 0;
  for (let panel = 0; panel < 24; panel++) {
    const middle = (2 * panel + 1) * half;
    sum += GAUSS[0][1] * f(middle);
    for (const [node, weight] of GAUSS.slice(1)) sum += weight * (f(middle - node * half) + f(middle + node * half));
  }
  return sum * half;
}

function requireRatio(beta: number): void {
  if (beta > 0 && beta <= 1) return;
  throw inputError({
    code: 'aspect-ratio',
    what: `β = ${beta}`,
    where: 'Gavish–Donoho threshold',
    expected: 'the short side over the long side, in (0, 1]',
  });
}
