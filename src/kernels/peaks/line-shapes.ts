import { portableExp, square } from '../portable-math.ts';
import { faddeeva } from './faddeeva.ts';

const ROOT_TWO = Math.SQRT2;
const ROOT_PI = 1.772453850905516;
const FOUR_LN2 = 4 * Math.LN2;
/** FWHM of a Gaussian over its σ. */
export const GAUSSIAN_FWHM = 2.3548200450309493;

/**
 * A line of area 1 as a function of the distance d to its centre. `evaluate` writes the value, its derivative to d, and its
 * derivatives to the parameters, in this order.
 */
export interface LineShape {
  readonly parameters: readonly LineParameter[];
  evaluate(d: number, parameters: Float64Array, out: Float64Array): void;
}

/** `width`: on the axis of d, above 0. `share`: of the Lorentzian, 0 to 1. `extra-width`: on the axis, from 0. */
export type LineParameter = 'width' | 'share' | 'extra-width';

export type LineShapeName = 'gaussian' | 'lorentzian' | 'pseudo-voigt' | 'voigt';

/** exp(−d²/2σ²)/(σ√(2π)), of area 1. */
export function gaussian(d: number, sigma: number): number {
  return portableExp(-square(d / sigma) / 2) / (sigma * ROOT_TWO * ROOT_PI);
}

/** γ/π/(d² + γ²), of area 1; γ is the half width at half maximum. */
export function lorentzian(d: number, gamma: number): number {
  return gamma / (Math.PI * (d * d + gamma * gamma));
}

/**
 * Convolution of {@link gaussian} and {@link lorentzian}: Re w(z)/(σ√(2π)), z = (d + iγ)/(σ√2), with γ ≥ 0 the half width
 * at half maximum of the Lorentzian. Relative error below 1e−13 where γ > 0.
 */
export function voigt(d: number, sigma: number, gamma: number): number {
  return faddeeva(d / (sigma * ROOT_TWO), gamma / (sigma * ROOT_TWO))[0] / (sigma * ROOT_TWO * ROOT_PI);
}

/** (1 − share)·Gaussian + share·Lorentzian of the same full width at half maximum, of area 1. */
export function pseudoVoigt(d: number, fwhm: number, share: number): number {
  return (1 - share) * gaussian(d, fwhm / GAUSSIAN_FWHM) + share * lorentzian(d, fwhm / 2);
}

/**
 * Width and Lorentzian share of the pseudo-Voigt line nearest to a Voigt line of these two full widths, within 1.3 % of the
 * maximum (P. Thompson, D. Cox & J. Hastings, J. Appl. Cryst. 20 (1987) 79).
 */
export function thompsonCoxHastings(gaussFwhm: number, lorentzFwhm: number): { fwhm: number; share: number } {
  const [g, l] = [gaussFwhm, lorentzFwhm];
  const total =
    g * g * g * g * g +
    2.69269 * g * g * g * g * l +
    2.42843 * g * g * g * l * l +
    4.47163 * g * g * l * l * l +
    0.07842 * g * l * l * l * l +
    l * l * l * l * l;
  const fwhm = fifthRoot(total, Math.max(g, l));
  const q = l / fwhm;
  return { fwhm, share: 1.36603 * q - 0.47719 * q * q + 0.11116 * q * q * q };
}

/** By Newton from above. */
function fifthRoot(value: number, above: number): number {
  let root = 2 * above;
  for (let step = 0; step < 60 && root > 0; step++) {
    const next = (4 * root + value / square(square(root))) / 5;
    if (!(next < root)) break;
    root = next;
  }
  return root;
}

/** Full width at half maximum of a Voigt line, to the last figures (bisection between bounds that hold it). */
export function voigtFwhm(sigma: number, gamma: number): number {
  const half = voigt(0, sigma, gamma) / 2;
  // J. Olivero & R. Longbothum, JQSRT 17 (1977) 233: within 0.03 %.
  const lorentz = 2 * gamma;
  const about = 0.5346 * lorentz + Math.sqrt(0.2166 * lorentz * lorentz + square(GAUSSIAN_FWHM * sigma));
  let [low, high] = [0.499 * about, 0.501 * about];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (voigt(middle, sigma, gamma) > half) low = middle;
    else high = middle;
  }
  return low + high;
}

function addGaussian(d: number, fwhm: number, out: Float64Array, share: number): void {
  const a = FOUR_LN2 / (fwhm * fwhm);
  const value = (share * Math.sqrt(a) * portableExp(-a * d * d)) / ROOT_PI;
  out[0] += value;
  out[1] -= 2 * a * d * value;
  out[2] += ((2 * a * d * d - 1) * value) / fwhm;
}

function addLorentzian(d: number, fwhm: number, out: Float64Array, share: number): void {
  const gamma = fwhm / 2;
  const sum = d * d + gamma * gamma;
  const value = (share * gamma) / (Math.PI * sum);
  out[0] += value;
  out[1] -= (2 * d * value) / sum;
  out[2] += (value * (d * d - gamma * gamma)) / (sum * fwhm);
}

/** Lines that can be fitted; widths are full widths at half maximum, of a Voigt line of its Gaussian, then of its Lorentzian. */
export const LINE_SHAPES: Readonly<Record<LineShapeName, LineShape>> = {
  gaussian: {
    parameters: ['width'],
    evaluate: (d, [fwhm], out) => {
      out.fill(0, 0, 3);
      addGaussian(d, fwhm, out, 1);
    },
  },
  lorentzian: {
    parameters: ['width'],
    evaluate: (d, [fwhm], out) => {
      out.fill(0, 0, 3);
      addLorentzian(d, fwhm, out, 1);
    },
  },
  'pseudo-voigt': {
    parameters: ['width', 'share'],
    evaluate: (d, [fwhm, share], out) => {
      out.fill(0, 0, 3);
      addGaussian(d, fwhm, out, 1 - share);
      addLorentzian(d, fwhm, out, share);
      out[3] = lorentzian(d, fwhm / 2) - gaussian(d, fwhm / GAUSSIAN_FWHM);
    },
  },
  voigt: {
    parameters: ['width', 'extra-width'],
    evaluate: (d, [gaussFwhm, lorentzFwhm], out) => {
      const scale = (gaussFwhm / GAUSSIAN_FWHM) * ROOT_TWO;
      const [x, y] = [d / scale, lorentzFwhm / 2 / scale];
      const [re, im] = faddeeva(x, y);
      const height = 1 / (scale * ROOT_PI);
      // w' = −2zw + 2i/√π.
      const slopeRe = -2 * (x * re - y * im);
      const slopeIm = -2 * (x * im + y * re) + 2 / ROOT_PI;
      out[0] = height * re;
      out[1] = (height * slopeRe) / scale;
      out[2] = (-height * (re + x * slopeRe - y * slopeIm)) / gaussFwhm;
      out[3] = (-height * slopeIm) / (2 * scale);
    },
  },
};
