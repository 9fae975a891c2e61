import type { FileTarget } from './format.ts';

/** Files being closed at a time: their bytes are on their way to the disk while the next are made. */
const CLOSING = 4;

/** Closes files in the background, a few at a time. */
export class Closing {
  readonly #pending: Promise<void>[] = [];

  async add(file: FileTarget): Promise<void> {
    const closed = file.close();
    closed.catch(() => {});
    this.#pending.push(closed);
    if (this.#pending.length >= CLOSING) await this.#pending.shift();
  }

  async all(): Promise<void> {
    await Promise.all(this.#pending.splice(0));
  }
}
