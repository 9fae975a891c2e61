import { writeExperiment } from '../../src/formats/hspy/write-experiment.ts';
import { CHECKSUMS, CHECKSUMS_CHUNK, describeDataset, SUMS } from '../../src/formats/store/layout.ts';
import { sumsOf } from '../../src/formats/store/sums.ts';
import { flatChunks } from '../../src/formats/zarr/flat-chunks.ts';
import { zarrFiles } from '../../src/formats/zspy/container-writer.ts';
import { crc32 } from '../../src/kernels/crc32.ts';
import { dataset } from '../store-maps.ts';
import { headed, type SparseFile } from './sparse-file.ts';

const SHAPE = [512, 1024, 2048];
const VALUE_BYTES = 2;
const CHUNK_BYTES = 2 ** 24;
const TILE = 4096;

/** A folder of unpacked chunks of 16 MiB: 512 × 1024 × 2048 values of 16 bits. */
async function folder(name: string, isStore: boolean): Promise<SparseFile[]> {
  const map = dataset(SHAPE, 'uint16', new Uint16Array(0));
  const zarr = zarrFiles();
  const { shape, path } = writeExperiment(zarr, map, 'ZSpy');
  const grid = flatChunks(shape, VALUE_BYTES, CHUNK_BYTES);
  const data = zarr.array(path, { shape, chunks: grid.chunks, dtype: 'uint16', separator: '/' });
  if (isStore) {
    const tiles = (SHAPE[0] * SHAPE[1]) / TILE;
    zarr.plain('/', 'spectrail', describeDataset(map, 'dense', undefined, data));
    zarr.array(`/${CHECKSUMS}`, { shape: [tiles, 1], chunks: [tiles, 1], dtype: 'uint32' });
  }
  const files = zarr.files();
  if (isStore) {
    const tile = crc32(new Uint8Array(TILE * SHAPE[2] * VALUE_BYTES));
    const checksums = new Uint32Array((SHAPE[0] * SHAPE[1]) / TILE).fill(tile);
    files.set(CHECKSUMS_CHUNK, new Uint8Array(checksums.buffer));
    files.set(SUMS, Uint8Array.from(await sumsOf(files)));
  }
  const described = [...files].map(([at, bytes]) => headed(`${name}/${at}`, bytes, bytes.length));
  const chunk = grid.chunks.reduce((a, b) => a * b, VALUE_BYTES);
  const counts = shape.map((size, d) => Math.ceil(size / grid.chunks[d]));
  const chunks = Array.from({ length: counts.reduce((a, b) => a * b, 1) }, (_, i) => {
    const index = [Math.floor(i / counts[1] / counts[2]), Math.floor(i / counts[2]) % counts[1], i % counts[2]];
    return headed(`${name}/${data}/${index.join('/')}`, new Uint8Array(0), chunk);
  });
  return [...described, ...chunks];
}

/** Folders of 2 GiB, and some, as files with their paths. */
export const FOLDERS: readonly (() => Promise<SparseFile[]>)[] = [
  () => folder('map.zspy', false),
  () => folder('map.spectrail', true),
];
