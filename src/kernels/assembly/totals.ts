function totals<C, N>(offsets: usize, channel: usize, count: usize, pixels: u32, skip: usize, rows: usize, channels: usize): void {
  for (let i: u32 = 0; i < pixels; i++, rows += 8) {
    let sum: f64 = 0;
    if (load<u8>(skip + <usize>i) == 0) {
      const to = load<u32>(offsets + ((<usize>i) << 2), 4);
      for (let e = load<u32>(offsets + ((<usize>i) << 2)); e < to; e++) {
        const counts = <f64>load<N>(count + e * sizeof<N>());
        const at = channels + ((<usize>load<C>(channel + e * sizeof<C>())) << 3);
        sum += counts;
        store<f64>(at, load<f64>(at) + counts);
      }
    }
    store<f64>(rows, sum);
  }
}

@inline
function totalsOf<C>(countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, skip: usize, rows: usize, channels: usize): void {
  if (countBytes == 1) totals<C, u8>(offsets, channel, count, pixels, skip, rows, channels);
  else if (countBytes == 2) totals<C, u16>(offsets, channel, count, pixels, skip, rows, channels);
  else totals<C, u32>(offsets, channel, count, pixels, skip, rows, channels);
}

/** rows = counts of each sparse row, 0 where `skip` is not; channels += its counts. Both are doubles. */
export function totalsEvents(channelBytes: u32, countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, skip: usize, rows: usize, channels: usize): void {
  if (channelBytes == 2) totalsOf<u16>(countBytes, offsets, channel, count, pixels, skip, rows, channels);
  else totalsOf<u32>(countBytes, offsets, channel, count, pixels, skip, rows, channels);
}

/** The same for dense rows of doubles; returns how many values are negative. */
export function totalsDense(x: usize, pixels: u32, width: u32, skip: usize, rows: usize, channels: usize): u32 {
  const line = (<usize>width) << 3;
  const even = (<usize>(width & ~1)) << 3;
  let negative: u32 = 0;
  for (let i: u32 = 0; i < pixels; i++, rows += 8, x += line) {
    if (load<u8>(skip + <usize>i) != 0) {
      store<f64>(rows, 0);
      continue;
    }
    let sum = f64x2.splat(0);
    for (let c: usize = 0; c < even; c += 16) {
      const values = v128.load(x + c);
      negative += <u32>popcnt(i64x2.bitmask(f64x2.lt(values, f64x2.splat(0))));
      sum = f64x2.add(sum, values);
      v128.store(channels + c, f64x2.add(v128.load(channels + c), values));
    }
    let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    if (even < line) {
      const value = load<f64>(x + even);
      negative += value < 0 ? 1 : 0;
      total += value;
      store<f64>(channels + even, load<f64>(channels + even) + value);
    }
    store<f64>(rows, total);
  }
  return negative;
}
