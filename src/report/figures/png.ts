import { zlibSync } from 'fflate';
import { crc32 } from '../../kernels/crc32.ts';
import type { Rgb } from './palette.ts';

/**
 * Palette PNG (one byte a pixel), row-major. W3C PNG specification, 3rd edition.
 * @param indices height × width, each below `colours.length` (at most 256).
 */
export function encodePng(indices: Uint8Array, width: number, height: number, colours: readonly Rgb[]): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 3], 8);
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return join([
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk('IHDR', header),
    chunk('PLTE', Uint8Array.from(colours.flat())),
    chunk('IDAT', zlibSync(rows, { level: 1, mem: 6 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

const PADDING = 61;
const BASE64 = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

export function pngDataUri(png: Uint8Array): string {
  return `data:image/png;base64,${base64(png)}`;
}

/** RFC 4648, section 4. */
export function base64(bytes: Uint8Array): string {
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  for (let i = 0, at = 0; i < bytes.length; i += 3, at += 4) {
    const three = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text[at] = BASE64[three >> 18];
    text[at + 1] = BASE64[(three >> 12) & 63];
    text[at + 2] = BASE64[(three >> 6) & 63];
    text[at + 3] = BASE64[three & 63];
  }
  text.fill(PADDING, Math.ceil((bytes.length * 4) / 3));
  return new TextDecoder().decode(text);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
