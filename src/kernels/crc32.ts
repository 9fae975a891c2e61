/** Table k of 256 entries: the remainder of a byte followed by k zero bytes. */
const TABLES = (() => {
  const tables = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    tables[n] = crc;
  }
  for (let i = 256; i < tables.length; i++) tables[i] = tables[tables[i - 256] & 255] ^ (tables[i - 256] >>> 8);
  return tables;
})();

/**
 * CRC-32 as in zip and PNG (ISO-HDLC; reflected 0x04C11DB7). `crc` is that of the bytes before, for data in pieces. Node has
 * it built in, four times as fast as the tables that serve everywhere else.
 */
export const crc32: (bytes: Uint8Array, crc?: number) => number = builtIn() ?? crc32ByTables;

function builtIn() {
  if (typeof process === 'undefined') return undefined;
  return process.getBuiltinModule?.('node:zlib').crc32;
}

/** The same by tables, eight bytes at a time (M. E. Kounavis & F. L. Berry, IEEE Trans. Computers 57 (2008) 1550). */
export function crc32ByTables(bytes: Uint8Array, crc = 0): number {
  const t = TABLES;
  const head = (4 - (bytes.byteOffset & 3)) & 3;
  let c = ~crc;
  let at = 0;
  for (; at < head && at < bytes.length; at++) c = t[(c ^ bytes[at]) & 255] ^ (c >>> 8);
  if (at === bytes.length) return ~c >>> 0;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, ((bytes.length - at) >> 3) << 1);
  for (let i = 0; i < words.length; i += 2) {
    const a = c ^ words[i];
    const b = words[i + 1];
    c =
      t[1792 + (a & 255)] ^
      t[1536 + ((a >>> 8) & 255)] ^
      t[1280 + ((a >>> 16) & 255)] ^
      t[1024 + (a >>> 24)] ^
      t[768 + (b & 255)] ^
      t[512 + ((b >>> 8) & 255)] ^
      t[256 + ((b >>> 16) & 255)] ^
      t[b >>> 24];
  }
  at += words.length * 4;
  for (; at < bytes.length; at++) c = t[(c ^ bytes[at]) & 255] ^ (c >>> 8);
  return ~c >>> 0;
}
