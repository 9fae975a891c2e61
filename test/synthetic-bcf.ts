import { zlibSync } from 'fflate';

/**
 * A pixel record: packing 0 lists `pulses` with 16 bits each, packing 1 with 12; 2 and above hold `runs` for `channels`
 * channels and `pulses` behind.
 */
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

/** The compression layer: `content` in one block, or blocks as given, which may lie about their length. */
export function compressed(
  content: Uint8Array,
  blocks: readonly { stored: Uint8Array; length: number }[] = blocksOf(content, content.length),
): Uint8Array {
  const bytes = new Uint8Array(0x80 + blocks.reduce((sum, { stored }) => sum + 16 + stored.length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('AACS'));
  view.setUint32(4, blocks[0]?.length ?? 0, true);
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

export function blocksOf(content: Uint8Array, size: number): { stored: Uint8Array; length: number }[] {
  return Array.from({ length: Math.ceil(content.length / size) }, (_, i) => {
    const block = content.subarray(i * size, (i + 1) * size);
    return { stored: zlibSync(block, { level: 1 }), length: block.length };
  });
}

/** A map stream; lines may hold fewer pixels than the map is wide. */
export function mapStream(height: number, width: number, lines: Iterable<readonly Pixel[]>): Uint8Array {
  const out = new ByteSink();
  out.u32(height);
  out.u32(width);
  while (out.length < 0x1a0) out.u8(0);
  for (const line of lines) {
    out.u32(line.length);
    for (const pixel of line) writePixel(out, pixel);
  }
  return out.bytes();
}

function writePixel(out: ByteSink, { column, packing, pulses, channels = 0, runs }: Pixel): void {
  const packed = packing === 1 ? pulses12(pulses) : runs;
  const size = (packed?.length ?? 2 * pulses.length) + (runs ? 4 : 0);
  out.u32(column);
  for (const value of [channels, channels, 0, 12, packing, size, pulses.length, size, 0]) out.u16(value);
  for (const byte of packed ?? []) out.u8(byte);
  if (runs) out.u32(2 * pulses.length);
  if (packing !== 1) for (const pulse of pulses) out.u16(pulse);
}

/** 12 bits a pulse, the first in the high bits, the two bytes of every 16-bit word swapped. */
function pulses12(pulses: readonly number[]): number[] {
  const bytes = new Array<number>(((pulses.length * 3 + 3) >> 2) * 2).fill(0);
  pulses.forEach((pulse, i) => {
    const k = (3 * i) >> 1;
    bytes[k ^ 1] |= i & 1 ? pulse >> 8 : pulse >> 4;
    bytes[(k + 1) ^ 1] |= i & 1 ? pulse & 255 : (pulse & 15) << 4;
  });
  return bytes;
}

/** Runs of 4-bit and 8-bit counts for a whole spectrum, stretches of nothing skipped, as the instrument packs a dense one. */
export function packedRuns(spectrum: ArrayLike<number>): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < spectrum.length; ) {
    const empty = runLength(spectrum, at, (n) => n === 0);
    if (empty > 8 || at + empty === spectrum.length) {
      bytes.push(0, empty);
      at += empty;
      continue;
    }
    const small = runLength(spectrum, at, (n) => n < 16);
    if (small > 0) {
      bytes.push(1, small, 0);
      for (let i = 0; i < small; i += 2) bytes.push(spectrum[at + i] | (i + 1 < small ? spectrum[at + i + 1] << 4 : 0));
      at += small;
    } else {
      const large = runLength(spectrum, at, (n) => n >= 16 && n < 256);
      bytes.push(2, large, 0, 0);
      for (let i = 0; i < large; i++) bytes.push(spectrum[at + i]);
      at += large;
    }
  }
  return bytes;
}

function runLength(spectrum: ArrayLike<number>, start: number, fits: (count: number) => boolean): number {
  let length = 0;
  while (length < 255 && start + length < spectrum.length && fits(spectrum[start + length])) length++;
  return length;
}

class ByteSink {
  #bytes = new Uint8Array(4096);
  length = 0;

  u8(value: number): void {
    if (this.length === this.#bytes.length) {
      const longer = new Uint8Array(2 * this.length);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.u8(value & 255);
    this.u8((value >> 8) & 255);
  }

  u32(value: number): void {
    this.u16(value & 0xffff);
    this.u16(value >>> 16);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }
}
