/** Steps tried beside the one in the middle of those that can be, by its last bit. */
const NEIGHBOURS = 8;

/**
 * The step of fewest digits with which `positions[0] + step·i` is every position to the last bit; undefined where there is
 * none. What a uniform axis writes as a list comes back uniform by it.
 */
export function exactStep(positions: ArrayLike<number>): number | undefined {
  const size = positions.length;
  if (size < 2) return undefined;
  const [least, most] = possibleSteps(positions);
  if (!(most >= least)) return undefined;
  const middle = least + (most - least) / 2;
  const fits = (step: number) => {
    // Most steps that do not fit fail at the far end.
    if (positions[0] + step * (size - 1) !== positions[size - 1]) return false;
    for (let i = 0; i < size; i++) if (!Object.is(positions[0] + step * i, positions[i])) return false;
    return true;
  };
  for (let digits = 1; digits <= 17; digits++) {
    const step = Number(middle.toPrecision(digits));
    if (step >= least && step <= most && fits(step)) return step;
  }
  const last = spacing(middle);
  for (let k = -NEIGHBOURS; k <= NEIGHBOURS; k++) if (fits(middle + k * last)) return middle + k * last;
  return undefined;
}

/** Evenly listed to this part of a step is even: printed positions are rounded. */
const EVEN = 1e-6;

/** The exact step, or the mean one where no position is further than a millionth of it from its place; else undefined. */
export function evenStep(positions: ArrayLike<number>): number | undefined {
  const exact = exactStep(positions);
  const size = positions.length;
  if (exact !== undefined || size < 2) return exact;
  const step = (positions[size - 1] - positions[0]) / (size - 1);
  for (let i = 0; i < size; i++) {
    if (!(Math.abs(positions[i] - (positions[0] + step * i)) <= EVEN * Math.abs(step))) return undefined;
  }
  return step;
}

/** Between these are all steps that can give the positions, by what their rounding hides. */
function possibleSteps(positions: ArrayLike<number>): [number, number] {
  const first = positions[0];
  let [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 1; i < positions.length; i++) {
    const way = positions[i] - first;
    // The product is rounded, then the sum; the difference here a third time.
    const hidden = (spacing(positions[i]) + 2 * spacing(way)) / 2;
    least = Math.max(least, (way - hidden) / i);
    most = Math.min(most, (way + hidden) / i);
    if (!(most >= least)) break;
  }
  return [least, most];
}

const BITS = new DataView(new ArrayBuffer(8));
const MANTISSA_BITS = 52;

/** What lies between a double and the next one away from 0: the double that has the last bit of its mantissa only. */
function spacing(value: number): number {
  BITS.setFloat64(0, value);
  const exponent = Math.max((BITS.getUint32(0) >>> 20) & 0x7ff, 1);
  const bit = exponent - 1;
  const subnormal = bit < MANTISSA_BITS;
  BITS.setUint32(0, subnormal ? (bit < 32 ? 0 : 1 << (bit - 32)) : (exponent - MANTISSA_BITS) << 20);
  BITS.setUint32(4, subnormal && bit < 32 ? 1 << bit : 0);
  return BITS.getFloat64(0);
}
