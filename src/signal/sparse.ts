import type { EventsBlock } from './block.ts';
import type { NumberArray } from './dtype.ts';

/** Sparse storage pays below this share of values that are not 0. */
export const SPARSE_BELOW = 0.25;

/** Largest count an events block can hold. */
export const LARGEST_COUNT = 2 ** 32 - 1;

/** Why dense values have no sparse form: the first value that is no count. */
export interface Misfit {
  readonly kind: 'misfit';
  readonly value: number;
}

type Counts = Uint8Array | Uint16Array | Uint32Array;

interface Scratch {
  channel: Uint16Array | Uint32Array;
  count: Counts;
}

/**
 * Sparse form of dense rows, in one look at every value; counts in the narrowest type that holds them. A value that is
 * negative, not whole, not finite or above 2^32 − 1 has none. (−0 counts as 0.)
 * @param values row-major, pixels × channels.
 */
export function gatherEvents(values: NumberArray, pixels: number, channels: number): EventsBlock | Misfit {
  const offsets = new Uint32Array(pixels + 1);
  const scratch = makeScratch(values, channels, Math.max(channels, values.length >> 3));
  const words = values instanceof Uint8Array && channels % 4 === 0 && values.byteOffset % 4 === 0;
  const found = words
    ? gatherBytes(values, pixels, channels, scratch, offsets)
    : gatherPlain(values, pixels, channels, scratch, offsets);
  if (typeof found === 'object') return found;
  const entries = offsets[pixels];
  return {
    kind: 'events',
    pixels,
    channels,
    offsets,
    channel: scratch.channel.slice(0, entries),
    count: narrowest(scratch.count, entries, found),
  };
}

function makeScratch(values: NumberArray, channels: number, room: number): Scratch {
  const channel = channels <= 65536 ? new Uint16Array(room) : new Uint32Array(room);
  if (values instanceof Uint8Array) return { channel, count: new Uint8Array(room) };
  return { channel, count: values instanceof Uint16Array ? new Uint16Array(room) : new Uint32Array(room) };
}

function enlarge(scratch: Scratch, least: number): void {
  const room = Math.max(least, 2 * scratch.count.length);
  const grow = <A extends Counts>(array: A): A => {
    const larger = new (array.constructor as new (length: number) => A)(room);
    larger.set(array);
    return larger;
  };
  scratch.channel = grow(scratch.channel) as Scratch['channel'];
  scratch.count = grow(scratch.count);
}

/** The largest count, or what is none. */
function gatherPlain(
  values: NumberArray,
  pixels: number,
  channels: number,
  scratch: Scratch,
  offsets: Uint32Array,
): number | Misfit {
  let at = 0;
  let largest = 0;
  for (let i = 0; i < pixels; i++) {
    if (at + channels > scratch.count.length) enlarge(scratch, at + channels);
    const { channel, count } = scratch;
    for (let j = 0, k = i * channels; j < channels; j++, k++) {
      const value = values[k];
      if (value === 0) continue;
      if (!(value > 0 && value <= LARGEST_COUNT && Math.floor(value) === value)) return { kind: 'misfit', value };
      channel[at] = j;
      count[at++] = value;
      if (value > largest) largest = value;
    }
    offsets[i + 1] = at;
  }
  return largest;
}

/** The same for bytes, four at a time: a sparse row is mostly words of zeros. */
function gatherBytes(
  values: Uint8Array,
  pixels: number,
  channels: number,
  scratch: Scratch,
  offsets: Uint32Array,
): number {
  const words = new Int32Array(values.buffer, values.byteOffset, (pixels * channels) >> 2);
  let at = 0;
  let largest = 0;
  for (let i = 0, k = 0; i < pixels; i++) {
    if (at + channels > scratch.count.length) enlarge(scratch, at + channels);
    const { channel, count } = scratch;
    for (let j = 0; j < channels; j += 4) {
      let word = words[k++];
      while (word !== 0) {
        const lane = (31 - Math.clz32(word & -word)) >> 3;
        const value = (word >>> (8 * lane)) & 255;
        channel[at] = j + lane;
        count[at++] = value;
        if (value > largest) largest = value;
        word &= ~(255 << (8 * lane));
      }
    }
    offsets[i + 1] = at;
  }
  return largest;
}

function narrowest(count: Counts, entries: number, largest: number): Counts {
  const Type = largest < 256 ? Uint8Array : largest < 65536 ? Uint16Array : Uint32Array;
  if (count instanceof Type) return count.slice(0, entries) as Counts;
  const out = new Type(entries);
  for (let e = 0; e < entries; e++) out[e] = count[e];
  return out;
}
