/*
 * Penalised least squares of eight rows at once: (Ω + DᵀD) z = Ω y, Ω the weights over λ. Arrays hold the eight numbers of
 * one channel together. No lane looks at another.
 */

const LANES: usize = 64;

/** Puts a row into a lane with all weights `weight`; whether all its numbers are finite. */
export function enterLane(row: usize, channels: u32, lane: u32, y: usize, w: usize, weight: f64): bool {
  let bad: u64 = 0;
  y += (<usize>lane) << 3;
  w += (<usize>lane) << 3;
  for (let i: u32 = 0; i < channels; i++, row += 8, y += LANES, w += LANES) {
    const value = load<f64>(row);
    bad |= reinterpret<u64>(value - value);
    store<f64>(y, value);
    store<f64>(w, weight);
  }
  return bad == 0;
}

/** Takes a row out of a lane, times `factor`. */
export function leaveLane(from: usize, channels: u32, lane: u32, factor: f64, row: usize): void {
  from += (<usize>lane) << 3;
  for (let i: u32 = 0; i < channels; i++, row += 8, from += LANES) store<f64>(row, load<f64>(from) * factor);
}

/*
 * Second differences. Channels go in pairs: the pivot of a pair is P = [[a, b], [b, c]], and what couples it to the next is
 * E = [[1, 0], [−4, 1]], so that the next pivot is its own minus EᵀP⁻¹E. One division a pair, and no long chain of them. A
 * record of a pair holds, in eight lanes each, of P⁻¹E or EᵀP⁻¹E
 *   g = a/det, s = (b + 4a)/det, h = (c + 8b + 16a)/det
 * and of P⁻¹v, v being what elimination leaves of Ωy, its two numbers. det P > 0. Rounding acts like a change of each weight
 * by some 10⁻¹⁵ λ, as in any solution that forms 6 + ω.
 */

@inline
function eliminatePair(y: usize, w: usize, f: usize, first: v128, beside: v128, second: v128): void {
  const four = f64x2.splat(4);
  const w1 = v128.load(w);
  const w2 = v128.load(w, LANES);
  const t2 = v128.load(f, 4 * LANES);
  const a = f64x2.sub(f64x2.add(first, w1), v128.load(f, 2 * LANES));
  const b = f64x2.sub(v128.load(f, LANES), beside);
  const c = f64x2.sub(f64x2.add(second, w2), v128.load(f));
  const r = f64x2.div(f64x2.splat(1), f64x2.sub(f64x2.mul(a, c), f64x2.mul(b, b)));
  const v1 = f64x2.add(f64x2.sub(f64x2.mul(w1, v128.load(y)), v128.load(f, 3 * LANES)), f64x2.mul(four, t2));
  const v2 = f64x2.sub(f64x2.mul(w2, v128.load(y, LANES)), t2);
  const s = f64x2.add(b, f64x2.mul(four, a));
  const h = f64x2.add(c, f64x2.mul(four, f64x2.add(b, s)));
  v128.store(f, f64x2.mul(a, r), 5 * LANES);
  v128.store(f, f64x2.mul(s, r), 6 * LANES);
  v128.store(f, f64x2.mul(h, r), 7 * LANES);
  v128.store(f, f64x2.mul(f64x2.sub(f64x2.mul(c, v1), f64x2.mul(b, v2)), r), 8 * LANES);
  v128.store(f, f64x2.mul(f64x2.sub(f64x2.mul(a, v2), f64x2.mul(b, v1)), r), 9 * LANES);
}

/** `f` is a record of zeros and the records of all pairs after it. */
function eliminate(y: usize, w: usize, f: usize, pairs: u32): void {
  memory.fill(f, 0, 5 * LANES);
  let first = f64x2.splat(1);
  let beside = f64x2.splat(2);
  let second = f64x2.splat(5);
  for (let i: u32 = 0; i < pairs; i++, y += 2 * LANES, w += 2 * LANES, f += 5 * LANES) {
    if (i == 1) {
      first = f64x2.splat(6);
      beside = f64x2.splat(4);
      second = first;
    }
    if (i == pairs - 1) {
      first = f64x2.splat(5);
      beside = f64x2.splat(2);
      second = f64x2.splat(1);
    }
    eliminatePair(y, w, f, first, beside, second);
    eliminatePair(y + 16, w + 16, f + 16, first, beside, second);
    eliminatePair(y + 32, w + 32, f + 32, first, beside, second);
    eliminatePair(y + 48, w + 48, f + 48, first, beside, second);
  }
}

/** z of a pair from that of the next, in place; `f` is the record before its own. */
@inline
function substitutePair(z: usize, f: usize): void {
  const four = f64x2.splat(4);
  const z3 = v128.load(z, 2 * LANES);
  const z4 = v128.load(z, 3 * LANES);
  const g = v128.load(f, 5 * LANES);
  const s = v128.load(f, 6 * LANES);
  const b = f64x2.sub(s, f64x2.mul(four, g));
  const m = f64x2.sub(v128.load(f, 7 * LANES), f64x2.mul(four, s));
  v128.store(z, f64x2.sub(f64x2.add(v128.load(f, 8 * LANES), f64x2.mul(b, z4)), f64x2.mul(m, z3)));
  v128.store(z, f64x2.add(f64x2.sub(v128.load(f, 9 * LANES), f64x2.mul(g, z4)), f64x2.mul(s, z3)), LANES);
}

/**
 * Solves for second differences, 2·pairs ≥ 4 channels. A channel of weight 0 at the end changes nothing before it: so an odd
 * number is made even. `z` has place for two channels more, `f` for 5·(pairs + 1) numbers a lane.
 */
export function solveSecondOrder(y: usize, w: usize, pairs: u32, z: usize, f: usize): void {
  eliminate(y, w, f, pairs);
  z += 2 * LANES * <usize>pairs;
  f += 5 * LANES * <usize>pairs;
  memory.fill(z, 0, 2 * LANES);
  for (let i: u32 = 0; i < pairs; i++) {
    z -= 2 * LANES;
    f -= 5 * LANES;
    substitutePair(z, f);
    substitutePair(z + 16, f + 16);
    substitutePair(z + 32, f + 32);
    substitutePair(z + 48, f + 48);
  }
}

/** Also weighs the pair anew: `below`, or what differs from it by `differ` where y lies above. Returns −1 per weight that stays. */
@inline
function substituteAndWeighPair(y: usize, w: usize, z: usize, f: usize, below: v128, differ: v128): v128 {
  substitutePair(z, f);
  const w1 = v128.xor(below, v128.and(differ, f64x2.gt(v128.load(y), v128.load(z))));
  const w2 = v128.xor(below, v128.and(differ, f64x2.gt(v128.load(y, LANES), v128.load(z, LANES))));
  const same = i64x2.add(i64x2.eq(w1, v128.load(w)), i64x2.eq(w2, v128.load(w, LANES)));
  v128.store(w, w1);
  v128.store(w, w2, LANES);
  return same;
}

/**
 * One round of asymmetric least squares: solves as above, then sets each weight by whether y lies above z. `same` gets, as i64 a lane, how many of the `channels` keep their weight.
 */
export function asymmetricRound(y: usize, w: usize, channels: u32, z: usize, f: usize, weightAbove: f64, weightBelow: f64, same: usize): void {
  const pairs = (channels + 1) >> 1;
  eliminate(y, w, f, pairs);
  z += 2 * LANES * <usize>pairs;
  f += 5 * LANES * <usize>pairs;
  w += 2 * LANES * <usize>pairs;
  y += 2 * LANES * <usize>pairs;
  const last = w - LANES;
  memory.fill(z, 0, 2 * LANES);
  const below = f64x2.splat(weightBelow);
  const differ = v128.xor(below, f64x2.splat(weightAbove));
  let n0 = i64x2.splat(0);
  let n1 = n0;
  let n2 = n0;
  let n3 = n0;
  for (let i: u32 = 0; i < pairs; i++) {
    z -= 2 * LANES;
    f -= 5 * LANES;
    w -= 2 * LANES;
    y -= 2 * LANES;
    n0 = i64x2.sub(n0, substituteAndWeighPair(y, w, z, f, below, differ));
    n1 = i64x2.sub(n1, substituteAndWeighPair(y + 16, w + 16, z + 16, f + 16, below, differ));
    n2 = i64x2.sub(n2, substituteAndWeighPair(y + 32, w + 32, z + 32, f + 32, below, differ));
    n3 = i64x2.sub(n3, substituteAndWeighPair(y + 48, w + 48, z + 48, f + 48, below, differ));
  }
  // The channel that makes their number even has no weight; it had none, so that it was not counted.
  if (channels & 1) memory.fill(last, 0, LANES);
  v128.store(same, n0);
  v128.store(same, n1, 16);
  v128.store(same, n2, 32);
  v128.store(same, n3, 48);
}
