/*
 * Observed and expected counts per pixel and half-band, row-major with `stride` floats a pixel (a multiple of 4, zeros behind
 * the last). Band b is half-bands b and b + 1. A candidate is a band with more counts than its bound, by at least two σ.
 */

/** What follows where a call stopped: the next pixel. */
const next = memory.data(4);

export function nextPixel(): u32 {
  return load<u32>(next);
}

/** sum = above + middle + below, as far as they are on the map. */
@inline
function addRows(from: usize, to: usize, row: usize, up: bool, down: bool, line: usize): void {
  for (let h: usize = 0; h < row; h += 16) {
    let sum = v128.load(from + h);
    if (up) sum = f32x4.add(v128.load(from - line + h), sum);
    if (down) sum = f32x4.add(sum, v128.load(from + line + h));
    v128.store(to + h, sum);
  }
}

/**
 * Sums pixels first … last (map indices) with those above and below them; row 0 of `observed` and `expected` is pixel `base`,
 * row 0 of the sums pixel `first`.
 */
export function sumColumns(observed: usize, expected: usize, stride: u32, base: u32, first: u32, last: u32, width: u32, height: u32, observedSums: usize, expectedSums: usize): void {
  const row = (<usize>stride) << 2;
  const line = row * <usize>width;
  for (let q = first; q <= last; q++) {
    const up = q >= width;
    const down = q + width < width * height;
    const from = <usize>(q - base) * row;
    const to = <usize>(q - first) * row;
    addRows(observed + from, observedSums + to, row, up, down, line);
    addRows(expected + from, expectedSums + to, row, up, down, line);
  }
}

/** one row = itself and its neighbours to the left and right, where they are there. */
@inline
function addSides(from: usize, to: usize, row: usize, left: bool, right: bool): void {
  for (let h: usize = 0; h < row; h += 16) {
    let sum = v128.load(from + h);
    if (left) sum = f32x4.add(sum, v128.load(from - row + h));
    if (right) sum = f32x4.add(sum, v128.load(from + row + h));
    v128.store(to + h, sum);
  }
}

/** Writes the candidates of one pixel (pixel, test, observed, bound: 16 bytes each) and returns where the next one goes. */
@inline
function testBands(observed: usize, expected: usize, row: usize, least: v128, sigmas: usize, sigma: f32, pixel: u32, firstTest: u32, out: usize): usize {
  const scale = f32x4.splat(sigma);
  const four = f32x4.splat(4);
  const zero = f32x4.splat(0);
  for (let h: usize = 0; h < row; h += 16) {
    const o = f32x4.add(v128.load(observed + h, 4), v128.load(observed + h));
    const e = f32x4.add(v128.load(expected + h, 4), v128.load(expected + h));
    const bound = f32x4.add(f32x4.max(e, least), f32x4.mul(scale, v128.load(sigmas + h)));
    const excess = f32x4.sub(o, bound);
    const beyond = v128.and(f32x4.gt(excess, zero), f32x4.gt(f32x4.mul(excess, excess), f32x4.mul(four, bound)));
    let lanes = i32x4.bitmask(beyond);
    while (lanes != 0) {
      const lane = ctz<i32>(lanes);
      lanes &= lanes - 1;
      const band = <u32>(h >> 2) + <u32>lane;
      const at = h + ((<usize>lane) << 2);
      const bandExpected = load<f32>(expected + at, 4) + load<f32>(expected + at);
      store<u32>(out, pixel);
      store<u32>(out, firstTest + band, 4);
      store<f32>(out, load<f32>(observed + at, 4) + load<f32>(observed + at), 8);
      store<f32>(out, max<f32>(bandExpected, f32x4.extract_lane(least, 0)) + sigma * load<f32>(sigmas + at), 12);
      out += 16;
    }
  }
  return out;
}

/**
 * Candidates of pixels `from` … `end` − 1, each pooled over 3 × 3 pixels (tests 0 … bands − 1) and alone (from `bands` on),
 * until `capacity` records are full; returns how many, `nextPixel` where to go on. `sigmas` holds the model's σ per band,
 * huge where a band is not tested; `pooled` and `single` a factor on it for each pixel from `start` on. `work` is room for
 * two rows and 16 bytes.
 */
export function excesses(observed: usize, expected: usize, observedSums: usize, expectedSums: usize, stride: u32, bands: u32, base: u32, first: u32, start: u32, from: u32, end: u32, width: u32, least: f32, sigmas: usize, pooled: usize, single: usize, work: usize, out: usize, capacity: u32): u32 {
  const row = (<usize>stride) << 2;
  const floor = f32x4.splat(least);
  const begin = out;
  const full = out + ((<usize>capacity) << 4) - ((<usize>bands) << 5);
  // A load of the upper half-band reads one float past the row: it meets the next row, and its band is never tested.
  const o = work;
  const e = work + row + 16;
  let q = from;
  for (; q < end && out <= full; q++) {
    const x = q % width;
    const middle = <usize>(q - first) * row;
    addSides(observedSums + middle, o, row, x > 0, x + 1 < width);
    addSides(expectedSums + middle, e, row, x > 0, x + 1 < width);
    const at = (<usize>(q - start)) << 2;
    out = testBands(o, e, row, floor, sigmas, load<f32>(pooled + at), q, 0, out);
    const alone = <usize>(q - base) * row;
    out = testBands(observed + alone, expected + alone, row, floor, sigmas, load<f32>(single + at), q, bands, out);
  }
  store<u32>(next, q);
  return <u32>((out - begin) >> 4);
}
