import { formatError } from '../../signal/errors.ts';
import { NumberList } from '../number-list.ts';
import { TextLines } from '../text-lines.ts';
import { withoutComment } from './labels.ts';
import { afterDigits, afterNumber, type Exponents, isSeparator } from './numbers.ts';

/** Where a table stands, and how many points it may have at most. */
export interface TableText {
  readonly file: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Number of the line in which `start` is. */
  readonly line: number;
  readonly most: number;
}

/** Points of a table `(X++(Y..Y))` as written, before factors. */
export interface Ordinates {
  readonly values: Float64Array;
  /** Abscissa at the head of each line. */
  readonly heads: Float64Array;
  /** Index of the point that each head belongs to. */
  readonly indices: Float64Array;
  /** Numbers of the lines whose first ordinate is not the last one of the differences before it. */
  readonly wrongChecks: readonly number[];
}

/** Codes that stand for a sign and a first digit, or for a count, and their values. */
const SQUEEZED = codes('@ABCDEFGHI', 'abcdefghi');
const DIFFERENCE = codes('%JKLMNOPQR', 'jklmnopqr');
const DUPLICATE: ReadonlyMap<number, string> = new Map([...'STUVWXYZs'].map((c, i) => [c.charCodeAt(0), `${i + 1}`]));

function codes(positive: string, negative: string): ReadonlyMap<number, string> {
  return new Map([
    ...[...positive].map((c, i) => [c.charCodeAt(0), `${i}`] as const),
    ...[...negative].map((c, i) => [c.charCodeAt(0), `-${i + 1}`] as const),
  ]);
}

/** Wrong checks that are listed; more are not worth the memory. */
const MOST_LISTED = 100;

/**
 * Decodes a table `(X++(Y..Y))` in any of its forms: AFFN, PAC, SQZ, DIF, DUP, mixed as they come. A `?` is a missing value,
 * NaN. After a line that ends in a difference the next one begins with a check, the last value once more.
 *
 * @throws SpectrailError `format/bad-data` naming the line, `format/too-many-points`.
 */
export function readOrdinates(table: TableText): Ordinates {
  const { text, start, end, line } = table;
  const exponents = exponentsOf(text.slice(start, end));
  const decoder = new Decoder(table, exponents);
  const lines = new TextLines(text.slice(start, end));
  while (lines.next()) decoder.line(withoutComment(lines.line), line + lines.number - 1);
  return decoder;
}

function exponentsOf(table: string): Exponents {
  for (const lines = new TextLines(table); lines.next(); ) {
    if (/[@%A-DF-Za-df-s]/.test(withoutComment(lines.line))) return 'coded';
  }
  return 'plain';
}

class Decoder implements Ordinates {
  readonly wrongChecks: number[] = [];
  readonly #values = new NumberList();
  readonly #heads = new NumberList();
  readonly #indices = new NumberList();
  readonly #table: TableText;
  readonly #exponents: Exponents;
  #last = Number.NaN;
  /** The last difference, where the last ordinate was written as one. */
  #difference: number | undefined;

  constructor(table: TableText, exponents: Exponents) {
    this.#table = table;
    this.#exponents = exponents;
  }

  get values(): Float64Array {
    return this.#values.toArray();
  }

  get heads(): Float64Array {
    return this.#heads.toArray();
  }

  get indices(): Float64Array {
    return this.#indices.toArray();
  }

  line(text: string, number: number): void {
    let at = 0;
    let place: 'head' | 'first' | 'later' = 'head';
    let checks = false;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (isSeparator(code)) {
        at++;
        continue;
      }
      const next = this.#afterToken(text, at, code);
      if (next === at) throw this.#bad(number, `"${text.slice(at, at + 20)}" is no number`);
      const token = text.slice(at, next);
      at = next;
      if (place === 'head') {
        const lead = SQUEEZED.get(code);
        if (lead === undefined && (DIFFERENCE.has(code) || DUPLICATE.has(code) || token === '?')) {
          throw this.#bad(number, `the line begins with "${token}"`);
        }
        checks = this.#difference !== undefined;
        this.#heads.push(Number(lead === undefined ? token : lead + token.slice(1)));
        this.#indices.push(this.#values.length - (checks ? 1 : 0));
        place = 'first';
      } else {
        this.#ordinate(token, code, number, place === 'first' && checks);
        place = 'later';
      }
    }
  }

  #afterToken(text: string, at: number, code: number): number {
    if (code === 0x3f) return at + 1;
    if (SQUEEZED.has(code) || DIFFERENCE.has(code) || DUPLICATE.has(code))
      return afterDigits(text, at + 1, text.length);
    return afterNumber(text, at, text.length, this.#exponents);
  }

  #ordinate(token: string, code: number, line: number, check: boolean): void {
    const repeats = DUPLICATE.get(code);
    if (repeats !== undefined) {
      this.#repeat(Number(repeats + token.slice(1)), line);
      return;
    }
    const step = DIFFERENCE.get(code);
    if (step !== undefined) {
      if (Number.isNaN(this.#last)) throw this.#bad(line, `"${token}" is a difference to nothing`);
      this.#difference = Number(step + token.slice(1));
      this.#push(this.#last + this.#difference, line);
      return;
    }
    const lead = SQUEEZED.get(code);
    const value = token === '?' ? Number.NaN : Number(lead === undefined ? token : lead + token.slice(1));
    this.#difference = undefined;
    if (check) {
      if (value !== this.#last && this.wrongChecks.length < MOST_LISTED) this.wrongChecks.push(line);
      this.#last = value;
    } else this.#push(value, line);
  }

  #repeat(count: number, line: number): void {
    if (this.#values.length === 0) throw this.#bad(line, 'a repetition of nothing');
    if (!Number.isInteger(count)) throw this.#bad(line, `${count} repetitions`);
    if (this.#values.length + count > this.#table.most) throw this.#tooMany(line);
    for (let i = 1; i < count; i++) this.#push(this.#last + (this.#difference ?? 0), line);
  }

  #push(value: number, line: number): void {
    if (this.#values.length >= this.#table.most) throw this.#tooMany(line);
    this.#values.push(value);
    this.#last = value;
  }

  #tooMany(line: number) {
    return formatError({
      code: 'too-many-points',
      where: `${this.#table.file}, line ${line}`,
      what: `the table has more than ${this.#table.most} points`,
      expected: 'a number of points in proportion to the file',
      fix: 'the file may be damaged: export it again',
    });
  }

  #bad(line: number, what: string) {
    return badData(this.#table.file, line, what);
  }
}

export function badData(file: string, line: number, what: string) {
  return formatError({
    code: 'bad-data',
    where: `${file}, line ${line}`,
    what,
    expected: 'numbers in one of the forms of JCAMP-DX (AFFN, PAC, SQZ, DIF, DUP)',
    fix: 'correct the line in a text editor, or export the spectrum again',
  });
}

/**
 * The numbers of a table such as `(XY..XY)`, in the order in which they stand.
 * @throws SpectrailError `format/bad-data`, `format/too-many-points`.
 */
export function readNumbers({ file, text, start, end, line: first }: TableText): Float64Array {
  const numbers = new NumberList();
  for (const lines = new TextLines(text.slice(start, end)); lines.next(); ) {
    const line = withoutComment(lines.line);
    for (let at = 0; at < line.length; ) {
      if (isSeparator(line.charCodeAt(at))) {
        at++;
        continue;
      }
      const next = line[at] === '?' ? at + 1 : afterNumber(line, at, line.length, 'plain');
      if (next === at) {
        throw badData(file, first + lines.number - 1, `"${line.slice(at, at + 20)}" is no number`);
      }
      numbers.push(line[at] === '?' ? Number.NaN : Number(line.slice(at, next)));
      at = next;
    }
  }
  return numbers.toArray();
}
