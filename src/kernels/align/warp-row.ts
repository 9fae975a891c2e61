/**
 * What a warp keeps. `area`: values are moved, each with the stretch of the axis at its place (the Jacobian): the sum over a
 * peak stays, whatever becomes of its width. `height`: values are looked up, and the sum over a peak changes as its width.
 */
export type Conserved = 'area' | 'height';

/**
 * Values of a row at other places of its axis.
 * @param from for each channel of `out` the fractional channel that lies there, ascending.
 */
export function warpRow(row: Float64Array, from: Float64Array, conserved: Conserved, out: Float64Array): void {
  if (conserved === 'height') {
    for (let j = 0; j < out.length; j++) out[j] = between(row, from[j]);
    return;
  }
  // What lies between the edges of a channel, counts spread evenly over each channel of the row.
  const n = out.length;
  let [channel, below] = [0, 0];
  const upTo = (edge: number) => {
    while (channel < n && channel + 0.5 <= edge) below += row[channel++];
    return channel < n ? below + row[channel] * Math.max(0, edge - channel + 0.5) : below;
  };
  let before = upTo(from[0] - 0.5);
  for (let j = 0; j < n; j++) {
    const now = upTo(j < n - 1 ? (from[j] + from[j + 1]) / 2 : from[j] + 0.5);
    out[j] = now - before;
    before = now;
  }
}

function between(row: Float64Array, at: number): number {
  const last = row.length - 1;
  if (!(at > 0)) return row[0];
  if (at >= last) return row[last];
  const low = Math.floor(at);
  return at === low ? row[low] : row[low] + (at - low) * (row[low + 1] - row[low]);
}

/** Of the height of the reference above its lowest value: what stands higher is a peak. */
const PEAK_LEVEL = 0.1;

/**
 * Largest relative change of the sum over a peak: over each stretch of channels where the reference stands above a tenth of its
 * range, the warped values against those of the row between the same features. 0 where there is no peak.
 */
export function largestAreaChange(
  row: Float64Array,
  from: Float64Array,
  warped: Float64Array,
  reference: Float64Array,
): number {
  const n = row.length;
  let [low, high] = [reference[0], reference[0]];
  for (let j = 1; j < n; j++) {
    if (reference[j] < low) low = reference[j];
    if (reference[j] > high) high = reference[j];
  }
  const level = low + PEAK_LEVEL * (high - low);
  let largest = 0;
  for (let first = 0; first < n; first++) {
    if (!(reference[first] > level)) continue;
    let end = first;
    while (end < n && reference[end] > level) end++;
    const left = first > 0 ? (from[first - 1] + from[first]) / 2 : from[0] - 0.5;
    const right = end < n ? (from[end - 1] + from[end]) / 2 : from[n - 1] + 0.5;
    const area = areaBetween(row, left, right);
    let after = 0;
    for (let j = first; j < end; j++) after += warped[j];
    if (area !== 0) largest = Math.max(largest, Math.abs((after - area) / area));
    first = end;
  }
  return largest;
}

function areaBetween(row: Float64Array, left: number, right: number): number {
  let sum = 0;
  for (let j = Math.max(0, Math.floor(left + 0.5)); j < row.length && j - 0.5 < right; j++) {
    const share = Math.min(right, j + 0.5) - Math.max(left, j - 0.5);
    if (share > 0) sum += share * row[j];
  }
  return sum;
}

/** Pearson's correlation over the channels that are not masked; 0 where either is level. */
export function correlationOf(a: Float64Array, b: Float64Array, masked?: Uint8Array): number {
  let [count, sa, sb] = [0, 0, 0];
  for (let j = 0; j < a.length; j++) {
    if (masked?.[j]) continue;
    count++;
    sa += a[j];
    sb += b[j];
  }
  const [ma, mb] = [sa / count, sb / count];
  let [saa, sbb, sab] = [0, 0, 0];
  for (let j = 0; j < a.length; j++) {
    if (masked?.[j]) continue;
    saa += (a[j] - ma) * (a[j] - ma);
    sbb += (b[j] - mb) * (b[j] - mb);
    sab += (a[j] - ma) * (b[j] - mb);
  }
  const product = saa * sbb;
  return product > 0 ? sab / Math.sqrt(product) : 0;
}
