import { formatError, type SpectrailError } from '../../signal/errors.ts';
import { plainNumber } from '../plain-number.ts';
import { TextLines } from '../text-lines.ts';

const SHOWN = 40;

/** The items of a VAMAS file, one a line, in the order in which they are asked for. */
export class VamasLines {
  readonly #lines: TextLines;
  readonly #name: string;

  constructor(text: string, name: string) {
    this.#lines = new TextLines(text);
    this.#name = name;
  }

  /** @throws SpectrailError `format/truncated` at the end of the file. */
  text(item: string): string {
    if (!this.#lines.next() || (this.#lines.isBlank && this.#left() === 0)) {
      throw formatError({
        code: 'truncated',
        where: `${this.#name}, line ${this.#lines.number}`,
        what: `the file ends before the ${item}`,
        expected: 'every item of ISO 14976 on a line of its own',
        fix: 'copy or export the file again',
      });
    }
    return this.#lines.line.trim();
  }

  /** A number that what follows depends on. */
  number(item: string): number {
    const text = this.text(item);
    const value = plainNumber(text);
    if (value === undefined) throw this.wrong(item, text, 'a finite number');
    return value;
  }

  /** A number that nothing depends on: as it is written where it is none. */
  optional(item: string): number | string {
    const text = this.text(item);
    return plainNumber(text) ?? text;
  }

  /**
   * A number of things that take at least `linesEach` lines each, so that there cannot be more than the rest of the file
   * has room for.
   */
  count(item: string, linesEach: number, most = Number.POSITIVE_INFINITY): number {
    const text = this.text(item);
    const value = plainNumber(text);
    const room = Math.min(most, Math.floor((this.#left() + 1) / linesEach));
    if (value === undefined || !Number.isInteger(value) || value < 0 || value > room) {
      throw this.wrong(item, text, `a whole number from 0 to ${room}, for which the file has room`);
    }
    return value;
  }

  skip(count: number, item: string): void {
    for (let i = 0; i < count; i++) this.text(item);
  }

  wrong(item: string, text: string, expected: string): SpectrailError {
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
    return formatError({
      code: 'bad-item',
      where: `${this.#name}, line ${this.#lines.number}`,
      what: `the ${item} is "${shown}"`,
      expected,
      fix: 'export the file again',
    });
  }

  /** The next line that is not blank, undefined at the end. */
  rest(): string | undefined {
    while (this.#lines.next()) if (!this.#lines.isBlank) return this.#lines.line.trim();
    return undefined;
  }

  #left(): number {
    return Math.max(0, this.#lines.text.length - this.#lines.end);
  }
}
