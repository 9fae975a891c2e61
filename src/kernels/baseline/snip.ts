import { machine, Room } from '../wasm/machine.ts';
import { bytesPerNumber, type Precision } from '../wasm/rows.ts';
import { outOfRange, requireRows, requireWhole } from './limits.ts';

/** Half window in channels: one for all, one to the left and one to the right, or one for each channel. */
export type HalfWindow = number | readonly [left: number, right: number] | Uint32Array;

export interface SnipOptions {
  /**
   * M: a peak whose base is wider than 2·M + 1 channels is taken for background. About the FWHM of the broadest line. Per
   * channel M ∝ FWHM(E): a channel takes part in the passes up to its own M.
   */
  readonly halfWindow: HalfWindow;
  /** Windows from M down to 1 (default; smoother, Morháč 2008) or from 1 up to M. */
  readonly decreasing?: boolean;
  /** Order of the clipping filter; each also has the lower ones in it. Above 2 for curved continua and steps. Default 2. */
  readonly order?: 2 | 4 | 6 | 8;
  /**
   * Clip ln(ln(√(y + 1) + 1) + 1) instead of y: strong and weak peaks are cut alike. It is a transform of counts and knows
   * their unit. A row with values below 0 is raised by its least value first. Default on.
   */
  readonly transform?: boolean;
  /** Where a value is not clipped in a pass, take the mean over itself and so many neighbours to either side. Default 0. */
  readonly smoothHalfWindow?: number;
  /** Mean over so many neighbours to either side before all else (fewer at the ends). Default 0. */
  readonly beforehandHalfWindow?: number;
  /**
   * `single` (default) is twice as fast. It differs from `double` by less than 2·10⁻⁵·|baseline| + 2·10⁻⁶ with the
   * transform and 10⁻⁵ of the row's largest value without it: below the Poisson noise up to 10⁹ counts. With smoothing in
   * the passes the default is `double`: whether a value is smoothed may hang on its last bit.
   */
  readonly precision?: Precision;
}

/** Rows handed over at once: a millisecond or so of work. */
const BYTES = 2 ** 19;

/**
 * SNIP baseline of each row: b ← min(b, filter(b)) with the window in passes. C. Ryan et al., Nucl. Instrum. Meth. B 34
 * (1988) 396; higher orders, smoothing and decreasing windows: M. Morháč et al., Nucl. Instrum. Meth. A 401 (1997) 113 and
 * M. Morháč & V. Matoušek, Appl. Spectrosc. 62 (2008) 91. The filter of order 2k puts the polynomial of degree 2k − 1
 * through the values at ±⌊p·i/k⌋, i = 1 … k. Rows are continued by M channels along the straight lines through their M
 * first and last ones, in the transformed values and not below that of 0, and are clipped there as well.
 *
 * The result lies below the mean of noise: see `snipOffset`. It picks low values in every pass: with the choices frozen, the
 * standard deviation of its sums comes out 1.1 to 2 times too large. Only a bootstrap gives it.
 *
 * @param values row-major rows × channels, counts; @param out as large, may be `values`. A row with a value that is not
 * finite becomes NaN. Each row's result is independent of the others.
 * @throws input error `baseline-parameter`: half windows other than 0 … 32767 or all 0, orders other than 2, 4, 6, 8, smoothing
 * windows below 0, in the passes above channels + 2·M; `baseline-shape`
 */
export function snip(
  values: Float64Array,
  rows: number,
  channels: number,
  options: SnipOptions,
  out: Float64Array,
): void {
  requireRows(values, rows, channels, out);
  const { order = 2, smoothHalfWindow = 0, beforehandHalfWindow = 0 } = options;
  const { precision = smoothHalfWindow > 0 ? 'double' : 'single' } = options;
  if (![2, 4, 6, 8].includes(order)) throw outOfRange('order', order, '2, 4, 6 or 8');
  const { pad, strokes } = passesOf(options, channels);
  requireWhole('smoothHalfWindow', smoothHalfWindow, 0, channels + 2 * pad);
  requireWhole('beforehandHalfWindow', beforehandHalfWindow, 0);
  const bytes = bytesPerNumber(precision);
  const together = Math.max(1, Math.floor(BYTES / (8 * channels)));
  const beside = Math.max(smoothHalfWindow * bytes, 128);
  const room = new Room();
  const places = {
    strokes: room.place(strokes.byteLength),
    rows: room.place(8 * (Math.min(rows, together) * channels + 4)),
    one: room.place(2 * beside + bytes * (channels + 2 * pad)) + beside,
    other: room.place(2 * beside + bytes * (channels + 2 * pad)) + beside,
  };
  const memory = room.buffer();
  new Uint32Array(memory, places.strokes, strokes.length).set(strokes);
  const sums = new Float64Array(channels + 1);
  for (let first = 0; first < rows; first += together) {
    const count = Math.min(together, rows - first);
    const placed = new Float64Array(memory, places.rows, count * channels);
    placed.set(values.subarray(first * channels, (first + count) * channels));
    if (beforehandHalfWindow > 0) {
      for (let row = 0; row < count; row++) {
        meanOfNeighbours(placed.subarray(row * channels, (row + 1) * channels), beforehandHalfWindow, sums);
      }
    }
    machine().snipRows(
      bytes,
      places.rows,
      count,
      channels,
      pad,
      (options.transform ?? true) ? 1 : 0,
      order,
      smoothHalfWindow,
      places.strokes,
      strokes.length / STROKE,
      places.one,
      places.other,
    );
    out.set(placed, first * channels);
  }
}

const LARGEST = 32767;
const STROKE = 4;

/** The passes as strokes (from, to, left, right) over a row that is longer by `pad` at either end. */
function passesOf({ halfWindow, decreasing = true }: SnipOptions, channels: number) {
  const ofEach = halfWindow instanceof Uint32Array ? halfWindow : undefined;
  const [left, right] = ofEach
    ? [LARGEST, LARGEST]
    : typeof halfWindow === 'number'
      ? [halfWindow, halfWindow]
      : (halfWindow as readonly [number, number]);
  if (ofEach && ofEach.length !== channels) {
    throw outOfRange('halfWindow', `${ofEach.length} numbers`, `one for each of ${channels} channels`);
  }
  let pad = ofEach ? 0 : Math.max(left, right);
  for (const own of ofEach ?? [left, right]) {
    requireWhole('halfWindow', own, 0, LARGEST);
    pad = Math.max(pad, own);
  }
  if (pad === 0) throw outOfRange('halfWindow', 0, 'at least one above 0');
  const length = channels + 2 * pad;
  const takesPart = (at: number, half: number) =>
    !ofEach || ofEach[Math.min(Math.max(at - pad, 0), channels - 1)] >= half;
  const strokes: number[] = [];
  for (let pass = 0; pass < pad; pass++) {
    const half = decreasing ? pad - pass : pass + 1;
    const pair = [Math.min(half, left), Math.min(half, right)];
    strokes.push(0, half, 0, 0);
    for (let from = half; from < length - half; ) {
      const clipped = takesPart(from, half);
      let to = ofEach ? from + 1 : length - half;
      while (to < length - half && takesPart(to, half) === clipped) to++;
      strokes.push(from, to, ...(clipped ? pair : [0, 0]));
      from = to;
    }
    strokes.push(length - half, length, 0, 0);
  }
  return { pad, strokes: Uint32Array.from(strokes) };
}

/** `sums` is a workspace of one number more than the row has. */
function meanOfNeighbours(row: Float64Array, half: number, sums: Float64Array): void {
  for (let i = 0; i < row.length; i++) sums[i + 1] = sums[i] + row[i];
  for (let i = 0; i < row.length; i++) {
    const reach = Math.min(half, i, row.length - 1 - i);
    row[i] = (sums[i + reach + 1] - sums[i - reach]) / (2 * reach + 1);
  }
}
