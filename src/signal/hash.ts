import type { ValueArray } from './dtype.ts';

/** What can be hashed: text, typed arrays, and JSON-like trees of them. Object keys are taken in sorted order. */
export type Hashable =
  | string
  | number
  | boolean
  | null
  | undefined
  | ValueArray
  | readonly Hashable[]
  | { readonly [key: string]: Hashable };

/** Arrays longer than this enter a hash by the digests of their pieces, so that no copy of them is ever whole. */
const PIECE_BYTES = 2 ** 20;
const PIECES_AT_ONCE = 8;

/**
 * SHA-256 in hex of a canonical serialisation: little-endian arrays with their type and length, sorted keys, one bit pattern
 * for every NaN. Of an array longer than a mebibyte it holds the SHA-256 of each mebibyte.
 */
export async function hash(value: Hashable): Promise<string> {
  const parts: Part[] = [];
  serialise(value, parts);
  const bytes: Uint8Array[] = [];
  for (const part of parts) {
    if (part.byteLength <= PIECE_BYTES) bytes.push(settled(part));
    else bytes.push(...(await pieceDigests(part)));
  }
  return hashBytes(joined(bytes));
}

type Part = ValueArray;

async function pieceDigests(array: Part): Promise<Uint8Array[]> {
  const step = PIECE_BYTES / array.BYTES_PER_ELEMENT;
  const digests: Uint8Array[] = [];
  for (let start = 0; start < array.length; start += step * PIECES_AT_ONCE) {
    const pieces: Promise<Uint8Array>[] = [];
    for (let at = start; at < Math.min(array.length, start + step * PIECES_AT_ONCE); at += step) {
      pieces.push(digest(settled(array.subarray(at, at + step))));
    }
    digests.push(...(await Promise.all(pieces)));
  }
  return digests;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

const QUIET_NAN = { 4: [0, 0, 0xc0, 0x7f], 8: [0, 0, 0, 0, 0, 0, 0xf8, 0x7f] };

/** The bytes of an array. Which of its many bit patterns a NaN has is left to engine and processor: one stands for all. */
function settled(array: Part): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = array;
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  const shared = !(buffer instanceof ArrayBuffer);
  if (!(array instanceof Float64Array || array instanceof Float32Array)) return shared ? bytes.slice() : bytes;
  let copy: Uint8Array<ArrayBuffer> | undefined = shared ? bytes.slice() : undefined;
  const size = array.BYTES_PER_ELEMENT as 4 | 8;
  for (let i = 0; i < array.length; i++) {
    if (!Number.isNaN(array[i])) continue;
    copy ??= bytes.slice();
    copy.set(QUIET_NAN[size], i * size);
  }
  return copy ?? bytes;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes));
}

/** SHA-256 in hex of raw bytes. */
export async function hashBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Array.from(await digest(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const encoder = new TextEncoder();

function serialise(value: Hashable, out: ValueArray[]): void {
  if (ArrayBuffer.isView(value)) {
    const array = value as ValueArray;
    out.push(encoder.encode(`${array.constructor.name}[${array.length}]`));
    out.push(array);
  } else if (Array.isArray(value)) {
    out.push(encoder.encode(`[${value.length}`));
    for (const item of value) serialise(item, out);
  } else if (value !== null && typeof value === 'object') {
    const record = value as Record<string, Hashable>;
    const keys = Object.keys(record)
      .filter((key) => record[key] !== undefined)
      .sort();
    out.push(encoder.encode(`{${keys.length}`));
    for (const key of keys) {
      out.push(encoder.encode(JSON.stringify(key)));
      serialise(record[key], out);
    }
  } else {
    out.push(encoder.encode(`${typeof value}:${Object.is(value, -0) ? '0' : String(value)};`));
  }
}
