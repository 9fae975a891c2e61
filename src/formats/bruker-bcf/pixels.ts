import type { EventsBlock } from '../../signal/block.ts';
import { formatError } from '../../signal/errors.ts';
import { EventsCollector, makeTally, type Tally } from '../events-collector.ts';

/** A map as decoded from `SpectrumDataN`, pixels in C order over (height, width). */
export interface DecodedMap {
  readonly block: EventsBlock;
  readonly height: number;
  readonly width: number;
  /** Counts in channels beyond the energy axis, left out of `block`. */
  readonly beyondAxis: number;
}

/** First line of the map; before it stand height, width (u32 each) and remains of the writer's memory. */
const FIRST_LINE = 0x1a0;
const PIXEL_HEAD = 22;
const MAX_PIXELS = 1 << 26;
/** Pixels without counts take no room in the stream: so many are believed, and so many more for each of its bytes. */
const FREE_PIXELS = 1 << 20;
const PIXELS_PER_BYTE = 16;
const MAX_WIDTH = 1 << 16;
/** Room for the single pulses that may be added to a count: they are numbered with 16 bits. */
const LARGEST_COUNT = 0xffff0000;

/** How the counts of a pixel are packed; every other value means runs of channels. */
const PULSES_16BIT = 0;
const PULSES_12BIT = 1;

/** The stream, where we are in it, and the spectrum of the pixel under way. */
interface Decoder {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly channels: number;
  readonly tally: Tally;
  readonly where: string;
  line: number;
  column: number;
  beyondAxis: number;
}

/**
 * Decodes a map stream in one pass. Facts: each line opens with its number of recorded pixels (u32). A pixel opens with
 * column u32, channels u16, channels in runs u16, u32, packing u16, u16, number of pulses u16, data size u16, u16. Pulses
 * list one channel per photon: 16 bits each (packing 0), or 12 bits each, first pulse in the high bits, with the two
 * bytes of every 16-bit word swapped (packing 1). Otherwise runs follow: width w in nibbles and number n of channels
 * (u8 each), for w > 0 a base of w bytes common to the run and n counts of w nibbles, low nibble first, to be added to
 * it; w = 0 skips n channels. Behind the runs the size (u32) and the channels (u16) of further single pulses, which the
 * data size leaves out.
 *
 * @param channels length of the energy axis.
 * @throws SpectrailError `format/truncated`, `format/bad-pixels`.
 */
export function decodeMap(bytes: Uint8Array, channels: number, where: string): DecodedMap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tally = makeTally(channels);
  const decoder: Decoder = { view, bytes, channels, tally, where, line: -1, column: -1, beyondAxis: 0 };
  if (bytes.length < FIRST_LINE) throw ended(decoder, bytes.length, 'the header');
  const [height, width] = [view.getUint32(0, true), view.getUint32(4, true)];
  const lines = Math.floor((bytes.length - FIRST_LINE) / 4);
  const most = Math.min(MAX_PIXELS, FREE_PIXELS + PIXELS_PER_BYTE * bytes.length);
  if (height < 1 || width < 1 || width > MAX_WIDTH || height * width > most) {
    const declared = `the map declares ${height} lines of ${width} pixels`;
    throw bad(decoder, declared, `1 to ${most} pixels in ${bytes.length} bytes`);
  }
  if (height > lines) throw ended(decoder, bytes.length, `line ${lines} of ${height}`);

  const events = new EventsCollector(height * width, channels, bytes.length >> 1);
  let at = FIRST_LINE;
  for (let line = 0; line < height; line++) {
    decoder.line = line;
    decoder.column = -1;
    if (at + 4 > bytes.length) throw ended(decoder, at, 'a line');
    const recorded = view.getUint32(at, true);
    at += 4;
    if (recorded > width) throw bad(decoder, `${recorded} pixels are declared`, `at most ${width}`);
    for (let k = 0; k < recorded; k++) {
      if (at + PIXEL_HEAD > bytes.length) throw ended(decoder, at, 'a line');
      const column = view.getUint32(at, true);
      if (column >= width || column <= decoder.column) {
        throw bad(decoder, `pixel ${column} follows`, `ascending pixels, below ${width}`);
      }
      decoder.column = column;
      at = decodePixel(decoder, at);
      events.take(decoder.tally, line * width + column);
    }
  }
  return { height, width, beyondAxis: decoder.beyondAxis, block: events.finish() };
}

/** Counts the pixel whose record starts at `at`; returns where the next one starts. */
function decodePixel(decoder: Decoder, at: number): number {
  const { view, bytes } = decoder;
  const packing = view.getUint16(at + 12, true);
  const pulses = view.getUint16(at + 16, true);
  const size = view.getUint16(at + 18, true);
  const start = at + PIXEL_HEAD;
  const end = start + size;
  if (end > bytes.length) throw ended(decoder, bytes.length, 'its data');
  if (packing === PULSES_16BIT) {
    if (pulses * 2 > size) throw short(decoder, pulses, size);
    countPulses(decoder, start, pulses);
    return end;
  }
  if (packing === PULSES_12BIT) {
    if (((pulses * 3 + 3) >> 2) * 2 > size) throw short(decoder, pulses, size);
    countPulses12(decoder, start, pulses);
    return end;
  }
  const rest = countRuns(decoder, start, end, view.getUint16(at + 6, true));
  if (rest + 4 !== end) throw bad(decoder, `the runs take ${rest + 4 - start} bytes`, `the ${size} it declares`);
  const singles = view.getUint32(rest, true);
  if (singles !== 2 * pulses) throw bad(decoder, `${singles} bytes of single pulses follow`, `${2 * pulses} bytes`);
  if (end + singles > bytes.length) throw ended(decoder, bytes.length, 'its single pulses');
  countPulses(decoder, end, pulses);
  return end + singles;
}

function countPulses(decoder: Decoder, start: number, pulses: number): void {
  const { bytes, channels } = decoder;
  const { counts, filled, groups } = decoder.tally;
  const end = start + 2 * pulses;
  for (let at = start; at < end; at += 2) {
    const channel = bytes[at] | (bytes[at + 1] << 8);
    if (channel < channels) {
      counts[channel]++;
      filled[channel >> 5] |= 1 << channel;
      groups[channel >> 10] |= 1 << (channel >> 5);
    } else decoder.beyondAxis++;
  }
}

function countPulses12(decoder: Decoder, start: number, pulses: number): void {
  const { bytes, channels } = decoder;
  const { counts, filled, groups } = decoder.tally;
  for (let i = 0; i < pulses; i++) {
    const k = (3 * i) >> 1;
    const high = bytes[start + (k ^ 1)];
    const low = bytes[start + ((k + 1) ^ 1)];
    const channel = i & 1 ? ((high & 15) << 8) | low : (high << 4) | (low >> 4);
    if (channel < channels) {
      counts[channel]++;
      filled[channel >> 5] |= 1 << channel;
      groups[channel >> 10] |= 1 << (channel >> 5);
    } else decoder.beyondAxis++;
  }
}

/** Returns where the runs end. */
function countRuns(decoder: Decoder, start: number, end: number, runChannels: number): number {
  const { view, bytes } = decoder;
  let at = start;
  let channel = 0;
  while (channel < runChannels) {
    if (at + 6 > end) throw bad(decoder, `the runs end at channel ${channel}`, `${runChannels} channels`);
    const width = bytes[at];
    const length = bytes[at + 1];
    at += 2;
    if (width !== 0) {
      const values = at + width;
      const next = values + ((length * width + 1) >> 1);
      if (next + 4 > end) {
        throw bad(
          decoder,
          `a run of ${length} channels at channel ${channel} leaves the pixel`,
          'runs inside its data',
        );
      }
      const base = runBase(view, at, width);
      if (width === 1) countNibbles(decoder, values, length, channel, base);
      else if (width === 2) for (let i = 0; i < length; i++) count(decoder, channel + i, base + bytes[values + i]);
      else if (width === 4 || width === 8) countWords(decoder, values, length, channel, base, width);
      else throw bad(decoder, `a run has counts of ${width * 4} bits`, '4, 8, 16 or 32 bits');
      at = next;
    }
    channel += length;
  }
  return at;
}

function countNibbles(decoder: Decoder, values: number, length: number, channel: number, base: number): void {
  const { bytes } = decoder;
  for (let i = 0; i < length; i += 2) {
    const pair = bytes[values + (i >> 1)];
    if (pair === 0 && base === 0) continue;
    count(decoder, channel + i, base + (pair & 15));
    if (i + 1 < length) count(decoder, channel + i + 1, base + (pair >> 4));
  }
}

function countWords(
  decoder: Decoder,
  values: number,
  length: number,
  channel: number,
  base: number,
  width: 4 | 8,
): void {
  const { view } = decoder;
  for (let i = 0; i < length; i++) {
    const value = width === 4 ? view.getUint16(values + 2 * i, true) : view.getUint32(values + 4 * i, true);
    count(decoder, channel + i, base + value);
  }
}

function count(decoder: Decoder, channel: number, value: number): void {
  if (value === 0) return;
  if (channel >= decoder.channels) decoder.beyondAxis += value;
  else if (value > LARGEST_COUNT) {
    throw bad(decoder, `channel ${channel} holds ${value} counts`, `at most ${LARGEST_COUNT}`);
  } else {
    const { counts, filled, groups } = decoder.tally;
    counts[channel] = value;
    filled[channel >> 5] |= 1 << channel;
    groups[channel >> 10] |= 1 << (channel >> 5);
  }
}

function runBase(view: DataView, at: number, width: number): number {
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, true);
  if (width === 4) return view.getUint32(at, true);
  return width === 8 ? Number(view.getBigUint64(at, true)) : 0;
}

function place({ where, line, column }: Decoder): string {
  return line < 0 ? where : column < 0 ? `${where}, line ${line}` : `${where}, line ${line}, pixel ${column}`;
}

function ended(decoder: Decoder, at: number, part: string) {
  return formatError({
    code: 'truncated',
    where: place(decoder),
    what: `the spectra end at byte ${at}, inside ${part}`,
    expected: 'every line the map declares',
    fix: 'copy the file again from the instrument',
  });
}

function short(decoder: Decoder, pulses: number, size: number) {
  return bad(decoder, `${size} bytes cannot hold ${pulses} pulses`, 'room for every pulse');
}

function bad(decoder: Decoder, what: string, expected: string) {
  return formatError({
    code: 'bad-pixels',
    where: place(decoder),
    what,
    expected,
    fix: 'the file is damaged: copy it again',
  });
}
