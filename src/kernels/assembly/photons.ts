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
 * Takes the photons out of `length` values of a stream in which 65535 ends a pixel: their `channel` (u16) and the ends
 * before them, `ends` and on (`visit`, u32). Those in channels beyond `channels` are left out. Both lists need room for
 * eight more. Returns how many photons there are; `result` (u32) gets the ends.
 */
export function takePhotons(values: usize, length: u32, channels: u32, ends: u32, channel: usize, visit: usize, result: usize): u32 {
  const limit = i16x8.splat(<i16>channels);
  const allOnes = i16x8.splat(-1);
  let n: usize = 0;
  let at = values;
  const stop = values + ((<usize>(length & ~7)) << 1);
  for (; at < stop; at += 16) {
    const v = v128.load(at);
    const end = i16x8.eq(v, allOnes);
    const ones = i64x2.extract_lane(i8x16.narrow_i16x8_s(end, end), 0) & BYTES;
    const running = ones * BYTES;
    const kept = <usize>i16x8.bitmask(i16x8.lt_u(v, limit));
    const lanes = v128.load64_zero(lanesOf + (kept << 3));
    const index = i16x8.add(i16x8.mul(i16x8.extend_low_i8x16_u(lanes), i16x8.splat(0x0202)), i16x8.splat(0x0100));
    v128.store(channel + (n << 1), i8x16.swizzle(v, index));
    const before = i16x8.extend_low_i8x16_u(i8x16.swizzle(i64x2.splat(running << 8), lanes));
    const base = i32x4.splat(ends);
    v128.store(visit + (n << 2), i32x4.add(i32x4.extend_low_i16x8_u(before), base));
    v128.store(visit + (n << 2), i32x4.add(i32x4.extend_high_i16x8_u(before), base), 16);
    n += popcnt(kept);
    ends += <u32>(running >> 56);
  }
  for (const last = values + ((<usize>length) << 1); at < last; at += 2) {
    const value = <u32>load<u16>(at);
    store<u16>(channel + (n << 1), <u16>value);
    store<u32>(visit + (n << 2), ends);
    n += value < channels ? 1 : 0;
    ends += value == NEXT_PIXEL ? 1 : 0;
  }
  store<u32>(result, ends);
  return <u32>n;
}

/**
 * Counts photons into the spectra of `pixels` pixels: sparse rows, channels ascending. The photons lie frame after frame
 * in `channel` (u16) and `visit` (u32); `frames` holds for each frame the visit of pixel 0 and its photons (u32 each).
 * `next` (u32 a pixel) and `ordered` (u16 a photon) are room to work in; `histogram` and `touched` must be 0 and are left
 * so. Entry i of pixel p is written to `channels` (u16) and `counts`, in the fewest of 1, 2 or 4 bytes that hold all, for
 * `offsets[p]` ≤ i < `offsets[p + 1]`. Returns the largest count.
 */
export function sumPhotons(frames: usize, frameCount: u32, channel: usize, visit: usize, pixels: u32, words: u32, next: usize, ordered: usize, histogram: usize, touched: usize, offsets: usize, channels: usize, counts: usize): u32 {
  memory.fill(next, 0, (<usize>pixels) << 2);
  const lastFrame = frames + ((<usize>frameCount) << 3);
  let v = visit;
  for (let frame = frames; frame < lastFrame; frame += 8) {
    const base = load<u32>(frame);
    const stop = v + ((<usize>load<u32>(frame, 4)) << 2);
    for (; v < stop; v += 4) {
      const place = next + ((<usize>(load<u32>(v) - base)) << 2);
      store<u32>(place, load<u32>(place) + 2);
    }
  }
  let start = <u32>ordered;
  for (let p: u32 = 0; p < pixels; p++) {
    const place = next + ((<usize>p) << 2);
    const bytes = load<u32>(place);
    store<u32>(place, start);
    start += bytes;
  }
  v = visit;
  let c = channel;
  for (let frame = frames; frame < lastFrame; frame += 8) {
    const base = load<u32>(frame);
    const stop = v + ((<usize>load<u32>(frame, 4)) << 2);
    for (; v < stop; v += 4, c += 2) {
      const place = next + ((<usize>(load<u32>(v) - base)) << 2);
      const to = load<u32>(place);
      store<u16>(<usize>to, load<u16>(c));
      store<u32>(place, to + 2);
    }
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

function narrow(counts: usize, entries: u32): u32 {
  let largest: u32 = 0;
  for (let i: usize = 0; i < <usize>entries; i++) largest = max(largest, load<u32>(counts + (i << 2)));
  if (largest < 0x100) {
    for (let i: usize = 0; i < <usize>entries; i++) store<u8>(counts + i, <u8>load<u32>(counts + (i << 2)));
  } else if (largest < 0x10000) {
    for (let i: usize = 0; i < <usize>entries; i++) store<u16>(counts + (i << 1), <u16>load<u32>(counts + (i << 2)));
  }
  return largest;
}
