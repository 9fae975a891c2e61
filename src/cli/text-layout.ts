/** Columns of the terminal; 80 in a pipe, and never wider than prose can be read. */
export function textWidth(stream: { columns?: number } = process.stdout): number {
  return Math.min(Math.max(stream.columns ?? 80, 40), 100);
}

/** Breaks text at spaces; every line after the first starts with `hang` spaces. Line breaks in the text are kept. */
export function wrap(text: string, width = textWidth(), hang = 0): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width, hang))
    .join(`\n${' '.repeat(hang)}`);
}

function wrapLine(line: string, width: number, hang: number): string {
  const [margin] = /^ */.exec(line) as RegExpExecArray;
  const lines: string[] = [];
  let current = margin;
  let empty = true;
  for (const word of line.slice(margin.length).split(' ')) {
    const room = lines.length === 0 ? width : width - hang;
    if (!empty && current.length + 1 + word.length > room) {
      lines.push(current);
      current = word;
    } else {
      current = empty ? current + word : `${current} ${word}`;
    }
    empty = false;
  }
  lines.push(current);
  return lines.join(`\n${' '.repeat(hang)}`);
}

/** One column of a table: its heading and, for numbers, its side. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/**
 * Rows in aligned columns, two spaces apart. What does not fit into the width is wrapped inside the last column, which
 * is always aligned left.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], indent = 0): string {
  const widths = columns.map(({ title }, c) => Math.max(title.length, ...rows.map((row) => (row[c] ?? '').length)));
  const last = columns.length - 1;
  const before = indent + widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  const room = Math.max(textWidth() - before, 16);
  const line = (cells: readonly string[], heading: boolean) => {
    const padded = cells.slice(0, last).map((cell, c) => {
      const right = columns[c].align === 'right';
      return right ? cell.padStart(widths[c]) : cell.padEnd(widths[c]);
    });
    const tail = cells[last] ?? '';
    const aligned = columns[last].align === 'right' ? tail.padStart(widths[last]) : tail;
    const wrapped =
      heading || aligned.length <= room ? aligned : wrap(tail, room).replaceAll('\n', `\n${' '.repeat(before)}`);
    return `${' '.repeat(indent)}${[...padded, wrapped].join('  ')}`.trimEnd();
  };
  return [
    line(
      columns.map(({ title }) => title),
      true,
    ),
    ...rows.map((row) => line(row, false)),
  ].join('\n');
}

/** "0.42 s", "12 s", "3 min 05 s". */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(seconds < 0.995 ? 2 : 1)} s`;
  if (seconds < 59.5) return `${seconds.toFixed(0)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** A number that can be copied into a file: up to `digits` significant digits, no thin spaces, no typographic minus. */
export function plainNumber(value: number, digits = 6): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : String(value);
}
