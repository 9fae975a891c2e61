import { zlibSync } from 'fflate';

/** A pixel record: packing 0 lists `pulses`; 2 and above hold `runs` for `channels` channels and `pulses` behind. */
export interface Pixel {
  readonly column: number;
  readonly packing: number;
  readonly pulses: readonly number[];
  readonly channels?: number;
  readonly runs?: readonly number[];
}

const CHUNK = 4096;
const BODY = CHUNK - 32;

/** A composite file for tests: content by path (`Folder/Name`). */
export function composite(contents: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // Chunk 0 lies under the header of the container.
  const chunks: Uint8Array[] = [new Uint8Array(0)];
  const next = [0];
  /** Stores content in consecutive chunks, each naming the one behind it; returns the first. */
  const store = (content: Uint8Array, perChunk = BODY): number => {
    const first = chunks.length;
    for (let at = 0; at < Math.max(content.length, 1); at += perChunk) {
      chunks.push(content.subarray(at, at + perChunk));
      next.push(chunks.length);
    }
    return first;
  };
  const folders = [...new Set(Object.keys(contents).map((path) => path.split('/')[0]))];
  const directory = new Uint8Array((folders.length + Object.keys(contents).length) * 512);
  const view = new DataView(directory.buffer);
  const name = (entry: number, text: string) => directory.set(new TextEncoder().encode(text), entry * 512 + 0xe0);
  folders.forEach((folder, i) => {
    view.setInt32(i * 512 + 0x28, -1, true);
    directory[i * 512 + 0xdc] = 1;
    name(i, folder);
  });
  Object.entries(contents).forEach(([path, content], i) => {
    const entry = folders.length + i;
    const first = store(content);
    const table = new Uint32Array(Math.ceil(content.length / BODY)).map((_, k) => first + k);
    view.setUint32(entry * 512, store(new Uint8Array(table.buffer)), true);
    view.setBigUint64(entry * 512 + 4, BigInt(content.length), true);
    view.setInt32(entry * 512 + 0x28, folders.indexOf(path.split('/')[0]), true);
    name(entry, path.split('/')[1]);
  });
  const root = store(directory, Math.floor(BODY / 512) * 512);
  const file = new Uint8Array(0x118 + chunks.length * CHUNK);
  const head = new DataView(file.buffer);
  chunks.forEach((content, i) => {
    head.setUint32(0x118 + i * CHUNK, next[i], true);
    file.set(content, 0x118 + i * CHUNK + 32);
  });
  file.set(new TextEncoder().encode('AAMVHFSS'));
  head.setUint32(0x128, CHUNK, true);
  head.setUint32(0x140, root, true);
  head.setUint32(0x144, directory.length / 512, true);
  return file;
}

/** The compression layer: one block of `content`, or blocks as given, which may lie about their length. */
export function compressed(
  content: Uint8Array,
  blocks: readonly { stored: Uint8Array; length: number }[] = [{ stored: zlibSync(content), length: content.length }],
): Uint8Array {
  const bytes = new Uint8Array(0x80 + blocks.reduce((sum, { stored }) => sum + 16 + stored.length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('AACS'));
  view.setUint32(12, blocks.length, true);
  let at = 0x80;
  for (const { stored, length } of blocks) {
    view.setUint32(at, stored.length, true);
    view.setUint32(at + 4, length, true);
    bytes.set(stored, at + 16);
    at += 16 + stored.length;
  }
  return bytes;
}

/** A map stream; lines may hold fewer pixels than the map is wide. */
export function mapStream(height: number, width: number, lines: readonly (readonly Pixel[])[]): Uint8Array {
  const bytes: number[] = [];
  const u16 = (value: number) => bytes.push(value & 255, (value >> 8) & 255);
  const u32 = (value: number) => bytes.push(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
  u32(height);
  u32(width);
  while (bytes.length < 0x1a0) bytes.push(0);
  for (const line of lines) {
    u32(line.length);
    for (const { column, packing, pulses, channels = 0, runs } of line) {
      const size = runs ? runs.length + 4 : 2 * pulses.length;
      u32(column);
      for (const value of [channels, channels, 0, 12, packing, size, pulses.length, size, 0]) u16(value);
      if (runs) bytes.push(...runs);
      if (runs) u32(2 * pulses.length);
      for (const pulse of pulses) u16(pulse);
    }
  }
  return Uint8Array.from(bytes);
}
