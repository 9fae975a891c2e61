/** Values of one channel in eight rows, side by side. */
const LANES: usize = 64;

/** Two values beside each other. */
@inline
function pair(a: usize, b: usize): v128 {
  return v128.load_lane<f64>(b, v128.load_splat<f64>(a), 1);
}

@inline
function put(at: usize, row: usize, values: v128, rows: u32): void {
  store<f64>(at, f64x2.extract_lane(values, 0));
  if (rows > 1) store<f64>(at + row, f64x2.extract_lane(values, 1));
}

/** Channels out that are worked on while their weights, and what they look at, stay in the first-level cache. */
const TILE: u32 = 96;

/** Channels in [low, high) of eight rows, side by side. Rows that are not there are the first once more. */
@inline
function sideBySide(x: usize, row: usize, rows: u32, low: u32, high: u32, lanes: usize): void {
  const x1 = rows > 1 ? x + row : x;
  const x2 = rows > 2 ? x + 2 * row : x;
  const x3 = rows > 3 ? x + 3 * row : x;
  const x4 = rows > 4 ? x + 4 * row : x;
  const x5 = rows > 5 ? x + 5 * row : x;
  const x6 = rows > 6 ? x + 6 * row : x;
  const x7 = rows > 7 ? x + 7 * row : x;
  const end = (<usize>high) << 3;
  for (let j = (<usize>low) << 3; j < end; j += 8, lanes += LANES) {
    v128.store(lanes, pair(x + j, x1 + j));
    v128.store(lanes, pair(x2 + j, x3 + j), 16);
    v128.store(lanes, pair(x4 + j, x5 + j), 32);
    v128.store(lanes, pair(x6 + j, x7 + j), 48);
  }
}

/**
 * out_ij = offset_j + Σ_k weights_jk·x_i(first_j + k), k below count_j: rows of doubles, `from` in and `to` out, `width` weights
 * a channel. Eight rows at a time, which lie side by side in `lanes` (64 bytes a channel in); each in the order of k.
 */
export function windowRows(x: usize, rows: u32, from: u32, first: usize, count: usize, weights: usize, width: u32, offset: usize, to: u32, lanes: usize, out: usize): void {
  const row = (<usize>from) << 3;
  const outRow = (<usize>to) << 3;
  const step = (<usize>width) << 3;
  for (let tile: u32 = 0; tile < to; tile += TILE) {
    const last = min<u32>(to, tile + TILE);
    let low = from;
    let high: u32 = 0;
    for (let j = tile; j < last; j++) {
      const begin = load<u32>(first + ((<usize>j) << 2));
      low = min<u32>(low, begin);
      high = max<u32>(high, begin + load<u32>(count + ((<usize>j) << 2)));
    }
    for (let i: u32 = 0; i < rows; i += 8) {
      const left = min<u32>(8, rows - i);
      sideBySide(x + (<usize>i) * row, row, left, low, high, lanes);
      let to0 = out + (<usize>i) * outRow + ((<usize>tile) << 3);
      for (let j = tile; j < last; j++, to0 += 8) {
        let s0 = v128.load_splat<f64>(offset + ((<usize>j) << 3));
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        const window = weights + (<usize>j) * step;
        const end = window + ((<usize>load<u32>(count + ((<usize>j) << 2))) << 3);
        let at = lanes + (<usize>(load<u32>(first + ((<usize>j) << 2)) - low)) * LANES;
        for (let w = window; w < end; w += 8, at += LANES) {
          const weight = v128.load_splat<f64>(w);
          s0 = f64x2.add(s0, f64x2.mul(weight, v128.load(at)));
          s1 = f64x2.add(s1, f64x2.mul(weight, v128.load(at, 16)));
          s2 = f64x2.add(s2, f64x2.mul(weight, v128.load(at, 32)));
          s3 = f64x2.add(s3, f64x2.mul(weight, v128.load(at, 48)));
        }
        put(to0, outRow, s0, left);
        if (left > 2) put(to0 + 2 * outRow, outRow, s1, left - 2);
        if (left > 4) put(to0 + 4 * outRow, outRow, s2, left - 4);
        if (left > 6) put(to0 + 6 * outRow, outRow, s3, left - 6);
      }
    }
  }
}
