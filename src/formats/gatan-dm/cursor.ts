import { formatError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';

const WINDOW = 1 << 18;

/**
 * Sequential reading through a window of a file. `need` brings bytes in, the getters then read them without waiting.
 * Numbers of the directory are big-endian; those of the data follow the file's flag and pass it.
 */
export class Cursor {
  readonly #source: ByteSource;
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #start = 0;
  #at = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get position(): number {
    return this.#start + this.#at;
  }

  get left(): number {
    return this.#source.size - this.position;
  }

  skip(length: number): void {
    this.#at += length;
  }

  /** Makes the next `length` bytes readable. @throws SpectrailError `format/truncated` when the file ends before. */
  async need(length: number, what: string): Promise<void> {
    if (this.#at + length <= this.#bytes.length) return;
    if (length > this.left) throw this.truncated(length, what);
    const start = this.position;
    this.#bytes = await this.#source.read(start, Math.max(length, WINDOW));
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    this.#start = start;
    this.#at = 0;
    if (this.#bytes.length < length) throw this.truncated(length, what);
  }

  truncated(length: number, what: string): SpectrailError {
    return formatError({
      code: 'truncated',
      where: `${this.#source.name}, byte ${this.position}`,
      what: `${what} needs ${length} bytes, the file has ${Math.max(0, this.left)} left`,
      expected: `a file of at least ${this.position + length} bytes`,
      fix: 'copy the file again from the microscope computer: it was cut short or is damaged',
    });
  }

  damaged(what: string, expected: string): SpectrailError {
    return formatError({
      code: 'bad-tags',
      where: `${this.#source.name}, byte ${this.position}`,
      what,
      expected,
      fix: 'copy the file again from the microscope computer: it is damaged',
    });
  }

  u8(): number {
    return this.#bytes[this.#at++];
  }

  u16(littleEndian = false): number {
    return this.#view.getUint16(this.#advance(2), littleEndian);
  }

  u32(littleEndian = false): number {
    return this.#view.getUint32(this.#advance(4), littleEndian);
  }

  /** Whole numbers above 2^53 lose their last digits: as counts and sizes they exceed every file. */
  u64(littleEndian = false): number {
    return Number(this.#view.getBigUint64(this.#advance(8), littleEndian));
  }

  i8(): number {
    return this.#view.getInt8(this.#advance(1));
  }

  i16(littleEndian: boolean): number {
    return this.#view.getInt16(this.#advance(2), littleEndian);
  }

  i32(littleEndian: boolean): number {
    return this.#view.getInt32(this.#advance(4), littleEndian);
  }

  i64(littleEndian: boolean): number {
    return Number(this.#view.getBigInt64(this.#advance(8), littleEndian));
  }

  f32(littleEndian: boolean): number {
    return this.#view.getFloat32(this.#advance(4), littleEndian);
  }

  f64(littleEndian: boolean): number {
    return this.#view.getFloat64(this.#advance(8), littleEndian);
  }

  latin1(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) text += String.fromCharCode(this.u8());
    return text;
  }

  #advance(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
