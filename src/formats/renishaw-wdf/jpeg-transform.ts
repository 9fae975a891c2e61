/**
 * Inverse cosine transform (Loeffler, Ligtenberg and Moschytz 1989) of a block into `plane`, in whole numbers of 13 binary places, columns then rows; 2 places are
 * kept between.
 */
export function transform(block: Int32Array, plane: Uint8Array, corner: number, stride: number): void {
  for (let column = 0; column < 8; column++) transformLine(block, column, 8, 11);
  for (let row = 0; row < 8; row++) {
    transformLine(block, row * 8, 1, 18);
    for (let x = 0; x < 8; x++) {
      const value = block[row * 8 + x] + 128;
      plane[corner + row * stride + x] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

function transformLine(b: Int32Array, at: number, step: number, shift: number): void {
  const half = 1 << (shift - 1);
  const [s0, s1, s2, s3] = [b[at], b[at + step], b[at + 2 * step], b[at + 3 * step]];
  const [s4, s5, s6, s7] = [b[at + 4 * step], b[at + 5 * step], b[at + 6 * step], b[at + 7 * step]];
  const rotated = (s2 + s6) * 4433;
  const even2 = rotated - s6 * 15137;
  const even3 = rotated + s2 * 6270;
  const [sum, difference] = [(s0 + s4) * 8192, (s0 - s4) * 8192];
  const [e0, e1, e2, e3] = [sum + even3, difference + even2, difference - even2, sum - even3];
  const z5 = (s7 + s3 + s5 + s1) * 9633;
  const z1 = (s7 + s1) * -7373;
  const z2 = (s5 + s3) * -20995;
  const z3 = (s7 + s3) * -16069 + z5;
  const z4 = (s5 + s1) * -3196 + z5;
  const o0 = s7 * 2446 + z1 + z3;
  const o1 = s5 * 16819 + z2 + z4;
  const o2 = s3 * 25172 + z2 + z3;
  const o3 = s1 * 12299 + z1 + z4;
  b[at] = (e0 + o3 + half) >> shift;
  b[at + 7 * step] = (e0 - o3 + half) >> shift;
  b[at + step] = (e1 + o2 + half) >> shift;
  b[at + 6 * step] = (e1 - o2 + half) >> shift;
  b[at + 2 * step] = (e2 + o1 + half) >> shift;
  b[at + 5 * step] = (e2 - o1 + half) >> shift;
  b[at + 3 * step] = (e3 + o0 + half) >> shift;
  b[at + 4 * step] = (e3 - o0 + half) >> shift;
}
