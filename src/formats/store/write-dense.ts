import { crc32 } from '../../kernels/crc32.ts';
import type { ArrayDataset, ValueFacts } from '../../signal/dataset.ts';
import { DTYPES, isReal, type ValueArray } from '../../signal/dtype.ts';
import { RunFacts } from '../../signal/run-facts.ts';
import { Closing } from '../closing.ts';
import type { FileTarget, FolderTarget } from '../format.ts';
import type { PixelRows } from '../pixel-rows.ts';
import { runsAhead, runsOf } from '../runs-ahead.ts';
import { chunkAt, chunkPixels, type FlatChunk, type FlatChunks } from '../zarr/flat-chunks.ts';
import { STORE_TILE } from './layout.ts';

export interface DenseWritten {
  readonly kind: 'written';
  readonly entries: number;
  readonly facts: ValueFacts | undefined;
  readonly checksums: Uint32Array;
}

/** All values as they are, a tile at a time, into uncompressed chunks that are runs of pixels. */
export async function writeDense(
  target: FolderTarget,
  path: string,
  grid: FlatChunks,
  { dtype }: ArrayDataset,
  rows: PixelRows,
): Promise<DenseWritten> {
  const { pixels, channels } = rows;
  const row = channels * DTYPES[dtype].bytes;
  const whole = chunkPixels(grid) * row;
  const closing = new Closing();
  const facts = isReal(dtype) ? new RunFacts() : undefined;
  const checksums = new Uint32Array(Math.ceil(pixels / STORE_TILE));
  let open: { file: FileTarget; chunk: FlatChunk } | undefined;
  for await (const { start, end, values } of runsAhead(rows, runsOf(pixels, STORE_TILE))) {
    const { buffer, byteOffset, byteLength } = values as ValueArray;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    facts?.addValues(values as ValueArray);
    checksums[start / STORE_TILE] = crc32(bytes);
    for (let pixel = start; pixel < end; ) {
      const chunk = open?.chunk ?? chunkAt(grid, pixel);
      open ??= { chunk, file: await target.create(`${path}/${chunk.index.join('/')}`) };
      const stop = Math.min(end, chunk.end);
      await open.file.write(bytes.subarray((pixel - start) * row, (stop - start) * row));
      pixel = stop;
      if (pixel < chunk.end) continue;
      const missing = whole - (chunk.end - chunk.start) * row;
      if (missing > 0) await open.file.write(new Uint8Array(missing));
      await closing.add(open.file);
      open = undefined;
    }
  }
  await closing.all();
  return { kind: 'written', entries: pixels * channels, facts: facts?.result(), checksums };
}
