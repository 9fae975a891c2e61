import type { Plain, PlainTree } from '../../signal/dataset.ts';

/** Bytes of one value of each type that is not a text, a list of bytes or a set. */
const WIDTHS: Readonly<Record<string, number>> = { '?': 1, c: 1, s: 2, i: 4, w: 8, r: 4, q: 8, t: 8 };
const COMPRESSED = 0x40;
const ARRAY = 0x80;
const DEEPEST = 32;
const LONGEST_TEXT = 200;
const LONGEST_LIST = 16;

export interface PropertySet {
  readonly tree: PlainTree;
  /** Where reading had to stop, in words. */
  readonly stopped?: string;
}

interface Walk {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  stopped?: string;
}

/**
 * A set of properties ("PSET") as a tree. Entries are a type letter, flags, the number of a key and a value; entries of
 * type `k` give the names of numbers, for their own set and the sets in it. Keys without a name are called by their number.
 * A type that is not known ends the reading, as its length is not known either: the rest is left out.
 */
export function readPropertySet(bytes: Uint8Array): PropertySet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== 0x54455350)
    return { tree: {}, stopped: 'it does not begin as one' };
  const walk: Walk = { bytes, view };
  const end = Math.min(bytes.length, 8 + view.getUint32(4, true));
  const tree = readSet(walk, 8, end, new Map(), 0);
  return walk.stopped === undefined ? { tree } : { tree, stopped: walk.stopped };
}

function readSet(walk: Walk, start: number, end: number, outer: ReadonlyMap<number, string>, depth: number): PlainTree {
  const { view, bytes } = walk;
  const names = new Map<number, string>();
  const nested: { key: number; start: number; end: number }[] = [];
  const found: [number, Plain][] = [];
  let at = start;
  while (at + 4 <= end && walk.stopped === undefined) {
    const type = String.fromCharCode(bytes[at]);
    const flags = bytes[at + 1];
    const key = view.getUint16(at + 2, true);
    const width = Object.hasOwn(WIDTHS, type) ? WIDTHS[type] : undefined;
    const counted = width === undefined || (flags & ARRAY) !== 0;
    const packed = (flags & COMPRESSED) !== 0;
    if (width === undefined ? !'ukbp'.includes(type) : packed) {
      walk.stopped = `type "${type}" with flags ${flags} at byte ${at} is not known`;
      break;
    }
    at += 4;
    const count = counted ? (at + 4 <= end ? view.getUint32(at, true) : Number.NaN) : 1;
    if (counted) at += 4;
    const length = count * (width ?? 1);
    if (!(length <= end - at)) {
      walk.stopped = `a value at byte ${at} is longer than what is left`;
      break;
    }
    if (packed) found.push([key, `(${length} bytes, compressed)`]);
    else if (type === 'k') names.set(key, text(bytes.subarray(at, at + length)));
    else if (type === 'p') {
      nested.push({ key, start: at, end: at + length });
      found.push([key, {}]);
    } else if (type === 'b') found.push([key, `(${length} bytes)`]);
    else if (type === 'u') found.push([key, summary(text(bytes.subarray(at, at + length)))]);
    else found.push([key, (flags & ARRAY) === 0 ? value(view, at, type) : listOf(view, at, type, count, width ?? 1)]);
    at += length;
  }
  // Names may stand after the values that have them, so nested sets wait for all names around them.
  const known = new Map([...outer, ...names]);
  const sets = nested.map(({ key, start: from, end: to }) => ({
    key,
    tree: depth < DEEPEST ? readSet(walk, from, to, known, depth + 1) : {},
  }));
  let next = 0;
  return Object.fromEntries(
    found.map(([key, plain]) => {
      const isSet = typeof plain === 'object' && plain !== null && !Array.isArray(plain);
      return [known.get(key) ?? `#${key}`, isSet ? sets[next++].tree : plain];
    }),
  );
}

function value(view: DataView, at: number, type: string): Plain {
  if (type === '?') return view.getUint8(at) !== 0;
  if (type === 'c') return view.getInt8(at);
  if (type === 's') return view.getInt16(at, true);
  if (type === 'i') return view.getInt32(at, true);
  if (type === 'w') return Number(view.getBigInt64(at, true));
  if (type === 't') return fileTime(view.getBigUint64(at, true))?.join('T') ?? null;
  const number = type === 'r' ? view.getFloat32(at, true) : view.getFloat64(at, true);
  return Number.isFinite(number) ? number : null;
}

function listOf(view: DataView, at: number, type: string, count: number, width: number): Plain {
  if (count > LONGEST_LIST) return `(${count} values)`;
  return Array.from({ length: count }, (_, i) => value(view, at + i * width, type));
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split('\0', 1)[0];
}

function summary(long: string): string {
  return long.length <= LONGEST_TEXT ? long : `${long.slice(0, 40)}… (${long.length} characters)`;
}

/** Date and time (UTC) of 100 ns steps since 1601; undefined for 0, which stands for "not set", and beyond the year 9999. */
export function fileTime(ticks: bigint): [string, string] | undefined {
  const milliseconds = Number(ticks / 10_000n) - 11_644_473_600_000;
  if (ticks === 0n || milliseconds > 253_402_300_799_999) return undefined;
  const [date, time] = new Date(milliseconds).toISOString().split('T');
  return [date, time.slice(0, 8)];
}
