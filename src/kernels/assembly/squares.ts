/** start + Σ_i weights_i · Σ_j (scale_j · x_ij)² over sparse rows, both sums in ascending order. */
@inline
function squares<C, N>(offsets: usize, channel: usize, count: usize, pixels: u32, scale: usize, weights: usize, start: f64): f64 {
  let total = start;
  for (let i: u32 = 0; i < pixels; i++) {
    const from = load<u32>(offsets + ((<usize>i) << 2));
    const to = load<u32>(offsets + ((<usize>i) << 2), 4);
    let sum: f64 = 0;
    for (let e = from; e < to; e++) {
      const c = <usize>load<C>(channel + e * sizeof<C>());
      const z = <f64>load<N>(count + e * sizeof<N>()) * load<f64>(scale + (c << 3));
      sum += z * z;
    }
    total += load<f64>(weights + ((<usize>i) << 3)) * sum;
  }
  return total;
}

@inline
function squaresCounts<C>(countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, scale: usize, weights: usize, start: f64): f64 {
  if (countBytes == 1) return squares<C, u8>(offsets, channel, count, pixels, scale, weights, start);
  if (countBytes == 2) return squares<C, u16>(offsets, channel, count, pixels, scale, weights, start);
  return squares<C, u32>(offsets, channel, count, pixels, scale, weights, start);
}

export function squaresEvents(channelBytes: u32, countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, scale: usize, weights: usize, start: f64): f64 {
  if (channelBytes == 2) return squaresCounts<u16>(countBytes, offsets, channel, count, pixels, scale, weights, start);
  return squaresCounts<u32>(countBytes, offsets, channel, count, pixels, scale, weights, start);
}

/** The same over dense rows. */
@inline
function squaresOfDense<X>(x: usize, pixels: u32, channels: u32, scale: usize, weights: usize, start: f64): f64 {
  let total = start;
  for (let i: u32 = 0; i < pixels; i++) {
    let sum: f64 = 0;
    for (let c: u32 = 0; c < channels; c++, x += sizeof<X>()) {
      const z = <f64>load<X>(x) * load<f64>(scale + ((<usize>c) << 3));
      sum += z * z;
    }
    total += load<f64>(weights + ((<usize>i) << 3)) * sum;
  }
  return total;
}

export function squaresDense32(x: usize, pixels: u32, channels: u32, scale: usize, weights: usize, start: f64): f64 {
  return squaresOfDense<f32>(x, pixels, channels, scale, weights, start);
}

export function squaresDense64(x: usize, pixels: u32, channels: u32, scale: usize, weights: usize, start: f64): f64 {
  return squaresOfDense<f64>(x, pixels, channels, scale, weights, start);
}
