/**
 * Walks over the lines of a text, ended by CR LF, LF or CR, without making a list of them: a file of nothing but line ends
 * would make a list many times its size.
 */
export class TextLines {
  /** The line under the cursor is `text.slice(start, end)`. */
  start = 0;
  end = 0;
  /** Lines met so far: the number of the one under the cursor, counted from 1. */
  number = 0;
  readonly text: string;
  #next = 0;
  #feed = -1;
  #return = -1;

  constructor(text: string) {
    this.text = text;
  }

  /** Moves to the next line; false when there is none. What follows the last line end is a line, empty or not. */
  next(): boolean {
    const { text } = this;
    if (this.#next > text.length) return false;
    const start = this.#next;
    if (this.#feed < start) this.#feed = found(text.indexOf('\n', start), text);
    if (this.#return < start) this.#return = found(text.indexOf('\r', start), text);
    const end = Math.min(this.#feed, this.#return);
    this.start = start;
    this.end = end;
    this.#next = end + (this.#feed === end + 1 && this.#return === end && end < text.length - 1 ? 2 : 1);
    this.number++;
    return true;
  }

  /** What follows the line under the cursor: lines that are not blank, and the letters in them. The cursor stays. */
  ahead(): { rows: number; letters: number } {
    const rest = new TextLines(this.text);
    rest.#next = this.#next;
    let [rows, letters] = [0, 0];
    while (rest.next()) {
      if (rest.isBlank) continue;
      rows++;
      letters += rest.end - rest.start;
    }
    return { rows, letters };
  }

  get line(): string {
    return this.text.slice(this.start, this.end);
  }

  get isBlank(): boolean {
    for (let i = this.start; i < this.end; i++) if (!isBlank(this.text.charCodeAt(i))) return false;
    return true;
  }
}

function found(at: number, text: string): number {
  return at < 0 ? text.length : at;
}

/** White space as `String.trim` knows it. */
export function isBlank(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 9 && code <= 13);
  if (code < 0xa0) return false;
  return (
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}
