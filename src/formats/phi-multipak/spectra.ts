import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';

/** Where the values of a spectrum, or of a series of spectra, lie. */
export interface StoredSpectrum {
  readonly points: number;
  /** Spectra one after the other: 1, or as many as a depth profile has cycles. */
  readonly cycles: number;
  readonly dtype: 'float32' | 'float64';
  /** As the file writes it: `c/s`. */
  readonly unit: string;
  /** From the beginning of the file. */
  readonly offset: number;
}

/** Group number, number of spectra, bytes of the header of each, bytes of this header. */
const GROUP_BYTES = 16;
const SPECTRUM_BYTES = 96;
const VALUE_BYTES: Readonly<Record<string, 4 | 8>> = { f4: 4, f8: 8 };

/**
 * The binary part: a header for the group, one for each spectrum, then the values.
 * @throws SpectrailError `format/truncated`, `format/unsupported-layout`.
 */
export async function readSpectra(file: ByteSource, start: number): Promise<StoredSpectrum[]> {
  const group = await view(file, start, GROUP_BYTES);
  const [count, each, own] = [4, 8, 12].map((at) => group.getUint32(at, true));
  const room = Math.floor((file.size - start - GROUP_BYTES) / SPECTRUM_BYTES);
  if (each !== SPECTRUM_BYTES || own !== GROUP_BYTES || count < 1 || count > room) {
    throw unsupported(file, start, `${count} spectra with headers of ${each} bytes after one of ${own}`, [
      `up to ${room} spectra with headers of ${SPECTRUM_BYTES} bytes after one of ${GROUP_BYTES}`,
      'save spectra and depth profiles (.spe, .pro) rather than maps',
    ]);
  }
  const headers = await view(file, start + GROUP_BYTES, count * SPECTRUM_BYTES);
  return Array.from({ length: count }, (_, s) => parseSpectrum(headers, s, file, start));
}

function parseSpectrum(headers: DataView, s: number, file: ByteSource, start: number): StoredSpectrum {
  const at = s * SPECTRUM_BYTES;
  const where = start + GROUP_BYTES + at;
  const [points, bytes, offset] = [20, 76, 80].map((field) => headers.getUint32(at + field, true));
  const type = word(headers, at + 72);
  const each = Object.hasOwn(VALUE_BYTES, type) ? VALUE_BYTES[type] : undefined;
  if (each === undefined) {
    throw unsupported(file, where, `values of type "${type}"`, ['"f4" or "f8"', 'save the file with MultiPak again']);
  }
  if (points < 1 || bytes < 1 || bytes % (points * each) !== 0) {
    const what = `${bytes} bytes for spectra of ${points} points of ${each} bytes`;
    throw unsupported(file, where, what, ['whole spectra', 'copy the file again']);
  }
  if (start + offset + bytes > file.size) throw truncated(file, start + offset + bytes);
  return {
    points,
    cycles: bytes / (points * each),
    dtype: each === 4 ? 'float32' : 'float64',
    unit: word(headers, at + 56),
    offset: start + offset,
  };
}

/** Four letters, or fewer before a NUL. */
function word(headers: DataView, at: number): string {
  const codes = [0, 1, 2, 3].map((i) => headers.getUint8(at + i));
  return String.fromCharCode(...codes).split('\0', 1)[0];
}

async function view(file: ByteSource, offset: number, length: number): Promise<DataView> {
  const bytes = await file.read(offset, length);
  if (bytes.length < length) throw truncated(file, offset + length);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function truncated(file: ByteSource, expected: number) {
  return formatError({
    code: 'truncated',
    where: `${file.name}, byte ${file.size}`,
    what: 'the file ends before its spectra do',
    expected: `${expected} bytes`,
    fix: 'copy the file again',
  });
}

function unsupported(file: ByteSource, at: number, what: string, [expected, fix]: readonly string[]) {
  return formatError({ code: 'unsupported-layout', where: `${file.name}, byte ${at}`, what, expected, fix });
}
