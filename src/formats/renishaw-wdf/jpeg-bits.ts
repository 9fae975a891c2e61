import { formatError } from '../../signal/errors.ts';

/** Codes of up to 16 bits: `first[n]`, `limit[n]` and `index[n]` of those of n bits. */
export interface Huffman {
  readonly first: Int32Array;
  readonly limit: Int32Array;
  readonly index: Int32Array;
  readonly symbols: Uint8Array;
}

/** Bits of a scan; zeros after a marker or the end, as decoders are asked to assume, up to a limit. */
export class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;
  #beyond = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bit(): number {
    if (this.#count === 0) this.#fill();
    this.#count--;
    return (this.#held >> this.#count) & 1;
  }

  /** A signed number of `size` bits. */
  extended(size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 2 + this.bit();
    return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  symbol({ first, limit, index, symbols }: Huffman): number {
    let code = 0;
    for (let n = 1; n <= 16; n++) {
      code = code * 2 + this.bit();
      if (code < limit[n] && code >= first[n]) return symbols[index[n] + code - first[n]] ?? 0;
    }
    throw badJpeg('a code is in none of its tables');
  }

  /** Goes on after the next restart marker. */
  restart(): void {
    const bytes = this.#bytes;
    this.#count = 0;
    while (this.#at + 1 < bytes.length && !(bytes[this.#at] === 0xff && (bytes[this.#at + 1] & 0xf8) === 0xd0))
      this.#at++;
    this.#at += 2;
  }

  #fill(): void {
    const bytes = this.#bytes;
    const byte = bytes[this.#at];
    if (byte === undefined || (byte === 0xff && bytes[this.#at + 1] !== 0)) {
      if (++this.#beyond > 64) throw badJpeg('it ends before its picture is complete');
      this.#held = 0;
    } else {
      this.#held = byte;
      this.#at += byte === 0xff ? 2 : 1;
    }
    this.#count = 8;
  }
}

export function badJpeg(what: string) {
  return formatError({
    code: 'bad-jpeg',
    what: `the picture is no JPEG that can be read: ${what}`,
    expected: 'a sequential JPEG',
  });
}
