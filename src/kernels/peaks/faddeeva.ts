import { portableExp } from '../portable-math.ts';
import { portableCos, portableSin } from '../portable-trigonometry.ts';

/** Real and imaginary part. */
export type Complex = [re: number, im: number];

/** Nodes beside the origin; 11 reach the last figures of a double. */
const NODES = 11;
const STEP = Math.sqrt(Math.PI / (NODES + 1));
/** t² and e^(−t²) of the midpoints (k + ½)h and of the multiples kh. */
const MIDPOINTS = Array.from({ length: NODES + 1 }, (_, k) => nodeAt((k + 0.5) * STEP));
const MULTIPLES = Array.from({ length: NODES }, (_, k) => nodeAt((k + 1) * STEP));
/** Beyond it e^(−x²) is below the smallest double beside the sum. */
const FAR = 27;

function nodeAt(t: number): readonly [square: number, weight: number] {
  return [t * t, portableExp(-t * t)];
}

/**
 * The Faddeeva function w(z) = e^(−z²)·erfc(−iz) for Im z ≥ 0, relative error of |w| below 1e−14: trapezium and midpoint
 * rules with the residue of their pole, each where its nodes are far (M. Al Azah & S. N. Chandler-Wilde, SIAM J. Numer.
 * Anal. 59 (2021) 2346). The real part keeps its figures in the wings, where it is small beside the imaginary one.
 * @returns NaN for NaN, ±∞ and Im z < 0.
 */
export function faddeeva(re: number, im: number): Complex {
  if (!(im >= 0 && Number.isFinite(re) && Number.isFinite(im))) return [Number.NaN, Number.NaN];
  const x = Math.abs(re);
  const fraction = x / STEP - Math.floor(x / STEP);
  const multiples = im < x && fraction >= 0.25 && fraction <= 0.75;
  const w = multiples ? sumOver(MULTIPLES, x, im) : sumOver(MIDPOINTS, x, im);
  if (multiples) {
    const size = STEP / (Math.PI * (x * x + im * im));
    w[0] += size * im;
    w[1] += size * x;
  }
  if (im < Math.max(x, Math.PI / STEP) && x < FAR) addResidue(w, x, im, multiples ? -1 : 1);
  return re < 0 ? [w[0], -w[1]] : w;
}

/** (2ihz/π)·Σ e^(−t²)/(z² − t²). */
function sumOver(nodes: typeof MIDPOINTS, x: number, y: number): Complex {
  const difference = (x - y) * (x + y);
  const product = 2 * x * y;
  const modulus = x * x + y * y;
  let [re, im] = [0, 0];
  for (const [square, weight] of nodes) {
    const a = difference - square;
    const scaled = weight / (a * a + product * product);
    re += scaled * (modulus + square);
    im += scaled * (modulus - square);
  }
  const factor = (2 * STEP) / Math.PI;
  return [factor * y * re, factor * x * im];
}

/** Adds 2·e^(−z²)/(1 ± e^(−2πiz/h)). */
function addResidue(w: Complex, x: number, y: number, sign: number): void {
  const turn = (2 * Math.PI) / STEP;
  const growth = sign * portableExp(turn * y);
  const a = 1 + growth * portableCos(turn * x);
  const b = -growth * portableSin(turn * x);
  const size = (2 * portableExp((y - x) * (y + x))) / (a * a + b * b);
  const c = portableCos(2 * x * y);
  const s = -portableSin(2 * x * y);
  w[0] += size * (c * a + s * b);
  w[1] += size * (s * a - c * b);
}
