/** One line or several to standard output. */
export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** A result for machines. Numbers JSON cannot hold become null; typed arrays become lists. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, plainValue, 2));
}

function plainValue(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  return typeof value === 'bigint' ? Number(value) : value;
}
