/*
 * Logarithms and exponentials of vectors, for arguments far from overflow. Every lane gets the same operations, so a
 * result does not depend on the lane it is in. Constants are read from memory: V8 builds each constant vector anew
 * wherever it is used.
 */

/**
 * 1, 2; Chebyshev fits of (artanh(√z)/√z − 1)/z on √z ≤ 3 − 2·√2, off by 1e-9 of the logarithm, and of (e^r − 1 − r)/r² on |r| ≤
 * ln 2/2, off by 2e-8 of e^r; ln 2 in two parts, its inverse; 1.5·2^23: added to a small whole number, its lowest bits are that number.
 */
const SINGLES = memory.data<f32>([
  1, 2, 0.3333334257591019, 0.19994374915078644, 0.14790497876192651,
  0.5000000013459719, 0.16666577003160912, 0.04166646498445448, 0.008363175565401065, 0.0013933642967883457,
  0.693359375, -2.12194440054690583e-4, 1.44269504088896341, 12582912,
]);

/** Series instead of fits; 1.5·2^52. */
const DOUBLES = memory.data<f64>([
  1, 2, 0.5, 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21,
  1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800,
  1.0 / 479001600, 1.0 / 6227020800, 6.93147180369123816490e-01, 1.90821492927058770002e-10, 1.44269504088896341,
  6755399441055744,
]);

@inline
function single(i: usize): v128 {
  return v128.load32_splat(SINGLES + (i << 2));
}

@inline
function double(i: usize): v128 {
  return v128.load64_splat(DOUBLES + (i << 3));
}

/** a + b·c. */
@inline
function plus4(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(a, f32x4.mul(b, c));
}

@inline
function plus2(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(a, f64x2.mul(b, c));
}

/** ln of four finite floats from √2, to 1.5 ulp: 2·artanh((m − 1)/(m + 1)) + k·ln 2. */
@inline
export function log4(x: v128): v128 {
  const k = i32x4.shr_u(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const f = f32x4.sub(i32x4.sub(x, i32x4.shl(k, 23)), single(0));
  const s = f32x4.div(f, f32x4.add(f, single(1)));
  const z = f32x4.mul(s, s);
  const p = f32x4.mul(z, plus4(single(2), z, plus4(single(3), z, single(4))));
  const twice = f32x4.add(s, s);
  const octaves = f32x4.convert_i32x4_s(k);
  const rest = plus4(f32x4.mul(twice, p), octaves, single(11));
  return plus4(f32x4.add(twice, rest), octaves, single(10));
}

/** e^x of four floats, |x| < 80, to 1.5 ulp. */
@inline
export function exp4(x: v128): v128 {
  const whole = single(13);
  const t = plus4(whole, x, single(12));
  const k = f32x4.sub(t, whole);
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(k, single(10))), f32x4.mul(k, single(11)));
  const rr = f32x4.mul(r, r);
  const p = plus4(plus4(single(5), r, single(6)), rr, plus4(plus4(single(7), r, single(8)), rr, single(9)));
  return i32x4.add(f32x4.add(single(0), plus4(r, rr, p)), i32x4.shl(t, 23));
}

/** ln of two finite doubles from √2, to 1.5 ulp. */
@inline
export function log2(x: v128): v128 {
  const k = i64x2.shr_u(i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd)), 52);
  const f = f64x2.sub(i64x2.sub(x, i64x2.shl(k, 52)), double(0));
  const s = f64x2.div(f, f64x2.add(f, double(1)));
  const z = f64x2.mul(s, s);
  const zz = f64x2.mul(z, z);
  const z4 = f64x2.mul(zz, zz);
  const low = plus2(plus2(double(3), z, double(4)), zz, plus2(double(5), z, double(6)));
  const middle = plus2(plus2(double(7), z, double(8)), zz, plus2(double(9), z, double(10)));
  const p = f64x2.mul(z, plus2(low, z4, plus2(middle, z4, plus2(double(11), z, double(12)))));
  const twice = f64x2.add(s, s);
  const whole = double(27);
  const octaves = f64x2.sub(i64x2.add(k, whole), whole);
  const rest = plus2(f64x2.mul(twice, p), octaves, double(25));
  return plus2(f64x2.add(twice, rest), octaves, double(24));
}

/** e^x of two doubles, |x| < 700, to 1.5 ulp. */
@inline
export function exp2(x: v128): v128 {
  const whole = double(27);
  const t = plus2(whole, x, double(26));
  const k = f64x2.sub(t, whole);
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, double(24))), f64x2.mul(k, double(25)));
  const rr = f64x2.mul(r, r);
  const r4 = f64x2.mul(rr, rr);
  const low = plus2(plus2(double(2), r, double(13)), rr, plus2(double(14), r, double(15)));
  const middle = plus2(plus2(double(16), r, double(17)), rr, plus2(double(18), r, double(19)));
  const high = plus2(plus2(double(20), r, double(21)), rr, plus2(double(22), r, double(23)));
  const p = plus2(low, r4, plus2(middle, r4, high));
  return i64x2.add(f64x2.add(double(0), plus2(r, rr, p)), i64x2.shl(t, 52));
}
