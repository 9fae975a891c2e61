import type { Warper } from './warper.ts';

export interface DtwOptions {
  /** Sakoe–Chiba half width: |i − j| at most this many channels, or the difference of the lengths; Infinity: no band. */
  readonly band: number;
  /**
   * `symmetric2` (default): a diagonal step counts twice, so that every path has the same total weight. `symmetric1`: all
   * steps count once, which favours diagonals.
   */
  readonly steps?: 'symmetric1' | 'symmetric2';
  /** Local cost |a − b|^power; default 2. */
  readonly power?: 1 | 2;
  /** Compare slopes instead of values (Keogh & Pazzani 2001): peaks of different height, on a pedestal. */
  readonly derivative?: boolean;
}

export interface DtwPath {
  readonly cost: number;
  /** Pairs (i, j) one after the other, from (0, 0) to the ends of both. */
  readonly path: Int32Array;
}

/** Room for two rows of these lengths. */
interface DtwRoom {
  readonly n: number;
  readonly m: number;
  readonly band: number;
  readonly steps: 'symmetric1' | 'symmetric2';
  readonly power: 1 | 2;
  /** Costs of the row before and this one, by j − i + band + 1, with no way in from beside them. */
  readonly costs: readonly [Float64Array, Float64Array];
  /** The step that led to each cell: 0 diagonal, 1 from i − 1, 2 from j − 1. */
  readonly came: Uint8Array;
  readonly path: Int32Array;
}

function dtwRoom(n: number, m: number, { band, steps = 'symmetric2', power = 2 }: DtwOptions): DtwRoom {
  if (!(band >= 0)) throw new RangeError(`the band must be at least 0 channels, not ${band}`);
  if (power !== 1 && power !== 2) throw new RangeError(`the power must be 1 or 2, not ${power}`);
  if (n < 1 || m < 1) throw new RangeError('both rows must have a channel');
  const half = Math.min(Math.max(Math.floor(band), Math.abs(n - m)), Math.max(n, m) - 1);
  return {
    n,
    m,
    band: half,
    steps,
    power,
    costs: [new Float64Array(2 * half + 3), new Float64Array(2 * half + 3)],
    came: new Uint8Array(n * (2 * half + 1)),
    path: new Int32Array(2 * (n + m)),
  };
}

/**
 * Dynamic time warping (Sakoe & Chiba 1978, IEEE Trans. ASSP 26, 43): the monotonic path of pairs with the least sum of
 * costs, in O(n × band). Of equal costs the diagonal is taken, then i − 1, then j − 1.
 * @throws RangeError for options that cannot be.
 */
export function dtw(a: Float64Array, b: Float64Array, options: DtwOptions): DtwPath {
  const room = dtwRoom(a.length, b.length, options);
  const [x, y] = options.derivative
    ? [slopes(a, new Float64Array(a.length)), slopes(b, new Float64Array(b.length))]
    : [a, b];
  const cost = fill(x, y, room);
  const length = trace(room);
  return { cost, path: room.path.slice(0, 2 * length) };
}

/** Least cost of a path through all of both rows. */
function fill(a: Float64Array, b: Float64Array, { n, m, band, steps, power, costs, came }: DtwRoom): number {
  const width = 2 * band + 1;
  const diagonal = steps === 'symmetric2' ? 2 : 1;
  const squared = power === 2;
  costs[0].fill(Number.POSITIVE_INFINITY);
  costs[1].fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    const before = costs[(i + 1) % 2];
    const now = costs[i % 2];
    const x = a[i];
    const low = Math.max(0, i - band);
    const high = Math.min(m - 1, i + band);
    now[low - i + band] = Number.POSITIVE_INFINITY;
    for (let j = low; j <= high; j++) {
      const k = j - i + band;
      const d = x - b[j];
      const local = squared ? d * d : Math.abs(d);
      let least = before[k + 1] + diagonal * local;
      let step = 0;
      if (before[k + 2] + local < least) {
        least = before[k + 2] + local;
        step = 1;
      }
      if (now[k] + local < least) {
        least = now[k] + local;
        step = 2;
      }
      if (i === 0 && j === 0) least = diagonal * local;
      now[k + 1] = least;
      came[i * width + k] = step;
    }
    // Beyond the last column there is nothing to come from.
    now[high - i + band + 2] = Number.POSITIVE_INFINITY;
  }
  return costs[(n - 1) % 2][m - 1 - (n - 1) + band + 1];
}

/** Writes the path; how many pairs it has. */
function trace({ n, m, band, came, path }: DtwRoom): number {
  const width = 2 * band + 1;
  let [i, j, length] = [n - 1, m - 1, 0];
  for (;;) {
    path[2 * length] = j;
    path[2 * length + 1] = i;
    length++;
    if (i === 0 && j === 0) break;
    const step = came[i * width + j - i + band];
    if (step !== 2) i--;
    if (step !== 1) j--;
  }
  path.subarray(0, 2 * length).reverse();
  return length;
}

/** ((x_i − x_{i−1}) + (x_{i+1} − x_{i−1})/2)/2; the ends take their neighbours'. */
function slopes(x: Float64Array, out: Float64Array): Float64Array {
  const n = x.length;
  for (let i = 1; i < n - 1; i++) out[i] = (x[i] - x[i - 1] + (x[i + 1] - x[i - 1]) / 2) / 2;
  if (n > 2) {
    out[0] = out[1];
    out[n - 1] = out[n - 2];
  } else out.fill(n === 2 ? x[1] - x[0] : 0);
  return out;
}

/**
 * Warps rows by dynamic time warping against references of the same length. Row and reference are compared with their mean
 * taken off and divided by their standard deviation. The path becomes a rising line: of channels that share a partner
 * the middle one has it. Both ends stay.
 */
export function dtwWarper(references: readonly Float64Array[], options: DtwOptions): Warper {
  const channels = references[0].length;
  const room = dtwRoom(channels, channels, options);
  const own = new Float64Array(channels);
  const prepare = (values: Float64Array, out: Float64Array) => {
    if (options.derivative) slopes(values, out);
    else out.set(values);
    standardise(out);
    return out;
  };
  const prepared = references.map((reference) => prepare(reference, new Float64Array(channels)));
  return {
    channels,
    nodes: channels,
    find(row, reference, nodes) {
      fill(prepare(row, own), prepared[reference], room);
      line(room.path, trace(room), nodes);
    },
    places(nodes, from) {
      from.set(nodes);
    },
  };
}

function standardise(values: Float64Array): void {
  const n = values.length;
  let [mean, squares] = [0, 0];
  for (let j = 0; j < n; j++) mean += values[j] / n;
  for (let j = 0; j < n; j++) squares += (values[j] - mean) * (values[j] - mean);
  const scale = squares > 0 ? Math.sqrt(n / squares) : 0;
  for (let j = 0; j < n; j++) values[j] = (values[j] - mean) * scale;
}

/** For each j the i of a line through the middles of the path's runs; both ends stay. */
function line(path: Int32Array, length: number, out: Float64Array): void {
  const last = out.length - 1;
  let [fromI, fromJ] = [0, 0];
  const to = (i: number, j: number) => {
    for (let k = Math.floor(fromJ) + 1; k <= j; k++) out[k] = fromI + ((k - fromJ) * (i - fromI)) / (j - fromJ);
    [fromI, fromJ] = [i, j];
  };
  out[0] = 0;
  // A pair where two runs meet belongs to both.
  let inRun = -1;
  for (let k = 0; k < length; ) {
    const step = stepAfter(path, k, length);
    let end = k;
    if (step > 0) while (stepAfter(path, end, length) === step) end++;
    const i = (path[2 * k] + path[2 * end]) / 2;
    const j = (path[2 * k + 1] + path[2 * end + 1]) / 2;
    if ((step > 0 || inRun < k) && j > fromJ && j < last) to(i, j);
    if (step > 0) inRun = end;
    k = step > 0 ? end : k + 1;
  }
  if (last > 0) to(last, last);
}

/** The step after pair k: 0 diagonal or none, 1 along i, 2 along j. */
function stepAfter(path: Int32Array, k: number, length: number): number {
  if (k + 1 >= length) return 0;
  const [di, dj] = [path[2 * k + 2] - path[2 * k], path[2 * k + 3] - path[2 * k + 1]];
  return di === dj ? 0 : di > 0 ? 1 : 2;
}
