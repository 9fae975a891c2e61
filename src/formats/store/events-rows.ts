import { crc32 } from '../../kernels/crc32.ts';
import { type EventsBlock, sliceBlock } from '../../signal/block.ts';
import { DTYPES } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { FolderSource } from '../folder.ts';
import { type FolderReference, openFolderReference } from '../folder-reference.ts';
import { defineRowReader } from '../row-reader.ts';
import { damaged, damagedTile } from './damage.ts';
import { type FlatArray, filesOf, readItems } from './flat-array.ts';

/** Where the events of a store lie, as plain data. */
export interface StoredEvents {
  readonly pixels: number;
  readonly channels: number;
  /** Pixels of a tile. */
  readonly tile: number;
  readonly offsets: FlatArray;
  readonly channel: FlatArray & { readonly dtype: 'uint16' | 'uint32' };
  readonly count: FlatArray & { readonly dtype: 'uint8' | 'uint16' | 'uint32' };
  /** Of each tile, those of its offsets, channels and counts. */
  readonly checksums: Uint32Array;
}

export interface EventsRowsArgs {
  readonly folder: FolderReference;
  readonly events: StoredEvents;
}

/** Events of whole tiles, each checked against its checksums; nothing else of the store is read. */
export default defineRowReader<EventsRowsArgs>(async ({ folder, events }, start, end) =>
  readEvents(await openFolderReference(folder), events, start, end),
);

/**
 * Events of pixels [start, end).
 * @throws SpectrailError `format/damaged-store` naming tile and file, `format/too-many-events` for more than a block holds.
 */
export async function readEvents(
  folder: FolderSource,
  stored: StoredEvents,
  start: number,
  end: number,
): Promise<EventsBlock> {
  const { pixels, channels, tile } = stored;
  const first = Math.floor(start / tile) * tile;
  const last = Math.min(pixels, Math.ceil(end / tile) * tile);
  const offsetBytes = await readItems(folder, stored.offsets, first, last + 1);
  checkTiles(folder, stored, 0, first, last, {
    bytes: offsetBytes,
    base: first,
    starts: (pixel) => pixel - first,
    more: 1,
  });
  const { base, offsets } = relativeOffsets(folder, stored, offsetBytes, first);
  const entries = offsets[last - first];
  const [channelBytes, countBytes] = await Promise.all([
    readItems(folder, stored.channel, base, base + entries),
    readItems(folder, stored.count, base, base + entries),
  ]);
  const starts = (pixel: number) => offsets[pixel - first];
  checkTiles(folder, stored, 1, first, last, { bytes: channelBytes, base, starts, more: 0 });
  checkTiles(folder, stored, 2, first, last, { bytes: countBytes, base, starts, more: 0 });
  const over = (bytes: Uint8Array<ArrayBuffer>, dtype: StoredEvents['channel' | 'count']['dtype']) =>
    DTYPES[dtype].over(bytes.buffer, 0, entries);
  const block: EventsBlock = {
    kind: 'events',
    pixels: last - first,
    channels,
    offsets,
    channel: over(channelBytes, stored.channel.dtype) as EventsBlock['channel'],
    count: over(countBytes, stored.count.dtype) as EventsBlock['count'],
  };
  checkEvents(folder, stored, block, first);
  return first === start && last === end ? block : sliceBlock(block, start - first, end - first);
}

/** What the offsets of a block can count. */
const MOST_ENTRIES = 2 ** 32 - 1;

/** Offsets from the first entry of the run on; those of the file are 64 bits wide. */
function relativeOffsets(folder: FolderSource, stored: StoredEvents, bytes: Uint8Array<ArrayBuffer>, first: number) {
  const words = new Uint32Array(bytes.buffer);
  const at = (i: number) => words[2 * i] + words[2 * i + 1] * 2 ** 32;
  const count = words.length / 2;
  const base = at(0);
  const offsets = new Uint32Array(count);
  let previous = base;
  for (let i = 0; i < count; i++) {
    const offset = at(i);
    if (!(offset >= previous && offset <= stored.channel.length)) {
      throw damaged(
        `${folder.name}/${filesOf(stored.offsets, first, first + count)}`,
        `the events of pixel ${first + i - 1} are said to end at entry ${offset}`,
      );
    }
    if (offset - base > MOST_ENTRIES) throw tooMany(folder, offset - base);
    offsets[i] = offset - base;
    previous = offset;
  }
  return { base, offsets };
}

/** Items of one array that were read for a run of tiles. */
interface Items {
  readonly bytes: Uint8Array;
  /** Number of the first item in its array. */
  readonly base: number;
  /** Where the items of a pixel begin among those read. */
  readonly starts: (pixel: number) => number;
  /** Items beyond the last pixel's first that belong to a tile: the offset at which its events end. */
  readonly more: number;
}

const COLUMNS = ['offsets', 'channel', 'count'] as const;

/** Compares the items of tiles with one column of the checksums. */
function checkTiles(
  folder: FolderSource,
  stored: StoredEvents,
  column: number,
  first: number,
  last: number,
  { bytes, base, starts, more }: Items,
): void {
  const array = stored[COLUMNS[column]];
  for (let from = first; from < last; from += stored.tile) {
    const to = Math.min(from + stored.tile, last);
    const number = from / stored.tile;
    const [start, end] = [starts(from), starts(to) + more];
    const sum = crc32(bytes.subarray(start * array.itemBytes, end * array.itemBytes));
    if (sum === stored.checksums[COLUMNS.length * number + column]) continue;
    throw damagedTile(`${folder.name}/${filesOf(array, base + start, base + end)}`, number, from, to - 1);
  }
}

/** What kernels rely on: channels that exist, ascending in each pixel, and no count of 0. */
function checkEvents(folder: FolderSource, stored: StoredEvents, block: EventsBlock, first: number): void {
  const { pixels, channels, offsets, channel, count } = block;
  const zero = count.indexOf(0);
  if (zero >= 0)
    throw damaged(`${folder.name}/${stored.count.path}`, `event ${zero} from pixel ${first} on has no count`);
  for (let i = 0; i < pixels; i++) {
    const end = offsets[i + 1];
    let previous = -1;
    for (let e = offsets[i]; e < end; e++) {
      const j = channel[e];
      if (j <= previous) throw outOfOrder(folder, stored, first + i, j, previous);
      previous = j;
    }
    if (previous >= channels) throw outOfOrder(folder, stored, first + i, previous, channels);
  }
}

function outOfOrder(
  folder: FolderSource,
  { channel, channels }: StoredEvents,
  pixel: number,
  j: number,
  other: number,
) {
  const what = `pixel ${pixel} has an event in channel ${j}, of ${channels}${other < channels ? `, after channel ${other}` : ''}`;
  return damaged(`${folder.name}/${channel.path}`, what);
}

function tooMany(folder: FolderSource, entries: number) {
  return formatError({
    code: 'too-many-events',
    where: folder.name,
    what: `${entries} counts other than 0 are more than can be held at once`,
    expected: `at most ${MOST_ENTRIES}`,
    fix: 'read it by runs of pixels',
  });
}
