import type { Closing } from '../closing.ts';
import type { FileTarget, FolderTarget } from '../format.ts';

/** Writes a list of items of unknown length into chunks, as they come. */
export class ListWriter {
  readonly #target: FolderTarget;
  readonly #path: string;
  readonly #itemBytes: number;
  readonly #chunk: number;
  readonly #closing: Closing;
  #file?: FileTarget;
  #length = 0;

  constructor(target: FolderTarget, path: string, itemBytes: number, chunk: number, closing: Closing) {
    this.#target = target;
    this.#path = path;
    this.#itemBytes = itemBytes;
    this.#chunk = chunk;
    this.#closing = closing;
  }

  /** Items so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends whole items. */
  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const room = this.#chunk - (this.#length % this.#chunk);
      const end = Math.min(bytes.length, at + room * this.#itemBytes);
      this.#file ??= await this.#target.create(`${this.#path}/${Math.floor(this.#length / this.#chunk)}`);
      await this.#file.write(bytes.subarray(at, end));
      this.#length += (end - at) / this.#itemBytes;
      at = end;
      if (this.#length % this.#chunk === 0) await this.#finishFile();
    }
  }

  /** Fills up the last chunk, but for a single one, which is as long as the list; returns items in a chunk. */
  async finish(): Promise<number> {
    const rest = this.#length % this.#chunk;
    const chunk = this.#length < this.#chunk ? Math.max(1, this.#length) : this.#chunk;
    if (rest !== 0 && chunk === this.#chunk) {
      await this.#file?.write(new Uint8Array((this.#chunk - rest) * this.#itemBytes));
    }
    await this.#finishFile();
    return chunk;
  }

  async #finishFile(): Promise<void> {
    if (this.#file) await this.#closing.add(this.#file);
    this.#file = undefined;
  }
}
