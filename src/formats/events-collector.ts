import type { EventsBlock } from '../signal/block.ts';

/**
 * Spectra being counted, side by side: `counts[s·stride + channel]`, and one bit of `filled` for every count that is not 0
 * (bit `k & 31` of word `k >> 5`), so that emptying a spectrum costs what it holds. Decoders write both themselves.
 */
export interface Tally {
  /** Channels rounded up to whole words of bits. */
  readonly stride: number;
  readonly counts: Uint32Array;
  readonly filled: Int32Array;
}

export function makeTally(spectra: number, channels: number): Tally {
  const words = Math.ceil(channels / 32);
  return {
    stride: words * 32,
    counts: new Uint32Array(spectra * words * 32),
    filled: new Int32Array(spectra * words),
  };
}

export interface CollectedEvents {
  readonly block: EventsBlock;
  readonly largest: number;
  readonly total: number;
}

type Counts = Uint8Array | Uint16Array | Uint32Array;

/** Collects the counts of a map, pixel after pixel, in arrays that grow with what is found. */
export class EventsCollector {
  readonly #offsets: Uint32Array;
  readonly #channels: number;
  #channel: Uint16Array;
  #count: Counts;
  #entries = 0;
  /** Pixels that are complete. */
  #done = 0;
  #largest = 0;
  #total = 0;

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

  /** The first `spectra` spectra of `tally` are pixel `pixel` and those behind it; pixels never go back. Empties the tally. */
  take(tally: Tally, pixel: number, spectra = 1): void {
    const { stride, counts, filled } = tally;
    const words = stride >> 5;
    this.#offsets.fill(this.#entries, this.#done + 1, pixel + 1);
    let channel = this.#channel;
    let count = this.#count;
    let entries = this.#entries;
    let largest = this.#largest;
    let total = this.#total;
    for (let s = 0; s < spectra; s++) {
      const end = (s + 1) * words;
      for (let word = s * words; word < end; word++) {
        let bits = filled[word];
        if (bits === 0) continue;
        filled[word] = 0;
        if (entries + 32 > channel.length) {
          this.#grow(entries);
          channel = this.#channel;
          count = this.#count;
        }
        const base = word << 5;
        const first = base - s * stride;
        do {
          const bit = 31 - Math.clz32(bits & -bits);
          const n = counts[base + bit];
          counts[base + bit] = 0;
          if (n > largest) {
            largest = n;
            this.#widen(n, entries);
            count = this.#count;
          }
          channel[entries] = first + bit;
          count[entries++] = n;
          total += n;
          bits &= bits - 1;
        } while (bits !== 0);
      }
      this.#offsets[pixel + s + 1] = entries;
    }
    this.#entries = entries;
    this.#largest = largest;
    this.#total = total;
    this.#done = pixel + spectra;
  }

  #widen(count: number, entries: number): void {
    const Wide = count < 256 ? Uint8Array : count < 65536 ? Uint16Array : Uint32Array;
    if (Wide.BYTES_PER_ELEMENT <= this.#count.BYTES_PER_ELEMENT) return;
    const wide = new Wide(this.#count.length);
    wide.set(this.#count.subarray(0, entries));
    this.#count = wide;
  }

  #grow(entries: number): void {
    const length = entries + (entries >> 1) + 64;
    const channel = new Uint16Array(length);
    channel.set(this.#channel);
    const Same = this.#count.constructor as new (length: number) => Counts;
    const count = new Same(length);
    count.set(this.#count);
    this.#channel = channel;
    this.#count = count;
  }

  finish(): CollectedEvents {
    const offsets = this.#offsets;
    const entries = this.#entries;
    offsets.fill(entries, this.#done + 1);
    const block: EventsBlock = {
      kind: 'events',
      pixels: offsets.length - 1,
      channels: this.#channels,
      offsets,
      channel: this.#channel.slice(0, entries),
      count: this.#count.slice(0, entries),
    };
    return { block, largest: this.#largest, total: this.#total };
  }
}
