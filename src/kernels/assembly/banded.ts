/*
 * Banded systems of eight rows at once, not symmetric, three diagonals on either side: (Ω + S·K + F) z = Ω y + e, with K and F
 * the same in all lanes. Elimination without pivoting, as S·K + Ω is a positive definite matrix with its rows scaled.
 */

const LANES: usize = 64;
/** Bytes of a channel's coefficients: K from three to the left to three to the right, F from one to one. */
const COEFFICIENTS: usize = 80;

@inline
function minus(value: v128, a: v128, b: v128): v128 {
  return f64x2.sub(value, f64x2.mul(a, b));
}

/** One pair of lanes. */
@inline
function solvePair(y: usize, w: usize, scales: usize, extra: usize, bands: usize, channels: u32, z: usize, f: usize): void {
  const zero = f64x2.splat(0);
  let r1 = zero, a1 = zero, b1 = zero, c1 = zero, v1 = zero;
  let r2 = zero, a2 = zero, b2 = zero, c2 = zero, v2 = zero;
  let r3 = zero, a3 = zero, b3 = zero, c3 = zero, v3 = zero;
  for (let i: u32 = 0; i < channels; i++) {
    const scale = scales ? v128.load(scales) : f64x2.splat(1);
    const weight = v128.load(w);
    const l3 = f64x2.mul(f64x2.mul(scale, v128.load64_splat(bands)), r3);
    const l2 = f64x2.mul(minus(f64x2.mul(scale, v128.load64_splat(bands, 8)), l3, a3), r2);
    let left = f64x2.add(f64x2.mul(scale, v128.load64_splat(bands, 16)), v128.load64_splat(bands, 56));
    left = minus(minus(left, l3, b3), l2, a2);
    const l1 = f64x2.mul(left, r1);
    let middle = f64x2.add(f64x2.mul(scale, v128.load64_splat(bands, 24)), f64x2.add(v128.load64_splat(bands, 64), weight));
    middle = minus(minus(minus(middle, l3, c3), l2, b2), l1, a1);
    let a = f64x2.add(f64x2.mul(scale, v128.load64_splat(bands, 32)), v128.load64_splat(bands, 72));
    a = minus(minus(a, l2, c2), l1, b1);
    const b = minus(f64x2.mul(scale, v128.load64_splat(bands, 40)), l1, c1);
    const c = f64x2.mul(scale, v128.load64_splat(bands, 48));
    let v = f64x2.mul(weight, v128.load(y));
    if (extra) v = f64x2.add(v, v128.load(extra));
    v = minus(minus(minus(v, l3, v3), l2, v2), l1, v1);
    const r = f64x2.div(f64x2.splat(1), middle);
    v128.store(f, r);
    v128.store(f, a, LANES);
    v128.store(f, b, 2 * LANES);
    v128.store(f, c, 3 * LANES);
    v128.store(z, v);
    r3 = r2; a3 = a2; b3 = b2; c3 = c2; v3 = v2;
    r2 = r1; a2 = a1; b2 = b1; c2 = c1; v2 = v1;
    r1 = r; a1 = a; b1 = b; c1 = c; v1 = v;
    y += LANES;
    w += LANES;
    z += LANES;
    f += 4 * LANES;
    bands += COEFFICIENTS;
    if (scales) scales += LANES;
    if (extra) extra += LANES;
  }
  let z1 = zero, z2 = zero, z3 = zero;
  for (let i: u32 = 0; i < channels; i++) {
    z -= LANES;
    f -= 4 * LANES;
    const rest = minus(minus(minus(v128.load(z), v128.load(f, LANES), z1), v128.load(f, 2 * LANES), z2), v128.load(f, 3 * LANES), z3);
    z3 = z2;
    z2 = z1;
    z1 = f64x2.mul(rest, v128.load(f));
    v128.store(z, z1);
  }
}

/** `scales` (S) and `extra` (e) may be 0: ones and zeros. `f` has place for four numbers a channel and lane. */
export function solveBands(y: usize, w: usize, scales: usize, extra: usize, bands: usize, channels: u32, z: usize, f: usize): void {
  for (let at: usize = 0; at < LANES; at += 16) {
    solvePair(y + at, w + at, scales ? scales + at : 0, extra ? extra + at : 0, bands, channels, z + at, f + at);
  }
}

/**
 * What z leaves of the right-hand side, Ω(y − z) + e − S·DᵀDz − first·D₁ᵀD₁z, into `rest`: through the differences themselves,
 * as the products of K with z would lose them in rounding. `difference` holds the four coefficients of a row of D, zeros last.
 * `work` has place for six channels more than there are.
 */
export function bandedRest(y: usize, w: usize, scales: usize, extra: usize, difference: usize, order: u32, first: f64, channels: u32, z: usize, work: usize, rest: usize): void {
  memory.fill(work, 0, LANES * <usize>(channels + 6));
  const ahead = work + 3 * LANES;
  for (let lane: usize = 0; lane < LANES; lane += 16) {
    for (let i: u32 = 0; i + order < channels; i++) {
      const at = z + lane + LANES * <usize>i;
      let sum = f64x2.splat(0);
      for (let j: u32 = 0; j <= order; j++) {
        const term = f64x2.mul(v128.load64_splat(difference + (<usize>j << 3)), v128.load(at + LANES * <usize>j));
        sum = f64x2.add(sum, term);
      }
      v128.store(ahead + lane + LANES * <usize>i, sum);
    }
    let slope = f64x2.splat(0);
    for (let i: u32 = 0; i < channels; i++) {
      const at = lane + LANES * <usize>i;
      let bend = f64x2.splat(0);
      for (let j: u32 = 0; j <= order; j++) {
        const term = f64x2.mul(v128.load64_splat(difference + (<usize>j << 3)), v128.load(ahead + at - LANES * <usize>j));
        bend = f64x2.add(bend, term);
      }
      if (scales) bend = f64x2.mul(bend, v128.load(scales + at));
      const here = v128.load(z + at);
      const next = i + 1 < channels ? f64x2.sub(v128.load(z + at, LANES), here) : f64x2.splat(0);
      const firsts = f64x2.mul(f64x2.splat(first), f64x2.sub(slope, next));
      slope = next;
      let sum = f64x2.mul(v128.load(w + at), f64x2.sub(v128.load(y + at), here));
      if (extra) sum = f64x2.add(sum, v128.load(extra + at));
      v128.store(rest + at, f64x2.sub(f64x2.sub(sum, bend), firsts));
    }
  }
}

/** to += what is added, in all lanes. */
export function addLanes(to: usize, added: usize, channels: u32): void {
  for (let at: usize = 0; at < LANES * <usize>channels; at += 16) {
    v128.store(to + at, f64x2.add(v128.load(to + at), v128.load(added + at)));
  }
}
