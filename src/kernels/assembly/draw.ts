import { countOne, emptyInto } from './histogram';

@inline
function mix(a: v128, b: v128, left: i32): v128 {
  return v128.xor(v128.or(i32x4.shl(b, left), i32x4.shr_u(b, 32 - left)), a);
}

const words = memory.data(64);

/** Threefry-4x32-20 of counters `counter` … `counter + 3`: sixteen words, those of one counter together. */
function fourBlocks(seedLow: i32, seedHigh: i32, keyLow: i32, keyHigh: i32, counter: i32): void {
  const k0 = i32x4.splat(seedLow);
  const k1 = i32x4.splat(seedHigh);
  const k2 = i32x4.splat(keyLow);
  const k3 = i32x4.splat(keyHigh);
  const k4 = i32x4.splat(0x1bd11bda ^ seedLow ^ seedHigh ^ keyLow ^ keyHigh);
  let a = i32x4.add(i32x4.add(i32x4.splat(counter), i32x4(0, 1, 2, 3)), k0);
  let b = k1;
  let c = k2;
  let d = k3;
  let r0 = k1;
  let r1 = k2;
  let r2 = k3;
  let r3 = k4;
  let r4 = k0;
  for (let s = 1; s <= 5; s++) {
    const odd = (s & 1) != 0;
    a = i32x4.add(a, b);
    b = odd ? mix(a, b, 10) : mix(a, b, 6);
    c = i32x4.add(c, d);
    d = odd ? mix(c, d, 26) : mix(c, d, 20);
    a = i32x4.add(a, d);
    d = odd ? mix(a, d, 11) : mix(a, d, 17);
    c = i32x4.add(c, b);
    b = odd ? mix(c, b, 21) : mix(c, b, 11);
    a = i32x4.add(a, b);
    b = odd ? mix(a, b, 13) : mix(a, b, 25);
    c = i32x4.add(c, d);
    d = odd ? mix(c, d, 27) : mix(c, d, 10);
    a = i32x4.add(a, d);
    d = odd ? mix(a, d, 23) : mix(a, d, 18);
    c = i32x4.add(c, b);
    b = odd ? mix(c, b, 5) : mix(c, b, 20);
    a = i32x4.add(a, r0);
    b = i32x4.add(b, r1);
    c = i32x4.add(c, r2);
    d = i32x4.add(i32x4.add(d, r3), i32x4.splat(s));
    const first = r0;
    r0 = r1;
    r1 = r2;
    r2 = r3;
    r3 = r4;
    r4 = first;
  }
  // Lane l holds counter l: transposed, so that its four words come one after the other.
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(words, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(words, v128.shuffle<i64>(ab, cd, 1, 3), 16);
  v128.store(words, v128.shuffle<i64>(ab2, cd2, 0, 2), 32);
  v128.store(words, v128.shuffle<i64>(ab2, cd2, 1, 3), 48);
}

/**
 * Draws `totals[i]` events of pixel i from the alias table of its group and writes them as sparse rows, channels
 * ascending. The stream of pixel i is keyed by (first + i, keyHigh). `histogram` (u32 a channel) and `touched` (a bit a
 * channel) must be 0 and are left so. Returns the number of entries written.
 */
export function drawEvents(seedLow: i32, seedHigh: i32, first: i32, keyHigh: i32, pixels: u32, totals: usize, group: usize, keep: usize, alias: usize, channels: u32, histogram: usize, touched: usize, offsets: usize, channel: usize, count: usize): u32 {
  const cells = <f64>channels;
  const bits = (channels + 63) >> 6;
  let at: u32 = 0;
  store<u32>(offsets, 0);
  for (let i: u32 = 0; i < pixels; i++) {
    const total = load<u32>(totals + ((<usize>i) << 2));
    const table = <usize>load<u32>(group + ((<usize>i) << 2)) * <usize>channels;
    const keepRow = keep + (table << 3);
    const aliasRow = alias + (table << 2);
    let counter: i32 = 0;
    let used: usize = 64;
    for (let n: u32 = 0; n < total; n++, used += 8) {
      if (used == 64) {
        fourBlocks(seedLow, seedHigh, first + i, keyHigh, counter);
        counter += 4;
        used = 0;
      }
      const high = load<u32>(words + used) >> 5;
      const low = load<u32>(words + used, 4) >> 6;
      const scaled = ((<f64>high * 67108864 + <f64>low) / 9007199254740992) * cells;
      const cell = <u32>scaled;
      const j = scaled - <f64>cell < load<f64>(keepRow + ((<usize>cell) << 3)) ? cell : load<u32>(aliasRow + ((<usize>cell) << 2));
      countOne(histogram, touched, j);
    }
    at = emptyInto<u32>(histogram, touched, bits, channel, count, at);
    store<u32>(offsets + ((<usize>(i + 1)) << 2), at);
  }
  return at;
}
