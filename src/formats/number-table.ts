import { formatError } from '../signal/errors.ts';
import { plainNumber } from './plain-number.ts';

const MOST_COLUMNS = 1 << 14;

/** Rows of as many numbers each, as they come. */
export class NumberTable {
  width = 0;
  readonly #numbers: number[] = [];

  get rows(): number {
    return this.width === 0 ? 0 : this.#numbers.length / this.width;
  }

  /**
   * Adds a line of numbers separated by blanks.
   * @throws SpectrailError `format/bad-row` for a word that is no number, more or fewer numbers than
   * in the first row, or more than 16384.
   */
  addRow(line: string, where: string): void {
    let count = 0;
    for (const [word] of line.matchAll(/\S+/g)) {
      const value = plainNumber(word);
      if (value === undefined)
        throw badRow(where, `"${word.slice(0, 40)}" is no number`, 'numbers separated by blanks');
      this.#numbers.push(value);
      if (++count > MOST_COLUMNS) throw badRow(where, `the row has more than ${MOST_COLUMNS} numbers`, 'fewer');
    }
    if (this.width === 0) this.width = count;
    if (count !== this.width) throw badRow(where, `the row has ${count} numbers`, `${this.width}, as the rows above`);
  }

  /** The columns, one array each. */
  columns(): Float64Array[] {
    const { width, rows } = this;
    const columns = Array.from({ length: width }, () => new Float64Array(rows));
    for (let i = 0; i < rows * width; i++) columns[i % width][Math.floor(i / width)] = this.#numbers[i];
    return columns;
  }
}

function badRow(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-row', where, what, expected, fix: 'export the file again' });
}
