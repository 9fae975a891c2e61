import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';

/**
 * The tree in which Analysis Station keeps everything: an entry is a byte 1, a name (32-bit length, letters, a 0), a type
 * and a length in bytes (32 bits each), the value, then the entries below it, and a byte 255. Little-endian throughout.
 */
export interface JeolNode {
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly children: ReadonlyMap<string, JeolNode>;
}

interface OpenNode extends JeolNode {
  readonly children: Map<string, JeolNode>;
}

/** Types of numbers, of one or of many. */
const NUMBERS: Readonly<Record<number, { size: number; read: (view: DataView, at: number) => number }>> = {
  1: { size: 1, read: (view, at) => view.getUint8(at) },
  2: { size: 2, read: (view, at) => view.getUint16(at, true) },
  3: { size: 4, read: (view, at) => view.getInt32(at, true) },
  4: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  5: { size: 8, read: (view, at) => view.getFloat64(at, true) },
};
/** Arrays of them (6 to 10), truth (11), and the index into a list (14). */
const ELEMENT: Readonly<Record<number, number>> = { 6: 1, 7: 2, 8: 3, 9: 4, 10: 5, 11: 1, 14: 2 };
const TEXTS = new Set([12, 13, 20]);

const ENTRY = 1;
const DEEPEST = 64;
const LONGEST_NAME = 256;

/** Found in names as bytes of a Japanese code page; it stands for "Port". */
const PORT = [0xce, 0xdf, 0xb0, 0xc4];

/**
 * The tree that begins at `start`.
 * @param where Of `bytes` in the file: its name, and the byte at which they begin.
 * @throws SpectrailError `format/bad-tree` when it leads outside the bytes, or deeper than 64 levels.
 */
export function parseTree(bytes: Uint8Array, start: number, where: { name: string; base: number }): JeolNode {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const root: OpenNode = { type: 0, bytes: new Uint8Array(0), children: new Map() };
  const open: OpenNode[] = [root];
  let at = start;
  const need = (length: number, what: string) => {
    if (length >= 0 && at + length <= bytes.length) return;
    throw bad(where, at, `${what} of ${length} bytes`, `at most the ${bytes.length - at} bytes that are left`);
  };
  for (;;) {
    need(1, 'an entry');
    const mark = bytes[at++];
    if (mark !== ENTRY) {
      open.pop();
      if (open.length === 0) return root;
      continue;
    }
    if (open.length > DEEPEST) throw bad(where, at, `an entry below ${DEEPEST} others`, 'a tree less deep');
    need(4, 'the length of a name');
    const length = view.getInt32(at, true);
    at += 4;
    need(length, 'a name');
    if (length > LONGEST_NAME) throw bad(where, at, `a name of ${length} bytes`, `${LONGEST_NAME} at most`);
    const name = nameOf(bytes.subarray(at, at + length));
    at += length;
    need(8, `the type of "${name}"`);
    const type = view.getInt32(at, true);
    const size = view.getInt32(at + 4, true);
    at += 8;
    need(size, `"${name}"`);
    const node: OpenNode = { type, bytes: bytes.subarray(at, at + size), children: new Map() };
    at += size;
    open[open.length - 1].children.set(name, node);
    open.push(node);
  }
}

function nameOf(bytes: Uint8Array): string {
  const letters = untilZero(bytes);
  if (letters.length === PORT.length && PORT.every((byte, i) => letters[i] === byte)) return 'Port';
  return decodeText(letters);
}

function untilZero(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** UTF-8 where it is that, else the code page of Japanese Windows. */
function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('shift_jis').decode(bytes);
  }
}

/** Text of a fixed number of bytes, up to the first 0. */
export const fixedText = (bytes: Uint8Array) => decodeText(untilZero(bytes)).trim();

/** The entry at a path of names; undefined where one is missing. */
export function nodeAt(node: JeolNode | undefined, ...path: readonly string[]): JeolNode | undefined {
  return path.reduce((found, name) => found?.children.get(name), node);
}

export function textAt(node: JeolNode | undefined, ...path: readonly string[]): string | undefined {
  const found = nodeAt(node, ...path);
  return found && TEXTS.has(found.type) ? fixedText(found.bytes) || undefined : undefined;
}

/** All numbers of an entry; none where it has no numbers. */
export function numbersAt(node: JeolNode | undefined, ...path: readonly string[]): number[] {
  const found = nodeAt(node, ...path);
  return found ? numbersOf(found, Number.POSITIVE_INFINITY) : [];
}

/** The one finite number of an entry. */
export function numberAt(node: JeolNode | undefined, ...path: readonly string[]): number | undefined {
  const found = nodeAt(node, ...path);
  const value = found && numbersOf(found, 1)[0];
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** Zero and less stand for "not known". */
export function positiveAt(node: JeolNode | undefined, ...path: readonly string[]): number | undefined {
  const value = numberAt(node, ...path);
  return value !== undefined && value > 0 ? value : undefined;
}

function numbersOf({ type, bytes }: JeolNode, most: number): number[] {
  const kind = NUMBERS[ELEMENT[type] ?? type];
  if (!kind) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Math.min(most, Math.floor(bytes.length / kind.size));
  return Array.from({ length }, (_, i) => kind.read(view, i * kind.size));
}

const LONGEST_LIST = 16;
const LONGEST_TEXT = 200;

/** As plain data: lists of more than 16 numbers and unknown types are told by their length. */
export function plainTree(node: JeolNode): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [name, child] of node.children) {
    const value = plainValue(child);
    if (child.children.size === 0) tree[name] = value ?? null;
    else tree[name] = value === undefined ? plainTree(child) : { value, ...plainTree(child) };
  }
  return tree;
}

function plainValue(node: JeolNode): Plain | undefined {
  const { type, bytes } = node;
  if (bytes.length === 0) return undefined;
  if (type === 13) return decodeText(bytes).split('\0').filter(Boolean).slice(0, LONGEST_LIST);
  if (TEXTS.has(type)) return fixedText(bytes).slice(0, LONGEST_TEXT);
  const numbers = numbersOf(node, LONGEST_LIST + 1);
  if (numbers.length === 0 || numbers.length > LONGEST_LIST) return `(${bytes.length} bytes)`;
  const plain = numbers.map((value) => (Number.isFinite(value) ? value : null));
  if (type === 11) return numbers[0] !== 0;
  return plain.length === 1 ? plain[0] : plain;
}

function bad({ name, base }: { name: string; base: number }, at: number, what: string, expected: string) {
  return formatError({
    code: 'bad-tree',
    where: `${name}, byte ${base + at}`,
    what: `the tree of entries declares ${what}`,
    expected,
    fix: 'the file is damaged: copy it again from the instrument',
  });
}
