import { formatError, type SpectrailError } from '../signal/errors.ts';

/** `format/bad-data` at a line of a text that someone may have edited. */
export function badLine(name: string, line: number, what: string, expected: string): SpectrailError {
  return formatError({
    code: 'bad-data',
    where: `${name}, line ${line}`,
    what,
    expected,
    fix: 'correct the line in a text editor, or export the file again',
  });
}
