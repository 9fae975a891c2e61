import { portableExp } from './portable-math.ts';

const TWO_OVER_ROOT_PI = 1.1283791670955126;
const ROOT_PI = 1.772453850905516;

/** erf(x) = 2/√π ∫₀ˣ e^(−t²) dt, relative error about 1e−15. */
export function erf(x: number): number {
  const y = Math.abs(x);
  if (y < 2) return smallErf(x);
  if (Number.isNaN(x)) return x;
  return Math.sign(x) * (1 - erfc(y));
}

/** erfc(x) = 1 − erf(x), relative error below 1e−13 until it underflows near x = 26.5. */
export function erfc(x: number): number {
  if (x < 2) return x > -2 ? 1 - smallErf(x) : 2 - erfc(-x);
  if (Number.isNaN(x)) return x;
  if (x > 28) return 0;
  // x² in two parts, so that its rounding does not reach the exponential.
  const head = Math.floor(x * 16) / 16;
  return portableExp(-head * head) * portableExp(-(x - head) * (x + head)) * tailFraction(x);
}

/** e^(x²)·erfc(x) for x ≥ 0: the complementary error function without its underflow. */
export function scaledErfc(x: number): number {
  return x < 2 ? portableExp(x * x) * (1 - smallErf(x)) : tailFraction(x);
}

function smallErf(x: number): number {
  const step = 2 * x * x;
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
    term *= step / n;
    sum += term;
  }
  return TWO_OVER_ROOT_PI * portableExp(-x * x) * sum;
}

/** Laplace's continued fraction of the scaled function, x ≥ 2. */
function tailFraction(x: number): number {
  let value = x;
  for (let n = 12 + Math.floor(300 / (x * x)); n >= 1; n--) value = x + n / 2 / value;
  return 1 / (ROOT_PI * value);
}
