import type { Bits } from './bits.ts';

const LONGEST = 20;

/** A code by the lengths of its words, those of one length in the order of their symbols. */
export class HuffmanCode {
  /** Per length the largest word, left-aligned to none: −1 where there are none of that length. */
  readonly #limit = new Int32Array(LONGEST + 2).fill(-1);
  /** Per length what to take off a word for its place in `#symbols`. */
  readonly #base = new Int32Array(LONGEST + 2);
  readonly #symbols: Uint16Array;
  readonly #shortest: number;

  constructor(lengths: Uint8Array) {
    const counts = new Int32Array(LONGEST + 2);
    for (const length of lengths) counts[length]++;
    this.#symbols = new Uint16Array(lengths.length);
    let word = 0;
    let place = 0;
    let shortest = 0;
    for (let length = 1; length <= LONGEST; length++) {
      this.#base[length] = word - place;
      for (const [symbol, of] of lengths.entries()) if (of === length) this.#symbols[place++] = symbol;
      word += counts[length];
      if (counts[length] > 0) {
        this.#limit[length] = word - 1;
        if (shortest === 0) shortest = length;
      }
      word <<= 1;
    }
    this.#shortest = Math.max(1, shortest);
  }

  /** The next symbol; −1 for a word that is none. */
  read(bits: Bits): number {
    let length = this.#shortest;
    let word = bits.read(length);
    while (word > this.#limit[length]) {
      if (++length > LONGEST) return -1;
      word = (word << 1) | bits.read(1);
    }
    const place = word - this.#base[length];
    return place >= 0 && place < this.#symbols.length ? this.#symbols[place] : -1;
  }
}

/** The lengths of the words of `symbols` symbols; undefined where one is not from 1 to 20. */
export function readLengths(bits: Bits, symbols: number): Uint8Array | undefined {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbols; symbol++) {
    while (true) {
      if (length < 1 || length > LONGEST) return undefined;
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return lengths;
}
