/*
 * e^x in two lanes, bit for bit that of portable-math.ts, whose EXPONENTIAL_TABLE lies at `table`: twelve constants, loaded as
 * engines would build them anew at every use, then 2^(i/128) and its rest in turn.
 */

@inline
export function exponential(value: v128, table: usize): v128 {
  // Beyond these all results are 0 or ∞.
  const x = f64x2.pmin(f64x2.pmax(value, v128.load64_splat(table, 24)), v128.load64_splat(table, 32));
  const half = v128.load64_splat(table, 40);
  const k = f64x2.floor(f64x2.add(f64x2.mul(x, v128.load64_splat(table)), half));
  const near = f64x2.sub(x, f64x2.mul(k, v128.load64_splat(table, 8)));
  const r = f64x2.sub(near, f64x2.mul(k, v128.load64_splat(table, 16)));
  // Moves the whole number into the low bits of a double.
  const bits = f64x2.add(k, v128.load64_splat(table, 48));
  const first = v128.load(table + ((<usize>(i32x4.extract_lane(bits, 0) & 127)) << 4), 96);
  const second = v128.load(table + ((<usize>(i32x4.extract_lane(bits, 2) & 127)) << 4), 96);
  const root = v128.shuffle<i64>(first, second, 0, 2);
  const rest = v128.shuffle<i64>(first, second, 1, 3);
  const rr = f64x2.mul(r, r);
  const high = f64x2.add(v128.load64_splat(table, 64), f64x2.mul(r, v128.load64_splat(table, 72)));
  const series = f64x2.add(f64x2.add(half, f64x2.mul(r, v128.load64_splat(table, 80))), f64x2.mul(rr, high));
  const p = f64x2.add(f64x2.add(rest, r), f64x2.mul(rr, series));
  // 2048 more than the exponent, a positive number, in two halves: one power of two does not reach all doubles.
  const exponent = i64x2.shr_u(i64x2.sub(bits, v128.load64_splat(table, 56)), 7);
  const part = i64x2.shr_u(exponent, 1);
  const one = v128.load64_splat(table, 88);
  const lower = i64x2.shl(i64x2.sub(part, one), 52);
  const upper = i64x2.shl(i64x2.sub(i64x2.sub(exponent, part), one), 52);
  return f64x2.mul(f64x2.mul(f64x2.add(root, f64x2.mul(root, p)), lower), upper);
}

/** e^x of n numbers, n even. */
export function exponentials(x: usize, n: u32, table: usize, out: usize): void {
  for (let at: usize = 0; at < (<usize>n) << 3; at += 16) v128.store(out + at, exponential(v128.load(x + at), table));
}
