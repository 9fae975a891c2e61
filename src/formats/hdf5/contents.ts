import type { Plain } from '../../signal/dataset.ts';
import type { Dtype, ValueArray } from '../../signal/dtype.ts';
import type { Element } from './element.ts';
import type { Tile } from './tiles.ts';
import type { StoredDataset } from './unpack-chunks.ts';

export interface Hdf5Member {
  readonly name: string;
  /** Links to other files are `other`: they lead nowhere. */
  readonly kind: 'group' | 'dataset' | 'other';
}

export interface Hdf5Attribute {
  /** Scalars as they are, arrays as (flat) lists; 64-bit integers as numbers. */
  readonly value: Plain;
  /** Undefined for text. */
  readonly dtype?: Dtype;
}

export interface Hdf5DatasetInfo {
  readonly path: string;
  readonly shape: readonly number[];
  /** Undefined for text and for records. */
  readonly dtype?: Dtype;
  readonly element: Element;
  readonly chunk?: readonly number[];
}

/** What HDF5 itself knows of one dimension of a dataset (dimension scales). */
export interface Hdf5Dimension {
  /** '' where there is none. */
  readonly label: string;
  /** Paths of the datasets attached to it as scales. */
  readonly scales: readonly string[];
}

/** An open HDF5 file. Paths start with '/'. Every method throws SpectrailError `format/hdf5-…` for a damaged file. */
export interface Hdf5File {
  list(path: string): Promise<Hdf5Member[]>;
  /** Keyed by name, without a prototype; those of a type that is not plain data are left out. */
  attributes(path: string): Promise<Readonly<Record<string, Hdf5Attribute>>>;
  dataset(path: string): Promise<Hdf5DatasetInfo>;
  /** One entry for each dimension of the dataset. */
  dimensions(path: string): Promise<Hdf5Dimension[]>;
  /** All values, or the box `tile`, in C order; in `into`, where it is given, which has as many bytes as they. */
  read(path: string, tile?: Tile, into?: Uint8Array<ArrayBuffer>): Promise<ValueArray>;
  /** Where the values lie, if they lie there as they are, or shuffled: reading any box of them costs no more than its bytes. */
  stored(path: string): Promise<StoredDataset | undefined>;
  /**
   * Hands all values to `use`, in boxes of whole chunks of about `bytes` bytes, one for each turn of the loop over what is
   * returned. The values are gone when `use` returns, and it must not throw.
   */
  slabs(path: string, bytes: number, use: (values: ValueArray, tile: Tile) => void): AsyncIterable<Tile>;
  /** A dataset of text, flat. */
  strings(path: string): Promise<string[]>;
  close(): Promise<void>;
}
