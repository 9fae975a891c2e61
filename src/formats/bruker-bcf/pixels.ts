import { formatError } from '../../signal/errors.ts';
import { type CollectedEvents, EventsCollector } from './events-collector.ts';

/** A map as decoded from `SpectrumDataN`, pixels in C order over (height, width). */
export interface DecodedMap extends CollectedEvents {
  readonly height: number;
  readonly width: number;
}

/** First line of the map; before it stand height, width (u32 each) and remains of the writer's memory. */
const FIRST_LINE = 0x1a0;
const PIXEL_HEAD = 22;
const MAX_PIXELS = 1 << 26;
/** Pixels without counts take no room in the stream: so many are believed, and so many more for each of its bytes. */
const FREE_PIXELS = 1 << 20;
const PIXELS_PER_BYTE = 16;
const MAX_WIDTH = 1 << 16;

/** How the counts of a pixel are packed; every other value means runs of channels. */
const PULSES_16BIT = 0;
const PULSES_12BIT = 1;

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
  if (bytes.length < FIRST_LINE) throw ended(where, bytes.length, 'the header');
  const [height, width] = [view.getUint32(0, true), view.getUint32(4, true)];
  const lines = Math.floor((bytes.length - FIRST_LINE) / 4);
  const most = Math.min(MAX_PIXELS, FREE_PIXELS + PIXELS_PER_BYTE * bytes.length);
  if (height < 1 || width < 1 || width > MAX_WIDTH || height * width > most) {
    const declared = `the map declares ${height} lines of ${width} pixels`;
    throw bad(where, declared, `1 to ${most} pixels in ${bytes.length} bytes`);
  }
  if (height > lines) throw ended(where, bytes.length, `line ${lines} of ${height}`);

  const events = new EventsCollector(bytes.length, height * width, channels);
  let at = FIRST_LINE;
  for (let line = 0; line < height; line++) {
    if (at + 4 > bytes.length) throw ended(where, at, `line ${line}`);
    const recorded = view.getUint32(at, true);
    at += 4;
    if (recorded > width) throw bad(where, `line ${line} declares ${recorded} pixels`, `at most ${width}`);
    let previous = -1;
    for (let k = 0; k < recorded; k++) {
      if (at + PIXEL_HEAD > bytes.length) throw ended(where, at, `line ${line}`);
      const column = view.getUint32(at, true);
      if (column >= width || column <= previous) {
        throw bad(where, `line ${line}: pixel ${column} follows pixel ${previous}`, `ascending, below ${width}`);
      }
      previous = column;
      events.open(line * width + column);
      at = decodePixel(view, bytes, at, events, `${where}, line ${line}, pixel ${column}`);
    }
  }
  return { height, width, ...events.finish() };
}

/** Adds the pixel whose record starts at `at`; returns where the next one starts. */
function decodePixel(view: DataView, bytes: Uint8Array, at: number, events: EventsCollector, where: string): number {
  const runChannels = view.getUint16(at + 6, true);
  const packing = view.getUint16(at + 12, true);
  const pulses = view.getUint16(at + 16, true);
  const size = view.getUint16(at + 18, true);
  const start = at + PIXEL_HEAD;
  const end = start + size;
  if (end > bytes.length) throw ended(where, bytes.length, 'its data');
  if (packing === PULSES_16BIT) {
    if (pulses * 2 > size) throw short(where, pulses, size);
    for (let i = 0; i < pulses; i++) events.pulse(view.getUint16(start + 2 * i, true));
    events.flushPulses();
    return end;
  }
  if (packing === PULSES_12BIT) {
    if (((pulses * 3 + 3) >> 2) * 2 > size) throw short(where, pulses, size);
    for (let i = 0; i < pulses; i++) {
      const k = (3 * i) >> 1;
      const [high, low] = [bytes[start + (k ^ 1)], bytes[start + ((k + 1) ^ 1)]];
      events.pulse(i & 1 ? ((high & 15) << 8) | low : (high << 4) | (low >> 4));
    }
    events.flushPulses();
    return end;
  }
  const rest = decodeRuns(view, bytes, start, end, runChannels, events, where);
  if (rest + 4 !== end) throw bad(where, `the runs take ${rest + 4 - start} bytes`, `the ${size} it declares`);
  const singles = view.getUint32(rest, true);
  if (singles !== 2 * pulses) throw bad(where, `${singles} bytes of single pulses follow`, `${2 * pulses} bytes`);
  if (end + singles > bytes.length) throw ended(where, bytes.length, 'its single pulses');
  for (let i = 0; i < pulses; i++) events.pulse(view.getUint16(end + 2 * i, true));
  events.flushPulses();
  return end + singles;
}

function decodeRuns(
  view: DataView,
  bytes: Uint8Array,
  start: number,
  end: number,
  runChannels: number,
  events: EventsCollector,
  where: string,
): number {
  let at = start;
  let channel = 0;
  while (channel < runChannels) {
    if (at + 6 > end) throw bad(where, `the runs end at channel ${channel}`, `${runChannels} channels`);
    const width = bytes[at];
    const count = bytes[at + 1];
    at += 2;
    if (width !== 0) {
      const values = at + width;
      const next = values + ((count * width + 1) >> 1);
      if (next + 4 > end) {
        throw bad(where, `a run of ${count} channels at channel ${channel} leaves the pixel`, 'runs inside its data');
      }
      const base = runBase(view, at, width);
      for (let i = 0; i < count; i++) {
        let value = base;
        if (width === 1) value += (bytes[values + (i >> 1)] >> ((i & 1) << 2)) & 15;
        else if (width === 2) value += bytes[values + i];
        else if (width === 4) value += view.getUint16(values + 2 * i, true);
        else if (width === 8) value += view.getUint32(values + 4 * i, true);
        else throw bad(where, `a run has counts of ${width * 4} bits`, '4, 8, 16 or 32 bits');
        if (value !== 0) events.add(channel + i, value);
      }
      at = next;
    }
    channel += count;
  }
  return at;
}

function runBase(view: DataView, at: number, width: number): number {
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, true);
  if (width === 4) return view.getUint32(at, true);
  return width === 8 ? Number(view.getBigUint64(at, true)) : 0;
}

function ended(where: string, at: number, part: string) {
  return formatError({
    code: 'truncated',
    where,
    what: `the spectra end at byte ${at}, inside ${part}`,
    expected: 'every line the map declares',
    fix: 'copy the file again from the instrument',
  });
}

function short(where: string, pulses: number, size: number) {
  return bad(where, `${size} bytes cannot hold ${pulses} pulses`, 'room for every pulse');
}

function bad(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-pixels', where, what, expected, fix: 'the file is damaged: copy it again' });
}
