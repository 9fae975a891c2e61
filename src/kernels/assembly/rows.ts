/** Sum of products of two rows of n doubles: four running sums, joined as d0 + ((d1 + d2) + d3), then what is left over. */
@inline
function dot(a: usize, b: usize, n: u32): f64 {
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
function add(a: usize, factor: f64, b: usize, n: u32): void {
  const f = f64x2.splat(factor);
  let i: u32 = 0;
  let at: usize = 0;
  for (; i + 1 < n; i += 2, at += 16) v128.store(a + at, f64x2.add(v128.load(a + at), f64x2.mul(f, v128.load(b + at))));
  if (i < n) store<f64>(a + at, load<f64>(a + at) + factor * load<f64>(b + at));
}

/** Takes from `row` its projections on the `rank` unit rows from `basis` on, one after the other. */
export function subtractProjections(row: usize, basis: usize, rank: u32, n: u32): void {
  for (let j: u32 = 0; j < rank; j++, basis += (<usize>n) << 3) add(row, -dot(row, basis, n), basis, n);
}

/** model += factor·spectrum; returns Σ max(model, floor·least), even and odd entries apart. */
export function addComponent(model: usize, factor: f64, spectrum: usize, floor: f64, least: usize, n: u32): f64 {
  const f = f64x2.splat(factor);
  const g = f64x2.splat(floor);
  let sum = f64x2.splat(0);
  let i: u32 = 0;
  let at: usize = 0;
  for (; i + 1 < n; i += 2, at += 16) {
    const value = f64x2.add(v128.load(model + at), f64x2.mul(f, v128.load(spectrum + at)));
    v128.store(model + at, value);
    sum = f64x2.add(sum, f64x2.pmax(value, f64x2.mul(g, v128.load(least + at))));
  }
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  if (i < n) {
    const value = load<f64>(model + at) + factor * load<f64>(spectrum + at);
    store<f64>(model + at, value);
    total += max<f64>(value, floor * load<f64>(least + at));
  }
  return total;
}

/** moments[q] += Σ_i |a_i·cosines_q + b_i·sines_q| for an even number of directions. */
export function absoluteMoments(a: usize, b: usize, n: u32, cosines: usize, sines: usize, directions: u32, moments: usize): void {
  for (let i: u32 = 0; i < n; i++, a += 8, b += 8) {
    const x = f64x2.splat(load<f64>(a));
    const y = f64x2.splat(load<f64>(b));
    for (let q: usize = 0; q < (<usize>directions) << 3; q += 16) {
      const along = f64x2.abs(f64x2.add(f64x2.mul(x, v128.load(cosines + q)), f64x2.mul(y, v128.load(sines + q))));
      v128.store(moments + q, f64x2.add(v128.load(moments + q), along));
    }
  }
}
