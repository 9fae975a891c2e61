import { everywhere, plus, times } from './registers';

/*
 * Dense rows X (pixels × channels, row-major, type T). Q and `out` come in panels: two registers of columns at a time, one
 * panel after the other, each channels × (two registers). Six pixels share a panel while it is in the cache. Every sum runs
 * over ascending channels or pixels, as for events: the same counts give the same bits in either form.
 */
const PANEL: usize = 32;

/** Six rows of a panel. */
const scratch = memory.data(192);

/** t = X·Q for six pixels and one panel; rows of t are `row` bytes apart. */
@inline
function projectSix<T>(x: usize, stride: usize, q: usize, t: usize, row: usize): void {
  const x1 = x + stride;
  const x2 = x1 + stride;
  const x3 = x2 + stride;
  const x4 = x3 + stride;
  const x5 = x4 + stride;
  let a0 = v128.splat<T>(<T>0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  let b4 = a0;
  let b5 = a0;
  for (let c: usize = 0, at = q; c < stride; c += sizeof<T>(), at += PANEL) {
    const u = v128.load(at);
    const v = v128.load(at, 16);
    let s = everywhere<T>(x + c);
    a0 = plus<T>(a0, s, u);
    b0 = plus<T>(b0, s, v);
    s = everywhere<T>(x1 + c);
    a1 = plus<T>(a1, s, u);
    b1 = plus<T>(b1, s, v);
    s = everywhere<T>(x2 + c);
    a2 = plus<T>(a2, s, u);
    b2 = plus<T>(b2, s, v);
    s = everywhere<T>(x3 + c);
    a3 = plus<T>(a3, s, u);
    b3 = plus<T>(b3, s, v);
    s = everywhere<T>(x4 + c);
    a4 = plus<T>(a4, s, u);
    b4 = plus<T>(b4, s, v);
    s = everywhere<T>(x5 + c);
    a5 = plus<T>(a5, s, u);
    b5 = plus<T>(b5, s, v);
  }
  v128.store(t, a0);
  v128.store(t, b0, 16);
  t += row;
  v128.store(t, a1);
  v128.store(t, b1, 16);
  t += row;
  v128.store(t, a2);
  v128.store(t, b2, 16);
  t += row;
  v128.store(t, a3);
  v128.store(t, b3, 16);
  t += row;
  v128.store(t, a4);
  v128.store(t, b4, 16);
  t += row;
  v128.store(t, a5);
  v128.store(t, b5, 16);
}

/** t = x·Q for one pixel and one panel. */
@inline
function projectOne<T>(x: usize, stride: usize, q: usize, t: usize): void {
  let a = v128.splat<T>(<T>0);
  let b = a;
  for (let c: usize = 0, at = q; c < stride; c += sizeof<T>(), at += PANEL) {
    const s = everywhere<T>(x + c);
    a = plus<T>(a, s, v128.load(at));
    b = plus<T>(b, s, v128.load(at, 16));
  }
  v128.store(t, a);
  v128.store(t, b, 16);
}

/** out += Xᵀ·t for six pixels and one panel. */
@inline
function spreadSix<T>(x: usize, stride: usize, t: usize, out: usize): void {
  const x1 = x + stride;
  const x2 = x1 + stride;
  const x3 = x2 + stride;
  const x4 = x3 + stride;
  const x5 = x4 + stride;
  const a0 = v128.load(t);
  const b0 = v128.load(t, 16);
  t += PANEL;
  const a1 = v128.load(t);
  const b1 = v128.load(t, 16);
  t += PANEL;
  const a2 = v128.load(t);
  const b2 = v128.load(t, 16);
  t += PANEL;
  const a3 = v128.load(t);
  const b3 = v128.load(t, 16);
  t += PANEL;
  const a4 = v128.load(t);
  const b4 = v128.load(t, 16);
  t += PANEL;
  const a5 = v128.load(t);
  const b5 = v128.load(t, 16);
  for (let c: usize = 0, at = out; c < stride; c += sizeof<T>(), at += PANEL) {
    let u = v128.load(at);
    let v = v128.load(at, 16);
    let s = everywhere<T>(x + c);
    u = plus<T>(u, s, a0);
    v = plus<T>(v, s, b0);
    s = everywhere<T>(x1 + c);
    u = plus<T>(u, s, a1);
    v = plus<T>(v, s, b1);
    s = everywhere<T>(x2 + c);
    u = plus<T>(u, s, a2);
    v = plus<T>(v, s, b2);
    s = everywhere<T>(x3 + c);
    u = plus<T>(u, s, a3);
    v = plus<T>(v, s, b3);
    s = everywhere<T>(x4 + c);
    u = plus<T>(u, s, a4);
    v = plus<T>(v, s, b4);
    s = everywhere<T>(x5 + c);
    u = plus<T>(u, s, a5);
    v = plus<T>(v, s, b5);
    v128.store(at, u);
    v128.store(at, v, 16);
  }
}

/** out += x·t for one pixel and one panel. */
@inline
function spreadOne<T>(x: usize, stride: usize, t: usize, out: usize): void {
  const a = v128.load(t);
  const b = v128.load(t, 16);
  for (let c: usize = 0, at = out; c < stride; c += sizeof<T>(), at += PANEL) {
    const s = everywhere<T>(x + c);
    v128.store(at, plus<T>(v128.load(at), s, a));
    v128.store(at, plus<T>(v128.load(at, 16), s, b), 16);
  }
}

@inline
function scale<T>(t: usize, pixels: u32, weights: usize): void {
  for (let i: u32 = 0; i < pixels; i++, t += PANEL, weights += 8) {
    const w = v128.splat<T>(<T>load<f64>(weights));
    v128.store(t, times<T>(v128.load(t), w));
    v128.store(t, times<T>(v128.load(t, 16), w), 16);
  }
}

/** out += Xᵀ·diag(weights)·X·Q. */
function gram<T>(x: usize, pixels: u32, channels: u32, q: usize, width: u32, weights: usize, out: usize): void {
  const panels = panelsOf<T>(width);
  const t = scratch;
  const stride = <usize>channels * sizeof<T>();
  const panel = <usize>channels * PANEL;
  let i: u32 = 0;
  for (; i + 6 <= pixels; i += 6, x += 6 * stride, weights += 48) {
    for (let p: usize = 0; p < panels; p++) {
      projectSix<T>(x, stride, q + p * panel, t, PANEL);
      scale<T>(t, 6, weights);
      spreadSix<T>(x, stride, t, out + p * panel);
    }
  }
  for (; i < pixels; i++, x += stride, weights += 8) {
    for (let p: usize = 0; p < panels; p++) {
      projectOne<T>(x, stride, q + p * panel, t);
      scale<T>(t, 1, weights);
      spreadOne<T>(x, stride, t, out + p * panel);
    }
  }
}

/** t = X·Q, row-major, `width` columns a row. */
function project<T>(x: usize, pixels: u32, channels: u32, q: usize, width: u32, t: usize): void {
  const panels = panelsOf<T>(width);
  const stride = <usize>channels * sizeof<T>();
  const panel = <usize>channels * PANEL;
  const row = <usize>panels * PANEL;
  let i: u32 = 0;
  for (; i + 6 <= pixels; i += 6, x += 6 * stride, t += 6 * row) {
    for (let p: usize = 0; p < panels; p++) projectSix<T>(x, stride, q + p * panel, t + p * PANEL, row);
  }
  for (; i < pixels; i++, x += stride, t += row) {
    for (let p: usize = 0; p < panels; p++) projectOne<T>(x, stride, q + p * panel, t + p * PANEL);
  }
}

@inline
function panelsOf<T>(width: u32): usize {
  return (<usize>width * sizeof<T>()) / PANEL;
}

export function gramDense32(x: usize, pixels: u32, channels: u32, q: usize, width: u32, weights: usize, out: usize): void {
  gram<f32>(x, pixels, channels, q, width, weights, out);
}

export function gramDense64(x: usize, pixels: u32, channels: u32, q: usize, width: u32, weights: usize, out: usize): void {
  gram<f64>(x, pixels, channels, q, width, weights, out);
}

export function projectDense32(x: usize, pixels: u32, channels: u32, q: usize, width: u32, t: usize): void {
  project<f32>(x, pixels, channels, q, width, t);
}

export function projectDense64(x: usize, pixels: u32, channels: u32, q: usize, width: u32, t: usize): void {
  project<f64>(x, pixels, channels, q, width, t);
}
