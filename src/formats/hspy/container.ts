import type { Plain } from '../../signal/dataset.ts';
import type { Dtype, ValueArray } from '../../signal/dtype.ts';

/** What HyperSpy keeps its signals in: groups with attributes, and arrays, by path. HDF5 files and Zarr folders alike. */
export interface Container {
  list(path: string): Promise<readonly ContainerMember[]>;
  attributes(path: string): Promise<Readonly<Record<string, { readonly value: Plain }>>>;
  dataset(path: string): Promise<ContainerDataset>;
  read(path: string): Promise<ValueArray>;
  /** Items of an array of text, flat; Zarr can also hold other things in it. */
  strings(path: string): Promise<Plain[]>;
}

export interface ContainerMember {
  readonly name: string;
  readonly kind: 'group' | 'dataset' | 'other';
}

export interface ContainerDataset {
  readonly shape: readonly number[];
  /** Undefined for text and for what cannot be read. */
  readonly dtype?: Dtype;
  readonly element: { readonly kind: 'values' | 'text' } | { readonly kind: 'other'; readonly what: string };
}

/** The same container seen by a writer. Paths start with '/'; parents must exist. */
export interface ContainerWriter {
  group(path: string): void;
  attribute(path: string, name: string, value: string | number | boolean | bigint): void;
  strings(path: string, values: readonly string[]): void;
  /** A small array of float64. */
  numbers(path: string, values: Float64Array): void;
}
