import type { Warper } from './warper.ts';

export interface IntervalShiftOptions {
  /** Channels [first, end) of each interval, ascending and apart; what lies between them stays. Default: one, of all channels. */
  readonly intervals?: readonly (readonly [first: number, end: number])[];
  /** Largest displacement, in whole channels: at least 0, below the shortest interval. */
  readonly limit: number;
  /** Take the means over the interval off first (default): else a pedestal pulls towards no displacement. */
  readonly centred?: boolean;
}

/**
 * icoshift (Savorani, Tomasi & Engelsen 2010, J. Magn. Reson. 202, 190): each interval is moved as a whole, by the number of
 * channels at which its cross-correlation with the reference is largest; of equal ones by the least. Peaks keep their shape
 * and counts stay counts. Sums over the 2·limit + 1 displacements are the same numbers as by Fourier transform.
 *
 * The nodes are the displacements of the features of the row, one an interval: positive towards higher channels.
 * `places` repeats the last channel of an interval where nothing was recorded.
 * @throws RangeError for options that cannot be.
 */
export function intervalShiftWarper(references: readonly Float64Array[], options: IntervalShiftOptions): Warper {
  const channels = references[0].length;
  const { intervals = [[0, channels] as const], limit, centred = true } = options;
  check(intervals, channels, limit);
  const centre = (values: Float64Array, out: Float64Array) => {
    for (const [first, end] of intervals) {
      let sum = 0;
      for (let j = first; j < end; j++) sum += values[j];
      const mean = centred ? sum / (end - first) : 0;
      for (let j = first; j < end; j++) out[j] = values[j] - mean;
    }
    return out;
  };
  const targets = references.map((reference) => centre(reference, new Float64Array(channels)));
  const own = new Float64Array(channels);
  return {
    channels,
    nodes: intervals.length,
    find(row, reference, nodes) {
      centre(row, own);
      const target = targets[reference];
      for (let interval = 0; interval < intervals.length; interval++) {
        const [first, end] = intervals[interval];
        let [best, most] = [0, covariance(own, target, first, end, 0)];
        for (let size = 1; size <= limit; size++) {
          for (let side = 1; side >= -1; side -= 2) {
            const sum = covariance(own, target, first, end, side * size);
            if (sum > most) [best, most] = [side * size, sum];
          }
        }
        nodes[interval] = best;
      }
    },
    places(nodes, from) {
      for (let j = 0; j < channels; j++) from[j] = j;
      intervals.forEach(([first, end], interval) => {
        for (let j = first; j < end; j++) from[j] = Math.min(Math.max(j + nodes[interval], first), end - 1);
      });
    },
  };
}

/** Of a row and a target within an interval, the row looked up so many channels higher; 0 beyond the interval. */
function covariance(row: Float64Array, target: Float64Array, first: number, end: number, shift: number): number {
  const from = Math.max(first, first - shift);
  const to = Math.min(end, end - shift);
  let sum = 0;
  for (let j = from; j < to; j++) sum += row[j + shift] * target[j];
  return sum;
}

function check(intervals: readonly (readonly [number, number])[], channels: number, limit: number): void {
  let before = 0;
  for (const [first, end] of intervals) {
    if (!(Number.isInteger(first) && Number.isInteger(end) && first >= before && end > first && end <= channels)) {
      throw new RangeError(`interval [${first}, ${end}) must lie within [${before}, ${channels})`);
    }
    before = end;
    if (!(Number.isInteger(limit) && limit >= 0 && (limit === 0 || limit < end - first))) {
      throw new RangeError(
        `the largest displacement must be a whole number from 0, below ${end - first}, not ${limit}`,
      );
    }
  }
}
