/*
 * Running extremes in three comparisons a value, however wide the window: the row is cut into stretches as long as the
 * window, and extremes from either end of each are merged. M. van Herk, Pattern Recognit. Lett. 13 (1992) 517; J. Gil &
 * M. Werman, IEEE Trans. Pattern Anal. Mach. Intell. 15 (1993) 504. Windows end where the row ends, which gives the same as
 * mirroring it there.
 */

/** Workspaces for rows of so many channels. */
export interface ExtremeWork {
  readonly forward: Float64Array;
  readonly backward: Float64Array;
}

export function extremeWork(channels: number): ExtremeWork {
  return { forward: new Float64Array(channels), backward: new Float64Array(channels) };
}

/** Least value within `half` channels of each, NaN-free. `out` may be `row`. */
export function erode(row: Float64Array, half: number, out: Float64Array, work: ExtremeWork): void {
  extremes(row, 1, half, out, work);
}

/** Greatest value within `half` channels of each, NaN-free. `out` may be `row`. */
export function dilate(row: Float64Array, half: number, out: Float64Array, work: ExtremeWork): void {
  extremes(row, -1, half, out, work);
}

/** Erosion of sign · row, times the sign. */
function extremes(row: Float64Array, sign: 1 | -1, half: number, out: Float64Array, work: ExtremeWork): void {
  const { forward, backward } = work;
  const n = row.length;
  const width = 2 * half + 1;
  let lastStretch = 0;
  for (let from = 0; from < n; from += width) {
    lastStretch = from;
    const to = Math.min(from + width, n);
    let least = Number.POSITIVE_INFINITY;
    for (let i = from; i < to; i++) {
      const value = sign * row[i];
      if (value < least) least = value;
      forward[i] = least;
    }
    least = Number.POSITIVE_INFINITY;
    for (let i = to - 1; i >= from; i--) {
      const value = sign * row[i];
      if (value < least) least = value;
      backward[i] = least;
    }
  }
  const begun = Math.min(half, n);
  for (let i = 0; i < begun; i++) out[i] = sign * forward[Math.min(n - 1, i + half)];
  for (let i = half; i < n - half; i++) out[i] = sign * Math.min(backward[i - half], forward[i + half]);
  for (let i = Math.max(half, n - half); i < n; i++) {
    const from = i - half;
    out[i] = sign * (from >= lastStretch ? backward[from] : Math.min(backward[from], forward[n - 1]));
  }
}
