import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { type Page, rowBytes, storedBytes } from './page.ts';
import { addLeft, gatherFloats, unpack } from './unpack.ts';

/**
 * Unpacks a page into `out`, the little-endian bytes of its pixels row by row, `stride` bytes from pixel to pixel.
 * @throws SpectrailError `format/bad-compression`, `format/zip-bomb`, `format/truncated`.
 */
export async function loadPage(source: ByteSource, page: Page, out: Uint8Array, stride: number): Promise<void> {
  const { width, height, chunkWidth, chunkHeight, samples, planar, tiled } = page;
  const across = Math.ceil(width / chunkWidth);
  const down = Math.ceil(height / chunkHeight);
  const sample = sampleBytes(page);
  const perPixel = planar ? sample : sample * samples;
  for (let i = 0; i < page.offsets.length; i++) {
    const packed = await source.read(page.offsets[i], page.counts[i]);
    if (packed.length < page.counts[i]) {
      throw formatError({
        code: 'truncated',
        where: page.where,
        what: 'the file has become shorter since it was opened',
        expected: `${page.counts[i]} bytes from byte ${page.offsets[i]}`,
      });
    }
    const chunk = new Uint8Array(tiled ? rowBytes(page) * chunkHeight : storedBytes(page, i));
    unpack(packed, page.compression, chunk, `${source.name}, byte ${page.offsets[i]}`);
    if (!page.littleEndian && page.predictor !== 3) swap(chunk, page);
    const within = i % (across * down);
    const [left, top] = [(within % across) * chunkWidth, Math.floor(within / across) * chunkHeight];
    const plane = Math.floor(i / (across * down)) * sample;
    const columns = Math.min(chunkWidth, width - left);
    const rows = Math.min(chunkHeight, height - top);
    for (let r = 0; r < rows; r++) {
      const row = rowOf(page, chunk, r);
      const to = ((top + r) * width + left) * stride + plane;
      if (stride === perPixel) out.set(row.subarray(0, columns * perPixel), to);
      else {
        for (let c = 0; c < columns; c++) {
          for (let b = 0; b < perPixel; b++) out[to + c * stride + b] = row[c * perPixel + b];
        }
      }
    }
  }
}

/** Bytes of a sample once it is unpacked. */
export const sampleBytes = ({ bits }: Page): number => Math.max(1, bits / 8);

function rowOf(page: Page, chunk: Uint8Array, r: number): Uint8Array {
  const length = rowBytes(page);
  const row = chunk.subarray(r * length, (r + 1) * length);
  const { bits, predictor, chunkWidth } = page;
  const samples = page.planar ? 1 : page.samples;
  if (bits < 8) return wholeBytes(row, bits, chunkWidth * samples);
  if (predictor === 2) addLeft(row, bits / 8, samples);
  if (predictor === 3) gatherFloats(row, bits / 8, samples);
  return row;
}

function wholeBytes(row: Uint8Array, bits: number, count: number): Uint8Array {
  const perByte = 8 / bits;
  return Uint8Array.from({ length: count }, (_, i) => {
    const shift = 8 - bits * ((i % perByte) + 1);
    return (row[Math.floor(i / perByte)] >> shift) & ((1 << bits) - 1);
  });
}

function swap(chunk: Uint8Array, { bits, dtype }: Page): void {
  const element = bits / 8 / (dtype.startsWith('complex') ? 2 : 1);
  if (element <= 1) return;
  for (let start = 0; start + element <= chunk.length; start += element) {
    for (let i = start, j = start + element - 1; i < j; i++, j--) {
      const byte = chunk[i];
      chunk[i] = chunk[j];
      chunk[j] = byte;
    }
  }
}
