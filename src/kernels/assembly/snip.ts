import { exponentials2, exponentials4, logarithms2, logarithms4 } from './logarithms-exponentials';

/*
 * A row of n channels is clipped in two buffers of n + 2·pad numbers (T) that take turns. `strokes` tells the passes, one
 * after the other: from, to, left and right half window (u32 each), ascending; the strokes of a pass cover its buffer, those
 * without a window keep what is there. Vectors run past a stroke's end: the next stroke overwrites that.
 */

/** ln x + addend; up to seven numbers past the end, too. */
function logarithms<T>(row: usize, n: u32, addend: T): void {
  const end = row + (<usize>n) * sizeof<T>();
  for (; row < end; row += 32) {
    if (sizeof<T>() == 4) logarithms4(row, <f32>addend);
    else logarithms2(row, <f64>addend);
  }
}

/** e^x − 1; up to seven numbers past the end, too. */
function exponentials<T>(row: usize, n: u32): void {
  const end = row + (<usize>n) * sizeof<T>();
  for (; row < end; row += 32) {
    if (sizeof<T>() == 4) exponentials4(row);
    else exponentials2(row);
  }
}

/** √(y + 1) + 1. */
@inline
function inner<T>(y: v128): v128 {
  const one = v128.splat<T>(<T>1);
  return v128.add<T>(v128.sqrt<T>(v128.add<T>(y, one)), one);
}

/** The transform ln(ln(√(y + 1) + 1) + 1), of numbers that are √(y + 1) + 1. */
@inline
function transformed<T>(row: usize, n: u32): void {
  logarithms<T>(row, n, <T>1);
  logarithms<T>(row, n, <T>0);
}

/** e^(e^v − 1) − 1: √(y + 1). */
@inline
function restored<T>(row: usize, n: u32): void {
  exponentials<T>(row, n);
  exponentials<T>(row, n);
}

@inline
function squareLessOne<T>(root: v128): v128 {
  return v128.sub<T>(v128.mul<T>(root, root), v128.splat<T>(<T>1));
}

@inline
function four(at: usize): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(v128.load(at)), f32x4.demote_f64x2_zero(v128.load(at, 16)), 0, 2);
}

/** Doubles as T, y less `base` as √(y + 1) + 1 where that is asked. Reads and writes up to three numbers past the end. */
@inline
function take<T>(row: usize, n: u32, base: f64, transform: bool, to: usize): void {
  const last = row + ((<usize>n) << 3);
  const lowest = v128.splat<T>(<T>base);
  for (; row < last; to += 16) {
    let y: v128;
    if (sizeof<T>() == 4) {
      y = four(row);
      row += 32;
    } else {
      y = v128.load(row);
      row += 16;
    }
    v128.store(to, transform ? inner<T>(v128.pmax<T>(v128.sub<T>(y, lowest), v128.splat<T>(<T>0))) : y);
  }
}

/** The way back from √(y + 1). Writes up to three doubles past the end. */
@inline
function give<T>(from: usize, n: u32, base: f64, transform: bool, row: usize): void {
  const last = row + ((<usize>n) << 3);
  const lowest = f64x2.splat(base);
  for (; row < last; from += 16) {
    const y = transform ? squareLessOne<T>(v128.load(from)) : v128.load(from);
    if (sizeof<T>() == 4) {
      const low = f64x2.promote_low_f32x4(y);
      const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(y, y, 1, 1));
      v128.store(row, transform ? f64x2.add(low, lowest) : low);
      v128.store(row, transform ? f64x2.add(high, lowest) : high, 16);
      row += 32;
    } else {
      v128.store(row, transform ? f64x2.add(y, lowest) : y);
      row += 16;
    }
  }
}

@inline
function get<T>(at: usize, i: i32): f64 {
  return <f64>load<T>(at + <usize>(i * <i32>sizeof<T>()));
}

@inline
function put<T>(at: usize, i: i32, value: f64): void {
  store<T>(at + <usize>(i * <i32>sizeof<T>()), <T>value);
}

/** Continues `row` by `pad` numbers to either side, along the straight lines through the `pad` numbers at that end, from `floor`. */
@inline
function extend<T>(row: usize, n: i32, pad: i32, floor: f64): void {
  const k = min(pad, n);
  const middle = <f64>(k - 1) / 2;
  const spread = <f64>k * (<f64>k * <f64>k - 1) / 12;
  for (let side = 0; side < 2; side++) {
    const first = side ? n - k : 0;
    const origin = get<T>(row, first);
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let i = 0; i < k; i++) {
      const value = get<T>(row, first + i) - origin;
      sum += value;
      product += (<f64>i - middle) * value;
    }
    const mean = origin + sum / <f64>k;
    const slope = k > 1 ? product / spread : 0;
    const begin = side ? n : -pad;
    for (let i = begin; i < begin + pad; i++) put<T>(row, i, max(floor, mean + slope * (<f64>(i - first) - middle)));
  }
}

/** Morháč's clipping filters of order 2, 4, 6 and 8, the largest up to `order`. */
@inline
function filter<T>(at: usize, left: u32, right: u32, order: u32): v128 {
  const size = <u32>sizeof<T>();
  const pair = around<T>(at, left * size, right * size);
  let largest = v128.mul<T>(pair, v128.splat<T>(<T>0.5));
  if (order >= 4) {
    const inner = around<T>(at, (left >> 1) * size, (right >> 1) * size);
    const sum = v128.sub<T>(v128.mul<T>(inner, v128.splat<T>(<T>4)), pair);
    largest = v128.pmax<T>(largest, v128.mul<T>(sum, v128.splat<T>(<T>(1.0 / 6))));
  }
  if (order >= 6) {
    const first = around<T>(at, (left / 3) * size, (right / 3) * size);
    const second = around<T>(at, ((2 * left) / 3) * size, ((2 * right) / 3) * size);
    const sum = v128.sub<T>(v128.mul<T>(first, v128.splat<T>(<T>15)), v128.mul<T>(second, v128.splat<T>(<T>6)));
    largest = v128.pmax<T>(largest, v128.mul<T>(v128.add<T>(sum, pair), v128.splat<T>(<T>(1.0 / 20))));
  }
  if (order >= 8) {
    const first = around<T>(at, (left >> 2) * size, (right >> 2) * size);
    const second = around<T>(at, (left >> 1) * size, (right >> 1) * size);
    const third = around<T>(at, ((3 * left) >> 2) * size, ((3 * right) >> 2) * size);
    let sum = v128.sub<T>(v128.mul<T>(first, v128.splat<T>(<T>56)), v128.mul<T>(second, v128.splat<T>(<T>28)));
    sum = v128.add<T>(sum, v128.sub<T>(v128.mul<T>(third, v128.splat<T>(<T>8)), pair));
    largest = v128.pmax<T>(largest, v128.mul<T>(sum, v128.splat<T>(<T>(1.0 / 70))));
  }
  return largest;
}

@inline
function around<T>(at: usize, left: u32, right: u32): v128 {
  return v128.add<T>(v128.load(at - <usize>left), v128.load(at + <usize>right));
}

@inline
function clip<T>(from: usize, end: usize, left: u32, right: u32, to: usize): void {
  const half = v128.splat<T>(<T>0.5);
  let lower = from - <usize>(left * <u32>sizeof<T>());
  let upper = from + <usize>(right * <u32>sizeof<T>());
  for (; from < end; from += 128, to += 128, lower += 128, upper += 128) {
    const m0 = v128.mul<T>(v128.add<T>(v128.load(lower, 0), v128.load(upper, 0)), half);
    v128.store(to, v128.pmin<T>(v128.load(from, 0), m0), 0);
    const m1 = v128.mul<T>(v128.add<T>(v128.load(lower, 16), v128.load(upper, 16)), half);
    v128.store(to, v128.pmin<T>(v128.load(from, 16), m1), 16);
    const m2 = v128.mul<T>(v128.add<T>(v128.load(lower, 32), v128.load(upper, 32)), half);
    v128.store(to, v128.pmin<T>(v128.load(from, 32), m2), 32);
    const m3 = v128.mul<T>(v128.add<T>(v128.load(lower, 48), v128.load(upper, 48)), half);
    v128.store(to, v128.pmin<T>(v128.load(from, 48), m3), 48);
    const m4 = v128.mul<T>(v128.add<T>(v128.load(lower, 64), v128.load(upper, 64)), half);
    v128.store(to, v128.pmin<T>(v128.load(from, 64), m4), 64);
    const m5 = v128.mul<T>(v128.add<T>(v128.load(lower, 80), v128.load(upper, 80)), half);
    v128.store(to, v128.pmin<T>(v128.load(from, 80), m5), 80);
    const m6 = v128.mul<T>(v128.add<T>(v128.load(lower, 96), v128.load(upper, 96)), half);
    v128.store(to, v128.pmin<T>(v128.load(from, 96), m6), 96);
    const m7 = v128.mul<T>(v128.add<T>(v128.load(lower, 112), v128.load(upper, 112)), half);
    v128.store(to, v128.pmin<T>(v128.load(from, 112), m7), 112);
  }
}

@inline
function clipBy<T>(order: u32, from: usize, end: usize, left: u32, right: u32, to: usize): void {
  for (; from < end; from += 16, to += 16) {
    v128.store(to, v128.pmin<T>(v128.load(from), filter<T>(from, left, right, order)));
  }
}

/** Where a value is not above the filter it becomes the mean of its 2·h + 1 neighbours (Morháč). */
function smooth<T>(order: u32, h: u32, from: usize, end: usize, left: u32, right: u32, to: usize): void {
  const reach = <usize>(h * <u32>sizeof<T>());
  const share = v128.splat<T>(<T>(1 / <f64>(2 * h + 1)));
  for (; from < end; from += 16, to += 16) {
    let sum = v128.load(from);
    for (let k: usize = sizeof<T>(); k <= reach; k += sizeof<T>()) {
      sum = v128.add<T>(sum, v128.add<T>(v128.load(from - k), v128.load(from + k)));
    }
    let filtered: v128;
    if (order == 2) filtered = filter<T>(from, left, right, 2);
    else if (order == 4) filtered = filter<T>(from, left, right, 4);
    else if (order == 6) filtered = filter<T>(from, left, right, 6);
    else filtered = filter<T>(from, left, right, 8);
    v128.store(to, v128.bitselect(filtered, v128.mul<T>(sum, share), v128.gt<T>(v128.load(from), filtered)));
  }
}

/** Mirrors h numbers beyond either end, the end itself included. */
function mirror<T>(row: usize, length: i32, h: i32): void {
  for (let k = 0; k < h; k++) {
    put<T>(row, -1 - k, get<T>(row, k));
    put<T>(row, length + k, get<T>(row, length - 1 - k));
  }
}

@inline
function passes<T>(row: usize, other: usize, length: u32, order: u32, h: u32, strokes: usize, count: u32): usize {
  for (let s: u32 = 0; s < count; s++, strokes += 16) {
    const from = load<u32>(strokes);
    const to = load<u32>(strokes, 4);
    const left = load<u32>(strokes, 8);
    const right = load<u32>(strokes, 12);
    if (h && from == 0) mirror<T>(row, length, h);
    const begin = row + (<usize>from) * sizeof<T>();
    const end = row + (<usize>to) * sizeof<T>();
    const target = other + (<usize>from) * sizeof<T>();
    if ((left | right) == 0) memory.copy(target, begin, end - begin);
    else if (h) smooth<T>(order, h, begin, end, left, right, target);
    else if (order == 2) clip<T>(begin, end, left, right, target);
    else if (order == 4) clipBy<T>(4, begin, end, left, right, target);
    else if (order == 6) clipBy<T>(6, begin, end, left, right, target);
    else clipBy<T>(8, begin, end, left, right, target);
    if (to == length) {
      const last = row;
      row = other;
      other = last;
    }
  }
  return row;
}

/** The least value, at most 0; NaN where a value is not finite. */
function leastOf(row: usize, n: u32): f64 {
  const end = row + ((<usize>n) << 3);
  const zero = f64x2.splat(0);
  let least = zero;
  let further = zero;
  let odd = zero;
  let odder = zero;
  for (; row + 32 <= end; row += 32) {
    const y = v128.load(row);
    const z = v128.load(row, 16);
    least = f64x2.pmin(least, y);
    further = f64x2.pmin(further, z);
    odd = f64x2.add(odd, f64x2.mul(y, zero));
    odder = f64x2.add(odder, f64x2.mul(z, zero));
  }
  least = f64x2.pmin(least, further);
  odd = f64x2.add(odd, odder);
  let result = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  let sum = f64x2.extract_lane(odd, 0) + f64x2.extract_lane(odd, 1);
  for (; row < end; row += 8) {
    const y = load<f64>(row);
    result = min(result, y);
    sum += y * 0;
  }
  return result + sum;
}

@inline
function rowsOf<T>(rows: usize, count: u32, n: u32, pad: u32, transform: bool, order: u32, h: u32, strokes: usize, strokeCount: u32, one: usize, other: usize): void {
  const line = (<usize>n) << 3;
  let floor = -Infinity;
  if (transform) {
    v128.store(one, inner<T>(v128.splat<T>(<T>0)));
    transformed<T>(one, 1);
    floor = get<T>(one, 0);
  }
  for (let i: u32 = 0; i < count; i++, rows += line) {
    const least = leastOf(rows, n);
    if (isNaN(least)) {
      for (let at: usize = 0; at < line; at += 8) store<f64>(rows + at, NaN);
      continue;
    }
    const start = one + (<usize>pad) * sizeof<T>();
    const after = load<f64>(rows + line);
    const beyond = load<f64>(rows + line, 8);
    const farther = load<f64>(rows + line, 16);
    take<T>(rows, n, least, transform, start);
    if (transform) transformed<T>(start, n);
    extend<T>(start, n, pad, floor);
    const found = passes<T>(one, other, n + 2 * pad, order, h, strokes, strokeCount);
    const result = found + (<usize>pad) * sizeof<T>();
    if (transform) restored<T>(result, n);
    give<T>(result, n, least, transform, rows);
    store<f64>(rows + line, after);
    store<f64>(rows + line, beyond, 8);
    store<f64>(rows + line, farther, 16);
  }
}

/**
 * Replaces `count` rows of n doubles, behind which there is place for four more, by their SNIP baselines. `one` and `other`
 * are buffers of n + 2·pad numbers with place for h numbers, at least 128 bytes, before and behind.
 */
export function snipRows(bytes: u32, rows: usize, count: u32, n: u32, pad: u32, transform: u32, order: u32, h: u32, strokes: usize, strokeCount: u32, one: usize, other: usize): void {
  if (bytes == 4) rowsOf<f32>(rows, count, n, pad, transform != 0, order, h, strokes, strokeCount, one, other);
  else rowsOf<f64>(rows, count, n, pad, transform != 0, order, h, strokes, strokeCount, one, other);
}
