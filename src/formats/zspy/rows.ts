import type { NumberArray, ValueArray } from '../../signal/dtype.ts';
import { type FolderReference, openFolderReference } from '../folder-reference.ts';
import { defineRowReader } from '../row-reader.ts';
import type { ZarrArray } from '../zarr/index.ts';
import { type ChunkCache, readRows } from '../zarr/rows.ts';

export interface ZarrRowsArgs {
  readonly folder: FolderReference;
  /** From the folder. */
  readonly path: string;
  readonly array: ZarrArray;
  /** Tells one opening of the data from another: nothing is remembered from one to the next. */
  readonly opened: string;
}

/** Chunks that a tile touches only in part are kept for its neighbours, up to this many bytes in each thread. */
const KEPT_BYTES = 2 ** 26;

const kept = new Map<string, ValueArray>();
let keptBytes = 0;

function cacheOf(opened: string): ChunkCache {
  return {
    get(name) {
      const key = `${opened}/${name}`;
      const values = kept.get(key);
      if (values) {
        kept.delete(key);
        kept.set(key, values);
      }
      return values;
    },
    set(name, values) {
      const key = `${opened}/${name}`;
      if (kept.has(key)) return;
      kept.set(key, values);
      keptBytes += values.byteLength;
      for (const [oldest, { byteLength }] of kept) {
        if (keptBytes <= KEPT_BYTES) break;
        kept.delete(oldest);
        keptBytes -= byteLength;
      }
    },
  };
}

/** Rows of an array of real numbers in Zarr, all dimensions but the last flattened. */
export default defineRowReader<ZarrRowsArgs>(async ({ folder, path, array, opened }, start, end) => {
  const source = await openFolderReference(folder);
  const values = (await readRows(source, path, array, start, end, cacheOf(opened))) as NumberArray;
  return { kind: 'dense', pixels: end - start, channels: array.shape.at(-1) as number, values };
});
