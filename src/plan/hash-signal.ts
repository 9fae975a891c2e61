import { resolveMember } from '../engines/resolve.ts';
import { rangeOf, readRange } from '../shapes/read.ts';
import { tileRuns } from '../shapes/tile.ts';
import { type Block, type DenseBlock, type EventsBlock, toDense } from '../signal/block.ts';
import type { NumberArray } from '../signal/dtype.ts';
import { type Hashable, hash, hashBytes } from '../signal/hash.ts';
import { LentMemory } from '../signal/lent-memory.ts';
import type { Signal } from '../signal/signal.ts';
import { sourcePixels } from '../signal/source.ts';

const TILES_AT_ONCE = 2;
/** Whole numbers below this are hashed as such. */
const WHOLE = 2 ** 32;
/** Of tiles with fewer non-zero values than this only those are hashed. */
const LISTED_BELOW = 0.5;

const known = new WeakMap<Signal, Promise<string>>();

/**
 * Hash of a signal by its axes, meaning and values: the same whatever file it came from, whatever type held its numbers,
 * sparse or dense, in memory or read tile by tile. Signals do not change, so each is hashed once.
 */
export function hashSignal(signal: Signal): Promise<string> {
  const before = known.get(signal);
  if (before) return before;
  const made = hashTiles(signal);
  known.set(signal, made);
  made.catch(() => known.delete(signal));
  return made;
}

async function hashTiles({ source, ...rest }: Signal): Promise<string> {
  const pixels = sourcePixels(source);
  const tiles: string[] = [];
  const memory = new LentMemory();
  const runs = tileRuns(pixels, 0);
  for (let first = 0; first < runs.length; first += TILES_AT_ONCE) {
    const some = runs.slice(first, first + TILES_AT_ONCE).map(async ({ start, end }) => {
      const range = await rangeOf(source, start, end, resolveMember);
      return hashBytes(
        await memory.during(async (lend) => canonicalBytes(await readRange(range, resolveMember, lend))),
      );
    });
    tiles.push(...(await Promise.all(some)));
  }
  return hash([rest, tiles] as unknown as Hashable);
}

/** One form for equal values: the non-zero counts of each pixel, all counts, or all values as doubles. */
function canonicalBytes(block: Block): Uint8Array<ArrayBuffer> {
  if (block.kind === 'factors') return canonicalBytes(toDense(block));
  const entries = block.kind === 'events' ? block.offsets[block.pixels] - block.offsets[0] : countEntries(block.values);
  if (entries === undefined) return bytesOf(Float64Array.from((block as DenseBlock).values));
  const size = block.pixels * block.channels;
  return entries < LISTED_BELOW * size ? sparseForm(block, entries) : bytesOf(denseForm(block, size));
}

/** Values other than 0; undefined unless all are whole, from 0 to 2^32 − 1. */
function countEntries(values: NumberArray): number | undefined {
  let entries = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === 0) continue;
    if (!(value > 0 && value < WHOLE && value === Math.floor(value))) return undefined;
    entries++;
  }
  return entries;
}

/**
 * Entries of each pixel (4 bytes), then their channels (2 bytes, or 4 above 65 536 channels), then their counts (1, 2 or 4
 * bytes, as the largest needs): short, because all of it is hashed.
 */
function sparseForm(block: EventsBlock | DenseBlock, entries: number): Uint8Array<ArrayBuffer> {
  const { pixels, channels } = block;
  const Channel = channels <= 2 ** 16 ? Uint16Array : Uint32Array;
  const Count = countType(block);
  const channelAt = 4 * pixels;
  const countAt = 4 * Math.ceil((channelAt + Channel.BYTES_PER_ELEMENT * entries) / 4);
  const bytes = new ArrayBuffer(countAt + Count.BYTES_PER_ELEMENT * entries);
  const perPixel = new Uint32Array(bytes, 0, pixels);
  const channel = new Channel(bytes, channelAt, entries);
  const count = new Count(bytes, countAt, entries);
  if (block.kind === 'events') {
    const { offsets } = block;
    for (let i = 0; i < pixels; i++) perPixel[i] = offsets[i + 1] - offsets[i];
    channel.set(block.channel.subarray(offsets[0], offsets[pixels]));
    count.set(block.count.subarray(offsets[0], offsets[pixels]));
  } else listEntries(block, perPixel, channel, count);
  return new Uint8Array(bytes);
}

function listEntries(
  { pixels, channels, values }: DenseBlock,
  perPixel: Uint32Array,
  channel: EventsBlock['channel'],
  count: EventsBlock['count'],
): void {
  let at = 0;
  for (let i = 0, from = 0; i < pixels; i++) {
    for (let j = 0; j < channels; j++, from++) {
      if (values[from] === 0) continue;
      perPixel[i]++;
      channel[at] = j;
      count[at++] = values[from];
    }
  }
}

/** The shortest that holds the largest count. */
function countType(block: EventsBlock | DenseBlock) {
  const values =
    block.kind === 'events' ? block.count.subarray(block.offsets[0], block.offsets[block.pixels]) : block.values;
  if (values instanceof Uint8Array) return Uint8Array;
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]);
  if (largest < 2 ** 8) return Uint8Array;
  return largest < 2 ** 16 ? Uint16Array : Uint32Array;
}

function denseForm(block: EventsBlock | DenseBlock, size: number): Uint32Array {
  if (block.kind === 'dense') return Uint32Array.from(block.values);
  const form = new Uint32Array(size);
  const { pixels, channels, offsets, channel, count } = block;
  for (let i = 0; i < pixels; i++) {
    for (let e = offsets[i]; e < offsets[i + 1]; e++) form[i * channels + channel[e]] = count[e];
  }
  return form;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Float64Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
