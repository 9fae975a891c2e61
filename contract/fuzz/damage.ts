import type { CounterRandom } from '../../src/kernels/random.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

/** What can happen to the bytes of a file. `kin` are the bytes of other files of the format. */
export type Damage = (bytes: Bytes, random: CounterRandom, kin: readonly Bytes[]) => Bytes;

/** Where headers are, and where most numbers that lie do harm. */
const HEADER_BYTES = 4096;
/** Longest piece that is moved, doubled or taken out; most of them are short. */
const LONGEST_PIECE = 1 << 16;
/** Nothing grows beyond so many bytes more than it had. */
const GROWTH = 1 << 18;
const NEAR = 35;

const INTEGERS = [0, 1, 2, 7, 8, 255, 256, 32767, 32768, 65535, 65536, 1e6, 2 ** 24, 1e9, 2 ** 31 - 1, 2 ** 31].concat([
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
  2 ** 53,
  -1,
  -2,
  -128,
  -32768,
  -(2 ** 31),
]);
const REALS = [0, -0, 1, -1, 0.1, 1e9, 1e38, 1e300, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, -Infinity];

export const pick = <T>(list: readonly T[], random: CounterRandom): T => list[random.integer(list.length)];

/** A place among the bytes: in the header or anywhere, half and half, at times near the end. */
function placeIn(bytes: Bytes, random: CounterRandom): number {
  if (bytes.length === 0) return 0;
  const kind = random.integer(8);
  if (kind < 4) return random.integer(Math.min(HEADER_BYTES, bytes.length));
  if (kind === 7) return bytes.length - 1 - random.integer(Math.min(HEADER_BYTES, bytes.length));
  return random.integer(bytes.length);
}

/** A length of 1 to `most`, small ones as likely as large ones. */
function lengthUpTo(most: number, random: CounterRandom): number {
  const limit = Math.max(1, Math.min(most, LONGEST_PIECE));
  return 1 + random.integer(Math.min(limit, 2 ** (1 + random.integer(17))));
}

function pieceOf(bytes: Bytes, random: CounterRandom): Bytes {
  const from = placeIn(bytes, random);
  return bytes.slice(from, from + lengthUpTo(bytes.length - from, random));
}

/** `bytes` with those of `from` to `to` replaced by `piece`. */
export function replacedBetween(bytes: Bytes, from: number, to: number, piece: Uint8Array): Bytes {
  const out = new Uint8Array(bytes.length - (to - from) + piece.length);
  out.set(bytes.subarray(0, from));
  out.set(piece, from);
  out.set(bytes.subarray(to), from + piece.length);
  return out;
}

/** `piece` over what stands at `at`, as far as the file goes. */
function over(bytes: Bytes, at: number, piece: Uint8Array): Bytes {
  const out = bytes.slice();
  out.set(piece.subarray(0, Math.max(0, out.length - at)), at);
  return out;
}

const flipBits: Damage = (bytes, random) => {
  const out = bytes.slice();
  if (out.length === 0) return out;
  for (let n = random.integer(8); n >= 0; n--) out[placeIn(out, random)] ^= 1 << random.integer(8);
  return out;
};

const changeByte: Damage = (bytes, random) =>
  over(bytes, placeIn(bytes, random), Uint8Array.of(pick([0, 1, 0x7f, 0x80, 0xff, random.integer(256)], random)));

/** At a place that numbers of this width stand at, or at any. */
function numberPlace(bytes: Bytes, width: number, random: CounterRandom): number {
  const at = placeIn(bytes, random);
  return random.integer(2) === 0 ? at - (at % width) : at;
}

const putInteger: Damage = (bytes, random) => {
  const width = pick([1, 2, 4, 8], random);
  const at = numberPlace(bytes, width, random);
  const view = new DataView(new ArrayBuffer(8));
  const little = random.integer(2) === 0;
  view.setBigInt64(0, BigInt.asIntN(64, BigInt(pick(INTEGERS, random))), little);
  const piece = new Uint8Array(view.buffer);
  return over(bytes, at, little ? piece.subarray(0, width) : piece.subarray(8 - width));
};

/** What stands there and a little more, or less: off by one, by a header, by an element. */
const shiftInteger: Damage = (bytes, random) => {
  const width = pick([1, 2, 4], random);
  const at = numberPlace(bytes, width, random);
  const little = random.integer(2) === 0;
  const digits = Array.from(bytes.subarray(at, at + width));
  if (little) digits.reverse();
  const value = digits.reduce((sum, digit) => sum * 256 + digit, 0);
  const by = (1 + random.integer(NEAR)) * pick([1, -1], random);
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt(value + by));
  const piece = new Uint8Array(view.buffer).slice(8 - digits.length);
  return over(bytes, at, little ? piece.reverse() : piece);
};

const putReal: Damage = (bytes, random) => {
  const width = pick([4, 8], random);
  const view = new DataView(new ArrayBuffer(width));
  const little = random.integer(2) === 0;
  const value = pick(REALS, random);
  if (width === 4) view.setFloat32(0, value, little);
  else view.setFloat64(0, value, little);
  return over(bytes, numberPlace(bytes, width, random), new Uint8Array(view.buffer));
};

const fill: Damage = (bytes, random) => {
  const out = bytes.slice();
  const from = placeIn(out, random);
  return out.fill(pick([0, 255, 0x20, 0x39], random), from, from + lengthUpTo(out.length - from, random));
};

const takeOut: Damage = (bytes, random) => {
  const from = placeIn(bytes, random);
  const to = Math.min(bytes.length, from + lengthUpTo(bytes.length - from, random));
  return replacedBetween(bytes, from, to, new Uint8Array(0));
};

/** The same piece again, behind itself, once or many times. */
const repeatPiece: Damage = (bytes, random) => {
  const from = placeIn(bytes, random);
  const piece = bytes.slice(from, from + lengthUpTo(bytes.length - from, random));
  const times = pick([1, 1, 1, 2, 10, 200], random);
  const fits = Math.max(1, Math.min(times, Math.floor(GROWTH / Math.max(1, piece.length))));
  const all = new Uint8Array(piece.length * fits);
  for (let n = 0; n < fits; n++) all.set(piece, n * piece.length);
  return replacedBetween(bytes, from, from, all);
};

const moveOver: Damage = (bytes, random) => over(bytes, placeIn(bytes, random), pieceOf(bytes, random));

const moveIn: Damage = (bytes, random) => {
  const at = placeIn(bytes, random);
  return replacedBetween(bytes, at, at, pieceOf(bytes, random));
};

const swap: Damage = (bytes, random) => {
  const size = lengthUpTo(bytes.length >> 1, random);
  const [a, b] = [placeIn(bytes, random), placeIn(bytes, random)];
  return over(over(bytes, a, bytes.slice(b, b + size)), b, bytes.slice(a, a + size));
};

const cut: Damage = (bytes, random) => bytes.slice(0, Math.max(1, placeIn(bytes, random)));

const loseBeginning: Damage = (bytes, random) => bytes.slice(random.integer(Math.min(HEADER_BYTES, bytes.length + 1)));

const append: Damage = (bytes, random) =>
  replacedBetween(
    bytes,
    bytes.length,
    bytes.length,
    Uint8Array.from({ length: lengthUpTo(HEADER_BYTES, random) }, () => pick([0, 0x20, random.integer(256)], random)),
  );

/** A piece of another file of the format, over or between what is there. */
const pieceOfKin: Damage = (bytes, random, kin) => {
  const piece = pieceOf(pick(kin, random), random);
  const at = placeIn(bytes, random);
  return random.integer(2) === 0 ? over(bytes, at, piece) : replacedBetween(bytes, at, at, piece);
};

/** The beginning of this file, and the rest of another. */
const crossWithKin: Damage = (bytes, random, kin) => {
  const other = pick(kin, random);
  const at = placeIn(bytes, random);
  return replacedBetween(bytes, at, bytes.length, other.subarray(at, at + bytes.length + GROWTH));
};

/** Of any file, text or not; the more often it stands here the more often it happens. */
export const BYTE_DAMAGES: Readonly<Record<string, Damage>> = {
  'bits flipped': flipBits,
  'a byte changed': changeByte,
  'an integer put in': putInteger,
  'an integer shifted': shiftInteger,
  'a real put in': putReal,
  'bytes filled': fill,
  'a piece taken out': takeOut,
  'a piece repeated': repeatPiece,
  'a piece moved over another': moveOver,
  'a piece moved in between': moveIn,
  'two pieces swapped': swap,
  'the end cut off': cut,
  'the beginning lost': loseBeginning,
  'bytes appended': append,
  'a piece of another file': pieceOfKin,
  'the rest of another file': crossWithKin,
};
