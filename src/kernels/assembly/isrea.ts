/*
 * ISREA on one row: y and e are n doubles, `basis` four lines of n doubles, the B-splines that are not 0 on each channel.
 * Interval i holds channels bounds[i] … bounds[i + 1] − 1 (u32) and the coefficients i … i + 3.
 */

let change: f64 = 0;
let low: f64 = 0;
let high: f64 = 0;

/** e ← y − spline(c). Leaves the largest change of the spline and its range; returns how many |e| of e < 0 are at `below`. */
function residuals(y: usize, e: usize, n: u32, basis: usize, bounds: usize, intervals: u32, c: usize, below: usize): u32 {
  const line = (<usize>n) << 3;
  const basis1 = basis + line;
  const basis2 = basis1 + line;
  const basis3 = basis2 + line;
  let largest = f64x2.splat(0);
  let least = f64x2.splat(Infinity);
  let most = f64x2.splat(-Infinity);
  let count: usize = 0;
  for (let i: u32 = 0; i < intervals; i++, c += 8) {
    const to = (<usize>load<u32>(bounds + ((<usize>i) << 2), 4)) << 3;
    const c0 = v128.load64_splat(c);
    const c1 = v128.load64_splat(c, 8);
    const c2 = v128.load64_splat(c, 16);
    const c3 = v128.load64_splat(c, 24);
    for (let at = (<usize>load<u32>(bounds + ((<usize>i) << 2))) << 3; at < to; at += 16) {
      // An odd last channel is taken twice.
      const odd = at + 8 == to;
      const b0 = odd ? v128.load64_splat(basis + at) : v128.load(basis + at);
      const b1 = odd ? v128.load64_splat(basis1 + at) : v128.load(basis1 + at);
      const b2 = odd ? v128.load64_splat(basis2 + at) : v128.load(basis2 + at);
      const b3 = odd ? v128.load64_splat(basis3 + at) : v128.load(basis3 + at);
      const data = odd ? v128.load64_splat(y + at) : v128.load(y + at);
      const old = odd ? v128.load64_splat(e + at) : v128.load(e + at);
      let spline = f64x2.add(f64x2.mul(b0, c0), f64x2.mul(b1, c1));
      spline = f64x2.add(spline, f64x2.add(f64x2.mul(b2, c2), f64x2.mul(b3, c3)));
      const next = f64x2.sub(data, spline);
      largest = f64x2.pmax(largest, f64x2.abs(f64x2.sub(old, next)));
      least = f64x2.pmin(least, spline);
      most = f64x2.pmax(most, spline);
      const first = f64x2.extract_lane(next, 0);
      store<f64>(below + (count << 3), -first);
      count += <usize>(first < 0);
      if (odd) store<f64>(e + at, first);
      else {
        const second = f64x2.extract_lane(next, 1);
        store<f64>(below + (count << 3), -second);
        count += <usize>(second < 0);
        v128.store(e + at, next);
      }
    }
  }
  change = max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
  low = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  high = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  return <u32>count;
}

@inline
function plus(at: usize, sum: v128): void {
  store<f64>(at, load<f64>(at) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
}

/** g ← Σ basis·ψ(e): ψ(e) = e up to s, √(s·e) above. */
function adjusted(e: usize, n: u32, basis: usize, bounds: usize, intervals: u32, s: f64, g: usize): void {
  const line = (<usize>n) << 3;
  const basis1 = basis + line;
  const basis2 = basis1 + line;
  const basis3 = basis2 + line;
  const scale = f64x2.splat(s);
  const zero = f64x2.splat(0);
  memory.fill(g, 0, (<usize>(intervals + 3)) << 3);
  for (let i: u32 = 0; i < intervals; i++, g += 8) {
    const to = (<usize>load<u32>(bounds + ((<usize>i) << 2), 4)) << 3;
    let g0 = zero;
    let g1 = zero;
    let g2 = zero;
    let g3 = zero;
    for (let at = (<usize>load<u32>(bounds + ((<usize>i) << 2))) << 3; at < to; at += 16) {
      const odd = at + 8 == to;
      const data = odd ? v128.load64_zero(e + at) : v128.load(e + at);
      const root = f64x2.sqrt(f64x2.mul(scale, f64x2.pmax(data, zero)));
      const psi = v128.bitselect(root, data, f64x2.gt(data, scale));
      g0 = f64x2.add(g0, f64x2.mul(psi, odd ? v128.load64_zero(basis + at) : v128.load(basis + at)));
      g1 = f64x2.add(g1, f64x2.mul(psi, odd ? v128.load64_zero(basis1 + at) : v128.load(basis1 + at)));
      g2 = f64x2.add(g2, f64x2.mul(psi, odd ? v128.load64_zero(basis2 + at) : v128.load(basis2 + at)));
      g3 = f64x2.add(g3, f64x2.mul(psi, odd ? v128.load64_zero(basis3 + at) : v128.load(basis3 + at)));
    }
    plus(g, g0);
    plus(g + 8, g1);
    plus(g + 16, g2);
    plus(g + 24, g3);
  }
}

/** c += (L·Lᵀ)⁻¹·g; L has p rows of four: three below the diagonal, ascending, and the inverse of the diagonal. */
function addSolution(factor: usize, p: u32, g: usize, c: usize): void {
  for (let k: i32 = 0; k < <i32>p; k++) {
    const row = factor + ((<usize>k) << 5);
    let sum = load<f64>(g + ((<usize>k) << 3));
    for (let m = max(0, k - 3); m < k; m++) sum -= load<f64>(row + ((<usize>(3 + m - k)) << 3)) * load<f64>(g + ((<usize>m) << 3));
    store<f64>(g + ((<usize>k) << 3), sum * load<f64>(row, 24));
  }
  for (let k: i32 = <i32>p - 1; k >= 0; k--) {
    let sum = load<f64>(g + ((<usize>k) << 3));
    for (let m = k + 1; m <= min(k + 3, <i32>p - 1); m++) {
      sum -= load<f64>(factor + ((<usize>m) << 5) + ((<usize>(3 + k - m)) << 3)) * load<f64>(g + ((<usize>m) << 3));
    }
    sum *= load<f64>(factor + ((<usize>k) << 5), 24);
    store<f64>(g + ((<usize>k) << 3), sum);
    const at = c + ((<usize>k) << 3);
    store<f64>(at, load<f64>(at) + sum);
  }
}

/** The value of this rank (from 0) among n at `values`, which it sorts in part; those after it are not smaller. */
function select(values: usize, n: u32, rank: u32): f64 {
  let from: i32 = 0;
  let to: i32 = <i32>n - 1;
  const at = <i32>rank;
  while (from < to) {
    const pivot = load<f64>(values + ((<usize>((from + to) >> 1)) << 3));
    let i = from;
    let j = to;
    while (i <= j) {
      while (load<f64>(values + ((<usize>i) << 3)) < pivot) i++;
      while (load<f64>(values + ((<usize>j) << 3)) > pivot) j--;
      if (i <= j) {
        const swap = load<f64>(values + ((<usize>i) << 3));
        store<f64>(values + ((<usize>i) << 3), load<f64>(values + ((<usize>j) << 3)));
        store<f64>(values + ((<usize>j) << 3), swap);
        i++;
        j--;
      }
    }
    if (at <= j) to = j;
    else if (at >= i) from = i;
    else break;
  }
  return load<f64>(values + ((<usize>rank) << 3));
}

/** Median of the size of normal noise over its mean. */
const HALF_NORMAL: f64 = 0.845;

function mean(values: usize, n: u32): f64 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < (<usize>n) << 3; i += 8) sum += load<f64>(values + i);
  return sum / <f64>n;
}

/** Median of n > 0 values; `guess` is near it, and `near` has place for n values. */
function median(values: usize, n: u32, guess: f64, near: usize): f64 {
  const rank = (n - 1) >> 1;
  const least = 0.9 * guess;
  const most = 1.1 * guess;
  let below: u32 = 0;
  let count: u32 = 0;
  for (let i: usize = 0; i < (<usize>n) << 3; i += 8) {
    const value = load<f64>(values + i);
    store<f64>(near + ((<usize>count) << 3), value);
    below += <u32>(value < least);
    count += <u32>(value >= least) & <u32>(value <= most);
  }
  const even = (n & 1) == 0;
  if (below > rank || below + count <= rank + <u32>even) return middle(values, n, rank, even);
  return middle(near, count, rank - below, even);
}

function middle(values: usize, n: u32, rank: u32, even: bool): f64 {
  const lower = select(values, n, rank);
  if (!even) return lower;
  let upper = Infinity;
  for (let i = rank + 1; i < n; i++) upper = min(upper, load<f64>(values + ((<usize>i) << 3)));
  return 0.5 * (lower + upper);
}

/**
 * Iterates until the spline changes by `tolerance` of its range or less, at most `most` times; returns how often, negative
 * where it did not settle. `c` gets the coefficients, e the residuals, and the f64 at `scale` s: where it is 0 to begin with,
 * s is the f64 after it times the median size of the residuals below 0. `work` has place for 2·n + 2 doubles.
 */
export function isrea(y: usize, e: usize, n: u32, basis: usize, bounds: usize, intervals: u32, factor: usize, tolerance: f64, most: u32, c: usize, g: usize, scale: usize, work: usize): i32 {
  const p = intervals + 3;
  const fixed = load<f64>(scale);
  const near = work + ((<usize>(n + 1)) << 3);
  memory.fill(c, 0, (<usize>p) << 3);
  memory.copy(e, y, (<usize>n) << 3);
  adjusted(e, n, basis, bounds, intervals, Infinity, g);
  addSolution(factor, p, g, c);
  let count = residuals(y, e, n, basis, bounds, intervals, c, work);
  let guess: f64 = 0;
  for (let pass: u32 = 1; pass <= most; pass++) {
    if (fixed == 0) {
      guess = count ? median(work, count, guess ? guess : HALF_NORMAL * mean(work, count), near) : 0;
      store<f64>(scale, load<f64>(scale, 8) * guess);
    }
    adjusted(e, n, basis, bounds, intervals, load<f64>(scale), g);
    addSolution(factor, p, g, c);
    count = residuals(y, e, n, basis, bounds, intervals, c, work);
    if (change <= max(tolerance * (high - low), 1e-12 * max(abs(low), abs(high)))) return pass;
  }
  return -(<i32>most);
}
