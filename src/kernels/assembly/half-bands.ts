/*
 * Observed and expected counts per pixel and half-band, row-major with `stride` floats a pixel (a multiple of 8, zeros behind
 * the last). Column b of a residual is half-bands 2b and 2b + 1.
 */

function sum<C, N>(offsets: usize, channel: usize, count: usize, pixels: u32, group: usize, row: usize, out: usize): void {
  for (let i: u32 = 0; i < pixels; i++, out += row) {
    const to = load<u32>(offsets + ((<usize>i) << 2), 4);
    for (let e = load<u32>(offsets + ((<usize>i) << 2)); e < to; e++) {
      const at = out + ((<usize>load<u16>(group + ((<usize>load<C>(channel + e * sizeof<C>())) << 1))) << 2);
      store<f32>(at, load<f32>(at) + <f32>load<N>(count + e * sizeof<N>()));
    }
  }
}

@inline
function sumCounts<C>(countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, group: usize, row: usize, out: usize): void {
  if (countBytes == 1) sum<C, u8>(offsets, channel, count, pixels, group, row, out);
  else if (countBytes == 2) sum<C, u16>(offsets, channel, count, pixels, group, row, out);
  else sum<C, u32>(offsets, channel, count, pixels, group, row, out);
}

/** Adds sparse rows to `out`; `group` holds the half-band (u16) of every channel. */
export function sumHalfBands(channelBytes: u32, countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, group: usize, stride: u32, out: usize): void {
  const row = (<usize>stride) << 2;
  if (channelBytes == 2) sumCounts<u16>(countBytes, offsets, channel, count, pixels, group, row, out);
  else sumCounts<u32>(countBytes, offsets, channel, count, pixels, group, row, out);
}

/** Four columns of half-bands. */
@inline
function columns(at: usize): v128 {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
}

/**
 * residuals = (o − e)/√(max(e, least) + sigma·σ_b), stride/2 floats a pixel, and misfits = Σ_b (o − e)²/(max(e, least) +
 * variance·v_b). One sigma and variance a pixel; `bandSigmas` and `bandVariances` hold σ_b and v_b of each column.
 */
export function standardise(observed: usize, expected: usize, stride: u32, pixels: u32, least: f32, bandSigmas: usize, bandVariances: usize, sigmas: usize, variances: usize, residuals: usize, misfits: usize): void {
  const row = (<usize>stride) << 2;
  const floor = f32x4.splat(least);
  for (let i: u32 = 0; i < pixels; i++, sigmas += 4, variances += 4, misfits += 4, observed += row, expected += row) {
    const sigma = f32x4.splat(load<f32>(sigmas));
    const variance = f32x4.splat(load<f32>(variances));
    let misfit = f32x4.splat(0);
    for (let h: usize = 0; h < row; h += 32, residuals += 16) {
      const e = columns(expected + h);
      const difference = f32x4.sub(columns(observed + h), e);
      const bound = f32x4.max(e, floor);
      const b = h >> 1;
      const most = f32x4.add(bound, f32x4.mul(sigma, v128.load(bandSigmas + b)));
      v128.store(residuals, f32x4.div(difference, f32x4.sqrt(most)));
      const square = f32x4.mul(difference, difference);
      misfit = f32x4.add(misfit, f32x4.div(square, f32x4.add(bound, f32x4.mul(variance, v128.load(bandVariances + b)))));
    }
    store<f32>(misfits, f32x4.extract_lane(misfit, 0) + f32x4.extract_lane(misfit, 1) + (f32x4.extract_lane(misfit, 2) + f32x4.extract_lane(misfit, 3)));
  }
}

@inline
function addDoubles(at: usize, values: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(values)));
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(values, values, 1, 1));
  v128.store(at, f64x2.add(v128.load(at, 16), high), 16);
}

/**
 * products_b += r·(right + below), squares_b += r²·(right² + below²) over pixels start … end − 1 of a map; residual row 0 is
 * pixel `start`, and rows reach as far as the last pixel below. Sums are doubles, one a column.
 */
export function neighbourSums(residuals: usize, stride: u32, start: u32, end: u32, width: u32, height: u32, products: usize, squares: usize): void {
  const row = (<usize>stride) << 1;
  const line = row * <usize>width;
  const zero = f32x4.splat(0);
  for (let q = start; q < end; q++, residuals += row) {
    const beside = q % width + 1 < width;
    const under = q + width < width * height;
    for (let b: usize = 0; b < row; b += 16) {
      const here = v128.load(residuals + b);
      const right = beside ? v128.load(residuals + row + b) : zero;
      const below = under ? v128.load(residuals + line + b) : zero;
      const near = f32x4.add(f32x4.mul(right, right), f32x4.mul(below, below));
      addDoubles(products + (b << 1), f32x4.mul(here, f32x4.add(right, below)));
      addDoubles(squares + (b << 1), f32x4.mul(f32x4.mul(here, here), near));
    }
  }
}
