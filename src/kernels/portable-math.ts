import { fixedLogRatio, fixedRootsOfTwo, inDoubles, toDouble } from './fixed-point.ts';

/*
 * ECMAScript leaves the last bits of Math.exp, Math.log and their kin, and of the operator **, to the engine. Whatever
 * must repeat bit for bit everywhere uses these instead: only +, −, ×, ÷, √ and rounding to 32 bits, which IEEE 754 fixes.
 * The table-driven reductions follow P. Tang, ACM Trans. Math. Softw. 15 (1989) 144 and 16 (1990) 378.
 */

const LARGEST_EXPONENT = 1074;
let power = 5e-324;
/** 2^n at n + LARGEST_EXPONENT, up to 2^1023. */
const POWER_OF_TWO = Float64Array.from({ length: LARGEST_EXPONENT + 1024 }, () => {
  const current = power;
  power *= 2;
  return current;
});
const SMALLEST_NORMAL = 2.2250738585072014e-308;
const LN2 = fixedLogRatio(2, 1);

const double = new Float64Array(1);
const word = new Int32Array(double.buffer);
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** 2^(i/128) as a double, and by what fraction it is too small, in turn. */
const ROOTS = Float64Array.from(
  fixedRootsOfTwo().flatMap((root) => {
    const [high, low] = inDoubles(root, 52);
    return [high, low / high];
  }),
);
const STEPS_PER_UNIT = 128 / toDouble(LN2);
const [STEP, STEP_REST] = inDoubles(LN2 / 128n, 40);
/** Adding it rounds, and moves the whole number into the low bits of a double. */
const SHIFTER = 6755399441055744;
/** For `exponential` of assembly/exponential.ts. */
export const EXPONENTIAL_TABLE = Float64Array.of(
  ...[-600, 600, STEPS_PER_UNIT, SHIFTER, STEP, STEP_REST, 1 / 2, 1 / 6, 1 / 24, 0],
  ...ROOTS.filter((_, i) => i % 2 === 0),
  ...[1 / 120, 1 / 720, 1 / 5040],
);

/** e^x to 0.52 ulp; 0 below −745.2, +∞ above 709.78. */
export function portableExp(x: number): number {
  return expOfSum(x, 0);
}

/** e^(x + tail), |tail| tiny beside x. */
function expOfSum(x: number, tail: number): number {
  if (!(x > -745.2 && x < 709.79)) return x < 0 ? 0 : x > 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  const k = Math.floor(x * STEPS_PER_UNIT + 0.5);
  const r = x - k * STEP - k * STEP_REST + tail;
  const rr = r * r;
  const at = (k & 127) << 1;
  const p = ROOTS[at + 1] + r + rr * (0.5 + r * (1 / 6) + rr * (1 / 24 + r * (1 / 120)));
  const root = ROOTS[at];
  const exponent = k >> 7;
  const value = root + root * p;
  if (exponent > -1023 && exponent < 1024) return value * POWER_OF_TWO[exponent + LARGEST_EXPONENT];
  const half = exponent >> 1;
  return value * POWER_OF_TWO[half + LARGEST_EXPONENT] * POWER_OF_TWO[exponent - half + LARGEST_EXPONENT];
}

/** e^x − 1 to 1.1 ulp, also beside 0. */
export function portableExpm1(x: number): number {
  if (!(x > -39 && x < 39)) return x < 0 ? -1 : portableExp(x);
  if (x === 0) return x;
  const k = Math.floor(x * STEPS_PER_UNIT + 0.5);
  const near = x - k * STEP;
  const r = near - k * STEP_REST;
  const rr = r * r;
  const at = (k & 127) << 1;
  const p = ROOTS[at + 1] + rr * (0.5 + r * (1 / 6) + rr * (1 / 24 + r * (1 / 120) + rr * (1 / 720)));
  const main = ROOTS[at] * POWER_OF_TWO[(k >> 7) + LARGEST_EXPONENT] - 1;
  const sum = main + near;
  return sum + (main - sum + near - k * STEP_REST + (p + main * (r + p)));
}

/** The double 0.6875, from which the tabulated intervals divide one octave. */
const OCTAVE = 0x3fe60000;
/** For each interval: 1/c with 9 bits after the point, c near its middle; −ln(1/c) as a multiple of 2^−42, and the rest. */
const INTERVALS = Float64Array.from(
  Array.from({ length: 256 }, (_, i) => {
    const middle = i < 160 ? (705 + 2 * i) / 1024 : (193 + 2 * i) / 512;
    // Both intervals that end at 1 are expanded about 1 itself: there the logarithm vanishes.
    const inverse = i === 159 || i === 160 ? 512 : Math.round(512 / middle);
    return [inverse / 512, ...inDoubles(fixedLogRatio(512, inverse), 42), 0];
  }).flat(),
);
const [LN2_HIGH, LN2_LOW] = inDoubles(LN2, 40);

/** Natural logarithm to 0.52 ulp. log(0) = −∞, NaN below. */
export function portableLog(x: number): number {
  return logOfSum(x, 0);
}

/** log(1 + x) to 0.6 ulp, also beside 0. −∞ at −1, NaN below. */
export function portableLog1p(x: number): number {
  if (x === 0) return x;
  const sum = 1 + x;
  return logOfSum(sum, x < 1 ? x - (sum - 1) : 1 - (sum - x));
}

/** log(x + tail), |tail| at most half an ulp of x. */
function logOfSum(x: number, tail: number): number {
  if (!(x >= SMALLEST_NORMAL && x < Number.POSITIVE_INFINITY)) return logAtTheEnds(x);
  double[0] = x;
  const bits = word[HIGH] - OCTAVE;
  const k = bits >> 20;
  const at = (bits >> 10) & 0x3fc;
  const inverse = INTERVALS[at];
  const scale = POWER_OF_TWO[LARGEST_EXPONENT - k];
  const m = x * scale;
  // Both products are exact.
  const head = Math.fround(m);
  const r = head * inverse - 1 + (m - head) * inverse + tail * scale * inverse;
  const main = k * LN2_HIGH + INTERVALS[at + 1];
  const high = main + r;
  const rr = r * r;
  const p = r * (1 / 3) - 1 / 2 + rr * (r * (1 / 5) - 1 / 4 + rr * (r * (1 / 7) - 1 / 6));
  return high + (main - high + r + (k * LN2_LOW + INTERVALS[at + 2]) + rr * p);
}

function logAtTheEnds(x: number): number {
  if (x > 0 && x < 1) return portableLog(x * 2 ** 54) - 54 * toDouble(LN2);
  return x === 0 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
}

/** What the last logarithm in two doubles leaves beyond its first. */
const rest = new Float64Array(1);

/** ln x for positive, finite x as the sum of the result and `rest[0]`, relative error about 2^−68. */
function logInTwoDoubles(x: number): number {
  const shift = x < SMALLEST_NORMAL ? 54 : 0;
  const normal = x * POWER_OF_TWO[shift + LARGEST_EXPONENT];
  double[0] = normal;
  const bits = word[HIGH] - OCTAVE;
  const at = (bits >> 10) & 0x3fc;
  const inverse = INTERVALS[at];
  const m = normal * POWER_OF_TWO[LARGEST_EXPONENT - (bits >> 20)];
  const k = (bits >> 20) - shift;
  const head = Math.fround(m);
  const r = head * inverse - 1 + (m - head) * inverse;
  const main = k * LN2_HIGH + INTERVALS[at + 1];
  const first = main + r;
  const coarse = Math.fround(r);
  const square = -0.5 * coarse * coarse;
  const second = first + square;
  const p = 1 / 3 - r * (1 / 4 - r * (1 / 5 - r * (1 / 6 - r * (1 / 7 - r * (1 / 8 - r * (1 / 9))))));
  const small =
    main -
    first +
    r +
    (first - second + square) -
    0.5 * (r - coarse) * (coarse + r) +
    r * r * r * p +
    (k * LN2_LOW + INTERVALS[at + 2]);
  const high = second + small;
  rest[0] = second - high + small;
  return high;
}

/** a·b as the sum of the result and `rest[0]`, |a|, |b| < 10^300 (T. Dekker, Numer. Math. 18 (1971) 224). */
function productInTwoDoubles(a: number, b: number): number {
  const aSplit = 134217729 * a;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = 134217729 * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  const product = a * b;
  rest[0] = aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
  return product;
}

const LN10 = fixedLogRatio(10, 8) + 3n * LN2;
const [LOG10_E, LOG10_E_REST] = inDoubles((1n << 256n) / LN10, 53);

/** Decimal logarithm to 0.51 ulp; whole for powers of ten. log10(0) = −∞, NaN below. */
export function portableLog10(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return portableLog(x);
  const log = logInTwoDoubles(x);
  const low = rest[0];
  const product = productInTwoDoubles(log, LOG10_E);
  return product + (rest[0] + (log * LOG10_E_REST + low * LOG10_E));
}

/** x^y for x ≥ 0 to 0.52 ulp, NaN for x < 0; the ends as `**` has them. */
export function portablePow(x: number, y: number): number {
  if (y === 0) return 1;
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) {
    if (!(x >= 0) || Number.isNaN(y)) return Number.NaN;
    return x > 0 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  const log = logInTwoDoubles(x);
  if (log === 0 || !(Math.abs(y * log) < 800)) return portableExp(y * log);
  const low = rest[0];
  const product = productInTwoDoubles(y, log);
  return expOfSum(product, rest[0] + y * low);
}

/** Cube root to 0.8 ulp. */
export function portableCbrt(x: number): number {
  if (x < 0) return -portableCbrt(-x);
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return x;
  const root = portableExp(portableLog(x) / 3);
  return root - (root - x / root / root) / 3;
}

/** x², where `x ** 2` would be a power. */
export function square(x: number): number {
  return x * x;
}
