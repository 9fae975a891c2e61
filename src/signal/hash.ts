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
  const parts: Uint8Array[] = [];
  serialise(value, parts);
  const total = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return hashBytes(bytes);
}

/** SHA-256 in hex of raw bytes. */
export async function hashBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const encoder = new TextEncoder();

function serialise(value: Hashable, out: Uint8Array[]): void {
  if (ArrayBuffer.isView(value)) {
    const array = value as ValueArray;
    out.push(encoder.encode(`${array.constructor.name}[${array.length}]`));
    out.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
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
