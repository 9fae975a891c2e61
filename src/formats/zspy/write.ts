import Blosc from 'numcodecs/blosc';
import type { EventsBlock } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type ValueArray } from '../../signal/dtype.ts';
import { Closing } from '../closing.ts';
import type { FolderTarget, Written } from '../format.ts';
import { writeExperiment } from '../hspy/write-experiment.ts';
import { type PixelRows, pixelRows } from '../pixel-rows.ts';
import { runsAhead } from '../runs-ahead.ts';
import { denseValues } from '../value-runs.ts';
import { chunkAt, chunkPixels, chunksInOrder, flatChunks } from '../zarr/flat-chunks.ts';
import { zarrFiles } from './container-writer.ts';

const CHUNK_BYTES = 2 ** 21;
/** As HyperSpy saves. Only the packing is left to this library: its unpacking takes damaged data for good. */
const COMPRESSOR = { id: 'blosc', cname: 'zstd', clevel: 1, shuffle: 1, blocksize: 0 };

/**
 * A folder that HyperSpy (1.7 and later) opens with `hs.load`: values packed with Blosc in chunks of whole spectra, axes,
 * title, signal type and metadata. A few chunks are in memory at a time; sparse counts are made dense chunk by chunk.
 * @throws SpectrailError `output/empty-dataset`, `output/value-too-large`, `output/wrong-length`.
 */
export async function writeZspy(dataset: ArrayDataset, target: FolderTarget, given?: PixelRows): Promise<Written> {
  const { dtype } = dataset;
  const zarr = zarrFiles();
  const { shape, path } = writeExperiment(zarr, dataset, 'ZSpy');
  const grid = flatChunks(shape, DTYPES[dtype].bytes, CHUNK_BYTES);
  const data = zarr.array(path, { shape, chunks: grid.chunks, dtype, compressor: COMPRESSOR, separator: '/' });
  const rows = given ?? (await pixelRows(dataset));
  const row = rows.channels * DTYPES[dtype].bytes;
  const codec = Blosc.fromConfig(COMPRESSOR);
  const closing = new Closing();
  for await (const { start, end, values } of runsAhead(rows, chunksInOrder(grid))) {
    const file = await target.create(`${data}/${chunkAt(grid, start).index.join('/')}`);
    const bytes = denseBytes(values, dataset, end - start, rows.channels);
    await file.write(await codec.encode(filledUp(bytes, chunkPixels(grid) * row)));
    await closing.add(file);
  }
  await closing.all();
  for (const [name, bytes] of zarr.files()) {
    const file = await target.create(name);
    await file.write(bytes);
    await file.close();
  }
  return { kind: 'dense', entries: rows.pixels * rows.channels };
}

function denseBytes(values: ValueArray | EventsBlock, { dtype }: ArrayDataset, pixels: number, channels: number) {
  const { buffer, byteOffset, byteLength } =
    'kind' in values ? denseValues(values, dtype, 0, pixels * channels) : values;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Chunks at an edge are as long as the others. */
function filledUp(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  const out = new Uint8Array(length);
  out.set(bytes);
  return out;
}
