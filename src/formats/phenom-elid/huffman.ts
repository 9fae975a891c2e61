import type { Bits } from './bits.ts';

const LONGEST = 20;
/** Words up to this length are looked up by the bits that follow, longer ones are read bit by bit. */
const LOOKED_UP = 10;

/** A code by the lengths of its words, those of one length in the order of their symbols. */
export class HuffmanCode {
  /** Per length the largest word, left-aligned to none: −1 where there are none of that length. */
  readonly #limit = new Int32Array(LONGEST + 2).fill(-1);
  /** Per length what to take off a word for its place in `#symbols`. */
  readonly #base = new Int32Array(LONGEST + 2);
  readonly #symbols: Uint16Array;
  readonly #shortest: number;
  /** Per next bits the symbol and, in the low 5 bits, the length of its word; 0 where that is longer, or there is none. */
  readonly #table = new Uint16Array(1 << LOOKED_UP);

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
    this.#fillTable();
  }

  #fillTable(): void {
    for (let bits = 0; bits < this.#table.length; ) {
      let length = this.#shortest;
      while (length <= LOOKED_UP && bits >>> (LOOKED_UP - length) > this.#limit[length]) length++;
      // All that begin with the same word, or the same bits of a longer one.
      const alike = length <= LOOKED_UP ? 1 << (LOOKED_UP - length) : 1;
      const symbol = length <= LOOKED_UP ? this.#symbolOf(bits >>> (LOOKED_UP - length), length) : -1;
      if (symbol >= 0) this.#table.fill((symbol << 5) | length, bits, bits + alike);
      bits += alike;
    }
  }

  #symbolOf(word: number, length: number): number {
    const place = word - this.#base[length];
    return place >= 0 && place < this.#symbols.length ? this.#symbols[place] : -1;
  }

  /** The next symbol; −1 for a word that is none. */
  read(bits: Bits): number {
    const known = this.#table[bits.peek(LOOKED_UP)];
    if (known !== 0) {
      bits.skip(known & 31);
      return known >>> 5;
    }
    let length = this.#shortest;
    let word = bits.read(length);
    while (word > this.#limit[length]) {
      if (++length > LONGEST) return -1;
      word = (word << 1) | bits.read(1);
    }
    return this.#symbolOf(word, length);
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
