import type { ArrayDataset, DatasetValues } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { NumberList } from '../number-list.ts';
import { TextLines } from '../text-lines.ts';
import { timeAxis } from '../time-axis.ts';
import { headText, readWholeText } from '../whole-text.ts';
import { type ImpulseLog, readLog } from './log.ts';

const MOST_COLUMNS = 256;
const FIRST_NAMES = ['TimeStamp', 'Experiment time'];
const DATA = '_Synchronized data.csv';
const LOG = '_Metadata.log';

export function isData(head: Uint8Array): boolean {
  return /^TimeStamp ?, ?Experiment time ?,/.test(headText(head));
}

export function isLog(head: Uint8Array): boolean {
  return /^Experiment date ?, ?[^\n]*\n\s*Experiment time ?,/.test(headText(head));
}

/**
 * Each column over the time since the experiment began, as one array each; by the file of data or by its log.
 * @throws SpectrailError `format/bad-impulse`, `format/missing-companion`, `input/too-large`
 */
export async function readImpulse(file: ByteSource): Promise<ArrayDataset[]> {
  if (!isLog(await file.read(0, 4096))) return readData(file, await logOf(file));
  const name = file.name.replace(/(?:_Metadata)?\.[^.]*$/i, '') + DATA;
  const data = await file.sibling(name);
  if (!data) {
    throw formatError({
      code: 'missing-companion',
      where: file.name,
      what: `this is the log of an experiment, and its data, "${name}", are not beside it`,
      expected: 'both files in one folder',
      fix: 'copy them together',
    });
  }
  return readData(data, await readLog(file));
}

/** The log beside the data, where it is. */
async function logOf(file: ByteSource): Promise<ImpulseLog | undefined> {
  const stem = file.name.replace(/\.[^.]*$/, '');
  for (const name of new Set([stem.replace(/_[^_]*$/, ''), stem])) {
    const found = name === '' ? undefined : await file.sibling(name + LOG);
    if (found) return readLog(found);
  }
  return undefined;
}

async function readData(file: ByteSource, log: ImpulseLog | undefined): Promise<ArrayDataset[]> {
  const lines = new TextLines(await readWholeText(file));
  const bad = (what: string, expected: string) =>
    formatError({ code: 'bad-impulse', where: `${file.name}, line ${lines.number}`, what, expected });
  lines.next();
  const names = lines.line.split(',', MOST_COLUMNS + 3).map((name) => name.trim());
  const known = FIRST_NAMES.every((name, i) => names[i] === name);
  if (!known || names.length < 3 || names.length > MOST_COLUMNS + 2) {
    throw bad(
      'the first line does not name the columns',
      `"${FIRST_NAMES.join('", "')}" and 1 to ${MOST_COLUMNS} more`,
    );
  }
  const times = new NumberList();
  const columns = names.slice(2).map((name) => new Column(name));
  let left = 0;
  while (lines.next()) {
    if (lines.isBlank) continue;
    const cells = lines.line.split(',', names.length);
    const time = Number(cells[1]?.trim() || Number.NaN);
    if (!Number.isFinite(time) || cells.length < names.length) {
      left++;
      continue;
    }
    times.push(time);
    for (const [c, column] of columns.entries()) column.add(cells[c + 2].trim());
  }
  if (times.length === 0) throw bad('there is no row with a time', 'at least one');
  const warnings = log
    ? []
    : [`the log of the experiment (…${LOG}) is not beside the file: date and gases are not known`];
  if (left > 0) warnings.push(`${left} rows that are not complete were left out`);
  const axes = [timeAxis(times.toArray(), warnings)];
  return columns.map(
    (column): ArrayDataset => ({
      kind: 'array',
      title: column.name,
      shape: [times.length],
      ...column.content(),
      axes,
      metadata: { ...log?.metadata, ...column.quantity() },
      original: log?.original ?? {},
      warnings,
    }),
  );
}

class Column {
  readonly name: string;
  readonly #values = new NumberList();
  /** States of valves, `0; 1; -1`, as long as all cells are such. */
  #valves: boolean | undefined;

  constructor(name: string) {
    this.name = name;
  }

  add(cell: string): void {
    const valves = cell.includes(';') ? valveDigits(cell) : undefined;
    this.#valves = (this.#valves ?? true) && valves !== undefined;
    this.#values.push(valves ?? Number(cell || Number.NaN));
  }

  content(): { dtype: 'int32' | 'float64'; values: DatasetValues } {
    const values = this.#values.toArray();
    return this.#valves
      ? { dtype: 'int32', values: { kind: 'dense', load: async () => Int32Array.from(values) } }
      : { dtype: 'float64', values: { kind: 'dense', load: async () => values.slice() } };
  }

  /** `Temperature Measured (degC)` */
  quantity(): { quantity?: string } {
    const unit = /\(([^()]{1,40})\)$/.exec(this.name)?.[1];
    return unit ? { quantity: unit } : {};
  }
}

/** The states of several valves as the digits of one number, each larger by 2: `0; 1; -1` is 231. */
function valveDigits(cell: string): number | undefined {
  if (cell.length > 64) return undefined;
  const states = cell.split(';').map((state) => Number(state.trim() || Number.NaN) + 2);
  const whole = states.length <= 9 && states.every((state) => Number.isInteger(state) && state >= 0 && state <= 9);
  return whole ? Number(states.join('')) : undefined;
}
