/*
 * Logarithms and exponentials of vectors, for arguments far from overflow. Every lane gets the same operations, so a
 * result does not depend on the lane it is in. Constants are read from memory: V8 builds each constant vector anew
 * wherever it is used.
 */

/**
 * 1, 2; Chebyshev fits of (artanh(√z)/√z − 1)/z on √z ≤ 3 − 2·√2, off by 1e-9 of the logarithm, and of (e^r − 1 − r)/r² on
 * |r| ≤ ln 2/2, off by 1e-8 of e^r; ln 2 in two parts, its inverse; 1.5·2^23: added to a small whole number, its lowest bits are
 * that number.
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
function plus2(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(a, f64x2.mul(b, c));
}

/*
 * Two vectors at a time, each step of one beside the same of the other: a processor that waits for a result has something
 * else to do. They are replaced where they are.
 */

/** ln x + addend of eight finite floats from √2, ln to 2 ulp: 2·artanh((m − 1)/(m + 1)) + k·ln 2. */
@inline
export function logarithms4(at: usize, addend: f32): void {
  const plus = f32x4.splat(addend);
  const x0 = v128.load(at);
  const x1 = v128.load(at, 16);
  const k0 = i32x4.shr_u(i32x4.sub(x0, i32x4.splat(0x3f3504f3)), 23);
  const k1 = i32x4.shr_u(i32x4.sub(x1, i32x4.splat(0x3f3504f3)), 23);
  const f0 = f32x4.sub(i32x4.sub(x0, i32x4.shl(k0, 23)), single(0));
  const f1 = f32x4.sub(i32x4.sub(x1, i32x4.shl(k1, 23)), single(0));
  const s0 = f32x4.div(f0, f32x4.add(f0, single(1)));
  const s1 = f32x4.div(f1, f32x4.add(f1, single(1)));
  const z0 = f32x4.mul(s0, s0);
  const z1 = f32x4.mul(s1, s1);
  let p0 = f32x4.add(single(3), f32x4.mul(z0, single(4)));
  let p1 = f32x4.add(single(3), f32x4.mul(z1, single(4)));
  p0 = f32x4.add(single(2), f32x4.mul(z0, p0));
  p1 = f32x4.add(single(2), f32x4.mul(z1, p1));
  p0 = f32x4.mul(z0, p0);
  p1 = f32x4.mul(z1, p1);
  const twice0 = f32x4.add(s0, s0);
  const twice1 = f32x4.add(s1, s1);
  const octaves0 = f32x4.convert_i32x4_s(k0);
  const octaves1 = f32x4.convert_i32x4_s(k1);
  p0 = f32x4.add(f32x4.mul(twice0, p0), f32x4.mul(octaves0, single(11)));
  p1 = f32x4.add(f32x4.mul(twice1, p1), f32x4.mul(octaves1, single(11)));
  p0 = f32x4.add(f32x4.add(twice0, p0), f32x4.mul(octaves0, single(10)));
  p1 = f32x4.add(f32x4.add(twice1, p1), f32x4.mul(octaves1, single(10)));
  v128.store(at, f32x4.add(p0, plus));
  v128.store(at, f32x4.add(p1, plus), 16);
}

/** e^x − 1 of eight floats from ½ to 80, to 2 ulp. */
@inline
export function exponentials4(at: usize): void {
  const x0 = v128.load(at);
  const x1 = v128.load(at, 16);
  const t0 = f32x4.add(single(13), f32x4.mul(x0, single(12)));
  const t1 = f32x4.add(single(13), f32x4.mul(x1, single(12)));
  const k0 = f32x4.sub(t0, single(13));
  const k1 = f32x4.sub(t1, single(13));
  let r0 = f32x4.sub(x0, f32x4.mul(k0, single(10)));
  let r1 = f32x4.sub(x1, f32x4.mul(k1, single(10)));
  r0 = f32x4.sub(r0, f32x4.mul(k0, single(11)));
  r1 = f32x4.sub(r1, f32x4.mul(k1, single(11)));
  const rr0 = f32x4.mul(r0, r0);
  const rr1 = f32x4.mul(r1, r1);
  const high0 = f32x4.add(f32x4.add(single(7), f32x4.mul(r0, single(8))), f32x4.mul(rr0, single(9)));
  const high1 = f32x4.add(f32x4.add(single(7), f32x4.mul(r1, single(8))), f32x4.mul(rr1, single(9)));
  let p0 = f32x4.add(single(5), f32x4.mul(r0, single(6)));
  let p1 = f32x4.add(single(5), f32x4.mul(r1, single(6)));
  p0 = f32x4.add(p0, f32x4.mul(rr0, high0));
  p1 = f32x4.add(p1, f32x4.mul(rr1, high1));
  p0 = f32x4.add(r0, f32x4.mul(rr0, p0));
  p1 = f32x4.add(r1, f32x4.mul(rr1, p1));
  p0 = i32x4.add(f32x4.add(single(0), p0), i32x4.shl(t0, 23));
  p1 = i32x4.add(f32x4.add(single(0), p1), i32x4.shl(t1, 23));
  v128.store(at, f32x4.sub(p0, single(0)));
  v128.store(at, f32x4.sub(p1, single(0)), 16);
}

/** ln x + addend of four finite doubles from √2, ln to 2 ulp. */
@inline
export function logarithms2(at: usize, addend: f64): void {
  const plus = f64x2.splat(addend);
  const x0 = v128.load(at);
  const x1 = v128.load(at, 16);
  const k0 = i64x2.shr_u(i64x2.sub(x0, i64x2.splat(0x3fe6a09e667f3bcd)), 52);
  const k1 = i64x2.shr_u(i64x2.sub(x1, i64x2.splat(0x3fe6a09e667f3bcd)), 52);
  const f0 = f64x2.sub(i64x2.sub(x0, i64x2.shl(k0, 52)), double(0));
  const f1 = f64x2.sub(i64x2.sub(x1, i64x2.shl(k1, 52)), double(0));
  const s0 = f64x2.div(f0, f64x2.add(f0, double(1)));
  const s1 = f64x2.div(f1, f64x2.add(f1, double(1)));
  const z0 = f64x2.mul(s0, s0);
  const z1 = f64x2.mul(s1, s1);
  const zz0 = f64x2.mul(z0, z0);
  const zz1 = f64x2.mul(z1, z1);
  const low0 = plus2(plus2(double(3), z0, double(4)), zz0, plus2(double(5), z0, double(6)));
  const low1 = plus2(plus2(double(3), z1, double(4)), zz1, plus2(double(5), z1, double(6)));
  const middle0 = plus2(plus2(double(7), z0, double(8)), zz0, plus2(double(9), z0, double(10)));
  const middle1 = plus2(plus2(double(7), z1, double(8)), zz1, plus2(double(9), z1, double(10)));
  const high0 = plus2(double(11), z0, double(12));
  const high1 = plus2(double(11), z1, double(12));
  const z40 = f64x2.mul(zz0, zz0);
  const z41 = f64x2.mul(zz1, zz1);
  const p0 = f64x2.mul(z0, plus2(low0, z40, plus2(middle0, z40, high0)));
  const p1 = f64x2.mul(z1, plus2(low1, z41, plus2(middle1, z41, high1)));
  const twice0 = f64x2.add(s0, s0);
  const twice1 = f64x2.add(s1, s1);
  const octaves0 = f64x2.sub(i64x2.add(k0, double(27)), double(27));
  const octaves1 = f64x2.sub(i64x2.add(k1, double(27)), double(27));
  const rest0 = plus2(f64x2.mul(twice0, p0), octaves0, double(25));
  const rest1 = plus2(f64x2.mul(twice1, p1), octaves1, double(25));
  v128.store(at, f64x2.add(plus2(f64x2.add(twice0, rest0), octaves0, double(24)), plus));
  v128.store(at, f64x2.add(plus2(f64x2.add(twice1, rest1), octaves1, double(24)), plus), 16);
}

/** e^x − 1 of four doubles from ½ to 700, to 2 ulp. */
@inline
export function exponentials2(at: usize): void {
  const x0 = v128.load(at);
  const x1 = v128.load(at, 16);
  const t0 = plus2(double(27), x0, double(26));
  const t1 = plus2(double(27), x1, double(26));
  const k0 = f64x2.sub(t0, double(27));
  const k1 = f64x2.sub(t1, double(27));
  const r0 = f64x2.sub(f64x2.sub(x0, f64x2.mul(k0, double(24))), f64x2.mul(k0, double(25)));
  const r1 = f64x2.sub(f64x2.sub(x1, f64x2.mul(k1, double(24))), f64x2.mul(k1, double(25)));
  const rr0 = f64x2.mul(r0, r0);
  const rr1 = f64x2.mul(r1, r1);
  const low0 = plus2(plus2(double(2), r0, double(13)), rr0, plus2(double(14), r0, double(15)));
  const low1 = plus2(plus2(double(2), r1, double(13)), rr1, plus2(double(14), r1, double(15)));
  const middle0 = plus2(plus2(double(16), r0, double(17)), rr0, plus2(double(18), r0, double(19)));
  const middle1 = plus2(plus2(double(16), r1, double(17)), rr1, plus2(double(18), r1, double(19)));
  const high0 = plus2(plus2(double(20), r0, double(21)), rr0, plus2(double(22), r0, double(23)));
  const high1 = plus2(plus2(double(20), r1, double(21)), rr1, plus2(double(22), r1, double(23)));
  const r40 = f64x2.mul(rr0, rr0);
  const r41 = f64x2.mul(rr1, rr1);
  const p0 = plus2(low0, r40, plus2(middle0, r40, high0));
  const p1 = plus2(low1, r41, plus2(middle1, r41, high1));
  const e0 = i64x2.add(f64x2.add(double(0), plus2(r0, rr0, p0)), i64x2.shl(t0, 52));
  const e1 = i64x2.add(f64x2.add(double(0), plus2(r1, rr1, p1)), i64x2.shl(t1, 52));
  v128.store(at, f64x2.sub(e0, double(0)));
  v128.store(at, f64x2.sub(e1, double(0)), 16);
}
