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
    return this.#at - (this.#count >>> 3);
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

  /**
   * The next `count` bits, which stay; zeros for those behind the end of the bytes.
   * @param count From 1 to 24.
   */
  peek(count: number): number {
    while (this.#count < count && this.#at < this.#bytes.length) {
      this.#held = (this.#held << 8) | this.#bytes[this.#at++];
      this.#count += 8;
    }
    const lacking = count - this.#count;
    const bits = lacking > 0 ? this.#held << lacking : this.#held >>> -lacking;
    return bits & ((1 << count) - 1);
  }

  /** Passes over bits that were peeked at. */
  skip(count: number): void {
    if (count > this.#count) this.#ended();
    this.#count -= count;
  }

  read32(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0;
  }
}
