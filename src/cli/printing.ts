// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const COMMANDS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Titles, units and names come from files: what a terminal would obey instead of showing it (escape sequences, changes of
 * the writing direction) becomes a visible mark.
 */
export function printable(text: string): string {
  return text.replace(COMMANDS, '\ufffd');
}

/** One line or several to standard output. */
export function print(text = ''): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** One line or several to standard error: what is not a result. */
export function remark(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** A result for machines. Numbers JSON cannot hold become null; typed arrays become lists. */
export function printJson(value: unknown): void {
  const json = JSON.stringify(value, plainValue, 2);
  process.stdout.write(
    `${json.replace(COMMANDS, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`,
  );
}

function plainValue(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  return typeof value === 'bigint' ? Number(value) : value;
}
