import type { Dataset, PlainTree, TableColumn } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { NumberTable } from '../number-table.ts';
import { plainNumber } from '../plain-number.ts';
import { TextLines } from '../text-lines.ts';
import { readWholeText } from '../whole-text.ts';
import { specsMetadata } from './metadata.ts';
import { commentPrefix } from './signature.ts';

const MOST_ENTRIES = 256;
const MOST_TABLES = 1 << 16;
const LONGEST_ENTRY = 4096;

/**
 * A table for each curve, scan and channel that the file keeps apart.
 * @throws SpectrailError `format/not-specs-xy`, `format/bad-row`, `format/no-table`, `format/too-many-tables`, `input/too-large`.
 */
export async function readSpecsXy(file: ByteSource): Promise<Dataset[]> {
  const text = await readWholeText(file);
  const prefix = commentPrefix(text);
  if (prefix === undefined) {
    throw formatError({
      code: 'not-specs-xy',
      where: `${file.name}, line 1`,
      what: 'the file does not begin as an export of SpecsLab',
      expected: '"# Created by: SpecsLab…"',
    });
  }
  const reader = new Reader(file.name);
  const lines = new TextLines(text.replace(/^\ufeff/, ''));
  while (lines.next()) {
    const line = lines.line.trim();
    if (line.startsWith(prefix)) reader.comment(line.slice(prefix.length).trim());
    else if (line !== '') reader.row(line, lines.number);
  }
  return reader.finish();
}

type Entries = Map<string, string>;

/** What is known where a table begins: of the whole file, its region, its cycle and the table itself. */
class Reader {
  readonly #name: string;
  readonly #datasets: Dataset[] = [];
  readonly #file: Entries = new Map();
  readonly #region: Entries = new Map();
  readonly #cycle: Entries = new Map();
  readonly #block: Entries = new Map();
  #level = this.#file;
  #table = new NumberTable();

  constructor(name: string) {
    this.#name = name;
  }

  comment(text: string): void {
    this.#close();
    const energies = /^values in (kinetic|binding|excitation) energy$/i.exec(text);
    if (energies) {
      this.#file.set('Energy Axis', `${energies[1]} energy`);
      return;
    }
    const [key, value] = entryOf(text);
    if (key === '') return;
    if (key === 'Group' || key === 'Region') this.#begin(this.#region, key === 'Region' ? ['Group'] : []);
    else if (CYCLE.test(key)) this.#begin(value.includes(',') ? this.#block : this.#cycle, []);
    if (this.#level.size < MOST_ENTRIES || this.#level.has(key)) this.#level.set(key, value.slice(0, LONGEST_ENTRY));
  }

  row(line: string, number: number): void {
    this.#table.addRow(line, `${this.#name}, line ${number}`);
  }

  /** @throws SpectrailError `format/no-table`. */
  finish(): Dataset[] {
    this.#close();
    if (this.#datasets.length > 0) return this.#datasets;
    throw formatError({
      code: 'no-table',
      where: this.#name,
      what: 'there are no rows of numbers',
      expected: 'energies and counts after the header of a region',
      fix: 'export the regions with their data',
    });
  }

  /** A level and those below it begin anew, but for the entries in `kept`. */
  #begin(level: Entries, kept: readonly string[]): void {
    const levels = [this.#region, this.#cycle, this.#block];
    for (const lower of levels.slice(levels.indexOf(level))) {
      for (const key of [...lower.keys()]) if (!kept.includes(key)) lower.delete(key);
    }
    this.#level = level;
  }

  /** A comment after rows, or the end of the file, ends their table. */
  #close(): void {
    const table = this.#table;
    if (table.rows === 0) return;
    if (this.#datasets.length === MOST_TABLES) {
      throw formatError({
        code: 'too-many-tables',
        where: this.#name,
        what: `there are more than ${MOST_TABLES} tables`,
        expected: `at most ${MOST_TABLES}`,
        fix: 'export fewer regions into one file',
      });
    }
    const entries: Entries = new Map([...this.#file, ...this.#region, ...this.#cycle, ...this.#block]);
    this.#datasets.push(describe(entries, table));
    this.#table = new NumberTable();
  }
}

const CYCLE = /^(?:External Channel Data )?Cycle$/;

/** `Key: value`, and `Parameter: "name" = value` under a key of its own; no key for a comment that is neither. */
function entryOf(text: string): [key: string, value: string] {
  const colon = text.indexOf(':');
  if (colon < 0) return ['', ''];
  const [key, value] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  const equals = key === 'Parameter' ? value.indexOf('=') : -1;
  return equals < 0 ? [key, value] : [`${key} ${value.slice(0, equals).trim()}`, value.slice(equals + 1).trim()];
}

function describe(entries: ReadonlyMap<string, string>, table: NumberTable): Dataset {
  const original: PlainTree = Object.create(null);
  for (const [key, value] of entries) original[key] = value;
  const cycle = entries.get('External Channel Data Cycle') ?? entries.get('Cycle');
  const values = table.columns();
  const labels = columnLabels(entries.get('ColumnLabels') ?? '', values.length);
  const declared = plainNumber(entries.get('Values/Curve') ?? '');
  const warnings =
    declared !== undefined && declared !== table.rows
      ? [`Values/Curve says ${declared}, the table has ${table.rows} rows`]
      : [];
  const metadata = specsMetadata(entries);
  const axisName = AXIS_NAMES.get(String(metadata['energy_axis']));
  const isSpectrum = labels[0]?.unit === 'eV' && labels.length > 1;
  return {
    kind: 'table',
    ...(isSpectrum ? { spectrum: { axis: 0, values: 1, axisName } } : {}),
    title: [entries.get('Group'), entries.get('Region'), cycle].filter((part) => part !== undefined).join(' / '),
    rows: table.rows,
    columns: values.map((column, c): TableColumn => ({ ...labels[c], values: column })),
    metadata,
    original,
    warnings,
  };
}

const AXIS_NAMES: ReadonlyMap<string, string> = new Map([
  ['binding', 'Binding energy'],
  ['kinetic', 'Kinetic energy'],
  ['excitation', 'Photon energy'],
]);

/** Counts per second are counts with that unit; energies of SpecsLab are in eV. */
function columnLabels(text: string, width: number): { name: string; unit: string }[] {
  const words = text.split(/\s+/, width).filter((word) => word !== '');
  return Array.from({ length: width }, (_, c) => {
    const word = words[c] ?? '';
    if (/^energy$/i.test(word)) return { name: word, unit: 'eV' };
    return word === 'counts/s' ? { name: 'counts', unit: 'counts/s' } : { name: word || `column${c + 1}`, unit: '' };
  });
}
