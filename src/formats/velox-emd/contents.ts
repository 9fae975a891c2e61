import type { ByteSource } from '../format.ts';
import type { Hdf5File } from '../hdf5/index.ts';
import type { Labels } from './labels.ts';

/** What every reader of a part of the file is given. */
export interface Contents {
  readonly file: Hdf5File;
  readonly source: ByteSource;
  readonly labels: Labels;
  /** Symbols of the elements chosen in Velox; undefined where nothing was quantified. */
  readonly elements?: readonly string[];
}
