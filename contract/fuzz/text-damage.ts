import type { CounterRandom } from '../../src/kernels/random.ts';
import { type Bytes, type Damage, pick, replacedBetween } from './damage.ts';

/** Further in, tokens and lines are not looked for. */
const SEARCHED_BYTES = 1 << 16;
const MOST_LINES = 2000;
/** Where headers are: half of what happens, happens there. */
const HEADER_BYTES = 2048;
const HEADER_LINES = 40;
const LONG_LINE = 1 << 16;
const NEWLINE = 0x0a;

const NUMBERS = ['0', '-1', '1', '255', '65536', '1000000000', '2147483648', '4294967295', '9007199254740993'].concat(
  ['1e999', '-1e999', '1e-999', 'NaN', 'nan', 'inf', '-', '+', '.', 'e', '0x10', '1,5', '1.2.3', '1e', '١', '½', ''],
  ['9'.repeat(400), `0.${'0'.repeat(400)}1`, '1_000', '1 2', '"', '()'],
);
const WORDS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '../../etc/passwd',
  '/etc/passwd',
];
const MARKS = ['\0', '\r', '\n', '\r\n', '\t', ' ', ',', ';', ':', '=', '"', "'", '<', '>', '&', '#', '$$', '\u{feff}'];

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes.subarray(0, SEARCHED_BYTES));

/** Of what matches, one is replaced, or now and then all that are like it. */
function replaceToken(bytes: Bytes, pattern: RegExp, instead: readonly string[], random: CounterRandom): Bytes {
  const searched = decode(bytes);
  const header = random.integer(2) === 0;
  const found = [...(header ? searched.slice(0, HEADER_BYTES) : searched).matchAll(pattern)];
  if (found.length === 0) return bytes;
  const { 0: token, index } = pick(found, random);
  const piece = encode(pick(instead, random));
  if (random.integer(8) > 0) return replacedBetween(bytes, index, index + token.length, piece);
  const alike = found.filter(([other]) => other === token).slice(0, 100);
  return alike.reduceRight((out, { index: at }) => replacedBetween(out, at, at + token.length, piece), bytes);
}

const otherNumber: Damage = (bytes, random) =>
  replaceToken(bytes, /[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?/g, NUMBERS, random);

/** A digit more, or one less: the number is another but of the same kind. */
const otherDigits: Damage = (bytes, random) => {
  const digit = `${random.integer(10)}`;
  return replaceToken(bytes, /\d/g, [digit, digit, `${digit}${digit}`, ''], random);
};

const otherWord: Damage = (bytes, random) => replaceToken(bytes, /[A-Za-z_][\w.-]{1,40}/g, WORDS, random);

/** A word for another one of the same file: a keyword twice, a unit for a name, an element closed by another. */
const wordsOfTheFile: Damage = (bytes, random) => {
  const words = decode(bytes).match(/[A-Za-z_][\w.-]{1,40}/g);
  return words ? replaceToken(bytes, /[A-Za-z_][\w.-]{1,40}/g, [pick(words, random)], random) : bytes;
};

const mark: Damage = (bytes, random) => {
  const at = random.integer(Math.min(bytes.length, SEARCHED_BYTES) + 1);
  const piece = encode(pick(MARKS, random));
  return replacedBetween(bytes, at, Math.min(bytes.length, at + random.integer(2)), piece);
};

/** One mark for another, in the whole file: decimal commas, other separators, other ends of lines. */
const otherMarks: Damage = (bytes, random) => {
  const [from, to] = [pick(MARKS, random), pick(MARKS, random)];
  if (from.length !== 1 || to.length !== 1) return bytes;
  return bytes.map((byte) => (byte === from.charCodeAt(0) ? to.charCodeAt(0) & 0xff : byte));
};

/** Where lines begin, and where the last one ends. */
function lineStarts(bytes: Bytes): number[] {
  const starts = [0];
  const end = Math.min(bytes.length, SEARCHED_BYTES);
  for (let at = bytes.indexOf(NEWLINE); at >= 0 && at < end && starts.length < MOST_LINES; ) {
    starts.push(at + 1);
    at = bytes.indexOf(NEWLINE, at + 1);
  }
  return starts;
}

type LineDamage = (bytes: Bytes, from: number, to: number, random: CounterRandom) => Bytes;

const onLine =
  (damage: LineDamage): Damage =>
  (bytes, random) => {
    const starts = lineStarts(bytes);
    const header = random.integer(2) === 0;
    const line = random.integer(header ? Math.min(HEADER_LINES, starts.length) : starts.length);
    return damage(bytes, starts[line], starts[line + 1] ?? bytes.length, random);
  };

const loseLine = onLine((bytes, from, to) => replacedBetween(bytes, from, to, new Uint8Array(0)));

const repeatLine = onLine((bytes, from, to, random) => {
  const line = bytes.subarray(from, Math.min(to, from + 1024));
  const times = pick([1, 1, 2, 50], random);
  const all = new Uint8Array(line.length * times);
  for (let n = 0; n < times; n++) all.set(line, n * line.length);
  return replacedBetween(bytes, from, from, all);
});

const moveLine = onLine((bytes, from, to, random) => {
  const rest = replacedBetween(bytes, from, to, new Uint8Array(0));
  const at = pick(lineStarts(rest), random);
  return replacedBetween(rest, at, at, bytes.subarray(from, to));
});

/** Patterns that try many ways to match a line show it on long ones. */
const longLine = onLine((bytes, from, to, random) => {
  const unit = pick([' ', '\t', '0', '1 ', '.', ',', '"', '(', '<', '#', 'a', '-', '1e', '= '], random);
  const long = encode(unit.repeat(LONG_LINE / unit.length));
  const at = from + random.integer(Math.max(1, to - from));
  return replacedBetween(bytes, at, at, long);
});

/** Of files that are text, or hold some. */
export const TEXT_DAMAGES: Readonly<Record<string, Damage>> = {
  'a number replaced': otherNumber,
  'a digit replaced': otherDigits,
  'a word replaced': otherWord,
  'a word of the file for another': wordsOfTheFile,
  'a mark put in': mark,
  'marks exchanged': otherMarks,
  'a line lost': loseLine,
  'a line repeated': repeatLine,
  'a line moved': moveLine,
  'a line made long': longLine,
};
