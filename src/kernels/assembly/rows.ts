import { add, dot } from './vectors';

/** Takes from `row` its projections on the `rank` unit rows from `basis` on, one after the other. */
export function subtractProjections(row: usize, basis: usize, rank: u32, n: u32): void {
  for (let j: u32 = 0; j < rank; j++, basis += (<usize>n) << 3) add(row, -dot(row, basis, n), basis, n);
}

/** Dots of four rows (`line` bytes apart) with two basis rows, and the rows without them: n must be even. */
@inline
function subtractTwoFromFour(rows: usize, basis: usize, line: usize): void {
  const rows1 = rows + line;
  const rows2 = rows1 + line;
  const rows3 = rows2 + line;
  const basis1 = basis + line;
  let a0 = f64x2.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (let at: usize = 0; at < line; at += 16) {
    const u = v128.load(basis + at);
    const v = v128.load(basis1 + at);
    let x = v128.load(rows + at);
    a0 = f64x2.add(a0, f64x2.mul(x, u));
    b0 = f64x2.add(b0, f64x2.mul(x, v));
    x = v128.load(rows1 + at);
    a1 = f64x2.add(a1, f64x2.mul(x, u));
    b1 = f64x2.add(b1, f64x2.mul(x, v));
    x = v128.load(rows2 + at);
    a2 = f64x2.add(a2, f64x2.mul(x, u));
    b2 = f64x2.add(b2, f64x2.mul(x, v));
    x = v128.load(rows3 + at);
    a3 = f64x2.add(a3, f64x2.mul(x, u));
    b3 = f64x2.add(b3, f64x2.mul(x, v));
  }
  a0 = bothLanes(a0);
  a1 = bothLanes(a1);
  a2 = bothLanes(a2);
  a3 = bothLanes(a3);
  b0 = bothLanes(b0);
  b1 = bothLanes(b1);
  b2 = bothLanes(b2);
  b3 = bothLanes(b3);
  for (let at: usize = 0; at < line; at += 16) {
    const u = v128.load(basis + at);
    const v = v128.load(basis1 + at);
    v128.store(rows + at, f64x2.sub(f64x2.sub(v128.load(rows + at), f64x2.mul(a0, u)), f64x2.mul(b0, v)));
    v128.store(rows1 + at, f64x2.sub(f64x2.sub(v128.load(rows1 + at), f64x2.mul(a1, u)), f64x2.mul(b1, v)));
    v128.store(rows2 + at, f64x2.sub(f64x2.sub(v128.load(rows2 + at), f64x2.mul(a2, u)), f64x2.mul(b2, v)));
    v128.store(rows3 + at, f64x2.sub(f64x2.sub(v128.load(rows3 + at), f64x2.mul(a3, u)), f64x2.mul(b3, v)));
  }
}

/** The sum of both lanes, in both. */
@inline
function bothLanes(sum: v128): v128 {
  return f64x2.splat(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/** The same for `count` rows that lie one after the other. */
export function subtractProjectionsOfMany(rows: usize, count: u32, basis: usize, rank: u32, n: u32): void {
  const line = (<usize>n) << 3;
  let i: u32 = 0;
  if ((n & 1) == 0) {
    for (; i + 4 <= count; i += 4, rows += 4 * line) {
      let j: u32 = 0;
      let at = basis;
      for (; j + 2 <= rank; j += 2, at += 2 * line) subtractTwoFromFour(rows, at, line);
      if (j < rank) for (let r: u32 = 0; r < 4; r++) subtractProjections(rows + <usize>r * line, at, 1, n);
    }
  }
  for (; i < count; i++, rows += line) subtractProjections(rows, basis, rank, n);
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
