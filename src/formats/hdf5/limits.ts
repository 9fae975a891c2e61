import type { Filter, Metadata } from 'h5wasm';
import { formatError, type SpectrailError } from '../../signal/errors.ts';
import { REPACK } from './layout.ts';
import { HDF5_MEMORY } from './library.ts';
import { LZF, OWN_FILTERS } from './unpack-chunks.ts';

/** A chunk is unpacked whole, twice over while it is unshuffled. */
const CHUNK_LIMIT = HDF5_MEMORY / 4;
/** Deflate cannot pack more than 1032 bytes into one. */
const MOST_COMPRESSED = 1032;
/** Attributes and strings above this are refused: text and calibration are small. */
export const SMALL_LIMIT = 2 ** 24;

/** Attributes of one object: the library finds each by walking over all before it. */
export const MOST_ATTRIBUTES = 4096;

const FILTER_NAMES: Readonly<Record<number, string>> = {
  4: 'szip',
  307: 'bzip2',
  32000: 'lzf',
  32001: 'blosc',
  32004: 'lz4',
  32008: 'bitshuffle',
  32013: 'zfp',
  32015: 'zstd',
  32026: 'blosc2',
};
/** deflate, shuffle, fletcher32, nbit, scale-offset: those the library can undo. */
const KNOWN_FILTERS = new Set([1, 2, 3, 5, 6]);

/** Are these undone by us: LZF, alone or after shuffling? */
export function areOwn(filters: readonly Filter[]): boolean {
  return filters.some(({ id }) => id === LZF) && filters.every(({ id }) => OWN_FILTERS.has(id));
}

/** What every format in HDF5 promises about memory. */
export const hdf5Promises = {
  unpackedBytes: (stored: number) => MOST_COMPRESSED * stored,
  libraryBytes: HDF5_MEMORY,
};

/** Bytes of an attribute or a list of text, refused before they are allocated when they are not small. */
export function smallBytes(where: string, meta: Metadata): number {
  const bytes = meta.size * valueCount(meta);
  if (!Number.isSafeInteger(bytes) || bytes > SMALL_LIMIT) {
    throw tooLarge(where, bytes, `${SMALL_LIMIT} bytes, the limit for text and attributes`);
  }
  return bytes;
}

/**
 * Refuses packings that cannot be undone, and sizes that a file of `fileSize` bytes cannot hold.
 * @throws SpectrailError `format/hdf5-filter`, `format/hdf5-too-large`
 */
export function checkStorage(where: string, meta: Metadata, filters: readonly Filter[], fileSize: number): void {
  const unknown = areOwn(filters) ? undefined : filters.find(({ id }) => !KNOWN_FILTERS.has(id));
  if (unknown) {
    const name = FILTER_NAMES[unknown.id] ?? unknown.name ?? 'an unknown filter';
    throw formatError({
      code: 'hdf5-filter',
      where,
      what: `the values are packed with ${name} (HDF5 filter ${unknown.id}), which is not built in`,
      expected: 'no filter, gzip, shuffle, or LZF with or without shuffle',
      fix: REPACK,
    });
  }
  const declared = meta.size * valueCount(meta);
  const most = fileSize * (filters.length > 0 ? MOST_COMPRESSED : 1);
  if (!(declared <= most)) {
    throw tooLarge(where, declared, `${most} bytes, all that a file of ${fileSize} bytes can hold`);
  }
  const chunk = (meta.chunks ?? []).reduce((a, b) => a * b, meta.size);
  if (chunk > CHUNK_LIMIT) throw tooLarge(where, chunk, `chunks of at most ${CHUNK_LIMIT} bytes`);
}

/** Values in a dataset or attribute, from the dimensions: the library's own product may wrap around. */
export function valueCount(meta: Metadata): number {
  return (meta.shape ?? []).reduce((a, b) => a * b, 1);
}

export function tooLarge(where: string, bytes: number, most: string, cause?: unknown): SpectrailError {
  return formatError({
    code: 'hdf5-too-large',
    where,
    what: `${bytes} bytes are declared`,
    expected: most,
    fix: 'the file is damaged, or too large for this machine: crop or rebin it where it was recorded',
    cause,
  });
}
