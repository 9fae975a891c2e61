import type { ArrayDataset, Dataset, TableDataset } from '../signal/dataset.ts';
import type { FolderSource } from './folder.ts';
import type { PixelRows } from './pixel-rows.ts';

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

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
  /** Many small ranges, one behind the other, where that is faster than one by one; fewer bytes where one lies outside. */
  readParts?(parts: readonly ByteRange[]): Promise<Uint8Array>;
  /** A file beside this one (the `.raw` of an `.rpl`); undefined when it is not there. Never leaves the folder. */
  sibling(name: string): Promise<ByteSource | undefined>;
  /**
   * A file in the folders below this one's, by the names on the way to it, where there are folders; undefined when it is
   * not there. Never leaves the folder.
   */
  below?(path: readonly string[]): Promise<ByteSource | undefined>;
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
  /**
   * Looks inside a file where its first bytes leave several formats likely: is it this one's own?
   * @throws SpectrailError when the file cannot be looked into.
   */
  probe?(file: ByteSource): Promise<boolean>;
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
  /** The same for a table, with its names and units, where the format holds tables. */
  encodeTable?(table: TableDataset): Promise<Uint8Array>;
  /** For formats whose files are folders: decides from what lies in it, then from its name. */
  sniffFolder?(folder: FolderSource): Promise<Sniff>;
  readFolder?(folder: FolderSource): Promise<Dataset[]>;
  /**
   * Writes `dataset` into an empty folder, a run of pixels at a time: the whole is never in memory. `rows` are its values
   * where it cannot give them itself by runs.
   */
  writeFolder?(dataset: ArrayDataset, target: FolderTarget, rows?: PixelRows): Promise<Written>;
}

/** What became of the values. */
export interface Written {
  readonly kind: 'dense' | 'events';
  /** Values, or counts that are not 0. */
  readonly entries: number;
}

/** A new folder being written. Nobody sees it under its name before all of it is there. */
export interface FolderTarget {
  /** A new file, by its path from the folder with forward slashes; folders on the way are made. */
  create(path: string): Promise<FileTarget>;
  /** Removes everything written so far. */
  clear(): Promise<void>;
}

export interface FileTarget {
  /** Appends. The bytes must stay as they are until it is done. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export function defineFormat(format: Format): Format {
  return format;
}
