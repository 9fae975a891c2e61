import { plainNumber } from '../plain-number.ts';
import type { Frame } from './frame.ts';
import { badTriVista } from './xml.ts';

/**
 * The numbers of frames one after the other, `size` of each.
 * @throws SpectrailError `format/bad-trivista` where a frame holds more or fewer, or words.
 */
export function frameValues(text: string, frames: readonly Frame[], size: number, where: string): Float64Array {
  for (const [f, frame] of frames.entries()) {
    const letters = frame.end - frame.start;
    // Each number has a digit, and all but the last a semicolon.
    if (size > (letters + 1) / 2) throw wrongSize(where, f, frame, `${letters} letters`, size);
  }
  const values = new Float64Array(frames.length * size);
  for (const [f, frame] of frames.entries()) {
    const found = fill(text, frame, values.subarray(f * size, (f + 1) * size), `${where}, frame ${f}`);
    if (found !== size) throw wrongSize(where, f, frame, `${found} numbers`, size);
  }
  return values;
}

function wrongSize(where: string, index: number, { start }: Frame, held: string, size: number) {
  return badTriVista(`${where}, character ${start}`, `frame ${index} holds ${held}`, `${size} numbers`);
}

const SEMICOLON = 0x3b;

/** Writes the numbers into `out` and gives how many there are, even where `out` does not hold them. */
function fill(text: string, { start, end }: Frame, out: Float64Array, where: string): number {
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
