import { portableLog, portableLog1p } from './portable-math.ts';

const HALF_LOG_TWO_PI = 0.9189385332046728;
const ONE_MINUS_EULER = 0.4227843350984671;

/** B₂ⱼ/(2j)! of the Euler–Maclaurin formula. */
const BERNOULLI = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160];

/** (ζ(k) − 1)/k with the sign (−1)^k, for k = 2 …: 18 terms and the Euler–Maclaurin remainder from 20 on. */
const ZETA = Float64Array.from({ length: 34 }, (_, index) => {
  const k = index + 2;
  let power = 1;
  for (let i = 0; i < k; i++) power /= 20;
  let sum = power * (20 / (k - 1) + 0.5);
  let derivative = (power * k) / 20;
  for (const [j, coefficient] of BERNOULLI.entries()) {
    sum += coefficient * derivative;
    derivative *= ((k + 2 * j + 1) * (k + 2 * j + 2)) / 400;
  }
  for (let n = 19; n >= 2; n--) {
    let term = 1;
    for (let i = 0; i < k; i++) term /= n;
    sum += term;
  }
  return (k % 2 === 0 ? sum : -sum) / k;
});

/** log Γ(2 + z), |z| ≤ 1/2. */
function logGammaNearTwo(z: number): number {
  let sum = 0;
  for (let i = ZETA.length - 1; i >= 0; i--) sum = sum * z + ZETA[i];
  return z * (ONE_MINUS_EULER + z * sum);
}

/** log Γ(x) for x > 0 to about 1e−15 relative, also beside the zeros at 1 and 2. NaN for x < 0, +∞ at 0. */
export function logGamma(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (x >= 16) {
    if (x === Number.POSITIVE_INFINITY) return x;
    const log = portableLog(x);
    return x * (log - 1) - 0.5 * log + HALF_LOG_TWO_PI + stirlingSeries(x);
  }
  if (x < 0.5) return logGammaNearTwo(x) - portableLog1p(x) - portableLog(x);
  if (x < 1.5) return logGammaNearTwo(x - 1) - portableLog1p(x - 1);
  let product = 1;
  let y = x;
  while (y > 2.5) {
    y -= 1;
    product *= y;
  }
  return logGammaNearTwo(y - 2) + portableLog(product);
}

/** log Γ(x + 1) − [(x + ½) log x − x + ½ log 2π] for x ≥ 16. */
export function stirlingSeries(x: number): number {
  const q = 1 / (x * x);
  return (1 / 12 - q * (1 / 360 - q * (1 / 1260 - q * (1 / 1680 - q / 1188)))) / x;
}
