import type { Dtype } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { Directory } from './ifd.ts';
import { MOST_EXPANSION } from './unpack.ts';

/** How the pixels of one page are stored. */
export interface Page {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4 or whole bytes. */
  readonly bits: number;
  readonly samples: number;
  /** Of one sample. */
  readonly dtype: Dtype;
  readonly compression: number;
  /** 1 none, 2 differences, 3 differences of the bytes of floats. */
  readonly predictor: number;
  /** Each sample has a plane of its own. */
  readonly planar: boolean;
  readonly photometric: number;
  /** Strips, or tiles: columns and rows of one. */
  readonly chunkWidth: number;
  readonly chunkHeight: number;
  readonly tiled: boolean;
  readonly offsets: readonly number[];
  readonly counts: readonly number[];
  readonly littleEndian: boolean;
  readonly where: string;
}

const COMPRESSIONS: Readonly<Record<number, string>> = {
  2: 'fax',
  3: 'fax',
  4: 'fax',
  6: 'old JPEG',
  7: 'JPEG',
  34712: 'JPEG 2000',
  50000: 'Zstandard',
  50001: 'WebP',
};

/**
 * @throws SpectrailError `format/bad-tiff` for a page that describes no pixels, or more than its bytes can hold;
 * `format/unsupported-tiff` for a compression or a kind of number that cannot be read.
 */
export async function readPage(directory: Directory): Promise<Page> {
  const where = `${directory.source.name}, byte ${directory.at}`;
  const bad = (what: string, expected: string) =>
    formatError({ code: 'bad-tiff', where, what, expected, fix: 'copy the file again: it is damaged' });
  const unsupported = (what: string, expected: string) =>
    formatError({ code: 'unsupported-tiff', where, what, expected, fix: 'save it uncompressed, in whole bytes' });
  const number = async (tag: number, otherwise: number) => (await directory.number(tag)) ?? otherwise;
  const [width, height, samples] = [await number(256, 0), await number(257, 0), await number(277, 1)];
  for (const [name, value] of Object.entries({ width, height, samples })) {
    if (!Number.isSafeInteger(value) || value < 1) throw bad(`the page has ${value} as ${name}`, 'at least 1');
  }
  const compression = await number(259, 1);
  if (MOST_EXPANSION[compression] === undefined) {
    const name = COMPRESSIONS[compression] ?? 'unknown';
    throw unsupported(
      `the page is compressed by method ${compression} (${name})`,
      'none, LZW (5), deflate (8, 32946) or PackBits (32773)',
    );
  }
  if ((await number(266, 1)) !== 1) throw unsupported('the lowest bit comes first (FillOrder 2)', 'FillOrder 1');
  const allBits = (await directory.numbers(258)) ?? [1];
  const bits = allBits[0];
  const format = await number(339, 1);
  const dtype = dtypeOf(bits, format);
  if (!dtype || allBits.some((one) => one !== bits)) {
    throw unsupported(
      `samples have ${allBits.slice(0, 8).join(', ')} bits, format ${format}`,
      'integers of 1, 2, 4, 8, 16, 32 or 64 bits, floats of 32 or 64, complex of 64 or 128, all samples alike',
    );
  }
  const predictor = await number(317, 1);
  const differences = predictor === 2 && bits >= 8 && bits <= 32;
  if (predictor !== 1 && !differences && !(predictor === 3 && dtype.startsWith('float'))) {
    throw unsupported(`predictor ${predictor} of ${dtype}`, '1, 2 up to 32 bits, 3 for floats');
  }
  const tiled = directory.entries.has(322);
  const chunkWidth = tiled ? await number(322, 0) : width;
  const chunkHeight = tiled ? await number(323, 0) : Math.min(await number(278, height), height);
  if (!(chunkWidth >= 1 && chunkHeight >= 1)) {
    throw bad(`strips or tiles have ${chunkWidth} × ${chunkHeight} pixels`, 'at least 1 × 1');
  }
  const planar = samples > 1 && (await number(284, 1)) === 2;
  const page = { width, height, bits, samples, dtype, compression, predictor, planar, chunkWidth, chunkHeight, tiled };
  const offsets = (await directory.numbers(tiled ? 324 : 273)) ?? [];
  const chunks = chunkCount(page);
  const whole = chunkBytes(page);
  const needed = (i: number) => (tiled ? whole : storedBytes(page, i));
  const known = await directory.numbers(tiled ? 325 : 279);
  // Uncompressed strips may come without their lengths.
  const counts = known ?? (compression === 1 ? offsets.map((_, i) => needed(i)) : []);
  if (offsets.length < chunks || counts.length < chunks) {
    throw bad(`${Math.min(offsets.length, counts.length)} strips or tiles are listed`, `${chunks}`);
  }
  const { size } = directory.source;
  for (let i = 0; i < chunks; i++) {
    const needs = needed(i);
    if (!(offsets[i] + counts[i] <= size) || !(needs <= counts[i] * MOST_EXPANSION[compression])) {
      throw bad(
        `strip or tile ${i} has ${counts[i]} bytes at byte ${offsets[i]} for ${needs} bytes of pixels`,
        `enough of them, in a file of ${size} bytes`,
      );
    }
  }
  return {
    ...page,
    photometric: await number(262, 1),
    offsets: offsets.slice(0, chunks),
    counts: counts.slice(0, chunks),
    littleEndian: directory.littleEndian,
    where,
  };
}

type Grid = Pick<Page, 'width' | 'height' | 'bits' | 'samples' | 'planar' | 'chunkWidth' | 'chunkHeight'>;

/** Strips or tiles in all, over all planes. */
function chunkCount({ width, height, samples, planar, chunkWidth, chunkHeight }: Grid): number {
  return Math.ceil(width / chunkWidth) * Math.ceil(height / chunkHeight) * (planar ? samples : 1);
}

/** Bytes of a row of a strip or tile. */
export function rowBytes({ bits, samples, planar, chunkWidth }: Grid): number {
  return Math.ceil((chunkWidth * (planar ? 1 : samples) * bits) / 8);
}

function chunkBytes(grid: Grid): number {
  return rowBytes(grid) * grid.chunkHeight;
}

/** The last strip of a plane may be shorter. */
export function storedBytes(grid: Grid, strip: number): number {
  const perPlane = Math.ceil(grid.height / grid.chunkHeight);
  const rows = Math.min(grid.chunkHeight, grid.height - (strip % perPlane) * grid.chunkHeight);
  return rowBytes(grid) * rows;
}

function dtypeOf(bits: number, format: number): Dtype | undefined {
  const known: Readonly<Record<number, Readonly<Record<number, Dtype>>>> = {
    1: { 1: 'uint8', 2: 'uint8', 4: 'uint8', 8: 'uint8', 16: 'uint16', 32: 'uint32', 64: 'uint64' },
    2: { 8: 'int8', 16: 'int16', 32: 'int32', 64: 'int64' },
    3: { 32: 'float32', 64: 'float64' },
    6: { 64: 'complex64', 128: 'complex128' },
  };
  return known[format === 4 ? 1 : format]?.[bits];
}
