import type { ArrayDataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { type ByteSource, defineFormat } from '../format.ts';
import { NumberList } from '../number-list.ts';
import { TextLines } from '../text-lines.ts';
import { timeAxis } from '../time-axis.ts';
import { readWhole } from '../whole-text.ts';

const MOST_COLUMNS = 256;
const UNITS_OF_TIME: Readonly<Record<string, number>> = { Milliseconds: 1e-3, Seconds: 1, Minutes: 60, Hours: 3600 };

/**
 * Logs of Protochips holders: each column over the time, as one array each. The first rows carry notes, `key = value`, in
 * their second column, and no data.
 */
export default defineFormat({
  id: 'protochips',
  title: 'Protochips log',
  extensions: ['.csv'],
  sniff: (head) =>
    /^Time, ?Notes, ?\S/.test(new TextDecoder('latin1').decode(head.subarray(0, 64))) ? 'certain' : 'no',
  read: readProtochips,
});

/** @throws SpectrailError `format/bad-protochips`, `format/truncated`, `input/too-large`. */
async function readProtochips(file: ByteSource): Promise<ArrayDataset[]> {
  const lines = new TextLines(new TextDecoder('latin1').decode(await readWhole(file)));
  const bad = (what: string, expected: string) =>
    formatError({ code: 'bad-protochips', where: `${file.name}, line ${lines.number}`, what, expected });
  lines.next();
  const names = lines.line.split(',', MOST_COLUMNS + 3).map((name) => name.trim());
  if (names[0] !== 'Time' || names[1] !== 'Notes' || names.length < 3 || names.length > MOST_COLUMNS + 2) {
    throw bad('the first line does not name the columns', `"Time", "Notes" and 1 to ${MOST_COLUMNS} more`);
  }
  const notes = new Map<string, string>();
  const columns = names.map(() => new NumberList());
  let left = 0;
  while (lines.next()) {
    if (lines.isBlank) continue;
    const cells = lines.line.split(',', names.length);
    const note = columns[0].length === 0 ? noteOf(cells[1] ?? '') : undefined;
    if (note) {
      notes.set(...note);
      continue;
    }
    const time = Number(cells[0].trim() || Number.NaN);
    if (!Number.isFinite(time) || cells.length < names.length) {
      left++;
      continue;
    }
    for (const [c, cell] of cells.entries()) columns[c].push(c === 1 ? 0 : Number(cell.trim() || Number.NaN));
  }
  if (columns[0].length === 0) throw bad('there is no row with a time', 'at least one');
  const warnings = left > 0 ? [`${left} rows that are not complete were left out`] : [];
  const timeUnit = notes.get('Time units') ?? '';
  const toSeconds = Object.hasOwn(UNITS_OF_TIME, timeUnit) ? UNITS_OF_TIME[timeUnit] : undefined;
  if (toSeconds === undefined) warnings.push('the unit of the times is not stated: they are taken for milliseconds');
  const times = columns[0].toArray().map((time) => time * (toSeconds ?? 1e-3));
  const axes = [timeAxis(times, warnings)];
  const original: PlainTree = Object.create(null);
  for (const [key, value] of notes) original[key] = value;
  return names.slice(2).map((name, i): ArrayDataset => {
    const values = columns[i + 2].toArray();
    const kind = name.slice(name.lastIndexOf(' ') + 1);
    const unit = notes.get(`${kind} units`);
    return {
      kind: 'array',
      title: unit ? `${name} (${unit})` : name,
      shape: [values.length],
      dtype: 'float64',
      axes,
      values: { kind: 'dense', load: async () => values.slice() },
      metadata: { ...conditions(notes), quantity: unit ? `${kind} (${unit})` : kind },
      original,
      warnings,
    };
  });
}

/** "Date (yyyy.mm.dd) = 2014.10.08" as key and value. */
function noteOf(cell: string): [string, string] | undefined {
  const equals = cell.indexOf(' = ');
  return equals > 0 ? [cell.slice(0, equals).trim(), cell.slice(equals + 3).trim()] : undefined;
}

function conditions(notes: ReadonlyMap<string, string>): Metadata {
  const metadata: Metadata = {};
  const date = /^(\d{4})\.(\d\d)\.(\d\d)$/.exec(notes.get('Date (yyyy.mm.dd)') ?? '');
  if (date) metadata.date = date.slice(1).join('-');
  const time = /^(\d\d:\d\d:\d\d)\.(\d{1,6})$/.exec(notes.get('Time (hh:mm:ss.ms)') ?? '');
  if (time) metadata.time = `${time[1]}.${time[2].padEnd(6, '0')}`;
  const user = notes.get('User agreeing to terms');
  if (user) metadata.authors = user;
  const calibration = notes.get('Calibration file');
  if (calibration) metadata.notes = `Calibration file name: ${calibration.slice(calibration.lastIndexOf('\\') + 1)}`;
  return metadata;
}
