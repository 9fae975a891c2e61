import { add, dot } from './vectors';

/*
 * Products of row-major matrices of doubles whose rows are n numbers. Dots of several rows at once keep even and odd entries
 * apart and add them at the end.
 */

@inline
function lanes(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Dots of four rows of A with two of B, into two columns of four rows of `out`. */
@inline
function dotFourTwo(a: usize, b: usize, n: u32, out: usize, row: usize): void {
  const line = (<usize>n) << 3;
  const a1 = a + line;
  const a2 = a1 + line;
  const a3 = a2 + line;
  const b1 = b + line;
  let u0 = f64x2.splat(0);
  let u1 = u0;
  let u2 = u0;
  let u3 = u0;
  let v0 = u0;
  let v1 = u0;
  let v2 = u0;
  let v3 = u0;
  const even = (<usize>(n & ~1)) << 3;
  for (let at: usize = 0; at < even; at += 16) {
    const x = v128.load(b + at);
    const y = v128.load(b1 + at);
    let r = v128.load(a + at);
    u0 = f64x2.add(u0, f64x2.mul(r, x));
    v0 = f64x2.add(v0, f64x2.mul(r, y));
    r = v128.load(a1 + at);
    u1 = f64x2.add(u1, f64x2.mul(r, x));
    v1 = f64x2.add(v1, f64x2.mul(r, y));
    r = v128.load(a2 + at);
    u2 = f64x2.add(u2, f64x2.mul(r, x));
    v2 = f64x2.add(v2, f64x2.mul(r, y));
    r = v128.load(a3 + at);
    u3 = f64x2.add(u3, f64x2.mul(r, x));
    v3 = f64x2.add(v3, f64x2.mul(r, y));
  }
  const odd = (n & 1) != 0;
  const x = odd ? load<f64>(b + even) : 0;
  const y = odd ? load<f64>(b1 + even) : 0;
  putPair(out, lanes(u0), lanes(v0), odd ? load<f64>(a + even) : 0, x, y);
  putPair(out + row, lanes(u1), lanes(v1), odd ? load<f64>(a1 + even) : 0, x, y);
  putPair(out + 2 * row, lanes(u2), lanes(v2), odd ? load<f64>(a2 + even) : 0, x, y);
  putPair(out + 3 * row, lanes(u3), lanes(v3), odd ? load<f64>(a3 + even) : 0, x, y);
}

@inline
function putPair(at: usize, first: f64, second: f64, r: f64, x: f64, y: f64): void {
  store<f64>(at, first + r * x);
  store<f64>(at, second + r * y, 8);
}

/** out = A·Bᵀ: m × k. */
export function dotRows(a: usize, m: u32, b: usize, k: u32, n: u32, out: usize): void {
  const line = (<usize>n) << 3;
  const row = (<usize>k) << 3;
  let i: u32 = 0;
  for (; i + 4 <= m; i += 4, a += 4 * line, out += 4 * row) {
    let j: u32 = 0;
    for (; j + 2 <= k; j += 2) dotFourTwo(a, b + <usize>j * line, n, out + ((<usize>j) << 3), row);
    if (j < k) {
      for (let r: usize = 0; r < 4; r++) store<f64>(out + r * row + ((<usize>j) << 3), dot(a + r * line, b + <usize>j * line, n));
    }
  }
  for (; i < m; i++, a += line, out += row) {
    for (let j: usize = 0; j < <usize>k; j++) store<f64>(out + (j << 3), dot(a, b + j * line, n));
  }
}

/** out += Σ c_j·b_j for four rows of B. */
@inline
function addFour(out: usize, c: usize, b: usize, n: u32): void {
  const line = (<usize>n) << 3;
  const b1 = b + line;
  const b2 = b1 + line;
  const b3 = b2 + line;
  const s0 = v128.load64_splat(c);
  const s1 = v128.load64_splat(c, 8);
  const s2 = v128.load64_splat(c, 16);
  const s3 = v128.load64_splat(c, 24);
  const even = (<usize>(n & ~1)) << 3;
  for (let at: usize = 0; at < even; at += 16) {
    let sum = f64x2.add(v128.load(out + at), f64x2.mul(s0, v128.load(b + at)));
    sum = f64x2.add(sum, f64x2.mul(s1, v128.load(b1 + at)));
    sum = f64x2.add(sum, f64x2.mul(s2, v128.load(b2 + at)));
    v128.store(out + at, f64x2.add(sum, f64x2.mul(s3, v128.load(b3 + at))));
  }
  if ((n & 1) == 0) return;
  let sum = load<f64>(out + even) + load<f64>(c) * load<f64>(b + even);
  sum += load<f64>(c, 8) * load<f64>(b1 + even);
  sum += load<f64>(c, 16) * load<f64>(b2 + even);
  store<f64>(out + even, sum + load<f64>(c, 24) * load<f64>(b3 + even));
}

/** out += C·B for C m × k: rows of B one after the other. */
export function combineRows(c: usize, m: u32, k: u32, b: usize, n: u32, out: usize): void {
  const line = (<usize>n) << 3;
  for (let i: u32 = 0; i < m; i++, out += line) {
    let j: u32 = 0;
    let from = b;
    for (; j + 4 <= k; j += 4, c += 32, from += 4 * line) addFour(out, c, from, n);
    for (; j < k; j++, c += 8, from += line) add(out, load<f64>(c), from, n);
  }
}
