import type { TableColumn } from '../../signal/dataset.ts';
import type { Block, Cell, Loop } from './blocks.ts';

const NUMBER = /^([+-]?(?:\d+(?:\.(\d*))?|\.(\d+)))(?:[eE]([+-]?\d+))?(?:\((\d+)\))?$/;
const LONGEST_NUMBER = 80;

/** A number, and its standard uncertainty where it has one: `12.3(4)` is 12.3 and 0.4, `5540(160)` is 5540 and 160. */
export function cifNumber(cell: Cell): { value: number; esd?: number } | undefined {
  const match = cell !== null && cell.length <= LONGEST_NUMBER ? NUMBER.exec(cell) : null;
  if (!match) return undefined;
  const [, mantissa, decimals, fraction, exponent = '0', uncertainty] = match;
  const value = Number(`${mantissa}e${exponent}`);
  if (!Number.isFinite(value)) return undefined;
  if (uncertainty === undefined) return { value };
  const esd = Number(`${uncertainty}e${Number(exponent) - (decimals ?? fraction ?? '').length}`);
  return Number.isFinite(esd) ? { value, esd } : { value };
}

/** The single number of a name; undefined where there is none. */
export function numberAt({ items }: Block, name: string): number | undefined {
  return cifNumber(items.get(name)?.value ?? null)?.value;
}

/** The single text of a name, without blanks around; undefined where it says nothing. */
export function textAt({ items }: Block, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = items.get(name)?.value?.trim();
    if (text !== undefined && text !== '' && text !== '?') return text;
  }
  return undefined;
}

export function rowsOf({ names, cells }: Loop): number {
  return cells.length / names.length;
}

export function cellsOf(loop: Loop, name: string): Cell[] | undefined {
  const column = loop.names.indexOf(name);
  if (column < 0) return undefined;
  return Array.from({ length: rowsOf(loop) }, (_, row) => loop.cells[row * loop.names.length + column]);
}

/**
 * A column of numbers, and one of their uncertainties, called `…_err`, where any has one; none where a cell is neither a
 * number nor unknown, or no cell is a number. What is unknown is not-a-number.
 */
export function numericColumns(loop: Loop, name: string, label: string, unit = ''): TableColumn[] {
  const cells = cellsOf(loop, name) ?? [];
  const values = new Float64Array(cells.length).fill(Number.NaN);
  let esds: Float64Array | undefined;
  let known = 0;
  for (const [row, cell] of cells.entries()) {
    if (cell === null) continue;
    const number = cifNumber(cell);
    if (!number) return [];
    known++;
    values[row] = number.value;
    if (number.esd === undefined) continue;
    esds ??= new Float64Array(cells.length).fill(Number.NaN);
    esds[row] = number.esd;
  }
  if (known === 0) return [];
  return [{ name: label, unit, values }, ...(esds ? [{ name: `${label}_err`, unit, values: esds }] : [])];
}
