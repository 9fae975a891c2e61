import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';

/** One block of the directory. */
export interface OpusBlock {
  /** The four bytes of its type, the last of them its place among equals. */
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

export const MAGIC = [0x0a, 0x0a, 0xfe, 0xfe] as const;
const ENTRY = 12;
/** Files of many results have some hundred. */
const MOST_BLOCKS = 100_000;
const LARGEST_PARAMETERS = 2 ** 20;
const LONGEST_TEXT = 200;

/** @throws SpectrailError `format/bad-opus` when the directory is not in the file. */
export async function readDirectory(file: ByteSource, warnings: string[]): Promise<OpusBlock[]> {
  const head = viewOf(await file.read(0, 24));
  const [offset, count] = head.byteLength < 24 ? [0, 0] : [head.getUint32(12, true), head.getUint32(20, true)];
  if (!(count > 0 && count <= MOST_BLOCKS && offset >= 24 && offset + count * ENTRY <= file.size)) {
    throw badOpus(
      `${file.name}, byte 12`,
      `a directory of ${count} blocks at byte ${offset}`,
      'a directory in the file',
    );
  }
  const view = viewOf(await file.read(offset, count * ENTRY));
  const blocks: OpusBlock[] = [];
  for (let at = 0; at + ENTRY <= view.byteLength; at += ENTRY) {
    const [type, start] = [view.getUint32(at, true), view.getUint32(at + 8, true)];
    const size = 4 * view.getUint32(at + 4, true);
    if (start + size <= file.size) blocks.push({ type, offset: start, size });
    else warnings.push(`a block of ${size} bytes at byte ${start} is not in the file: it is left out`);
  }
  return blocks;
}

/** Parameters by their keys of three letters: whole numbers, floats and texts. What is not whole ends the reading. */
export async function readParameters(file: ByteSource, block: OpusBlock): Promise<PlainTree> {
  const bytes = await file.read(block.offset, Math.min(block.size, LARGEST_PARAMETERS));
  const view = viewOf(bytes);
  const found: [string, Plain][] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const key = String.fromCharCode(...bytes.subarray(at, at + 3));
    const type = view.getUint16(at + 4, true);
    const size = 2 * view.getUint16(at + 6, true);
    const start = at + 8;
    if (key === 'END' || !/^[A-Z0-9]{3}$/.test(key) || start + size > bytes.length) break;
    if (type === 0 && size >= 4) found.push([key, view.getInt32(start, true)]);
    else if (type === 1 && size >= 8) found.push([key, finite(view.getFloat64(start, true))]);
    else if (type >= 2) found.push([key, textOf(bytes.subarray(start, start + size))]);
    at = start + size;
  }
  return Object.fromEntries(found);
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('windows-1252').decode(bytes).split('\0', 1)[0].slice(0, LONGEST_TEXT);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function badOpus(where: string, what: string, expected: string) {
  return formatError({
    code: 'bad-opus',
    where,
    what,
    expected,
    fix: 'copy the file again: it is cut short or damaged',
  });
}
