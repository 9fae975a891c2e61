import type { Dataset } from '../../../src/signal/dataset.ts';
import type { Part, Sample } from './samples.ts';

/** A good file after something happened to it. */
export interface Mutant {
  /** What was done, in words that find it again. */
  readonly what: string;
  make(): readonly Part[];
}

const CUTS = 50;
const HEADER_BYTES = 4096;
/** Every byte of the first few hundred, then fewer. */
const DENSE_BYTES = 512;
const SPARSE_STEP = 16;
const WOUNDED = 200;
const PIECES = 24;
const SEED = 20250311;
/** Numbers are looked for where headers are: at the start, and at the end, where some containers keep their directory. */
const SEARCHED_BYTES = 1 << 18;
const PLACES = 48;
const MOST_PARTS = 24;

/** The file, or one beside it or in it, cut at every 1/50 of its length. */
export function cuts(sample: Sample): Mutant[] {
  const { parts } = sample;
  return damagedParts(sample).flatMap((p) => {
    const { name, bytes } = parts[p];
    return Array.from({ length: CUTS }, (_, k) => {
      const length = Math.max(1, Math.floor((bytes.length * k) / CUTS));
      return { what: `${name} cut at byte ${length}`, make: () => replaced(parts, p, bytes.slice(0, length)) };
    });
  });
}

/** Everything else: flipped bytes of the header, numbers that lie, pieces gone or twice there, and random wounds. */
export function mutants(sample: Sample, datasets: readonly Dataset[]): Mutant[] {
  return [
    ...headersOf(sample).flatMap((p) => flips(sample, p)),
    ...damagedParts(sample).flatMap((p) => [...lies(sample, p, datasets), ...textLies(sample, p)]),
    ...headersOf(sample).flatMap((p) => splices(sample, p)),
    ...(sample.folder ? losses(sample) : []),
    ...wounds(sample),
  ];
}

/** Of a folder with thousands of chunks, some. */
function damagedParts({ parts }: Sample): number[] {
  return spread([...parts.keys()], MOST_PARTS);
}

/** The file that is opened has the header; in a folder any may be one. */
function headersOf(sample: Sample): number[] {
  return sample.folder ? damagedParts(sample) : [0];
}

function losses(sample: Sample): Mutant[] {
  const { parts } = sample;
  return damagedParts(sample).map((p) => ({
    what: `without ${parts[p].name}`,
    make: () => parts.filter((_, other) => other !== p),
  }));
}

function replaced(parts: readonly Part[], p: number, bytes: Uint8Array<ArrayBuffer>): readonly Part[] {
  return parts.map((part, i) => (i === p ? { ...part, bytes } : part));
}

function patched(parts: readonly Part[], p: number, at: number, patch: Uint8Array): readonly Part[] {
  const bytes = parts[p].bytes.slice();
  bytes.set(patch.subarray(0, bytes.length - at), at);
  return replaced(parts, p, bytes);
}

function flips({ parts }: Sample, p: number): Mutant[] {
  const { name, bytes } = parts[p];
  const found: Mutant[] = [];
  for (let at = 0; at < Math.min(HEADER_BYTES, bytes.length); at += at < DENSE_BYTES ? 1 : SPARSE_STEP) {
    const bits = at % 2 === 0 ? 0xff : 1 << ((at >> 1) % 8);
    found.push({
      what: `${name}, byte ${at} ^ ${bits}`,
      make: () => patched(parts, p, at, Uint8Array.of(bytes[at] ^ bits)),
    });
  }
  return found;
}

type Encoder = (view: DataView, value: number) => void;

const whole = (size: number, put: Encoder): [number, Encoder] => [size, put];
/** How headers store whole numbers and reals. */
const INTEGERS = [true, false].flatMap((little) => [
  whole(2, (view, value) => view.setUint16(0, value, little)),
  whole(4, (view, value) => view.setUint32(0, value, little)),
  whole(8, (view, value) => view.setBigInt64(0, BigInt(value), little)),
]);
const REALS = [true, false].flatMap((little) => [
  whole(4, (view, value) => view.setFloat32(0, value, little)),
  whole(8, (view, value) => view.setFloat64(0, value, little)),
]);
const WHOLE_LIES = [1e9, 2 ** 31, 2 ** 32 - 1, -1, 0, 2 ** 53];
const REAL_LIES = [Number.NaN, Number.POSITIVE_INFINITY, 0, -1, 1e300];

/** Sizes and calibrations that the good reading gave, found again among the bytes and replaced by impossible ones. */
function lies({ parts }: Sample, p: number, datasets: readonly Dataset[]): Mutant[] {
  const { sizes, reals } = knownNumbers(datasets);
  const places = [
    ...placesOf(parts[p].bytes, sizes, INTEGERS).map((place) => ({ ...place, instead: WHOLE_LIES })),
    ...placesOf(parts[p].bytes, reals, REALS).map((place) => ({ ...place, instead: REAL_LIES })),
  ];
  return places.flatMap(({ at, value, size, put, instead }) =>
    instead.map((lie) => ({
      what: `${parts[p].name}, ${value} at byte ${at} (${size} bytes) becomes ${lie}`,
      make: () => patched(parts, p, at, encoded(lie, size, put)),
    })),
  );
}

function knownNumbers(datasets: readonly Dataset[]): { sizes: number[]; reals: number[] } {
  const sizes = new Set<number>();
  const reals = new Set<number>();
  for (const dataset of datasets) {
    if (dataset.kind === 'table') continue;
    const product = dataset.shape.reduce((a, b) => a * b, 1);
    for (const size of [...dataset.shape, product, 2 * product, 4 * product, 8 * product]) sizes.add(size);
    for (const axis of dataset.axes) {
      if (axis.kind === 'uniform') for (const real of [axis.scale, axis.offset]) reals.add(real);
    }
  }
  return { sizes: [...sizes].filter((n) => n > 1), reals: [...reals].filter((n) => n !== 0) };
}

function encoded(value: number, size: number, put: Encoder): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  put(view, value);
  return new Uint8Array(view.buffer);
}

function placesOf(bytes: Uint8Array, values: readonly number[], encoders: readonly [number, Encoder][]) {
  const found: { at: number; value: number; size: number; put: Encoder }[] = [];
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const [size, put] of encoders) {
    for (const value of values) {
      const wanted = encoded(value, size, put);
      if (size === 2 && value >= 65536) continue;
      for (let at = whole.indexOf(wanted); at >= 0; at = whole.indexOf(wanted, at + 1)) {
        if (at < SEARCHED_BYTES || at >= bytes.length - SEARCHED_BYTES) found.push({ at, value, size, put });
        if (found.length > 50 * PLACES) break;
      }
    }
  }
  return spread(found, PLACES);
}

const TEXT_LIES = ['1000000000', '2147483648', '4294967295', '-1', 'NaN', '1e999', '0', ''];

/** Runs of digits, replaced by others: of any length in text, of the same length inside binary files. */
function textLies({ parts }: Sample, p: number): Mutant[] {
  const { name, bytes } = parts[p];
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, SEARCHED_BYTES));
  const binary = bytes.subarray(0, HEADER_BYTES).includes(0);
  const runs = [...text.matchAll(binary ? /(?<=[>"'( =:])\d{1,9}(?=[<"'), ])/g : /\d+/g)];
  return spread(runs, PLACES).flatMap(({ 0: digits, index }) =>
    (binary ? ['9'.repeat(digits.length)] : TEXT_LIES).map((lie) => ({
      what: `${name}, "${digits}" at byte ${index} becomes "${lie}"`,
      make: () => {
        const patch = new TextEncoder().encode(lie);
        const rest = bytes.subarray(index + digits.length);
        return replaced(parts, p, joined([bytes.subarray(0, index), patch, rest]));
      },
    })),
  );
}

/** Pieces taken out, or written twice; also such as leave what follows at its place modulo 512. */
function splices({ parts }: Sample, p: number): Mutant[] {
  const { name, bytes } = parts[p];
  return Array.from({ length: PIECES }, (_, k) => {
    const unit = k % 2 === 0 ? 512 : 1;
    const from = Math.floor((bytes.length * k) / PIECES / unit) * unit;
    const to = Math.min(bytes.length, from + Math.max(unit, Math.floor(bytes.length / PIECES / 2 / unit) * unit));
    const [before, piece, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
    return [
      { what: `${name} without bytes ${from} to ${to}`, make: () => replaced(parts, p, joined([before, after])) },
      {
        what: `${name} with bytes ${from} to ${to} twice`,
        make: () => replaced(parts, p, joined([before, piece, piece, after])),
      },
    ];
  }).flat();
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

function wounds({ parts }: Sample): Mutant[] {
  const random = generator(SEED);
  return Array.from({ length: WOUNDED }, (_, trial) => {
    const p = trial % parts.length;
    const seed = Math.floor(random() * 2 ** 32);
    return {
      what: `${parts[p].name}, random wounds ${trial}`,
      make: () => replaced(parts, p, wounded(parts[p].bytes, generator(seed))),
    };
  });
}

const BYTE_LIES = [0, 1, 0x7f, 0x80, 0xff];
const NINE = 0x39;

/** One to four wounds: single bytes, runs of 4 set to 0 or 255, runs of the digit 9, a piece moved; half in the header. */
function wounded(bytes: Uint8Array<ArrayBuffer>, random: () => number): Uint8Array<ArrayBuffer> {
  const out = bytes.slice();
  const below = (n: number) => Math.floor(random() * n);
  for (let wound = below(4); wound >= 0; wound--) {
    const at = below(random() < 0.5 ? Math.min(HEADER_BYTES, out.length) : out.length);
    const kind = below(5);
    if (kind === 0) out[at] = below(256);
    else if (kind === 1) out[at] = BYTE_LIES[below(BYTE_LIES.length)];
    else if (kind === 2) out.fill(random() < 0.5 ? 0 : 255, at, at + 4);
    else if (kind === 3) out.fill(NINE, at, at + 1 + below(9));
    else out.copyWithin(at, below(out.length), below(out.length));
  }
  return out;
}

/** 0 ≤ x < 1, the same sequence for the same seed (Numerical Recipes’ quick generator). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** At most `most` of a list, evenly spread over it. */
function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)]);
}
