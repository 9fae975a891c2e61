import type { EventsBlock } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { dtypeOf, isReal, type NumberArray, type ValueArray } from '../../signal/dtype.ts';
import { gatherEvents, SPARSE_BELOW } from '../../signal/sparse.ts';
import type { PixelRows } from '../pixel-rows.ts';
import type { AsEvents, CountType } from './write-events.ts';

/** How the values shall be written. */
export type Form = { readonly kind: 'dense' } | { readonly kind: 'events'; readonly type: CountType };

/** Runs looked at, spread over the map, and pixels in each. */
const LOOKS = 16;
const LOOK_PIXELS = 64;
/** Room for larger counts than those looked at. */
const HEADROOM = 4;

/** So many counts other than 0 are not sparse any more. */
export function mostSparse({ pixels, channels }: PixelRows): number {
  return Math.ceil(SPARSE_BELOW * pixels * channels) - 1;
}

/**
 * The form that a few looks speak for: events for counts of which few are not 0, in a map of more than one pixel. Only a
 * guess: whoever writes by it finds out.
 */
export async function guessForm({ dtype, values }: ArrayDataset, rows: PixelRows): Promise<Form> {
  const { pixels, channels, facts } = rows;
  if (values.kind === 'events') {
    const { count } = (await rows.read(0, Math.min(pixels, LOOK_PIXELS))) as EventsBlock;
    return { kind: 'events', type: dtypeOf(count) as CountType };
  }
  if (!isReal(dtype) || pixels < 2) return { kind: 'dense' };
  if (facts && !(facts.whole && facts.min >= 0 && facts.nonZero <= mostSparse(rows))) return { kind: 'dense' };
  let [nonZero, seen, largest] = [0, 0, 0];
  for (let look = 0; look < LOOKS; look++) {
    const start = Math.floor(((pixels - 1) * look) / LOOKS);
    const end = Math.min(pixels, start + LOOK_PIXELS);
    const events = countsOf((await rows.read(start, end)) as ValueArray, end - start, channels);
    if (!events) return { kind: 'dense' };
    nonZero += events.count.length;
    seen += (end - start) * channels;
    for (const count of events.count) if (count > largest) largest = count;
  }
  if (!(nonZero < SPARSE_BELOW * seen)) return { kind: 'dense' };
  const bound = dtype === 'uint8' ? largest : largest * HEADROOM;
  return { kind: 'events', type: bound < 256 ? 'uint8' : bound < 65536 ? 'uint16' : 'uint32' };
}

/** Dense rows as events; undefined where that would not give every value back as it was. */
export const countsOf: AsEvents = (values, pixels, channels) => {
  if ('kind' in values) return values;
  if (hasNegativeZero(values)) return undefined;
  const events = gatherEvents(asNumbers(values), pixels, channels);
  return events.kind === 'events' ? events : undefined;
};

function hasNegativeZero(values: ValueArray): boolean {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return false;
  const words = new Int32Array(values.buffer, values.byteOffset, values.byteLength >> 2);
  const sign = -(2 ** 31);
  if (values instanceof Float32Array) return words.includes(sign);
  for (let i = 1; i < words.length; i += 2) if (words[i] === sign && words[i - 1] === 0) return true;
  return false;
}

/** 64-bit integers as doubles: those that are counts are exact. */
function asNumbers(values: ValueArray): NumberArray {
  return values instanceof BigInt64Array || values instanceof BigUint64Array
    ? Float64Array.from(values, Number)
    : values;
}
