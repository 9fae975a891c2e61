/*
 * Points coordinate by coordinate: `points` holds d lines of m doubles, m even; centres are row-major k × d. Sums run over
 * ascending coordinates and points.
 */

/** Label (u32) and squared distance of the nearest centre of every point, ties to the lower label; how many labels changed. */
export function nearestCentres(points: usize, m: u32, d: u32, centres: usize, k: u32, labels: usize, distances: usize): u32 {
  const line = (<usize>m) << 3;
  let changed: u32 = 0;
  for (let i: usize = 0; i < line; i += 16) {
    let least = f64x2.splat(Infinity);
    let nearest = i64x2.splat(0);
    let centre = centres;
    for (let c: u32 = 0; c < k; c++) {
      let sum = f64x2.splat(0);
      let at = points + i;
      for (let j: u32 = 0; j < d; j++, at += line, centre += 8) {
        const difference = f64x2.sub(v128.load(at), v128.load64_splat(centre));
        sum = f64x2.add(sum, f64x2.mul(difference, difference));
      }
      const closer = f64x2.lt(sum, least);
      least = v128.bitselect(sum, least, closer);
      nearest = v128.bitselect(i64x2.splat(<i64>c), nearest, closer);
    }
    v128.store(distances + i, least);
    const label = labels + (i >> 1);
    const first = <u32>i64x2.extract_lane(nearest, 0);
    const second = <u32>i64x2.extract_lane(nearest, 1);
    changed += <u32>(load<u32>(label) != first) + <u32>(load<u32>(label, 4) != second);
    store<u32>(label, first);
    store<u32>(label, second, 4);
  }
  return changed;
}

/** sums (k × d) and totals (k), to begin with 0, of the first `count` points of every label, weighted. */
export function clusterSums(points: usize, count: u32, m: u32, d: u32, weights: usize, labels: usize, sums: usize, totals: usize): void {
  const line = (<usize>m) << 3;
  for (let i: u32 = 0; i < count; i++) {
    const weight = load<f64>(weights + ((<usize>i) << 3));
    const label = <usize>load<u32>(labels + ((<usize>i) << 2));
    const total = totals + (label << 3);
    store<f64>(total, load<f64>(total) + weight);
    let to = sums + ((label * <usize>d) << 3);
    let at = points + ((<usize>i) << 3);
    for (let j: u32 = 0; j < d; j++, at += line, to += 8) store<f64>(to, load<f64>(to) + weight * load<f64>(at));
  }
}
