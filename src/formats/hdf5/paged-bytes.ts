import type { ByteSource } from '../format.ts';

const PAGE = 2 ** 16;
/** Files up to this are read whole at once. */
const SMALL = 2 ** 22;
/** Pages kept, in bytes, beside those that the call under way needs. */
const MOST_KEPT = 2 ** 26;
const LARGEST_FETCH = 2 ** 23;
/** So often may one call find something missing before more is fetched each time. */
const PATIENCE = 16;

/**
 * The bytes of a file that gives them only later, for a library that asks for them in the middle of a call. What is not
 * there is noted and refused; {@link fetch} brings it, and the call is made again. Nothing is lost by that but the time of
 * the call: the library only reads.
 */
export class PagedBytes {
  readonly #source: ByteSource;
  /** By number; what was used last comes last. */
  readonly #pages = new Map<number, Uint8Array>();
  /** Pages that the call under way has asked for. */
  readonly #used = new Set<number>();
  #missing: { readonly first: number; readonly last: number } | undefined;
  #misses = 0;
  #fetchedTo = -1;
  #ahead = 1;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  static async of(source: ByteSource): Promise<PagedBytes> {
    const bytes = new PagedBytes(source);
    if (source.size <= SMALL) await bytes.#read(0, Math.ceil(source.size / PAGE));
    return bytes;
  }

  /** Something was asked for since the call began that is not there. */
  get lacks(): boolean {
    return this.#missing !== undefined;
  }

  /**
   * Fills `target` from `position`; returns how many bytes there were: fewer at the end of the file, or where it has become
   * shorter, and none beyond. What is not in the file is not missing: it would be fetched for ever.
   */
  readInto(target: Uint8Array, position: number): number {
    if (!(position >= 0 && position < this.#source.size)) return 0;
    const end = Math.min(position + target.length, this.#source.size);
    const [first, last] = [Math.floor(position / PAGE), Math.floor((end - 1) / PAGE)];
    let filled = 0;
    for (let number = first; number <= last; number++) {
      const page = this.#pages.get(number);
      if (!page) {
        this.#missing ??= { first: number, last };
        throw new Error('not there yet');
      }
      this.#used.add(number);
      const from = position + filled - number * PAGE;
      const part = page.subarray(from, from + target.length - filled);
      target.set(part, filled);
      filled += part.length;
      if (page.length < PAGE) break;
    }
    return filled;
  }

  readAt(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.#source.size - position)));
    return bytes.length > 0 ? bytes.subarray(0, this.readInto(bytes, position)) : bytes;
  }

  /** Brings what was missing, and some of what follows where that is likely to be asked for next. */
  async fetch(): Promise<void> {
    if (!this.#missing) return;
    const { first, last } = this.#missing;
    this.#missing = undefined;
    const sequential = first === this.#fetchedTo;
    this.#misses++;
    const more = sequential || this.#misses % PATIENCE === 0;
    this.#ahead = more ? Math.min(2 * this.#ahead, LARGEST_FETCH / PAGE) : this.#misses < PATIENCE ? 1 : this.#ahead;
    let end = Math.min(Math.max(last + 1, first + this.#ahead), Math.ceil(this.#source.size / PAGE));
    for (let number = first + 1; number < end; number++) if (this.#pages.has(number)) end = number;
    await this.#read(first, end);
  }

  /** The call has come to its end: what it needed may go. */
  finish(): void {
    for (const number of this.#used) {
      const page = this.#pages.get(number);
      this.#pages.delete(number);
      if (page) this.#pages.set(number, page);
    }
    this.#used.clear();
    this.#misses = 0;
    this.#trim();
  }

  async #read(first: number, end: number): Promise<void> {
    const bytes = await this.#source.read(first * PAGE, (end - first) * PAGE);
    for (let number = first; number < end; number++) {
      const from = (number - first) * PAGE;
      this.#pages.set(number, bytes.subarray(from, from + PAGE));
    }
    this.#fetchedTo = end;
    for (let number = first; number < end; number++) this.#used.add(number);
    this.#trim();
  }

  #trim(): void {
    let spare = this.#pages.size - this.#used.size - MOST_KEPT / PAGE;
    for (const number of this.#pages.keys()) {
      if (spare <= 0) return;
      if (this.#used.has(number)) continue;
      this.#pages.delete(number);
      spare--;
    }
  }
}
