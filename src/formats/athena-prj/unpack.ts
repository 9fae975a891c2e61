import { Gunzip } from 'fflate';
import { crc32 } from '../../kernels/crc32.ts';
import { formatError, inputError } from '../../signal/errors.ts';
import { inflateInto } from '../inflate.ts';

const MAX_BYTES = 1 << 27;
/** Deflate packs at most 258 bytes into 2 bits. */
export const MOST_PER_BYTE = 1032;
/** Smallest gzip file: header, empty block, checksum and length. */
const SMALLEST = 18;

export const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;

/**
 * The bytes of a gzip file; the length it states is believed only as far as its bytes can hold it.
 * @throws SpectrailError `format/bad-compression`, `format/zip-bomb`, `input/too-large` for more than 128 MiB.
 */
export function gunzip(stored: Uint8Array, name: string): Uint8Array {
  if (stored.length < SMALLEST) throw corrupt(name, `${stored.length} bytes are no gzip file`);
  const tail = new DataView(stored.buffer, stored.byteOffset + stored.length - 8, 8);
  const size = tail.getUint32(4, true);
  if (size > MOST_PER_BYTE * stored.length) {
    throw corrupt(name, `the end of the file claims ${size} bytes, which ${stored.length} cannot hold`);
  }
  if (size > MAX_BYTES) {
    throw inputError({
      code: 'too-large',
      where: name,
      what: `the project unpacks to ${size} bytes`,
      expected: `at most ${MAX_BYTES} bytes`,
    });
  }
  const out = new Uint8Array(size);
  inflateInto(stored, out, 'gzip', name);
  if (crc32(out) !== tail.getUint32(0, true)) throw corrupt(name, 'the checksum of the unpacked bytes differs');
  return out;
}

/** What the first bytes of a gzip file unpack to, as far as they go. */
export function gunzipHead(head: Uint8Array): Uint8Array {
  let first = new Uint8Array(0);
  const stream = new Gunzip((piece) => {
    if (first.length === 0) first = piece.slice(0, 256);
  });
  try {
    stream.push(head, false);
  } catch {
    // Damaged or cut: what came before counts.
  }
  return first;
}

function corrupt(name: string, what: string) {
  return formatError({
    code: 'bad-compression',
    where: name,
    what,
    expected: 'a complete gzip file',
    fix: 'the file is damaged: copy it again from where it was made',
  });
}
