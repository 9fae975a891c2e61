import { formatError } from '../../signal/errors.ts';
import { decodeText } from '../whole-text.ts';
import { Bunzip2 } from './bunzip2.ts';

/** A map with hardly a count packs to nearly nothing: this is one of 181 × 181 pixels and 2048 channels. */
const MOST_EMPTY = 2 ** 26;
const MOST_PER_BYTE = 1024;
const PIECE = 1 << 16;
const LONGEST_TEXT = 1 << 16;
const LONGEST_LIST = 1 << 16;
const MOST_VARUINT_BYTES = 5;

/** Most bytes that a file of `stored` bytes is let unpack to. */
export const unpackedBytes = (stored: number): number => MOST_EMPTY + MOST_PER_BYTE * stored;

/** Values one after the other in a packed file, little-endian. Whatever lies beyond its end is `format/truncated`. */
export class Unpacked {
  readonly #packed: Bunzip2;
  readonly packedBytes: number;
  readonly #where: string;
  readonly #most: number;
  readonly #buffer = new Uint8Array(PIECE);
  readonly #view = new DataView(this.#buffer.buffer);
  #at = 0;
  #end = 0;
  /** Bytes unpacked before those in the buffer. */
  #before = 0;

  /** @throws SpectrailError `format/bad-compression` */
  constructor(packed: Uint8Array, where: string) {
    this.#packed = new Bunzip2(packed, where);
    this.packedBytes = packed.length;
    this.#where = where;
    this.#most = unpackedBytes(packed.length);
  }

  /** For errors: the file, and the byte of what it unpacks to. */
  get place(): string {
    return `${this.#where}, unpacked byte ${this.#before + this.#at}`;
  }

  u8(): number {
    this.#need(1);
    return this.#buffer[this.#at++];
  }

  flag(): boolean {
    return this.u8() !== 0;
  }

  u32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  f64(): number {
    this.#need(8);
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  f64s(count: number): number[] {
    return Array.from({ length: count }, () => this.f64());
  }

  /** Seven bits a byte, the lowest first, the highest bit set where there is more. At most 32 bits. */
  varuint(): number {
    let value = 0;
    for (let byte = 0, weight = 1; byte < MOST_VARUINT_BYTES; byte++, weight *= 128) {
      const bits = this.u8();
      value += (bits & 0x7f) * weight;
      if (bits < 0x80 && value <= 0xffffffff) return value;
      if (bits < 0x80) break;
    }
    throw this.bad('a count is longer than 32 bits', 'counts of at most 32 bits');
  }

  /** The length of a list that is read whole. */
  count(): number {
    const count = this.u32();
    if (count > LONGEST_LIST) throw this.bad(`a list of ${count} entries`, `at most ${LONGEST_LIST}`);
    return count;
  }

  text(): string {
    const length = this.u32();
    if (length > LONGEST_TEXT) throw this.bad(`a text of ${length} bytes`, `at most ${LONGEST_TEXT}`);
    return decodeText(this.bytes(length));
  }

  /** A copy. Memory is taken as bytes come, not as the length claims. */
  bytes(length: number): Uint8Array {
    let out = new Uint8Array(Math.min(length, PIECE));
    let filled = 0;
    while (filled < length) {
      if (filled === out.length) {
        const wider = new Uint8Array(Math.min(length, 2 * out.length));
        wider.set(out);
        out = wider;
      }
      filled += this.#take(Math.min(out.length - filled, PIECE), out, filled);
    }
    return out;
  }

  /** Fills `out`. */
  into(out: Uint8Array): void {
    for (let filled = 0; filled < out.length; ) filled += this.#take(Math.min(out.length - filled, PIECE), out, filled);
  }

  skip(length: number): void {
    for (let left = length; left > 0; ) left -= this.#take(Math.min(left, PIECE));
  }

  /** Reads on to the end, whatever is there, so that all checksums are compared. */
  finish(): void {
    while (this.#refill(0)) this.#at = this.#end;
  }

  bad(what: string, expected: string) {
    return formatError({
      code: 'bad-elid',
      where: this.place,
      what,
      expected,
      fix: 'copy the file again, or save it with a newer version of Element Identification',
    });
  }

  /** Gives the next bytes, at least one and at most `length`. */
  #take(length: number, out?: Uint8Array, to = 0): number {
    this.#need(1);
    const taken = Math.min(length, this.#end - this.#at);
    out?.set(this.#buffer.subarray(this.#at, this.#at + taken), to);
    this.#at += taken;
    return taken;
  }

  #need(length: number): void {
    if (this.#end - this.#at < length && !this.#refill(length)) {
      throw formatError({
        code: 'truncated',
        where: this.place,
        what: 'the project ends in the middle',
        expected: 'images and analyses to their end',
        fix: 'copy the file again: it was cut short',
      });
    }
  }

  /** Keeps what was not read and adds to it; are there `length` bytes then, or for 0 any? */
  #refill(length: number): boolean {
    this.#buffer.copyWithin(0, this.#at, this.#end);
    this.#before += this.#at;
    this.#end -= this.#at;
    this.#at = 0;
    this.#end += this.#packed.read(this.#buffer.subarray(this.#end));
    if (this.#before + this.#end > this.#most) {
      throw formatError({
        code: 'zip-bomb',
        where: this.#where,
        what: `the file unpacks to more than ${this.#most} bytes`,
        expected: `at most ${MOST_PER_BYTE} for each of its own, and ${MOST_EMPTY}`,
        fix: 'the file is damaged: copy it again',
      });
    }
    return this.#end >= Math.max(1, length);
  }
}
