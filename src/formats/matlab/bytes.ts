import { Unzlib } from 'fflate';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { inflateInto } from '../inflate.ts';
import type { Bytes } from './stored-numbers.ts';

/** Read ahead: headers are many small reads close together. */
const WINDOW = 1 << 16;
/** Deflate cannot pack more than 1032 bytes into one. */
export const MOST_PACKED = 1032;
/** Unpacked variables above this are not kept once their values were handed out. */
const KEPT = 1 << 26;
const STRIDE = 1 << 10;

export function bytesOfFile(file: ByteSource): Bytes {
  let window = { start: 0, bytes: new Uint8Array(0) };
  return {
    size: file.size,
    stored: file.size,
    where: file.name,
    file,
    read: async (offset, length) => {
      const { start, bytes } = window;
      if (offset >= start && offset + length <= start + bytes.length) {
        return bytes.subarray(offset - start, offset - start + length);
      }
      if (length > WINDOW) return exact(await file.read(offset, length), length, file.name, offset);
      window = { start: offset, bytes: new Uint8Array(await file.read(offset, WINDOW)) };
      return exact(window.bytes.subarray(0, length), length, file.name, offset);
    },
  };
}

function exact(bytes: Uint8Array, length: number, where: string, offset: number): Uint8Array {
  if (bytes.length === length) return bytes;
  throw formatError({
    code: 'truncated',
    where: `${where}, byte ${offset}`,
    what: `${bytes.length} bytes, then the end`,
    expected: `${length} bytes`,
    fix: 'copy the file again: it is not complete',
  });
}

/** The variable that was unpacked last, of all in a file. */
export interface Unpacked {
  of?: Bytes;
  bytes?: Uint8Array;
  /** While a file is opened, whatever its size. */
  keep: boolean;
}

/**
 * A packed variable: its beginning is unpacked at once, the rest when it is asked for.
 * @throws SpectrailError `format/bad-compression`, `format/bad-mat`
 */
export async function bytesOfPacked(
  file: Bytes,
  offset: number,
  length: number,
  littleEndian: boolean,
  last: Unpacked,
): Promise<Bytes> {
  const where = `${file.where}, byte ${offset}`;
  const head = await beginning(file, offset, length, where);
  if (head.length < 8) {
    throw formatError({ code: 'bad-mat', where, what: 'a packed variable of no bytes', expected: 'its type and size' });
  }
  const size = 8 + new DataView(head.buffer, head.byteOffset, head.length).getUint32(4, littleEndian);
  if (size > MOST_PACKED * length + 8) {
    throw formatError({
      code: 'bad-mat',
      where,
      what: `${size} bytes are said to be packed into ${length}`,
      expected: `at most ${MOST_PACKED * length}`,
    });
  }
  const whole = async (): Promise<Uint8Array> => {
    if (last.of === self && last.bytes) return last.bytes;
    const bytes = new Uint8Array(size);
    inflateInto(await file.read(offset, length), bytes, 'zlib', where);
    if (last.keep || size <= KEPT) Object.assign(last, { of: self, bytes });
    return bytes;
  };
  const self: Bytes = {
    size,
    stored: length,
    where,
    read: async (at, count) => {
      const from = at + count <= head.length ? head : await whole();
      return exact(from.subarray(at, at + count), count, where, at);
    },
  };
  return self;
}

/** The first unpacked bytes, some 64 KiB or all. */
async function beginning(file: Bytes, offset: number, length: number, where: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  const stream = new Unzlib((piece) => {
    pieces.push(piece);
    total += piece.length;
  });
  try {
    for (let at = 0; at < length && total < WINDOW; at += STRIDE) {
      const count = Math.min(STRIDE, length - at);
      stream.push(Uint8Array.from(await file.read(offset + at, count)), at + count >= length);
    }
  } catch (cause) {
    throw formatError({
      code: 'bad-compression',
      where,
      what: `a packed variable cannot be unpacked (${cause instanceof Error ? cause.message : cause})`,
      expected: 'a zlib stream',
      fix: 'the file is damaged: copy it again from where it was made',
      cause,
    });
  }
  const head = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    head.set(piece, at);
    at += piece.length;
  }
  return head;
}
