/*
 * f = e^(a + b·t) along a row, for backgrounds that are straight lines in logarithms. `table` is that of
 * exponential-by-table.ts, `step` has place for 64 bytes.
 */
import { finishExponential, reduceExponential, withinReach } from './exponential-by-table';

/** Numbers of a group, each half of which has an anchor: e^(a + b·t) = e^(a + b·anchor)·e^(b·(t − anchor)). */
const GROUP: usize = 16;
/** Largest argument for which eight terms of the exponential series are exact to 10⁻¹⁶. */
const SHORT: f64 = 0.03125;

/** e^y for |y| up to SHORT. */
@inline
function shortExponential(y: v128, table: usize): v128 {
  let p = f64x2.add(v128.load64_splat(table, 1112), f64x2.mul(y, v128.load64_splat(table, 1120)));
  p = f64x2.add(v128.load64_splat(table, 1104), f64x2.mul(y, p));
  p = f64x2.add(v128.load64_splat(table, 64), f64x2.mul(y, p));
  p = f64x2.add(v128.load64_splat(table, 56), f64x2.mul(y, p));
  p = f64x2.add(v128.load64_splat(table, 48), f64x2.mul(y, p));
  p = f64x2.add(f64x2.splat(1), f64x2.mul(y, p));
  return f64x2.add(f64x2.splat(1), f64x2.mul(y, p));
}

@inline
function put(less: bool, f: v128, out: usize): void {
  v128.store(out, less ? f64x2.sub(v128.load(out), f) : f);
}

/** Four pairs about an anchor, where e^(a + b·t) is the value in both lanes of `height`. */
@inline
function putHalf(less: bool, height: v128, slope: v128, offsets: usize, table: usize, out: usize): void {
  put(less, f64x2.mul(height, shortExponential(f64x2.mul(slope, v128.load(offsets)), table)), out);
  put(less, f64x2.mul(height, shortExponential(f64x2.mul(slope, v128.load(offsets, 16)), table)), out + 16);
  put(less, f64x2.mul(height, shortExponential(f64x2.mul(slope, v128.load(offsets, 32)), table)), out + 32);
  put(less, f64x2.mul(height, shortExponential(f64x2.mul(slope, v128.load(offsets, 48)), table)), out + 48);
}

@inline
function putLine(less: bool, a: f64, b: f64, t: usize, offsets: usize, reaches: usize, n: u32, table: usize, step: usize, out: usize): void {
  const first = f64x2.splat(a);
  const slope = f64x2.splat(b);
  const whole = (<usize>n & ~(GROUP - 1)) << 3;
  let at: usize = 0;
  for (; at < whole; at += GROUP << 3) {
    if (abs(b) * load<f64>(reaches + at / GROUP) <= SHORT) {
      const anchors = v128.load64_lane(t + at, v128.load64_zero(t + at, 32), 1, 96);
      reduceExponential(withinReach(f64x2.add(first, f64x2.mul(slope, anchors)), table), table, step);
      const heights = finishExponential(table, step);
      putHalf(less, v128.shuffle<f64>(heights, heights, 0, 0), slope, offsets + at, table, out + at);
      putHalf(less, v128.shuffle<f64>(heights, heights, 1, 1), slope, offsets + at + 64, table, out + at + 64);
      continue;
    }
    // Two pairs at a time, so that neither waits for the other.
    for (let pair = at; pair < at + (GROUP << 3); pair += 32) {
      const x0 = f64x2.add(first, f64x2.mul(slope, v128.load(t + pair)));
      const x1 = f64x2.add(first, f64x2.mul(slope, v128.load(t + pair, 16)));
      reduceExponential(withinReach(x0, table), table, step);
      reduceExponential(withinReach(x1, table), table, step + 32);
      put(less, finishExponential(table, step), out + pair);
      put(less, finishExponential(table, step + 32), out + pair + 16);
    }
  }
  for (; at < (<usize>n) << 3; at += 8) {
    const x = f64x2.add(first, f64x2.mul(slope, v128.load64_splat(t + at)));
    reduceExponential(withinReach(x, table), table, step);
    const f = f64x2.extract_lane(finishExponential(table, step), 0);
    store<f64>(out + at, less ? load<f64>(out + at) - f : f);
  }
}

/**
 * out ← e^(a + b·t) at n numbers. Of each group of 16, `reaches` has the longest way from an anchor, which are its numbers 4
 * and 12, and `offsets` the way from its anchor for every number.
 */
export function evaluateLine(a: f64, b: f64, t: usize, offsets: usize, reaches: usize, n: u32, table: usize, step: usize, out: usize): void {
  putLine(false, a, b, t, offsets, reaches, n, table, step, out);
}

/** The same taken off what is there. */
export function subtractLine(a: f64, b: f64, t: usize, offsets: usize, reaches: usize, n: u32, table: usize, step: usize, out: usize): void {
  putLine(true, a, b, t, offsets, reaches, n, table, step, out);
}

@inline
function total(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * Sums of one step of scoring of x at n numbers, n even: Σ w·f·r, Σ w·f·r·t, Σ w·f², Σ w·f²·t, Σ w·f²·t², Σ r², with r = x − f and
 * w = use/(gain·f + floor) into the six doubles at `sums`. `use` is 0 at what pads x.
 */
export function scoreLine(x: usize, t: usize, gain: usize, use: usize, floor: f64, n: u32, a: f64, b: f64, table: usize, step: usize, sums: usize): void {
  const first = f64x2.splat(a);
  const slope = f64x2.splat(b);
  const least = f64x2.splat(floor);
  let sa = f64x2.splat(0);
  let sb = f64x2.splat(0);
  let faa = f64x2.splat(0);
  let fab = f64x2.splat(0);
  let fbb = f64x2.splat(0);
  let rest = f64x2.splat(0);
  for (let at: usize = 0; at < (<usize>n) << 3; at += 16) {
    const place = v128.load(t + at);
    reduceExponential(withinReach(f64x2.add(first, f64x2.mul(slope, place)), table), table, step);
    const f = finishExponential(table, step);
    const counts = v128.load(use + at);
    const r = f64x2.mul(counts, f64x2.sub(v128.load(x + at), f));
    const weight = f64x2.div(f64x2.mul(counts, f), f64x2.add(f64x2.mul(v128.load(gain + at), f), least));
    const pull = f64x2.mul(weight, r);
    const hold = f64x2.mul(weight, f);
    const lean = f64x2.mul(hold, place);
    sa = f64x2.add(sa, pull);
    sb = f64x2.add(sb, f64x2.mul(pull, place));
    faa = f64x2.add(faa, hold);
    fab = f64x2.add(fab, lean);
    fbb = f64x2.add(fbb, f64x2.mul(lean, place));
    rest = f64x2.add(rest, f64x2.mul(r, r));
  }
  store<f64>(sums, total(sa));
  store<f64>(sums, total(sb), 8);
  store<f64>(sums, total(faa), 16);
  store<f64>(sums, total(fab), 24);
  store<f64>(sums, total(fbb), 32);
  store<f64>(sums, total(rest), 40);
}
