/** Sum of products of two rows of n doubles: four running sums, joined as d0 + ((d1 + d2) + d3), then what is left over. */
@inline
export function dot(a: usize, b: usize, n: u32): f64 {
  let first = f64x2.splat(0);
  let second = first;
  let i: u32 = 0;
  let at: usize = 0;
  for (; i + 3 < n; i += 4, at += 32) {
    first = f64x2.add(first, f64x2.mul(v128.load(a + at), v128.load(b + at)));
    second = f64x2.add(second, f64x2.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
  }
  const d1 = f64x2.extract_lane(first, 1);
  let sum = f64x2.extract_lane(first, 0);
  let rest: f64 = 0;
  for (; i < n; i++, at += 8) rest += load<f64>(a + at) * load<f64>(b + at);
  sum += d1 + f64x2.extract_lane(second, 0) + f64x2.extract_lane(second, 1);
  return sum + rest;
}

/** a += factor·b. */
@inline
export function add(a: usize, factor: f64, b: usize, n: u32): void {
  const f = f64x2.splat(factor);
  let i: u32 = 0;
  let at: usize = 0;
  for (; i + 1 < n; i += 2, at += 16) v128.store(a + at, f64x2.add(v128.load(a + at), f64x2.mul(f, v128.load(b + at))));
  if (i < n) store<f64>(a + at, load<f64>(a + at) + factor * load<f64>(b + at));
}
