import type { Metadata, PlainTree } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import { TextLines } from '../text-lines.ts';
import { readWholeText } from '../whole-text.ts';
import { localDay } from '../written-date.ts';

const MOST_ENTRIES = 256;
const LONGEST_TEXT = 400;
const MOST_NOTES = 1000;
const MOST_BYTES = 1 << 22;

/** What stands in the log beside the data. */
export interface ImpulseLog {
  readonly metadata: Metadata;
  readonly original: PlainTree;
}

/**
 * `Experiment date, 06-08-2021`, one entry a line, and live notes with the time of day. Where day or month could come first in
 * the date it is known only as it is written, in the tree of the original.
 * @throws SpectrailError `input/too-large` above 4 MiB.
 */
export async function readLog(file: ByteSource): Promise<ImpulseLog> {
  const lines = new TextLines(await readWholeText(file, MOST_BYTES));
  const original: PlainTree = Object.create(null);
  const notes: string[] = [];
  let entries = 0;
  while (lines.next()) {
    const line = lines.line.slice(0, LONGEST_TEXT).trim();
    const comma = line.indexOf(',');
    const key = comma < 0 ? '' : line.slice(0, comma).trim();
    const value = line.slice(comma + 1).trim();
    if (/^\d\d?:\d\d:\d\d/.test(line) || key === 'Live notes') {
      if (notes.length < MOST_NOTES) notes.push(key === 'Live notes' ? value : line);
    } else if (key !== '' && entries++ < MOST_ENTRIES) original[key] = value.replace(/^"(.*)"$/, '$1');
  }
  if (notes.length > 0) original['Live notes'] = notes;
  const metadata: Metadata = {};
  const [date, time] = [original['Experiment date'], original['Experiment time']];
  const day = typeof date === 'string' ? localDay(date) : undefined;
  if (day !== undefined) metadata.date = day;
  if (typeof time === 'string' && /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(time)) metadata.time = time;
  return { metadata, original };
}
