import { plus } from './registers';

/*
 * out += Xᵀ·diag(weights)·X, entries (c, d) with c ≤ d of a row-major channels × channels matrix of doubles.
 */

@inline
function sparse<C, N>(offsets: usize, channel: usize, count: usize, pixels: u32, channels: u32, weights: usize, out: usize): void {
  const row = (<usize>channels) << 3;
  for (let i: u32 = 0; i < pixels; i++) {
    const from = load<u32>(offsets + ((<usize>i) << 2));
    const to = load<u32>(offsets + ((<usize>i) << 2), 4);
    const weight = load<f64>(weights + ((<usize>i) << 3));
    if (weight === 0) continue;
    for (let e = from; e < to; e++) {
      const x = <f64>load<N>(count + e * sizeof<N>()) * weight;
      const base = out + <usize>load<C>(channel + e * sizeof<C>()) * row;
      for (let f = e; f < to; f++) {
        const at = base + ((<usize>load<C>(channel + f * sizeof<C>())) << 3);
        store<f64>(at, load<f64>(at) + x * <f64>load<N>(count + f * sizeof<N>()));
      }
    }
  }
}

@inline
function sparseCounts<C>(countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, channels: u32, weights: usize, out: usize): void {
  if (countBytes === 1) sparse<C, u8>(offsets, channel, count, pixels, channels, weights, out);
  else if (countBytes === 2) sparse<C, u16>(offsets, channel, count, pixels, channels, weights, out);
  else sparse<C, u32>(offsets, channel, count, pixels, channels, weights, out);
}

export function gramMatrixEvents(channelBytes: u32, countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, channels: u32, weights: usize, out: usize): void {
  if (channelBytes === 2) sparseCounts<u16>(countBytes, offsets, channel, count, pixels, channels, weights, out);
  else sparseCounts<u32>(countBytes, offsets, channel, count, pixels, channels, weights, out);
}

/** A row of `out` is swept by every pixel in turn. */
export function gramMatrixDense(x: usize, pixels: u32, channels: u32, weights: usize, out: usize): void {
  const row = (<usize>channels) << 3;
  for (let c: usize = 0; c < row; c += 8) {
    const base = out + (c >> 3) * row;
    for (let i: u32 = 0; i < pixels; i++) {
      const at = x + (<usize>i) * row;
      const left = load<f64>(at + c) * load<f64>(weights + ((<usize>i) << 3));
      if (left === 0) continue;
      const s = v128.splat<f64>(left);
      let d = c;
      if (d & 15) {
        store<f64>(base + d, load<f64>(base + d) + left * load<f64>(at + d));
        d += 8;
      }
      for (; d + 16 <= row; d += 16) v128.store(base + d, plus<f64>(v128.load(base + d), s, v128.load(at + d)));
      if (d < row) store<f64>(base + d, load<f64>(base + d) + left * load<f64>(at + d));
    }
  }
}
