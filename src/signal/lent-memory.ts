import { DTYPES, type Dtype, type NumberArray } from './dtype.ts';

/**
 * Gives memory of so many bytes, with anything in it, for the values of a block: whoever lends it uses it again for other
 * values once the work on the block is done.
 */
export type Lend = (bytes: number) => Uint8Array<ArrayBuffer>;

/** Memory of its own, all 0: where nobody lends any. */
export const newMemory: Lend = (bytes) => new Uint8Array(bytes);

/** Room for so many numbers, with anything in it where it is lent. */
export function valuesIn(dtype: Dtype, length: number, lend: Lend = newMemory): NumberArray {
  const { buffer, byteOffset } = lend(length * DTYPES[dtype].bytes);
  return DTYPES[dtype].over(buffer, byteOffset, length) as NumberArray;
}

/**
 * What the system gives for a large array begins 16 bytes behind the start of a page (glibc): from here on it is aligned to
 * lines of the cache. Copying a page of a file to just behind the start of another takes twice as long.
 */
const AHEAD = 48;

/**
 * Memory that jobs are lent one after the other. New memory for each would have to be cleared by the system, and found
 * again by the collector of garbage, which takes longer than to read what goes into it.
 */
export class LentMemory {
  #free: ArrayBuffer[] = [];

  /**
   * Does some work that may ask for memory, and takes back what it was lent when it is done: nothing of it may be in what
   * comes of the work. What failed may still be reading: it keeps what it has.
   */
  async during<T>(work: (lend: Lend) => T | Promise<T>): Promise<T> {
    const lent: ArrayBuffer[] = [];
    const result = await work((bytes) => {
      const buffer = this.#take(bytes + AHEAD);
      lent.push(buffer);
      return new Uint8Array(buffer, AHEAD, bytes);
    });
    this.#keep(lent);
    return result;
  }

  /** The smallest that is large enough; what is far too large stays for others. */
  #take(bytes: number): ArrayBuffer {
    let best = -1;
    for (const [i, { byteLength }] of this.#free.entries()) {
      if (byteLength < bytes || byteLength > 4 * bytes) continue;
      if (best < 0 || byteLength < this.#free[best].byteLength) best = i;
    }
    return best < 0 ? new ArrayBuffer(bytes) : this.#free.splice(best, 1)[0];
  }

  /** No more than two jobs need: the one at work, and the one that is read meanwhile. */
  #keep(lent: readonly ArrayBuffer[]): void {
    this.#free = [...lent, ...this.#free].slice(0, 2 * lent.length);
  }
}
