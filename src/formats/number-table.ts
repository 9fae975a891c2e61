import { formatError } from '../signal/errors.ts';
import { NumberList } from './number-list.ts';
import { plainNumber } from './plain-number.ts';

/** Rows of as many numbers each, as they come. */
export class NumberTable {
  width = 0;
  readonly #numbers = new NumberList();

  get rows(): number {
    return this.width === 0 ? 0 : this.#numbers.length / this.width;
  }

  /**
   * Adds a line of numbers separated by blanks.
   * @throws SpectrailError `format/bad-row` for a word that is no number, or more or fewer numbers than in the first row.
   */
  addRow(line: string, where: string): void {
    let count = 0;
    for (const [word] of line.matchAll(/\S+/g)) {
      const value = plainNumber(word);
      if (value === undefined)
        throw badRow(where, `"${word.slice(0, 40)}" is no number`, 'numbers separated by blanks');
      this.#numbers.push(value);
      count++;
    }
    if (this.width === 0) this.width = count;
    if (count !== this.width) throw badRow(where, `the row has ${count} numbers`, `${this.width}, as the rows above`);
  }

  /** The columns, one array each. */
  columns(): Float64Array[] {
    const numbers = this.#numbers.toArray();
    return Array.from({ length: this.width }, (_, c) =>
      new Float64Array(this.rows).map((_, r) => numbers[r * this.width + c]),
    );
  }
}

function badRow(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-row', where, what, expected, fix: 'export the file again' });
}
