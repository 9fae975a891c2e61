/*
 * A histogram of u32 a channel, with one bit of `touched` (u64 words) for every channel that is not empty, so that
 * emptying it costs what it holds.
 */

@inline
export function countOne(histogram: usize, touched: usize, channel: u32): void {
  const place = histogram + ((<usize>channel) << 2);
  store<u32>(place, load<u32>(place) + 1);
  const word = touched + ((<usize>(channel >> 6)) << 3);
  store<u64>(word, load<u64>(word) | ((<u64>1) << (channel & 63)));
}

/**
 * Empties a histogram of `words` words of `touched` into entries `at` … of `channel` (C) and `count` (u32), channels
 * ascending. Returns the entry behind the last.
 */
@inline
export function emptyInto<C>(histogram: usize, touched: usize, words: u32, channel: usize, count: usize, at: u32): u32 {
  for (let b: u32 = 0; b < words; b++) {
    let word = load<u64>(touched + ((<usize>b) << 3));
    if (word == 0) continue;
    store<u64>(touched + ((<usize>b) << 3), 0);
    do {
      const j = (b << 6) + <u32>ctz<u64>(word);
      word &= word - 1;
      const place = histogram + ((<usize>j) << 2);
      store<C>(channel + (<usize>at) * sizeof<C>(), <C>j);
      store<u32>(count + ((<usize>at) << 2), load<u32>(place));
      store<u32>(place, 0);
      at++;
    } while (word != 0);
  }
  return at;
}
