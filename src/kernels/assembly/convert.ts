/*
 * Numbers of one type as another, rounded to the nearest. `to` may lie anywhere but over `from`.
 */

@inline
function each<F, T>(from: usize, to: usize, n: u32, first: u32): void {
  for (let i = <usize>first; i < <usize>n; i++) store<T>(to + i * sizeof<T>(), <T>load<F>(from + i * sizeof<F>()));
}

function bytesToSingles(from: usize, to: usize, n: u32): void {
  let i: u32 = 0;
  for (; i + 8 <= n; i += 8) {
    const words = i16x8.extend_low_i8x16_u(v128.load64_zero(from + <usize>i));
    const at = to + ((<usize>i) << 2);
    v128.store(at, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words)));
    v128.store(at, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(words)), 16);
  }
  each<u8, f32>(from, to, n, i);
}

function wordsToSingles(from: usize, to: usize, n: u32): void {
  let i: u32 = 0;
  for (; i + 8 <= n; i += 8) {
    const words = v128.load(from + ((<usize>i) << 1));
    const at = to + ((<usize>i) << 2);
    v128.store(at, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words)));
    v128.store(at, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(words)), 16);
  }
  each<u16, f32>(from, to, n, i);
}

/** Whole numbers of `bytes` bytes each, without sign, as singles. */
export function wholeToSingles(bytes: u32, from: usize, to: usize, n: u32): void {
  if (bytes == 1) bytesToSingles(from, to, n);
  else if (bytes == 2) wordsToSingles(from, to, n);
  else each<u32, f32>(from, to, n, 0);
}

/** Whole numbers of `bytes` bytes each, without sign, as doubles. */
export function wholeToDoubles(bytes: u32, from: usize, to: usize, n: u32): void {
  if (bytes == 1) each<u8, f64>(from, to, n, 0);
  else if (bytes == 2) each<u16, f64>(from, to, n, 0);
  else each<u32, f64>(from, to, n, 0);
}

export function singlesToDoubles(from: usize, to: usize, n: u32): void {
  each<f32, f64>(from, to, n, 0);
}

export function doublesToSingles(from: usize, to: usize, n: u32): void {
  each<f64, f32>(from, to, n, 0);
}
