import { finishExponential, reduceExponential, withinReach } from './exponential-by-table';

/*
 * Weights of eight rows from the residuals r = y − z of their baselines, and how far they are from those before. Arrays hold
 * the eight numbers of one channel together; `told` holds up to three numbers a lane, eight lanes each.
 */

const LANES: usize = 64;

@inline
function negativePart(r: v128, value: v128): v128 {
  return v128.and(f64x2.lt(r, f64x2.splat(0)), value);
}

/** For each lane the number, mean and, if asked for, sum of squares about it of the negative residuals. Four lanes go together, as sums wait for sums. */
export function negativeResiduals(y: usize, z: usize, channels: u32, spread: bool, out: usize): void {
  const one = f64x2.splat(1);
  for (let lane: usize = 0; lane < LANES; lane += 32) {
    let n0 = f64x2.splat(0);
    let n1 = n0;
    let s0 = n0;
    let s1 = n0;
    const end = lane + LANES * <usize>channels;
    for (let at = lane; at < end; at += LANES) {
      const r0 = f64x2.sub(v128.load(y + at), v128.load(z + at));
      const r1 = f64x2.sub(v128.load(y + at, 16), v128.load(z + at, 16));
      n0 = f64x2.add(n0, negativePart(r0, one));
      n1 = f64x2.add(n1, negativePart(r1, one));
      s0 = f64x2.add(s0, negativePart(r0, r0));
      s1 = f64x2.add(s1, negativePart(r1, r1));
    }
    const m0 = f64x2.div(s0, f64x2.pmax(one, n0));
    const m1 = f64x2.div(s1, f64x2.pmax(one, n1));
    let q0 = f64x2.splat(0);
    let q1 = q0;
    for (let at = spread ? lane : end; at < end; at += LANES) {
      const r0 = f64x2.sub(v128.load(y + at), v128.load(z + at));
      const r1 = f64x2.sub(v128.load(y + at, 16), v128.load(z + at, 16));
      const d0 = f64x2.sub(r0, m0);
      const d1 = f64x2.sub(r1, m1);
      q0 = f64x2.add(q0, negativePart(r0, f64x2.mul(d0, d0)));
      q1 = f64x2.add(q1, negativePart(r1, f64x2.mul(d1, d1)));
    }
    v128.store(out + lane, n0);
    v128.store(out + lane, n1, 16);
    v128.store(out + lane, m0, LANES);
    v128.store(out + lane, m1, LANES + 16);
    v128.store(out + lane, q0, 2 * LANES);
    v128.store(out + lane, q1, 2 * LANES + 16);
  }
}

const STEP = 0;
const LOGISTIC = 1;
const RATIO = 2;
const ROOT = 3;
const GROWING = 4;
const DECAYING = 5;
const BELL = 6;

/** What a law takes the exponential of. */
@inline
function exponentOf(law: i32, r: v128, p0: v128, p1: v128, p2: v128, table: usize): v128 {
  // From 0 to the number of the iteration, as told = t/Σr.
  if (law == GROWING) return f64x2.mul(f64x2.pmin(r, f64x2.splat(0)), p0);
  if (law == DECAYING) return withinReach(f64x2.mul(r, p2), table);
  if (law == LOGISTIC) return withinReach(f64x2.mul(f64x2.sub(r, p0), p1), table);
  const u = f64x2.mul(r, p2);
  return withinReach(f64x2.mul(f64x2.splat(-0.5), f64x2.mul(u, u)), table);
}

/** The weight of residual r times `all`, where the law looks at r itself. */
@inline
function weightOf(law: i32, r: v128, p0: v128, p1: v128, all: v128, table: usize, step: usize): v128 {
  const one = f64x2.splat(1);
  if (law == STEP) return f64x2.mul(all, v128.bitselect(p0, p1, f64x2.gt(r, f64x2.splat(0))));
  if (law == DECAYING || law == BELL) {
    const above = f64x2.mul(p0, finishExponential(table, step));
    return f64x2.mul(all, v128.bitselect(above, p1, f64x2.gt(r, f64x2.splat(0))));
  }
  const u = f64x2.mul(f64x2.sub(r, p0), p1);
  const size = law == RATIO ? f64x2.add(one, f64x2.abs(u)) : f64x2.sqrt(f64x2.add(one, f64x2.mul(u, u)));
  return f64x2.mul(all, f64x2.mul(f64x2.splat(0.5), f64x2.sub(one, f64x2.div(u, size))));
}

/** Channels whose exponentials are prepared before any is finished. */
const TILE: usize = 32;

/**
 * Sets w = law(y − z)·factor, and `changes` to Σ(w − before)² and Σ before², but for growing weights. `factors` multiply the
 * weights of a bell as well. At `table` lie the table of the exponential and behind it 32 bytes for each channel of a tile.
 */
@inline
function reweigh(law: i32, y: usize, z: usize, w: usize, factors: usize, factor: f64, channels: u32, told: usize, table: usize, changes: usize): void {
  const all = f64x2.splat(factor);
  const steps = table + 1104;
  for (let lane: usize = 0; lane < LANES; lane += 16) {
    const p0 = v128.load(told + lane);
    const p1 = v128.load(told + lane, LANES);
    const p2 = v128.load(told + lane, 2 * LANES);
    let change = f64x2.splat(0);
    let size = change;
    const end = lane + LANES * <usize>channels;
    for (let first = lane; first < end; first += TILE * LANES) {
      const last = min<usize>(end, first + TILE * LANES);
      if (law != STEP && law != RATIO && law != ROOT) {
        for (let at = first, step = steps; at < last; at += LANES, step += 32) {
          const r = f64x2.sub(v128.load(y + at), v128.load(z + at));
          reduceExponential(exponentOf(law, r, p0, p1, p2, table), table, step);
          // No power, no weight.
          if (law == GROWING) v128.store(step, v128.and(v128.load(step, 16), f64x2.lt(r, f64x2.splat(0))), 16);
        }
      }
      for (let at = first, step = steps; at < last; at += LANES, step += 32) {
        if (law == GROWING) {
          v128.store(w + at, f64x2.mul(all, finishExponential(table, step)));
          continue;
        }
        let weight: v128;
        if (law == LOGISTIC) weight = f64x2.div(all, f64x2.add(f64x2.splat(1), finishExponential(table, step)));
        else weight = weightOf(law, f64x2.sub(v128.load(y + at), v128.load(z + at)), p0, p1, all, table, step);
        if (law == BELL) weight = f64x2.mul(weight, v128.load(factors + at));
        const before = v128.load(w + at);
        const d = f64x2.sub(weight, before);
        change = f64x2.add(change, f64x2.mul(d, d));
        size = f64x2.add(size, f64x2.mul(before, before));
        v128.store(w + at, weight);
      }
    }
    v128.store(changes + lane, change);
    v128.store(changes + lane, size, LANES);
  }
}

/** told: weight above, weight below. */
export function stepWeights(y: usize, z: usize, w: usize, factors: usize, factor: f64, channels: u32, told: usize, table: usize, changes: usize): void {
  reweigh(STEP, y, z, w, factors, factor, channels, told, table, changes);
}

/** told: centre c, slope a; 1/(1 + e^(a(r − c))). */
export function logisticWeights(y: usize, z: usize, w: usize, factors: usize, factor: f64, channels: u32, told: usize, table: usize, changes: usize): void {
  reweigh(LOGISTIC, y, z, w, factors, factor, channels, told, table, changes);
}

/** told: centre c, slope a; (1 − u/(1 + |u|))/2, u = a(r − c). */
export function ratioWeights(y: usize, z: usize, w: usize, factors: usize, factor: f64, channels: u32, told: usize, table: usize, changes: usize): void {
  reweigh(RATIO, y, z, w, factors, factor, channels, told, table, changes);
}

/** told: centre c, slope a; (1 − u/√(1 + u²))/2, u = a(r − c). */
export function rootWeights(y: usize, z: usize, w: usize, factors: usize, factor: f64, channels: u32, told: usize, table: usize, changes: usize): void {
  reweigh(ROOT, y, z, w, factors, factor, channels, told, table, changes);
}

/** told: a; e^(ar) for r < 0, else 0. No ar above 600. */
export function growingWeights(y: usize, z: usize, w: usize, factors: usize, factor: f64, channels: u32, told: usize, table: usize, changes: usize): void {
  reweigh(GROWING, y, z, w, factors, factor, channels, told, table, changes);
}

/** told: p, weight below, a; p·e^(ar) for r > 0. */
export function decayingWeights(y: usize, z: usize, w: usize, factors: usize, factor: f64, channels: u32, told: usize, table: usize, changes: usize): void {
  reweigh(DECAYING, y, z, w, factors, factor, channels, told, table, changes);
}

/** told: p, weight below, a; p·e^(−(ar)²/2) for r > 0. */
export function bellWeights(y: usize, z: usize, w: usize, factors: usize, factor: f64, channels: u32, told: usize, table: usize, changes: usize): void {
  reweigh(BELL, y, z, w, factors, factor, channels, told, table, changes);
}
