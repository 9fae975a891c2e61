/** Reads bits, the highest of each byte first. */
export class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;
  /** Called where the bytes are at their end; throws. */
  readonly #ended: () => never;

  constructor(bytes: Uint8Array, ended: () => never) {
    this.#bytes = bytes;
    this.#ended = ended;
  }

  /** The byte that is read next. */
  get at(): number {
    return this.#at;
  }

  /** @param count From 1 to 24. */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#at === this.#bytes.length) this.#ended();
      this.#held = (this.#held << 8) | this.#bytes[this.#at++];
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#held >>> this.#count) & ((1 << count) - 1);
  }

  read32(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0;
  }
}
