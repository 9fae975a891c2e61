/*
 * f = e^(a + b·t) along a row, for backgrounds that are straight lines in logarithms. `table` is that of
 * exponential-by-table.ts, `step` has place for 64 bytes.
 */
import { finishExponential, reduceExponential, withinReach } from './exponential-by-table';

/** out ← e^(a + b·t) at n numbers; two pairs at a time, so that neither waits for the other. */
export function evaluateLine(a: f64, b: f64, t: usize, n: u32, table: usize, step: usize, out: usize): void {
  const first = f64x2.splat(a);
  const slope = f64x2.splat(b);
  const whole = (<usize>(n & ~3)) << 3;
  let at: usize = 0;
  for (; at < whole; at += 32) {
    const x0 = f64x2.add(first, f64x2.mul(slope, v128.load(t + at)));
    const x1 = f64x2.add(first, f64x2.mul(slope, v128.load(t + at, 16)));
    reduceExponential(withinReach(x0, table), table, step);
    reduceExponential(withinReach(x1, table), table, step + 32);
    v128.store(out + at, finishExponential(table, step));
    v128.store(out + at, finishExponential(table, step + 32), 16);
  }
  for (; at < (<usize>n) << 3; at += 8) {
    const x = f64x2.add(first, f64x2.mul(slope, v128.load64_splat(t + at)));
    reduceExponential(withinReach(x, table), table, step);
    store<f64>(out + at, f64x2.extract_lane(finishExponential(table, step), 0));
  }
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
