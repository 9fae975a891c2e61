/** Label of pixels that belong nowhere. */
const NOWHERE: u32 = 255;

/** out[label·channels + channel] += count/unit for every entry; `units` holds one double a pixel. */
function sumEvents<C, N>(offsets: usize, channel: usize, count: usize, pixels: u32, labels: usize, units: usize, channels: u32, out: usize): void {
  for (let i: u32 = 0; i < pixels; i++) {
    const label = load<u8>(labels + <usize>i);
    if (label == NOWHERE) continue;
    const row = out + ((<usize>label * <usize>channels) << 3);
    const unit = load<f64>(units + ((<usize>i) << 3));
    const from = load<u32>(offsets + ((<usize>i) << 2));
    const to = load<u32>(offsets + ((<usize>i) << 2), 4);
    for (let e = from; e < to; e++) {
      const at = row + ((<usize>load<C>(channel + e * sizeof<C>())) << 3);
      const counts = <f64>load<N>(count + e * sizeof<N>());
      store<f64>(at, load<f64>(at) + (unit == 1 ? counts : counts / unit));
    }
  }
}

@inline
function sumCounts<C>(countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, labels: usize, units: usize, channels: u32, out: usize): void {
  if (countBytes == 1) sumEvents<C, u8>(offsets, channel, count, pixels, labels, units, channels, out);
  else if (countBytes == 2) sumEvents<C, u16>(offsets, channel, count, pixels, labels, units, channels, out);
  else sumEvents<C, u32>(offsets, channel, count, pixels, labels, units, channels, out);
}

/** Sums sparse rows by label. */
export function labelSumsEvents(channelBytes: u32, countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, labels: usize, units: usize, channels: u32, out: usize): void {
  if (channelBytes == 2) sumCounts<u16>(countBytes, offsets, channel, count, pixels, labels, units, channels, out);
  else sumCounts<u32>(countBytes, offsets, channel, count, pixels, labels, units, channels, out);
}

/** The same for dense rows. */
export function labelSumsDense(x: usize, pixels: u32, channels: u32, labels: usize, units: usize, out: usize): void {
  const row = (<usize>channels) << 3;
  for (let i: u32 = 0; i < pixels; i++, x += row) {
    const label = load<u8>(labels + <usize>i);
    if (label == NOWHERE) continue;
    const sums = out + <usize>label * row;
    const unit = load<f64>(units + ((<usize>i) << 3));
    for (let c: usize = 0; c < row; c += 8) store<f64>(sums + c, load<f64>(sums + c) + load<f64>(x + c) / unit);
  }
}
