/**
 * Neighbour correlation of a row-major map as a z-score that stays honest where the noise differs from place to place:
 * Σ z_i z_j / √Σ z_i² z_j² over rook pairs, z centred. For independent errors of any variances the numerator has mean 0 and
 * the sum under the root estimates its variance; Moran's own variance assumes one law everywhere and over-counts when a
 * few pixels carry most of it.
 *
 * @param skip non-zero: the pixel takes no part
 * @returns 0 where no two pixels touch
 */
export function robustMoranZ(map: ArrayLike<number>, height: number, width: number, skip?: ArrayLike<number>): number {
  let n = 0;
  let mean = 0;
  for (let i = 0; i < map.length; i++) if (!skip?.[i]) mean += (map[i] - mean) / ++n;
  let cross = 0;
  let variance = 0;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (skip?.[i]) continue;
      const here = map[i] - mean;
      if (x + 1 < width && !skip?.[i + 1]) {
        const product = here * (map[i + 1] - mean);
        cross += product;
        variance += product * product;
      }
      if (y + 1 < height && !skip?.[i + width]) {
        const product = here * (map[i + width] - mean);
        cross += product;
        variance += product * product;
      }
    }
  }
  return variance > 0 ? cross / Math.sqrt(variance) : 0;
}
