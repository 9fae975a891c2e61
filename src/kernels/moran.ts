import { inputError } from '../signal/errors.ts';
import { square } from './portable-math.ts';

export interface MoranStatistic {
  /** Moran's I; 0 where it is not defined. */
  readonly index: number;
  readonly expected: number;
  /** Under normality. */
  readonly variance: number;
  /** (I − E)/√Var; above 4 the map has structure. 0 where it is not defined. */
  readonly z: number;
  /** Pixels taken part. */
  readonly pixels: number;
  /** No two values differ, or no two pixels touch: I has no meaning. */
  readonly undefined: boolean;
}

/**
 * Moran's I of a row-major height×width map with rook neighbours: I = (n/W) Σ w_ij z_i z_j / Σ z_i²; E = −1/(n − 1),
 * Var = (n²S₁ − nS₂ + 3W²)/((n² − 1)W²) − E² with S₁ = 2W, S₂ = 4Σ degree² (Cliff & Ord 1981, under normality).
 *
 * @param skip non-zero: the pixel takes no part, nor do its links
 */
export function moran(
  map: ArrayLike<number>,
  height: number,
  width: number,
  skip?: ArrayLike<number | boolean>,
): MoranStatistic {
  if (map.length !== height * width || (skip && skip.length !== map.length)) {
    throw inputError({
      code: 'map-shape',
      what: `a map of ${map.length} values${skip ? ` and a mask of ${skip.length}` : ''}`,
      where: "Moran's I",
      expected: `${height} × ${width} = ${height * width} values`,
    });
  }
  let n = 0;
  let mean = 0;
  for (let i = 0; i < map.length; i++) if (!skip?.[i]) mean += (map[i] - mean) / ++n;
  let squares = 0;
  let largest = 0;
  let cross = 0;
  let links = 0;
  let degreeSquares = 0;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (skip?.[i]) continue;
      const here = map[i] - mean;
      squares += here * here;
      largest = Math.max(largest, Math.abs(map[i]));
      let degree = 0;
      if (x > 0 && !skip?.[i - 1]) degree++;
      if (y > 0 && !skip?.[i - width]) degree++;
      if (x + 1 < width && !skip?.[i + 1]) {
        cross += here * (map[i + 1] - mean);
        degree++;
      }
      if (y + 1 < height && !skip?.[i + width]) {
        cross += here * (map[i + width] - mean);
        degree++;
      }
      links += degree;
      degreeSquares += degree * degree;
    }
  }
  const constant = !(squares > n * square(1e-14 * largest));
  return moranOfSums(n, links, degreeSquares, constant ? 0 : squares, cross);
}

/**
 * Moran's I from its sums, for maps that are never held: links = Σ degree, cross = Σ over neighbouring pairs of
 * (x_i − mean)(x_j − mean), squares = Σ (x_i − mean)².
 */
export function moranOfSums(
  n: number,
  links: number,
  degreeSquares: number,
  squares: number,
  cross: number,
): MoranStatistic {
  const expected = n > 1 ? -1 / (n - 1) : 0;
  if (!(squares > 0) || links === 0 || n < 3) {
    return { index: 0, expected, variance: 0, z: 0, pixels: n, undefined: true };
  }
  const index = (n / links) * ((2 * cross) / squares);
  const moment = 2 * links * n * n - 4 * degreeSquares * n + 3 * links * links;
  const variance = moment / ((n * n - 1) * links * links) - square(expected);
  const z = variance > 0 ? (index - expected) / Math.sqrt(variance) : 0;
  return { index, expected, variance, z, pixels: n, undefined: !(variance > 0) };
}
