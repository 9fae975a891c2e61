import { crc32 } from '../../kernels/crc32.ts';
import type { EventsBlock } from '../../signal/block.ts';
import type { ValueFacts } from '../../signal/dataset.ts';
import { DTYPES, type ValueArray } from '../../signal/dtype.ts';
import { RunFacts } from '../../signal/run-facts.ts';
import { Closing } from '../closing.ts';
import type { FolderTarget } from '../format.ts';
import type { PixelRows } from '../pixel-rows.ts';
import { runsAhead, runsOf } from '../runs-ahead.ts';
import type { ZarrFiles } from '../zspy/container-writer.ts';
import { ENTRIES_PER_CHUNK, EVENTS, OFFSETS_PER_CHUNK, STORE_TILE } from './layout.ts';
import { ListWriter } from './list-writer.ts';

export type CountType = 'uint8' | 'uint16' | 'uint32';

export interface EventsWritten {
  readonly kind: 'written';
  readonly entries: number;
  readonly facts: ValueFacts | undefined;
  readonly checksums: Uint32Array;
}

/** What makes a run of pixels events; undefined where it cannot be. */
export type AsEvents = (values: ValueArray | EventsBlock, pixels: number, channels: number) => EventsBlock | undefined;

/** Why writing events was given up: the values are no counts, too many are not 0, or a count needs a wider type. */
export type GivenUp = { readonly kind: 'not-sparse' } | { readonly kind: 'wider'; readonly type: CountType };

/**
 * Offsets, channels and counts of all pixels, a tile at a time.
 * @param mostEntries given up above so many counts that are not 0.
 */
export async function writeEvents(
  target: FolderTarget,
  zarr: ZarrFiles,
  rows: PixelRows,
  type: CountType,
  asEvents: AsEvents,
  mostEntries: number,
): Promise<EventsWritten | GivenUp> {
  const { pixels, channels } = rows;
  const channelType = channels <= 65536 ? 'uint16' : 'uint32';
  const closing = new Closing();
  const list = (path: string, bytes: number, chunk: number) => new ListWriter(target, path, bytes, chunk, closing);
  const offsets = list(EVENTS.offsets, 8, OFFSETS_PER_CHUNK);
  const channel = list(EVENTS.channels, DTYPES[channelType].bytes, ENTRIES_PER_CHUNK);
  const count = list(EVENTS.counts, DTYPES[type].bytes, ENTRIES_PER_CHUNK);
  const facts = new RunFacts();
  const checksums = new Uint32Array(3 * Math.ceil(pixels / STORE_TILE));
  for await (const { start, end, values } of runsAhead(rows, runsOf(pixels, STORE_TILE))) {
    const tile = start / STORE_TILE;
    const events = asEvents(values, end - start, channels);
    if (!events) return giveUp(closing, { kind: 'not-sparse' });
    const base = channel.length;
    const [from, to] = [events.offsets[0], events.offsets[end - start]];
    if (base + to - from > mostEntries) return giveUp(closing, { kind: 'not-sparse' });
    const counts = narrowed(events.count.subarray(from, to), type);
    if (typeof counts === 'string') return giveUp(closing, { kind: 'wider', type: counts });
    facts.addEvents(events);
    const parts = [
      offsetBytes(events, base),
      bytesOf(typed(events.channel.subarray(from, to), channelType)),
      bytesOf(counts),
    ];
    for (const [k, bytes] of parts.entries()) checksums[3 * tile + k] = crc32(bytes);
    await offsets.append(start === 0 ? parts[0] : parts[0].subarray(8));
    await channel.append(parts[1]);
    await count.append(parts[2]);
  }
  const { length } = channel;
  const chunks = [await offsets.finish(), await channel.finish(), await count.finish()];
  await closing.all();
  zarr.group('/events');
  zarr.array(`/${EVENTS.offsets}`, { shape: [pixels + 1], chunks: [chunks[0]], dtype: 'uint64' });
  zarr.array(`/${EVENTS.channels}`, { shape: [length], chunks: [chunks[1]], dtype: channelType });
  zarr.array(`/${EVENTS.counts}`, { shape: [length], chunks: [chunks[2]], dtype: type });
  return { kind: 'written', entries: length, facts: facts.result(), checksums };
}

async function giveUp(closing: Closing, why: GivenUp): Promise<GivenUp> {
  await closing.all();
  return why;
}

/** Offsets of the tile's pixels and of its end, 64 bits each. */
function offsetBytes({ offsets, pixels }: EventsBlock, base: number): Uint8Array {
  const words = new Uint32Array(2 * (pixels + 1));
  for (let i = 0; i <= pixels; i++) {
    const offset = base + offsets[i] - offsets[0];
    words[2 * i] = offset % 2 ** 32;
    words[2 * i + 1] = Math.floor(offset / 2 ** 32);
  }
  return new Uint8Array(words.buffer);
}

/** Counts in this type; the type they need where that is a wider one. */
function narrowed(count: EventsBlock['count'], type: CountType): EventsBlock['count'] | CountType {
  if (count.BYTES_PER_ELEMENT > DTYPES[type].bytes) {
    let largest = 0;
    for (let e = 0; e < count.length; e++) if (count[e] > largest) largest = count[e];
    if (largest > (DTYPES[type].bytes === 1 ? 255 : 65535)) return largest < 65536 ? 'uint16' : 'uint32';
  }
  return typed(count, type) as EventsBlock['count'];
}

function typed(list: EventsBlock['channel'] | EventsBlock['count'], type: CountType) {
  if (list.BYTES_PER_ELEMENT === DTYPES[type].bytes) return list;
  const out = DTYPES[type].make(list.length) as EventsBlock['count'];
  out.set(list);
  return out;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
