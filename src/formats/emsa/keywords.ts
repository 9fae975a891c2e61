import { wordNumber } from '../plain-number.ts';

/** One header line `#KEYWORD -unit: value`. */
export interface Keyword {
  /** Upper case, without the unit. */
  readonly name: string;
  readonly unit: string;
  /** Without the one blank after the colon and without trailing blanks. */
  readonly value: string;
  readonly line: number;
}

/** A header line; undefined when it has no colon. User keywords (`##NAME`) keep their second hash. */
export function parseKeyword(text: string, line: number): Keyword | undefined {
  const match = /^\s*#([^:]*):\s?(.*)$/.exec(text);
  if (!match) return undefined;
  const dash = match[1].indexOf('-');
  const name = dash < 0 ? match[1] : match[1].slice(0, dash);
  const unit = dash < 0 ? '' : match[1].slice(dash + 1).trim();
  return { name: name.trim().toUpperCase(), unit, value: match[2].trimEnd(), line };
}

/** The keyword's 12 columns and its value, as ISO 22029 writes them. */
export function formatKeyword(name: string, value: string | number, unit = ''): string {
  const label = unit ? `${name}${`-${unit}`.padStart(12 - name.length)}` : name.padEnd(12);
  return `#${label}: ${String(value).replace(/[\r\n]+/g, ' ')}`;
}

const LONGEST_NUMBER = 400;

/**
 * A number as EMSA files write it: `21.`, `5.100000e+002`, `2.0 E-06`, Fortran `1.0D+03`, `NaN`.
 * Undefined for anything else.
 */
export function parseNumber(text: string): number | undefined {
  if (text.length > LONGEST_NUMBER) return undefined;
  return wordNumber(text.trim().replace(/\s+(?=[eEdD][+-]?\d)/, ''));
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** `01-OCT-1991` as `1991-10-01`; undefined for anything else. */
export function parseDate(text: string): string | undefined {
  const match = /^\s*(\d{1,2})-([A-Za-z]{3})-(\d{4})\s*$/.exec(text);
  const month = MONTHS.indexOf((match?.[2] ?? '').toUpperCase()) + 1;
  if (!match || month === 0 || Number(match[1]) < 1 || Number(match[1]) > 31) return undefined;
  return `${match[3]}-${String(month).padStart(2, '0')}-${match[1].padStart(2, '0')}`;
}

/** `1991-10-01` as `01-OCT-1991`; undefined for anything else. */
export function formatDate(iso: string): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  const month = MONTHS[Number(match?.[2]) - 1];
  return match && month ? `${match[3]}-${month}-${match[1]}` : undefined;
}

/** `12:00` or `12:00:30` as `12:00:00`; undefined for anything else. */
export function parseTime(text: string): string | undefined {
  const match = /^\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*$/.exec(text);
  if (!match || Number(match[1]) > 23 || Number(match[2]) > 59 || Number(match[3] ?? 0) > 59) return undefined;
  return `${match[1].padStart(2, '0')}:${match[2]}:${match[3] ?? '00'}`;
}
