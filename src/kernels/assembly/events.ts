import { plus, times } from './registers';

/*
 * Sparse rows: entries offsets[i] … offsets[i+1] of `channel` (C) and `count` (N) are pixel i. Matrices of `width` columns
 * of type T, row-major, one row per channel. Columns are independent of each other and every sum runs over ascending
 * channels or pixels, so the width of a register never shows in the bits.
 */

/** out += Xᵀ·diag(weights)·X·Q for eight registers of columns. */
@inline
function gramEight<C, N, T>(channel: usize, count: usize, from: u32, to: u32, q: usize, out: usize, row: usize, weight: T): void {
  let t0 = v128.splat<T>(<T>0);
  let t1 = t0;
  let t2 = t0;
  let t3 = t0;
  let t4 = t0;
  let t5 = t0;
  let t6 = t0;
  let t7 = t0;
  for (let e = from; e < to; e++) {
    const x = v128.splat<T>(<T>load<N>(count + e * sizeof<N>()));
    const at = q + <usize>load<C>(channel + e * sizeof<C>()) * row;
    t0 = plus<T>(t0, x, v128.load(at));
    t1 = plus<T>(t1, x, v128.load(at, 16));
    t2 = plus<T>(t2, x, v128.load(at, 32));
    t3 = plus<T>(t3, x, v128.load(at, 48));
    t4 = plus<T>(t4, x, v128.load(at, 64));
    t5 = plus<T>(t5, x, v128.load(at, 80));
    t6 = plus<T>(t6, x, v128.load(at, 96));
    t7 = plus<T>(t7, x, v128.load(at, 112));
  }
  const w = v128.splat<T>(weight);
  t0 = times<T>(t0, w);
  t1 = times<T>(t1, w);
  t2 = times<T>(t2, w);
  t3 = times<T>(t3, w);
  t4 = times<T>(t4, w);
  t5 = times<T>(t5, w);
  t6 = times<T>(t6, w);
  t7 = times<T>(t7, w);
  for (let e = from; e < to; e++) {
    const x = v128.splat<T>(<T>load<N>(count + e * sizeof<N>()));
    const at = out + <usize>load<C>(channel + e * sizeof<C>()) * row;
    v128.store(at, plus<T>(v128.load(at), x, t0));
    v128.store(at, plus<T>(v128.load(at, 16), x, t1), 16);
    v128.store(at, plus<T>(v128.load(at, 32), x, t2), 32);
    v128.store(at, plus<T>(v128.load(at, 48), x, t3), 48);
    v128.store(at, plus<T>(v128.load(at, 64), x, t4), 64);
    v128.store(at, plus<T>(v128.load(at, 80), x, t5), 80);
    v128.store(at, plus<T>(v128.load(at, 96), x, t6), 96);
    v128.store(at, plus<T>(v128.load(at, 112), x, t7), 112);
  }
}

/** The same for four registers of columns. */
@inline
function gramFour<C, N, T>(channel: usize, count: usize, from: u32, to: u32, q: usize, out: usize, row: usize, weight: T): void {
  let t0 = v128.splat<T>(<T>0);
  let t1 = t0;
  let t2 = t0;
  let t3 = t0;
  for (let e = from; e < to; e++) {
    const x = v128.splat<T>(<T>load<N>(count + e * sizeof<N>()));
    const at = q + <usize>load<C>(channel + e * sizeof<C>()) * row;
    t0 = plus<T>(t0, x, v128.load(at));
    t1 = plus<T>(t1, x, v128.load(at, 16));
    t2 = plus<T>(t2, x, v128.load(at, 32));
    t3 = plus<T>(t3, x, v128.load(at, 48));
  }
  const w = v128.splat<T>(weight);
  t0 = times<T>(t0, w);
  t1 = times<T>(t1, w);
  t2 = times<T>(t2, w);
  t3 = times<T>(t3, w);
  for (let e = from; e < to; e++) {
    const x = v128.splat<T>(<T>load<N>(count + e * sizeof<N>()));
    const at = out + <usize>load<C>(channel + e * sizeof<C>()) * row;
    v128.store(at, plus<T>(v128.load(at), x, t0));
    v128.store(at, plus<T>(v128.load(at, 16), x, t1), 16);
    v128.store(at, plus<T>(v128.load(at, 32), x, t2), 32);
    v128.store(at, plus<T>(v128.load(at, 48), x, t3), 48);
  }
}

/** The same for one register of columns. */
@inline
function gramOne<C, N, T>(channel: usize, count: usize, from: u32, to: u32, q: usize, out: usize, row: usize, weight: T): void {
  let t = v128.splat<T>(<T>0);
  for (let e = from; e < to; e++) {
    const x = v128.splat<T>(<T>load<N>(count + e * sizeof<N>()));
    t = plus<T>(t, x, v128.load(q + <usize>load<C>(channel + e * sizeof<C>()) * row));
  }
  t = times<T>(t, v128.splat<T>(weight));
  for (let e = from; e < to; e++) {
    const x = v128.splat<T>(<T>load<N>(count + e * sizeof<N>()));
    const at = out + <usize>load<C>(channel + e * sizeof<C>()) * row;
    v128.store(at, plus<T>(v128.load(at), x, t));
  }
}

function gram<C, N, T>(offsets: usize, channel: usize, count: usize, pixels: u32, q: usize, width: u32, weights: usize, out: usize): void {
  const row = <usize>width * sizeof<T>();
  const eight = 8 * 16;
  for (let i: u32 = 0; i < pixels; i++) {
    const from = load<u32>(offsets + ((<usize>i) << 2));
    const to = load<u32>(offsets + ((<usize>i) << 2), 4);
    const weight = <T>load<f64>(weights + ((<usize>i) << 3));
    if (from == to || weight == <T>0) continue;
    let k: usize = 0;
    for (; k + eight <= row; k += eight) gramEight<C, N, T>(channel, count, from, to, q + k, out + k, row, weight);
    if (k + 64 <= row) {
      gramFour<C, N, T>(channel, count, from, to, q + k, out + k, row, weight);
      k += 64;
    }
    if (k < row) gramOne<C, N, T>(channel, count, from, to, q + k, out + k, row, weight);
  }
}

/** out = X·Q: `width` columns for every pixel. */
function project<C, N, T>(offsets: usize, channel: usize, count: usize, pixels: u32, q: usize, width: u32, out: usize): void {
  const row = <usize>width * sizeof<T>();
  for (let i: u32 = 0; i < pixels; i++, out += row) {
    const from = load<u32>(offsets + ((<usize>i) << 2));
    const to = load<u32>(offsets + ((<usize>i) << 2), 4);
    let k: usize = 0;
    for (; k + 64 <= row; k += 64) {
      let t0 = v128.splat<T>(<T>0);
      let t1 = t0;
      let t2 = t0;
      let t3 = t0;
      for (let e = from; e < to; e++) {
        const x = v128.splat<T>(<T>load<N>(count + e * sizeof<N>()));
        const at = q + k + <usize>load<C>(channel + e * sizeof<C>()) * row;
        t0 = plus<T>(t0, x, v128.load(at));
        t1 = plus<T>(t1, x, v128.load(at, 16));
        t2 = plus<T>(t2, x, v128.load(at, 32));
        t3 = plus<T>(t3, x, v128.load(at, 48));
      }
      v128.store(out + k, t0);
      v128.store(out + k, t1, 16);
      v128.store(out + k, t2, 32);
      v128.store(out + k, t3, 48);
    }
    if (k < row) {
      let t = v128.splat<T>(<T>0);
      for (let e = from; e < to; e++) {
        const x = v128.splat<T>(<T>load<N>(count + e * sizeof<N>()));
        t = plus<T>(t, x, v128.load(q + k + <usize>load<C>(channel + e * sizeof<C>()) * row));
      }
      v128.store(out + k, t);
    }
  }
}

@inline
function gramCounts<C, T>(countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, q: usize, width: u32, weights: usize, out: usize): void {
  if (countBytes == 1) gram<C, u8, T>(offsets, channel, count, pixels, q, width, weights, out);
  else if (countBytes == 2) gram<C, u16, T>(offsets, channel, count, pixels, q, width, weights, out);
  else gram<C, u32, T>(offsets, channel, count, pixels, q, width, weights, out);
}

@inline
function projectCounts<C, T>(countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, q: usize, width: u32, out: usize): void {
  if (countBytes == 1) project<C, u8, T>(offsets, channel, count, pixels, q, width, out);
  else if (countBytes == 2) project<C, u16, T>(offsets, channel, count, pixels, q, width, out);
  else project<C, u32, T>(offsets, channel, count, pixels, q, width, out);
}

export function gramEvents32(channelBytes: u32, countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, q: usize, width: u32, weights: usize, out: usize): void {
  if (channelBytes == 2) gramCounts<u16, f32>(countBytes, offsets, channel, count, pixels, q, width, weights, out);
  else gramCounts<u32, f32>(countBytes, offsets, channel, count, pixels, q, width, weights, out);
}

export function gramEvents64(channelBytes: u32, countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, q: usize, width: u32, weights: usize, out: usize): void {
  if (channelBytes == 2) gramCounts<u16, f64>(countBytes, offsets, channel, count, pixels, q, width, weights, out);
  else gramCounts<u32, f64>(countBytes, offsets, channel, count, pixels, q, width, weights, out);
}

export function projectEvents32(channelBytes: u32, countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, q: usize, width: u32, out: usize): void {
  if (channelBytes == 2) projectCounts<u16, f32>(countBytes, offsets, channel, count, pixels, q, width, out);
  else projectCounts<u32, f32>(countBytes, offsets, channel, count, pixels, q, width, out);
}

export function projectEvents64(channelBytes: u32, countBytes: u32, offsets: usize, channel: usize, count: usize, pixels: u32, q: usize, width: u32, out: usize): void {
  if (channelBytes == 2) projectCounts<u16, f64>(countBytes, offsets, channel, count, pixels, q, width, out);
  else projectCounts<u32, f64>(countBytes, offsets, channel, count, pixels, q, width, out);
}
