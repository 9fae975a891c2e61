import { formatError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';

/** A header: little-endian numbers and texts at known offsets. */
export class Fields {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#bytes.length;
  }

  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  f32(at: number): number {
    return this.#view.getFloat32(at, true);
  }

  f64(at: number): number {
    return this.#view.getFloat64(at, true);
  }

  /** Up to the first NUL, without blanks around. */
  text(at: number, length: number): string {
    const bytes = this.#bytes.subarray(at, at + length);
    const end = bytes.indexOf(0);
    return new TextDecoder('windows-1252').decode(end < 0 ? bytes : bytes.subarray(0, end)).trim();
  }
}

/** @throws SpectrailError `format/truncated` when the file ends before. */
export async function readFields(file: ByteSource, at: number, length: number, what: string): Promise<Fields> {
  if (at + length > file.size) throw truncated(file, at, length, what);
  const bytes = await file.read(at, length);
  if (bytes.length < length) throw truncated(file, at, length, what);
  return new Fields(bytes);
}

export function truncated(file: ByteSource, at: number, length: number, what: string): SpectrailError {
  return formatError({
    code: 'truncated',
    where: `${file.name}, byte ${at}`,
    what: `${what} needs ${length} bytes, the file has ${Math.max(0, file.size - at)} left`,
    expected: `a file of at least ${at + length} bytes`,
    fix: 'copy the file again from the computer of the diffractometer: it was cut short or is damaged',
  });
}

export function damaged(file: ByteSource, at: number, what: string, expected: string): SpectrailError {
  return formatError({
    code: 'bad-header',
    where: `${file.name}, byte ${at}`,
    what,
    expected,
    fix: 'copy the file again from the computer of the diffractometer: it is damaged',
  });
}
