import { EXPONENTIAL_TABLE } from '../portable-math.ts';
import { machine, Room } from '../wasm/machine.ts';
import { FITTED_WIDTH } from './log-linear.ts';

/** Work of one call: what stays in the second-level cache. */
const BYTES = 2 ** 18;
/** Channels about one anchor, and the place of the anchor among them; the kernel takes two of them at a time. */
const ABOUT = 8;
const ANCHOR = 4;

/** Lines a + b·t of rows, on channels first ≤ j < end. */
export interface Lines {
  /** rows × `width`, of which the first two numbers are a and b. */
  readonly fitted: Float64Array;
  /** Default: FITTED_WIDTH. */
  readonly width?: number;
  /** Regressor at every channel. */
  readonly t: Float64Array;
  /** Default: all. */
  readonly first?: number;
  readonly end?: number;
}

/**
 * f = exp(a + b·t) of every row on its channels, to 2·10⁻¹⁵; about e^±600 where it is beyond.
 * @param out rows × channels, overwritten; 0 at the other channels, and where a = −∞.
 */
export function evaluateLogLinear(lines: Lines, rows: number, out: Float64Array): void {
  onLines(lines, rows, 'evaluateLine', undefined, out);
}

/** out ← values − f on its channels, and 0 at the others; f as of {@link evaluateLogLinear}. Both may be the same array. */
export function subtractLogLinear(lines: Lines, rows: number, values: Float64Array, out: Float64Array): void {
  onLines(lines, rows, 'subtractLine', values, out);
}

function onLines(
  { fitted, width = FITTED_WIDTH, t, first = 0, end = t.length }: Lines,
  rows: number,
  put: 'evaluateLine' | 'subtractLine',
  values: Float64Array | undefined,
  out: Float64Array,
): void {
  const stride = t.length;
  const n = end - first;
  const together = Math.max(1, Math.min(rows, Math.floor(BYTES / (8 * stride))));
  const room = new Room();
  const at = {
    exponential: room.place(EXPONENTIAL_TABLE.byteLength),
    step: room.place(64),
    t: room.place(8 * n),
    offsets: room.place(8 * n),
    reaches: room.place(8 * Math.ceil(n / (2 * ABOUT))),
    rows: room.place(8 * together * stride),
  };
  const memory = room.buffer();
  const doubles = (place: number, length: number) => new Float64Array(memory, place, length);
  doubles(at.exponential, EXPONENTIAL_TABLE.length).set(EXPONENTIAL_TABLE);
  const line = doubles(at.t, n);
  line.set(t.subarray(first, end));
  placeAnchors(line, doubles(at.offsets, n), doubles(at.reaches, Math.ceil(n / (2 * ABOUT))));
  const placed = doubles(at.rows, together * stride).fill(0);
  const kernel = machine()[put];
  for (let from = 0; from < rows; from += together) {
    const count = Math.min(together, rows - from);
    if (values) placed.set(values.subarray(from * stride, (from + count) * stride));
    for (let row = 0; row < count; row++) {
      const [a, b] = [fitted[(from + row) * width], fitted[(from + row) * width + 1]];
      const begin = row * stride + first;
      if (values) placed.fill(0, row * stride, begin).fill(0, begin + n, (row + 1) * stride);
      if (a !== Number.NEGATIVE_INFINITY) {
        kernel(a, b, at.t, at.offsets, at.reaches, n, at.exponential, at.step, at.rows + 8 * begin);
      } else if (!values) placed.fill(0, begin, begin + n);
    }
    out.set(placed.subarray(0, count * stride), from * stride);
  }
}

/** The way of every number from the anchor of its group, and for two groups at a time the longest. */
function placeAnchors(t: Float64Array, offsets: Float64Array, reaches: Float64Array): void {
  reaches.fill(0);
  for (let j = 0; j < t.length; j++) {
    const anchor = j - (j % ABOUT) + ANCHOR;
    offsets[j] = anchor < t.length ? t[j] - t[anchor] : 0;
    const group = Math.floor(j / (2 * ABOUT));
    reaches[group] = Math.max(reaches[group], Math.abs(offsets[j]));
  }
}
