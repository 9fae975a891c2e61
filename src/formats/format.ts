import type { ArrayDataset, Dataset } from '../signal/dataset.ts';

/** A file as a reader sees it: random access to bytes, in Node and in the browser alike. */
export interface ByteSource {
  /** File name without folders, for sniffing and messages. */
  readonly name: string;
  readonly size: number;
  /** Path on disk where there is one (Node). */
  readonly path?: string;
  /** What the browser holds it as, where it does. */
  readonly blob?: Blob;
  /**
   * Up to `length` bytes from `offset`; fewer only at the end of the file.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** A file beside this one (the `.raw` of an `.rpl`); undefined when it is not there. Never leaves the folder. */
  sibling(name: string): Promise<ByteSource | undefined>;
}

/** How sure a format is that a file is its own: by content `certain`, by content `likely`, by name only `name`, or not at all. */
export type Sniff = 'certain' | 'likely' | 'name' | 'no';

export interface Format {
  readonly id: string;
  /** For people: "Gatan DigitalMicrograph 3/4". */
  readonly title: string;
  /** Lower case, with the dot. */
  readonly extensions: readonly string[];
  /** Decides from the first bytes (up to 4 KiB) and the name, in that order. */
  sniff(head: Uint8Array, name: string): Sniff;
  read?(file: ByteSource): Promise<Dataset[]>;
  /**
   * Most bytes that files of `stored` bytes can unpack to, for formats that pack; default: `stored`. What a file claims
   * beyond is refused before memory is asked for. Law: no array of a reader is above four times this.
   */
  unpackedBytes?(stored: number): number;
  /** Most memory of a library the reader needs, where it needs one. */
  readonly libraryBytes?: number;
  /** Complete bytes of a file holding `dataset`; the caller writes them atomically. */
  encode?(dataset: ArrayDataset): Promise<Uint8Array>;
}

export function defineFormat(format: Format): Format {
  return format;
}
