/*
 * e^x in two lanes, for weights: relative error below 2·10⁻¹⁵ on |x| ≤ 600, and e^±600 beyond. Only operations that IEEE 754
 * fixes. EXPONENTIAL_TABLE of portable-math.ts lies at `table`: ten constants, loaded as engines would build them anew at
 * every use, then 2^(i/128). It goes in two steps that are better far apart: one after the other, each waits for the other.
 */

/** x, or ±600 where it is beyond. */
@inline
export function withinReach(x: v128, table: usize): v128 {
  return f64x2.pmin(f64x2.pmax(x, v128.load64_splat(table)), v128.load64_splat(table, 8));
}

/** Leaves at `step` what e^x takes, |x| ≤ 600: the remainder r, and 2^(k/128), so that e^x = 2^(k/128)·e^r. */
@inline
export function reduceExponential(x: v128, table: usize, step: usize): void {
  // Adding the shifter rounds, and leaves the whole number in the low bits.
  const shifter = v128.load64_splat(table, 24);
  const bits = f64x2.add(f64x2.mul(x, v128.load64_splat(table, 16)), shifter);
  const k = f64x2.sub(bits, shifter);
  const near = f64x2.sub(x, f64x2.mul(k, v128.load64_splat(table, 32)));
  v128.store(step, f64x2.sub(near, f64x2.mul(k, v128.load64_splat(table, 40))));
  const first = v128.load64_zero(table + ((<usize>(i32x4.extract_lane(bits, 0) & 127)) << 3), 80);
  const root = v128.load64_lane(table + ((<usize>(i32x4.extract_lane(bits, 2) & 127)) << 3), first, 1, 80);
  v128.store(step, i64x2.add(root, i64x2.shl(i64x2.shr_u(bits, 7), 52)), 16);
}

@inline
export function finishExponential(table: usize, step: usize): v128 {
  const r = v128.load(step);
  const root = v128.load(step, 16);
  const third = f64x2.add(v128.load64_splat(table, 56), f64x2.mul(r, v128.load64_splat(table, 64)));
  const second = f64x2.add(v128.load64_splat(table, 48), f64x2.mul(r, third));
  const p = f64x2.add(r, f64x2.mul(f64x2.mul(r, r), second));
  return f64x2.add(root, f64x2.mul(root, p));
}

/** e^x of n numbers, n even; `step` has place for 32 bytes. */
export function exponentials(x: usize, n: u32, table: usize, step: usize, out: usize): void {
  for (let at: usize = 0; at < (<usize>n) << 3; at += 16) {
    reduceExponential(withinReach(v128.load(x + at), table), table, step);
    v128.store(out + at, finishExponential(table, step));
  }
}
