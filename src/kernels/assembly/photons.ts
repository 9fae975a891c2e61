import { countOne, emptyInto } from './histogram';

const BYTES: u64 = 0x0101010101010101;
const NEXT_PIXEL: u32 = 0xffff;

/** For every set of eight lanes, the lanes in it, ascending, a byte each. */
const lanesOf = memory.data(2048);

function listLanes(): void {
  for (let set: usize = 0; set < 256; set++) {
    let at = lanesOf + (set << 3);
    for (let lane = 0; lane < 8; lane++) {
      if ((set & ((<usize>1) << lane)) != 0) store<u8>(at++, <u8>lane);
    }
  }
}

listLanes();

/**
 * Takes the photons out of `length` values of a stream in which 65535 ends a pixel: their `channel` (u16), and in `pixel`
 * (u16) `first` and the ends before them. Those in channels beyond `channels` are left out. Both lists need room for eight
 * more. Stops behind the end of pixel `stop − 1`, `stop` ≤ 65535. Returns how many photons there are; `result` gets the
 * values taken and the pixel reached (u32 each).
 */
export function takePhotons(values: usize, length: u32, channels: u32, first: u32, stop: u32, channel: usize, pixel: usize, result: usize): u32 {
  const limit = i16x8.splat(<i16>channels);
  const allOnes = i16x8.splat(-1);
  let n: usize = 0;
  let at = values;
  let here = first;
  const groups = values + ((<usize>(length & ~7)) << 1);
  for (; at < groups; at += 16) {
    const v = v128.load(at);
    const end = i16x8.eq(v, allOnes);
    const ones = i64x2.extract_lane(i8x16.narrow_i16x8_s(end, end), 0) & BYTES;
    const running = ones * BYTES;
    const behind = here + <u32>(running >> 56);
    if (behind >= stop) break;
    const kept = <usize>i16x8.bitmask(i16x8.lt_u(v, limit));
    const lanes = v128.load64_zero(lanesOf + (kept << 3));
    const index = i16x8.add(i16x8.mul(i16x8.extend_low_i8x16_u(lanes), i16x8.splat(0x0202)), i16x8.splat(0x0100));
    v128.store(channel + (n << 1), i8x16.swizzle(v, index));
    const before = i16x8.extend_low_i8x16_u(i8x16.swizzle(i64x2.splat(running << 8), lanes));
    v128.store(pixel + (n << 1), i16x8.add(before, i16x8.splat(<i16>here)));
    n += popcnt(kept);
    here = behind;
  }
  for (const last = values + ((<usize>length) << 1); at < last && here < stop; at += 2) {
    const value = <u32>load<u16>(at);
    store<u16>(channel + (n << 1), <u16>value);
    store<u16>(pixel + (n << 1), <u16>here);
    n += value < channels ? 1 : 0;
    here += value == NEXT_PIXEL ? 1 : 0;
  }
  store<u32>(result, <u32>((at - values) >> 1));
  store<u32>(result, here, 4);
  return <u32>n;
}

/**
 * Counts photons into the spectra of `pixels` pixels: sparse rows, channels ascending. The photons lie run after run in
 * `channel` and `pixel` (u16 each), pixels ascending in a run; `cursors` holds the first photon of each run and the one
 * behind its last (u32 each), and is used up. `histogram` and `touched` must be 0 and are left so. Entry i of pixel p is
 * written to `channels` (u16) and `counts`, in the fewest of 1, 2 or 4 bytes that hold all, for
 * `offsets[p]` ≤ i < `offsets[p + 1]`. Returns the bytes of a count.
 */
export function mergePhotons(cursors: usize, runs: u32, channel: usize, pixel: usize, pixels: u32, words: u32, histogram: usize, touched: usize, offsets: usize, channels: usize, counts: usize): u32 {
  const lastRun = cursors + ((<usize>runs) << 3);
  let entries: u32 = 0;
  store<u32>(offsets, 0);
  for (let p: u32 = 0; p < pixels; p++) {
    for (let run = cursors; run < lastRun; run += 8) {
      const stop = load<u32>(run, 4);
      let at = load<u32>(run);
      while (at < stop && <u32>load<u16>(pixel + ((<usize>at) << 1)) == p) {
        countOne(histogram, touched, load<u16>(channel + ((<usize>at) << 1)));
        at++;
      }
      store<u32>(run, at);
    }
    entries = emptyInto<u16>(histogram, touched, words, channels, counts, entries);
    store<u32>(offsets + ((<usize>p) << 2), entries, 4);
  }
  return narrow(counts, entries);
}

/**
 * The same for `photons` photons in any order: they are put in the order of the pixels first. `next` (u32 a pixel) and
 * `ordered` (u16 a photon) are room to work in.
 */
export function sortPhotons(photons: u32, channel: usize, pixel: usize, pixels: u32, words: u32, next: usize, ordered: usize, histogram: usize, touched: usize, offsets: usize, channels: usize, counts: usize): u32 {
  memory.fill(next, 0, (<usize>pixels) << 2);
  const last = pixel + ((<usize>photons) << 1);
  for (let p = pixel; p < last; p += 2) {
    const place = next + ((<usize>load<u16>(p)) << 2);
    store<u32>(place, load<u32>(place) + 2);
  }
  let start = <u32>ordered;
  for (let p: u32 = 0; p < pixels; p++) {
    const place = next + ((<usize>p) << 2);
    const bytes = load<u32>(place);
    store<u32>(place, start);
    start += bytes;
  }
  let c = channel;
  for (let p = pixel; p < last; p += 2, c += 2) {
    const place = next + ((<usize>load<u16>(p)) << 2);
    const to = load<u32>(place);
    store<u16>(<usize>to, load<u16>(c));
    store<u32>(place, to + 2);
  }
  let entries: u32 = 0;
  let from = ordered;
  store<u32>(offsets, 0);
  for (let p: u32 = 0; p < pixels; p++) {
    const to = <usize>load<u32>(next + ((<usize>p) << 2));
    for (; from < to; from += 2) countOne(histogram, touched, load<u16>(from));
    entries = emptyInto<u16>(histogram, touched, words, channels, counts, entries);
    store<u32>(offsets + ((<usize>p) << 2), entries, 4);
  }
  return narrow(counts, entries);
}

/** Puts counts (u32) in the fewest of 1, 2 or 4 bytes that hold all of them, in place; returns how many. */
function narrow(counts: usize, entries: u32): u32 {
  let bits = i32x4.splat(0);
  const whole = <usize>(entries & ~15);
  for (let i: usize = 0; i < whole; i += 4) bits = v128.or(bits, v128.load(counts + (i << 2)));
  let all: u32 = i32x4.extract_lane(bits, 0) | i32x4.extract_lane(bits, 1) | i32x4.extract_lane(bits, 2) | i32x4.extract_lane(bits, 3);
  for (let i = whole; i < <usize>entries; i++) all |= load<u32>(counts + (i << 2));
  if (all >= 0x10000) return 4;
  const bytes: u32 = all < 0x100 ? 1 : 2;
  for (let i: usize = 0; i < whole; i += 16) {
    const from = counts + (i << 2);
    const low = i16x8.narrow_i32x4_u(v128.load(from), v128.load(from, 16));
    const high = i16x8.narrow_i32x4_u(v128.load(from, 32), v128.load(from, 48));
    if (bytes == 1) v128.store(counts + i, i8x16.narrow_i16x8_u(low, high));
    else {
      v128.store(counts + (i << 1), low);
      v128.store(counts + (i << 1), high, 16);
    }
  }
  for (let i = whole; i < <usize>entries; i++) {
    const count = load<u32>(counts + (i << 2));
    if (bytes == 1) store<u8>(counts + i, <u8>count);
    else store<u16>(counts + (i << 1), <u16>count);
  }
  return bytes;
}
