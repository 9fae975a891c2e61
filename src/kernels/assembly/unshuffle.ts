/*
 * Bytes that were sorted by their place in a number — first bytes of all numbers, then second bytes … — back to numbers. The
 * planes of bytes lie `plane` bytes apart.
 */

/** Numbers from n on that whole vectors leave over. */
@inline
function rest(width: u32, from: usize, plane: usize, to: usize, first: u32, n: u32): void {
  for (let i = first; i < n; i++) {
    for (let b: u32 = 0; b < width; b++) store<u8>(to + <usize>(i * width + b), load<u8>(from + <usize>b * plane + <usize>i));
  }
}

@inline
function low(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function high(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

function unshuffle2(from: usize, plane: usize, to: usize, n: u32): void {
  let i: u32 = 0;
  for (; i + 16 <= n; i += 16) {
    const a = v128.load(from + <usize>i);
    const b = v128.load(from + plane + <usize>i);
    const at = to + ((<usize>i) << 1);
    v128.store(at, low(a, b));
    v128.store(at, high(a, b), 16);
  }
  rest(2, from, plane, to, i, n);
}

/** Bytes 0 with 2 and 1 with 3 first, so that all steps are the same. */
function unshuffle4(from: usize, plane: usize, to: usize, n: u32): void {
  let i: u32 = 0;
  for (; i + 16 <= n; i += 16) {
    const a = v128.load(from + <usize>i);
    const b = v128.load(from + plane + <usize>i);
    const c = v128.load(from + 2 * plane + <usize>i);
    const d = v128.load(from + 3 * plane + <usize>i);
    const at = to + ((<usize>i) << 2);
    const even0 = low(a, c);
    const even1 = high(a, c);
    const odd0 = low(b, d);
    const odd1 = high(b, d);
    v128.store(at, low(even0, odd0));
    v128.store(at, high(even0, odd0), 16);
    v128.store(at, low(even1, odd1), 32);
    v128.store(at, high(even1, odd1), 48);
  }
  rest(4, from, plane, to, i, n);
}

/** Bytes 0 to 3 of sixteen numbers, and bytes 4 to 7 of them, joined four bytes at a time. */
function unshuffle8(from: usize, plane: usize, to: usize, n: u32): void {
  let i: u32 = 0;
  for (; i + 16 <= n; i += 16) {
    const at = to + ((<usize>i) << 3);
    for (let half: usize = 0; half < 2; half++) {
      const base = from + 4 * half * plane + <usize>i;
      const a = v128.load(base);
      const b = v128.load(base + plane);
      const c = v128.load(base + 2 * plane);
      const d = v128.load(base + 3 * plane);
      const even0 = low(a, c);
      const even1 = high(a, c);
      const odd0 = low(b, d);
      const odd1 = high(b, d);
      spread(low(even0, odd0), at + 4 * half);
      spread(high(even0, odd0), at + 4 * half + 32);
      spread(low(even1, odd1), at + 4 * half + 64);
      spread(high(even1, odd1), at + 4 * half + 96);
    }
  }
  rest(8, from, plane, to, i, n);
}

/** Four words to every other word. */
@inline
function spread(words: v128, to: usize): void {
  v128.store32_lane(to, words, 0);
  v128.store32_lane(to, words, 1, 8);
  v128.store32_lane(to, words, 2, 16);
  v128.store32_lane(to, words, 3, 24);
}

/** n numbers of `width` bytes: 2, 4 or 8. */
export function unshuffle(width: u32, from: usize, plane: usize, to: usize, n: u32): void {
  if (width == 2) unshuffle2(from, plane, to, n);
  else if (width == 4) unshuffle4(from, plane, to, n);
  else unshuffle8(from, plane, to, n);
}
