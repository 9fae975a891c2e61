import { CommanderError } from 'commander';
import { type ErrorKind, inputError, isSpectrailError, SpectrailError } from '../signal/errors.ts';
import { textWidth, wrap } from './text-layout.ts';

/** What the shell is told. */
export const EXIT = { done: 0, internal: 1, input: 2, plan: 3, differs: 4, output: 5 } as const;

export const EXIT_HELP = [
  'Exit codes:',
  '  0  done',
  '  1  a fault of spectrail itself',
  '  2  bad usage, a bad argument, or a file that cannot be read',
  '  3  the recipe cannot be run: malformed, or refused by its plan',
  '  4  replay: a result differs',
  '  5  a result cannot be written',
].join('\n');

const EXIT_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  format: EXIT.input,
  input: EXIT.input,
  plan: EXIT.plan,
  output: EXIT.output,
  internal: EXIT.internal,
};

export function exitCodeOf(failure: SpectrailError): number {
  return EXIT_OF_KIND[failure.kind];
}

/** Whatever was thrown, as the one error type of the house. */
export function asFailure(error: unknown): SpectrailError {
  if (isSpectrailError(error)) return error;
  if (error instanceof CommanderError) {
    return inputError({ code: 'usage', what: error.message.replace(/^error: /, ''), fix: 'see `spectrail --help`' });
  }
  const memory = error instanceof RangeError && /allocation|array (buffer|length)|string length/i.test(error.message);
  if (memory) {
    return inputError({
      code: 'out-of-memory',
      what: `the data need more memory than there is (${error.message})`,
      fix: 'crop or rebin first, or use a machine with more memory',
      cause: error,
    });
  }
  return new SpectrailError('internal', {
    code: 'unexpected',
    what: error instanceof Error ? error.message : String(error),
    fix: 'this is a fault of spectrail: please report it with the output under SPECTRAIL_DEBUG=1',
    cause: error,
  });
}

/** What, where, expected and fix, for people: no stack unless SPECTRAIL_DEBUG is set. */
export function describeFailure(failure: SpectrailError): string {
  const { what, where, expected, fix } = failure;
  const width = textWidth(process.stderr);
  const lines = [wrap(`error: ${what}`, width, 2)];
  for (const [label, text] of [
    ['where', where],
    ['expected', expected],
    ['fix', fix],
  ] as const) {
    if (text) lines.push(wrap(`${`  ${label}:`.padEnd(13)}${text}`, width, 13));
  }
  return lines.join('\n');
}

export function failureJson({ kind, code, what, where, expected, fix }: SpectrailError) {
  return { error: { kind, code, what, where, expected, fix } };
}
