import { cubicSpline, SPLINE_WIDTH } from './cubic-spline.ts';

const BISECTIONS = 60;

/**
 * Full width of the highest peak of every row at a share of its maximum, in channels.
 *
 * @param values rows × channels, row-major. @param share of the maximum, in (0, 1): ½ for the full width at half maximum.
 * @param how `linear`: from the maximum outwards to the first crossing of straight lines between channels; `spline`: between
 * the two crossings of an interpolating cubic spline. NaN where a side has no crossing, where the spline has not exactly
 * two, and for a row without a positive value or with one that is not finite.
 * @param out one width per row, overwritten.
 * @throws RangeError for a share outside (0, 1).
 */
export function peakWidths(
  values: Float64Array,
  rows: number,
  channels: number,
  share: number,
  how: 'linear' | 'spline',
  out: Float64Array,
): void {
  if (!(share > 0 && share < 1)) throw new RangeError(`the share of the maximum must be in (0, 1), not ${share}`);
  const level = new Float64Array(channels);
  const spline = new Float64Array(SPLINE_WIDTH * channels);
  for (let row = 0; row < rows; row++) {
    let maximum = 0;
    for (let j = 0; j < channels; j++) {
      level[j] = values[row * channels + j];
      if (!(level[j] <= level[maximum])) maximum = j;
    }
    const height = channels > 0 ? level[maximum] : 0;
    out[row] = Number.NaN;
    if (!(height > 0 && height < Number.POSITIVE_INFINITY)) continue;
    for (let j = 0; j < channels; j++) level[j] -= share * height;
    if (how === 'linear') out[row] = crossing(level, maximum, 1) + crossing(level, maximum, -1);
    else {
      cubicSpline(level, spline);
      out[row] = betweenRoots(spline, channels);
    }
  }
}

/** Distance from the maximum to where straight lines between channels cross 0. */
function crossing(level: Float64Array, maximum: number, step: 1 | -1): number {
  for (let j = maximum + step; j >= 0 && j < level.length; j += step) {
    if (level[j] > 0) continue;
    return Math.abs(j - maximum) - 1 + level[j - step] / (level[j - step] - level[j]);
  }
  return Number.NaN;
}

/** Distance of the two roots of a spline; NaN where it has another number of them. */
function betweenRoots(spline: Float64Array, channels: number): number {
  let roots = 0;
  let [first, last] = [0, 0];
  const root = (place: number) => {
    if (roots++ === 0) first = place;
    last = place;
  };
  for (let i = 0; i < channels - 1; i++) {
    const k = SPLINE_WIDTH * i;
    const [c0, c1, c2, c3] = [spline[k], spline[k + 1], spline[k + 2], spline[k + 3]];
    const y = (t: number) => c0 + t * (c1 + t * (c2 + t * c3));
    // Where it turns: between two turns there is at most one root.
    const inner = c2 * c2 - 3 * c1 * c3;
    const half = inner > 0 ? Math.sqrt(inner) : 0;
    const [one, other] = c3 === 0 ? [-c1 / (2 * c2), 2] : [(-c2 - half) / (3 * c3), (-c2 + half) / (3 * c3)];
    const clip = (t: number) => (t > 0 && t < 1 ? t : 1);
    const [a, b] = [clip(Math.min(one, other)), clip(Math.max(one, other))];
    let from = 0;
    for (const to of [Math.min(a, b), Math.max(a, b), 1]) {
      if (to > from && y(from) > 0 !== y(to) > 0) root(i + bisect(y, from, to));
      from = Math.max(from, to);
    }
  }
  return roots === 2 ? last - first : Number.NaN;
}

function bisect(y: (t: number) => number, low: number, high: number): number {
  const rising = y(high) > 0;
  let [a, b] = [low, high];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (a + b) / 2;
    if (y(middle) > 0 === rising) b = middle;
    else a = middle;
  }
  return (a + b) / 2;
}
