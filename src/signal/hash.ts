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

/** SHA-256 in hex of a canonical serialisation (little-endian arrays with their type and length, sorted keys). */
export async function hash(value: Hashable): Promise<string> {
  const parts: ValueArray[] = [];
  serialise(value, parts);
  const total = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    if (part instanceof Float64Array || part instanceof Float32Array) settleNaNs(part, bytes, at);
    at += part.byteLength;
  }
  return hashBytes(bytes);
}

const QUIET_NAN = { 4: [0, 0, 0xc0, 0x7f], 8: [0, 0, 0, 0, 0, 0, 0xf8, 0x7f] };

/** Which of its many bit patterns a NaN has is left to the engine and the processor: one stands for all. */
function settleNaNs(values: Float64Array | Float32Array, bytes: Uint8Array, at: number): void {
  const size = values.BYTES_PER_ELEMENT as 4 | 8;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) bytes.set(QUIET_NAN[size], at + i * size);
}

/** SHA-256 in hex of raw bytes. */
export async function hashBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
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
