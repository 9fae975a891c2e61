import { attribute, type Element } from '../panalytical-xrdml/xml.ts';
import { plainNumber } from '../plain-number.ts';
import { badTriVista, type FramePlace } from './xml.ts';

/** One exposure: its numbers stand in the text; when and where it was taken, if the file says so. */
export interface Frame {
  readonly place: FramePlace;
  /** In steps of 100 ns. */
  readonly ticks?: bigint;
  /** Of the stage: x, y, z. */
  readonly position?: readonly number[];
}

export function frameOf(element: Element, places: readonly FramePlace[], where: string): Frame {
  const text = element['#text'];
  const place = typeof text === 'string' && /^\d{1,7}$/.test(text) ? places[Number(text)] : undefined;
  if (!place) throw badTriVista(where, 'a frame holds no numbers', 'numbers separated by semicolons');
  const ticks = attribute(element, 'TimeStamp') ?? '';
  const position = (attribute(element, 'ValuePosition') ?? '').split(';', 4).map((word) => plainNumber(word));
  const known = position.filter((value) => value !== undefined);
  return {
    place,
    ticks: /^[1-9]\d{0,18}$/.test(ticks) ? BigInt(ticks) : undefined,
    position: known.length === position.length && known.length === 3 ? known : undefined,
  };
}

/**
 * The numbers of frames one after the other, `size` of each.
 * @throws SpectrailError `format/bad-trivista` where a frame holds more or fewer, or words.
 */
export function frameValues(text: string, frames: readonly Frame[], size: number, where: string): Float64Array {
  for (const [f, { place }] of frames.entries()) {
    // Each number has a digit, and all but the last a semicolon.
    if (size > (place.end - place.start + 1) / 2)
      throw wrongSize(where, f, place, `${place.end - place.start} letters`, size);
  }
  const values = new Float64Array(frames.length * size);
  for (const [f, { place }] of frames.entries()) {
    const found = fill(text, place, values.subarray(f * size, (f + 1) * size), `${where}, frame ${f}`);
    if (found !== size) throw wrongSize(where, f, place, `${found} numbers`, size);
  }
  return values;
}

function wrongSize(where: string, frame: number, { start }: FramePlace, held: string, size: number) {
  return badTriVista(`${where}, character ${start}`, `frame ${frame} holds ${held}`, `${size} numbers`);
}

const SEMICOLON = 0x3b;

/** Writes the numbers into `out` and gives how many there are, even where `out` does not hold them. */
function fill(text: string, { start, end }: FramePlace, out: Float64Array, where: string): number {
  let count = 0;
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && text.charCodeAt(at) !== SEMICOLON) continue;
    const word = text.slice(from, at).trim();
    from = at + 1;
    // A semicolon may end the last number, too.
    if (word === '' && at === end) break;
    if (count < out.length) out[count] = numberOf(word, `${where}, number ${count}`);
    count++;
  }
  return count;
}

function numberOf(word: string, where: string): number {
  if (word === 'NaN') return Number.NaN;
  const value = plainNumber(word);
  if (value === undefined) throw badTriVista(where, `"${word.slice(0, 40)}" is no number`, 'a number');
  return value;
}
