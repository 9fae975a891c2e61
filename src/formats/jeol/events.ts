import { sumPhotons } from '../../kernels/photons.ts';
import type { EventsBlock } from '../../signal/block.ts';
import { EventsCollector } from '../events-collector.ts';

/** What the upper four bits of a word say about the lower twelve. */
const COLUMN = 8;
export const LINE = 9;
const IMAGE_SAMPLE = 10;
const PHOTON = 11;

/** Positions in either direction, whatever the number of pixels; channels. */
const POSITION_BITS = 12;
const LOW_BITS = 0xfff;
export const POSITIONS = 1 << POSITION_BITS;
export const CHANNELS = 4096;

/** Lines are summed together as long as they have no more pixels and, one word in two being one, photons: for a cache. */
const TILE_PIXELS = 1 << 14;
const TILE_PHOTONS = 1 << 17;
/** Photons that a tile has room for from the first on: what an even share would be, and some more. */
const SMALLEST_ROOM = 64;
const MARGIN = 1.2;

export interface DecodedSweeps {
  readonly block: EventsBlock;
  /** Begun. */
  readonly sweeps: number;
  /** Lines that the last sweep has come to. */
  readonly lastLines: number;
  /** The last sweep came to the end of the last line, as far as the stream tells. */
  readonly complete: boolean;
  /** The stream holds the samples of an image as well. */
  readonly image: boolean;
}

/** Photons of some lines, in the order in which they came. */
interface Tile {
  channel: Uint16Array;
  /** Counted from the first of the tile. */
  pixel: Uint16Array;
  length: number;
}

/** Where a stream has come to. */
interface Place {
  word: number;
  column: number;
  /** A bit for every kind of words met. */
  kinds: number;
}

/**
 * Sums a stream over all its sweeps. A word gives a column, a line or the channel of a photon there; where the lines go
 * back, a sweep begins. Other words (ticks of live and dead time) are passed over.
 * @param width At most 4096, as `height`.
 */
export function sumSweeps(words: Uint16Array, width: number, height: number): DecodedSweeps {
  const crowd = words.length / 2 / (width * height);
  const tileLines = Math.max(1, Math.floor(Math.min(TILE_PIXELS, TILE_PHOTONS / crowd) / width));
  const room = Math.max(SMALLEST_ROOM, Math.ceil(MARGIN * crowd * tileLines * width));
  const tiles = Array.from({ length: Math.ceil(height / tileLines) }, emptyTile);
  const place: Place = { word: 0, column: 0, kinds: 0 };
  let [tile, line, lineStart, previous, sweeps] = [tiles[0], 0, 0, -1, 0];
  while (place.word < words.length) {
    const word = words[place.word];
    if (word >>> 12 === LINE) {
      const position = word & LOW_BITS;
      if (position < previous || sweeps === 0) sweeps++;
      previous = position;
      line = (position * height) >>> POSITION_BITS;
      const index = Math.floor(line / tileLines);
      lineStart = (line - index * tileLines) * width;
      tile = tiles[index];
      place.word++;
    } else {
      if (tile.length === tile.channel.length) widen(tile, room);
      takeLine(words, place, tile, lineStart, width);
    }
  }
  const lastLines = sweeps > 0 ? line + 1 : 0;
  const image = (place.kinds & (1 << IMAGE_SAMPLE)) !== 0;
  // Without an image a line need not have words for its last pixels: nothing may have been counted there.
  const complete = lastLines === height && (!image || place.column === width - 1);
  return { block: sumTiles(tiles, width, height, tileLines), sweeps, lastLines, complete, image };
}

/** Up to the next word of a line, or as far as the tile has room. */
function takeLine(words: Uint16Array, place: Place, tile: Tile, lineStart: number, width: number): void {
  const { channel, pixel } = tile;
  let { word: at, column, kinds } = place;
  let { length } = tile;
  const end = Math.min(words.length, at + channel.length - length);
  for (; at < end; at++) {
    const word = words[at];
    const kind = word >>> 12;
    if (kind === LINE) break;
    const low = word & LOW_BITS;
    // Columns and photons come in no order that a processor could foresee: instead of branches, masks of all ones or none.
    const isColumn = ((kind ^ COLUMN) - 1) >> 31;
    const isPhoton = ((kind ^ PHOTON) - 1) >> 31;
    column ^= (column ^ ((low * width) >>> POSITION_BITS)) & isColumn;
    channel[length] = low;
    pixel[length] = lineStart + column;
    length -= isPhoton;
    kinds |= 1 << kind;
  }
  Object.assign(place, { word: at, column, kinds });
  tile.length = length;
}

function emptyTile(): Tile {
  return { channel: new Uint16Array(0), pixel: new Uint16Array(0), length: 0 };
}

function widen(tile: Tile, room: number): void {
  const wider = (values: Uint16Array) => {
    const copy = new Uint16Array(Math.max(room, 2 * values.length));
    copy.set(values);
    return copy;
  };
  tile.channel = wider(tile.channel);
  tile.pixel = wider(tile.pixel);
}

function sumTiles(tiles: readonly Tile[], width: number, height: number, tileLines: number): EventsBlock {
  const photons = tiles.reduce((sum, { length }) => sum + length, 0);
  const events = new EventsCollector(width * height, CHANNELS, photons);
  for (const [i, tile] of tiles.entries()) {
    const lines = Math.min(tileLines, height - i * tileLines);
    const run = { channel: tile.channel.subarray(0, tile.length), pixel: tile.pixel.subarray(0, tile.length) };
    events.append(sumPhotons([run], lines * width, CHANNELS, false));
    Object.assign(tile, emptyTile());
  }
  return events.finish();
}
