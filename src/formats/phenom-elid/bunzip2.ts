import { formatError } from '../../signal/errors.ts';
import { Bits } from './bits.ts';
import { readBlock } from './bzip2-block.ts';

/** Of the polynomial 0x04c11db7, the highest bit first. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});
/** Equal bytes after which the next one is a count of more. */
const RUN = 4;

/** Do these bytes begin a bzip2 stream? */
export function isBzip2(head: Uint8Array): boolean {
  const [b, z, h, level, ...magic] = head.subarray(0, 10);
  return b === 0x42 && z === 0x5a && h === 0x68 && level >= 0x31 && level <= 0x39 && isBlock(magic);
}

const isBlock = (magic: readonly number[]) =>
  [0x31, 0x41, 0x59, 0x26, 0x53, 0x59].every((byte, i) => magic[i] === byte);

/**
 * Unpacks a bzip2 stream piece by piece, in the memory of one block: 100 to 900 kB, four bytes each. The checksums of all
 * blocks and of the whole are compared. For the format see Joe Tsai, "bzip2: Format Specification" (2016).
 */
export class Bunzip2 {
  readonly #bits: Bits;
  readonly #bad: (what: string) => never;
  readonly #chain: Uint32Array;
  #ended = false;
  /** Bytes of the block that are still to come, and the place of the next. */
  #left = 0;
  #place = 0;
  #last = -1;
  #equal = 0;
  /** Of the byte before, still to come. */
  #repeat = 0;
  #crc = 0xffffffff;
  #wanted = 0;
  #combined = 0;
  #begun = false;

  /** @throws SpectrailError `format/bad-compression` for bytes that are no bzip2 stream. */
  constructor(bytes: Uint8Array, where: string) {
    const bad = (what: string): never => {
      throw formatError({
        code: 'bad-compression',
        where: `${where}, byte ${this.#bits?.at ?? 0}`,
        what: `the compressed data are damaged: ${what}`,
        expected: 'a complete bzip2 stream',
        fix: 'copy the file again from where it was made',
      });
    };
    this.#bad = bad;
    this.#bits = new Bits(bytes.subarray(4), () => bad('they are cut short'));
    if (!isBzip2(bytes)) bad('they do not begin as a bzip2 stream');
    this.#chain = new Uint32Array((bytes[3] - 0x30) * 100_000);
  }

  /**
   * Fills `out` as far as there are bytes left, and says how many it holds.
   * @throws SpectrailError `format/bad-compression`
   */
  read(out: Uint8Array): number {
    let filled = 0;
    while (filled < out.length) {
      if (this.#repeat === 0 && this.#left === 0 && (this.#ended || !this.#begin())) break;
      filled = this.#emit(out, filled);
    }
    return filled;
  }

  /** Writes bytes of this block from `at` on, as far as either goes. */
  #emit(out: Uint8Array, at: number): number {
    const chain = this.#chain;
    let [left, place, last, equal] = [this.#left, this.#place, this.#last, this.#equal];
    let [repeat, crc] = [this.#repeat, this.#crc];
    let to = at;
    while (to < out.length) {
      if (repeat > 0) {
        repeat--;
      } else {
        if (left === 0) break;
        const entry = chain[place];
        place = entry >>> 8;
        left--;
        const byte = entry & 0xff;
        if (equal === RUN) {
          repeat = byte;
          equal = 0;
          continue;
        }
        equal = byte === last ? equal + 1 : 1;
        last = byte;
      }
      out[to++] = last;
      crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ last];
    }
    this.#left = left;
    this.#place = place;
    this.#last = last;
    this.#equal = equal;
    this.#repeat = repeat;
    this.#crc = crc;
    return to;
  }

  /** Begins the next block; false at the end of the stream. */
  #begin(): boolean {
    this.#check();
    const magic = [0, 1, 2, 3, 4, 5].map(() => this.#bits.read(8));
    const crc = this.#bits.read32();
    if (isBlock(magic)) {
      const { length, start } = readBlock(this.#bits, this.#chain, this.#bad);
      this.#left = length;
      this.#place = start;
      this.#wanted = crc;
      this.#crc = 0xffffffff;
      this.#equal = 0;
      this.#last = -1;
      this.#begun = true;
      return true;
    }
    if (![0x17, 0x72, 0x45, 0x38, 0x50, 0x90].every((byte, i) => magic[i] === byte)) {
      this.#bad('there is neither a block nor the end of the stream');
    }
    if (crc !== this.#combined) this.#bad('the checksum of the stream is wrong');
    this.#ended = true;
    return false;
  }

  #check(): void {
    if (!this.#begun) return;
    const crc = ~this.#crc >>> 0;
    if (crc !== this.#wanted) this.#bad('the checksum of a block is wrong');
    this.#combined = (((this.#combined << 1) | (this.#combined >>> 31)) ^ crc) >>> 0;
  }
}
