import { fitRows, STIFFEST } from '../baseline/lanes.ts';
import { whittakerSettings } from '../baseline/whittaker-options.ts';
import { portablePow, square } from '../portable-math.ts';
import { portableCos } from '../portable-trigonometry.ts';

/** Stiffnesses that are tried: these powers of ten, below which nothing is smoothed. */
const POWERS = Array.from({ length: 27 }, (_, k) => -2 + k / 2);

/**
 * The mean of spectra of counts without the bumps that errors make, which nothing in it but its counts can tell from features:
 * penalised least squares of second differences on the scale of their square root, where all errors are alike (Whittaker 1923,
 * Proc. Edinburgh Math. Soc. 41, 63; Eilers 2003, Anal. Chem. 75, 3631), of the stiffness whose risk is least by C_p (Mallows 1973,
 * Technometrics 15, 661). Where counts are many it is left as it is.
 *
 * @param mean counts of one spectrum, any sign. @param spectra of which it is the mean. @param readout standard deviation of
 * the readout noise of a value, counts.
 * @returns as many numbers, none negative; `mean` itself for fewer than 5 channels, or a value that is not finite.
 */
export function smoothMean(mean: Float64Array, spectra: number, readout = 0): Float64Array {
  const n = mean.length;
  // Σ over spectra has the variance of its counts and of their readout; its root (Anscombe's) that of a quarter.
  const lift = readout * readout + 0.375 / spectra;
  const root = mean.map((value) => Math.sqrt(Math.max(0, value + lift)));
  const variance = 0.25 / spectra;
  if (n < 5 || !root.every(Number.isFinite)) return mean;
  let best = root;
  let least = 2 * variance * n;
  const tried = new Float64Array(n);
  for (const power of POWERS) {
    const lambda = portablePow(10, power);
    if (lambda > STIFFEST) break;
    fitRows(root, n, tried, whittakerSettings({ lambda }, { lambda }), {
      reweigh: (lanes) => lanes.finish(0, true),
    });
    let risk = 2 * variance * freedom(n, lambda);
    for (let j = 0; j < n; j++) risk += square(root[j] - tried[j]);
    if (risk >= least) continue;
    least = risk;
    best = tried.slice();
  }
  return best === root
    ? mean.map((value) => Math.max(0, value))
    : best.map((value) => Math.max(0, square(Math.max(0, value)) - lift));
}

/** How many of n numbers are left free, to within one: the eigenvalues of DᵀD are near (2 − 2 cos)², and two of them 0. */
function freedom(n: number, lambda: number): number {
  let sum = 2;
  for (let k = 2; k < n; k++) sum += 1 / (1 + lambda * square(2 - 2 * portableCos((Math.PI * (k - 0.5)) / n)));
  return sum;
}
