import { normalCdf } from '../normal.ts';
import { portableExp } from '../portable-math.ts';
import { requireShare } from './penalty.ts';

const ROOT_TWO_PI = 2.5066282746310002;

/**
 * How far below the mean of standard normal noise its p-expectile lies, which is where an infinitely stiff baseline of
 * asymmetric least squares with weights p above and 1 − p below settles: 1.14 for p = 0.05, 1.72 for 0.01, 2.44 for 0.001.
 * Negative for p > ½.
 *
 * Proof: the level e minimises p·E(y − e)₊² + (1 − p)·E(e − y)₊², so p·E(y − e)₊ = (1 − p)·E(e − y)₊. Of a standard normal y,
 * E(y − e)₊ = φ(e) − e(1 − Φ(e)) and E(e − y)₊ = φ(e) + eΦ(e) (their difference being −e). With t = −e the condition is
 * g(t) = (1 − 2p)(φ(t) − tΦ(−t)) − p·t = 0; g falls everywhere, and is convex, where p < ½: Newton's steps from 0 rise to the
 * only root. (W. Newey, J. Powell, Econometrica 55 (1987) 819, define expectiles.)
 * @throws SpectrailError `input/baseline-option` unless p is in (0, 1)
 */
export function expectileOffset(p: number): number {
  requireShare(p, 'p');
  if (p > 0.5) return -expectileOffset(1 - p);
  let t = 0;
  for (let step = 0; step < 100; step++) {
    const tail = normalCdf(-t);
    const value = (1 - 2 * p) * (portableExp((-t * t) / 2) / ROOT_TWO_PI - t * tail) - p * t;
    const next = t + value / ((1 - 2 * p) * tail + p);
    if (!(next > t)) break;
    t = next;
  }
  return t;
}

/**
 * Adds e(p)·√z, the offset of asymmetric least squares, to baselines z of Poisson counts, in place; where z is below 0, nothing.
 * Right where the noise is about normal (z above some 10 counts) and the baseline stiff enough to average it.
 * @throws SpectrailError `input/baseline-option` unless p is in (0, 1)
 */
export function correctExpectileOffset(baselines: Float64Array, p: number): void {
  const offset = expectileOffset(p);
  for (let i = 0; i < baselines.length; i++) baselines[i] += offset * Math.sqrt(Math.max(0, baselines[i]));
}
