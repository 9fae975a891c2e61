import { formatError, type SpectrailError } from '../../signal/errors.ts';
import { NumberList } from '../number-list.ts';
import { TextLines } from '../text-lines.ts';
import { textNumbers } from '../text-numbers.ts';

/** A line BANK: number, points, records, how the points are spaced, four coefficients, how they are written. */
export interface BankHeader {
  readonly bank: number;
  readonly size: number;
  readonly binning: string;
  readonly coefficients: readonly number[];
  readonly type: string;
  /** Of the line, counted from 1. */
  readonly line: number;
}

/** What stands below it. */
export interface BankPoints {
  /** As listed, in the file's unit. */
  readonly positions?: Float64Array;
  readonly values: Float64Array;
  /** Standard uncertainties. */
  readonly esds?: Float64Array;
}

/**
 * The points of a bank, in the records below its line.
 * @throws SpectrailError `format/truncated`, `format/bad-data`, and `format/unknown-type` for a way of writing that is not read.
 */
export function readPoints(header: BankHeader, records: string, name: string): BankPoints {
  const { size, type } = header;
  if (type === 'STD') return { values: whole(header, fixed(header, records, name, 8, 2), name) };
  if (type === 'ESD') {
    const [values, esds] = columns(fixed(header, records, name, 8, 0), header, 2, name);
    return { values, esds };
  }
  const width = type === 'FXYE' ? 3 : type === 'FXY' ? 2 : 0;
  if (width === 0) {
    throw formatError({
      code: 'unknown-type',
      where: `${name}, line ${header.line}`,
      what: `the ${size} points of bank ${header.bank} are written as ${type}`,
      expected: 'STD, ESD, FXY or FXYE',
      fix: 'export the data as FXYE',
    });
  }
  const bad = (word: string, line: number) => badNumber(header, line, word, name);
  const [positions, values, esds] = columns(textNumbers(records, { comment: '#', bad }), header, width, name);
  return { positions, values, esds };
}

/** Numbers in fields of a constant width, `skip` letters of which are something else; a blank field is 0, as in Fortran. */
function fixed(header: BankHeader, records: string, name: string, width: number, skip: number): Float64Array {
  const numbers = new NumberList();
  const lines = new TextLines(records);
  const most = header.type === 'ESD' ? 2 * header.size : header.size;
  while (numbers.length < most && lines.next()) {
    const record = lines.line.trimEnd();
    if (record.startsWith('#')) continue;
    for (let at = 0; at < record.length && at < 80 && numbers.length < most; at += width) {
      const field = record.slice(at + skip, at + width).trim();
      const value = Number(field);
      if (!Number.isFinite(value)) throw badNumber(header, lines.number, field, name);
      numbers.push(value);
    }
  }
  return numbers.toArray();
}

function whole(header: BankHeader, numbers: Float64Array, name: string): Float64Array {
  if (numbers.length >= header.size) return numbers;
  throw formatError({
    code: 'truncated',
    where: `${name}, line ${header.line}`,
    what: `bank ${header.bank} has ${numbers.length} points`,
    expected: `${header.size} points, as its line says`,
    fix: 'copy the file again, or export it again: it was cut short',
  });
}

function columns(numbers: Float64Array, header: BankHeader, width: number, name: string): Float64Array[] {
  whole(header, numbers.subarray(0, Math.floor(numbers.length / width)), name);
  return Array.from({ length: width }, (_, c) =>
    Float64Array.from({ length: header.size }, (_, i) => numbers[i * width + c]),
  );
}

function badNumber(header: BankHeader, line: number, word: string, name: string): SpectrailError {
  return formatError({
    code: 'bad-data',
    where: `${name}, line ${header.line + line}`,
    what: `"${word}" is no number`,
    expected: `the points of bank ${header.bank}, written as ${header.type}`,
    fix: 'correct the line in a text editor, or export the file again',
  });
}
