import type { Sniff } from '../format.ts';

export type MatKind = { readonly level: 4 | 5; readonly littleEndian: boolean } | { readonly level: 7.3 };

export const HEADER_BYTES = 128;
export const HEADER4_BYTES = 20;
const LONGEST_NAME4 = 64;

/** By the version and the byte order at the end of the header; level 4 has neither, but a variable with a name. */
export function kindOfMat(head: Uint8Array): MatKind | undefined {
  if (head.length >= HEADER_BYTES) {
    const [low, high, first, second] = head.subarray(124, 128);
    const littleEndian = first === 0x49 && second === 0x4d;
    const order = littleEndian || (first === 0x4d && second === 0x49);
    const version = littleEndian ? low | (high << 8) : (low << 8) | high;
    if (order && version === 0x0100) return { level: 5, littleEndian };
    if (order && version === 0x0200) return { level: 7.3 };
  }
  for (const littleEndian of [true, false]) if (header4(head, littleEndian)) return { level: 4, littleEndian };
  return undefined;
}

export function sniffMat(head: Uint8Array): Sniff {
  const kind = kindOfMat(head);
  if (!kind) return 'no';
  return kind.level === 4 ? 'likely' : 'certain';
}

/** What stands before a variable of level 4. */
export interface Header4 {
  /** Of the values: 0 to 5. */
  readonly precision: number;
  /** 0 numbers, 1 text, 2 sparse. */
  readonly kind: number;
  readonly rows: number;
  readonly columns: number;
  readonly complex: boolean;
  readonly name: string;
  /** Bytes of header and name. */
  readonly bytes: number;
}

/** Undefined where these bytes are no header in this byte order. */
export function header4(head: Uint8Array, littleEndian: boolean): Header4 | undefined {
  if (head.length < HEADER4_BYTES + 2) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const [type, rows, columns, imaginary, length] = [0, 4, 8, 12, 16].map((at) => view.getInt32(at, littleEndian));
  const [machine, zero, precision, kind] = [1000, 100, 10, 1].map((unit) => Math.floor(type / unit) % 10);
  if (machine !== (littleEndian ? 0 : 1) || type >= 2000 || zero !== 0 || precision > 5 || kind > 2) return undefined;
  if (rows < 0 || columns < 0 || (imaginary !== 0 && imaginary !== 1)) return undefined;
  if (length < 2 || length > LONGEST_NAME4 || head.length < HEADER4_BYTES + length) return undefined;
  const name = new TextDecoder('latin1').decode(head.subarray(HEADER4_BYTES, HEADER4_BYTES + length));
  if (!/^[A-Za-z]\w*\0$/.test(name)) return undefined;
  const bytes = HEADER4_BYTES + length;
  return { precision, kind, rows, columns, complex: imaginary === 1, name: name.slice(0, -1), bytes };
}
