import type { Axis } from './axis.ts';
import type { Block, EventsBlock } from './block.ts';
import type { Dtype, ValueArray } from './dtype.ts';
import type { Lend } from './lent-memory.ts';
import type { StoredSource } from './source.ts';

/** Plain data only: what JSON can hold. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };
export type PlainTree = { [key: string]: Plain };

/**
 * Acquisition conditions in the words of the vocabulary (`vocabulary.ts`). What a file does not say is absent; never a default
 * dressed as a fact.
 */
export type Metadata = PlainTree;

/**
 * Values of a dataset, loaded when asked. `dense`: C order, in the dataset's navigation-then-signal axis order.
 * `events`: sparse counts, pixels in C order over the navigation axes.
 */
export type DatasetValues =
  | { readonly kind: 'dense'; readonly load: () => Promise<ValueArray>; readonly rows?: StoredRows }
  | {
      readonly kind: 'events';
      readonly load: () => Promise<EventsBlock>;
      readonly rows?: StoredRows;
      /**
       * Where a file only declares what nearly all of its bytes would have to be read for: the dataset as those bytes have
       * it. Its shape may be smaller (a scan that was stopped), its dtype narrower, and more may be said about it. Loads
       * the values.
       */
      readonly settle?: () => Promise<ArrayDataset>;
    };

/**
 * The same values by runs of pixels (all navigation axes flattened, the last axis the channels), for files that need not
 * be loaded whole.
 */
export interface StoredRows {
  /** For engines: crosses worker boundaries as plain data. */
  readonly source: StoredSource;
  /** Rows [start, end), where the caller stands; `lend` gives memory for them where the caller uses it again for others. */
  readonly read: (start: number, end: number, lend?: Lend) => Promise<Block>;
  /** What the file itself states about its values, when it was written by us; saves a pass over them. */
  readonly facts?: ValueFacts;
}

/** What one look at every value tells. */
export interface ValueFacts {
  /** Every finite value is a whole number. */
  readonly whole: boolean;
  /** Smallest finite value. */
  readonly min: number;
  /** Finite values other than 0. */
  readonly nonZero: number;
  /** Values in all: pixels × channels. */
  readonly values: number;
}

/** Whatever array a file holds. */
export interface ArrayDataset {
  readonly kind: 'array';
  readonly title: string;
  /** Same order as `axes`: navigation axes first (slowest first), then signal axes. */
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly axes: readonly Axis[];
  readonly values: DatasetValues;
  readonly metadata: Metadata;
  /** The file's own tree, as far as it is plain data; large arrays are summarised, not listed. */
  readonly original: PlainTree;
  /** Things the reader noticed and the user should know: "NPOINTS says 2048, the file has 2040". */
  readonly warnings: readonly string[];
}

export interface TableColumn {
  readonly name: string;
  readonly unit: string;
  readonly values: Float64Array;
}

/** Which columns of a table are its spectrum, where the format says so. */
export interface DeclaredSpectrum {
  /** Column of the positions, from 0. */
  readonly axis: number;
  /** Column of the values. */
  readonly values: number;
  /** What the axis is, where its column is called less. */
  readonly axisName?: string;
}

/** Columns of numbers. */
export interface TableDataset {
  readonly kind: 'table';
  readonly spectrum?: DeclaredSpectrum;
  readonly title: string;
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  readonly metadata: Metadata;
  readonly original: PlainTree;
  readonly warnings: readonly string[];
}

export type Dataset = ArrayDataset | TableDataset;

/** A dataset whose values are about to be used, as it is rather than as its file declares it. */
export async function settled(dataset: ArrayDataset): Promise<ArrayDataset> {
  const { values } = dataset;
  return values.kind === 'events' && values.settle ? values.settle() : dataset;
}
