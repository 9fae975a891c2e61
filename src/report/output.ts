import type { NumberArray } from '../signal/dtype.ts';

/** An array to be written as `.npy`, C order. */
export interface ArrayContent {
  readonly array: NumberArray;
  readonly shape: readonly number[];
}

/** A file of the result folder; whoever writes the folder encodes arrays. */
export interface OutputFile {
  /** Relative, forward slashes. */
  readonly path: string;
  readonly content: string | Uint8Array | ArrayContent;
}

/** JSON with sorted keys, so that equal content is equal text. */
export function sortedJson(value: unknown): string {
  return `${JSON.stringify(value, sortKeys, 2)}\n`;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** RFC 4180. Numbers in full precision; what is not finite is empty. */
export function csv(header: readonly string[], rows: Iterable<readonly (string | number | undefined)[]>): string {
  const lines = [header.map(csvCell).join(',')];
  for (const row of rows) lines.push(row.map(csvCell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function csvCell(cell: string | number | undefined): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
