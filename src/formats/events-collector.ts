import type { EventsBlock } from '../signal/block.ts';

/**
 * A spectrum being counted. A bit of `filled` stands for every channel that is not empty (bit `channel & 31` of word
 * `channel >> 5`), a bit of `groups` for every such word, so that emptying a spectrum costs what it holds. Decoders write
 * all three themselves.
 */
export interface Tally {
  readonly counts: Uint32Array;
  readonly filled: Int32Array;
  readonly groups: Int32Array;
}

export function makeTally(channels: number): Tally {
  const words = Math.ceil(channels / 32);
  return {
    counts: new Uint32Array(words * 32),
    filled: new Int32Array(words),
    groups: new Int32Array(Math.ceil(words / 32)),
  };
}

type Counts = EventsBlock['count'];

/** Collects the counts of a map, pixel after pixel, in arrays that grow with what is found, in the fewest bytes that hold it. */
export class EventsCollector {
  readonly #offsets: Uint32Array;
  readonly #channels: number;
  #channel: Uint16Array;
  #count: Counts;
  /** The largest that `#count` can hold. */
  #limit = 0xff;
  #entries = 0;
  /** Pixels that are complete. */
  #done = 0;

  /**
   * @param channels At most 65536.
   * @param entries A guess at the entries in all.
   */
  constructor(pixels: number, channels: number, entries: number) {
    this.#offsets = new Uint32Array(pixels + 1);
    this.#channels = channels;
    const guess = Math.max(64, Math.min(entries, pixels * channels));
    this.#channel = new Uint16Array(guess);
    this.#count = new Uint8Array(guess);
  }

  /** The spectrum in `tally` is that of `pixel`; pixels never go back. Empties the tally. */
  take({ counts, filled, groups }: Tally, pixel: number): void {
    if (pixel > this.#done) this.#offsets.fill(this.#entries, this.#done + 1, pixel + 1);
    let channel = this.#channel;
    let count = this.#count;
    let limit = this.#limit;
    let entries = this.#entries;
    for (let group = 0; group < groups.length; group++) {
      let words = groups[group];
      groups[group] = 0;
      while (words !== 0) {
        const word = (group << 5) + 31 - Math.clz32(words & -words);
        words &= words - 1;
        let bits = filled[word];
        filled[word] = 0;
        if (entries + 32 > channel.length) {
          this.#grow(entries);
          channel = this.#channel;
          count = this.#count;
        }
        do {
          const at = (word << 5) + 31 - Math.clz32(bits & -bits);
          bits &= bits - 1;
          const n = counts[at];
          counts[at] = 0;
          if (n > limit) {
            this.#widen(n < 0x10000 ? Uint16Array : Uint32Array, entries);
            count = this.#count;
            limit = this.#limit;
          }
          channel[entries] = at;
          count[entries++] = n;
        } while (bits !== 0);
      }
    }
    this.#offsets[pixel + 1] = entries;
    this.#entries = entries;
    this.#done = pixel + 1;
  }

  /** The pixels of `block`, whose entries begin at 0, follow those that are there. */
  append({ pixels, offsets, channel, count }: EventsBlock): void {
    const entries = this.#entries;
    const end = entries + channel.length;
    if (end > this.#channel.length) this.#grow(end);
    if (count.BYTES_PER_ELEMENT > this.#count.BYTES_PER_ELEMENT) {
      this.#widen(count.constructor as new (length: number) => Counts, entries);
    }
    this.#channel.set(channel, entries);
    this.#count.set(count, entries);
    for (let i = 1; i <= pixels; i++) this.#offsets[this.#done + i] = entries + offsets[i];
    this.#entries = end;
    this.#done += pixels;
  }

  #widen(Wide: new (length: number) => Counts, entries: number): void {
    const wide = new Wide(this.#count.length);
    wide.set(this.#count.subarray(0, entries));
    this.#count = wide;
    this.#limit = wide.BYTES_PER_ELEMENT === 2 ? 0xffff : 0xffffffff;
  }

  #grow(entries: number): void {
    const length = Math.floor(1.5 * entries) + 64;
    const channel = new Uint16Array(length);
    channel.set(this.#channel);
    const Same = this.#count.constructor as new (length: number) => Counts;
    const count = new Same(length);
    count.set(this.#count);
    this.#channel = channel;
    this.#count = count;
  }

  finish(): EventsBlock {
    const offsets = this.#offsets;
    const entries = this.#entries;
    offsets.fill(entries, this.#done + 1);
    return {
      kind: 'events',
      pixels: offsets.length - 1,
      channels: this.#channels,
      offsets,
      channel: trimmed(this.#channel, entries),
      count: trimmed(this.#count, entries),
    };
  }
}

/** The first `length` values; where little is left over, without a copy. */
function trimmed<T extends Counts>(values: T, length: number): T {
  return (length > 0.75 * values.length ? values.subarray(0, length) : values.slice(0, length)) as T;
}
