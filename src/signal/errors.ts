/**
 * The one error type of the house. Concrete classes are not the contract, the `kind` and `code` are.
 *
 * - `format`: a file is not what it claims to be (truncated, foreign, lying header).
 * - `input`: an argument, parameter or signal does not satisfy what an operation needs.
 * - `plan`: a recipe cannot be run as written.
 * - `output`: a result cannot be written.
 * - `internal`: a broken promise of our own; please report.
 */
export type ErrorKind = 'format' | 'input' | 'plan' | 'output' | 'internal';

export interface ErrorParts {
  /** Stable, kebab-case: for machines and for documentation. */
  code: string;
  /** What was wrong, in the user's words and units. */
  what: string;
  /** File, byte, step, parameter or axis where it was found. */
  where?: string;
  /** What would have been right. */
  expected?: string;
  /** What the user can do now. */
  fix?: string;
  cause?: unknown;
}

export class SpectrailError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly what: string;
  readonly where?: string;
  readonly expected?: string;
  readonly fix?: string;

  constructor(kind: ErrorKind, parts: ErrorParts) {
    super(describe(parts), { cause: parts.cause });
    this.name = 'SpectrailError';
    this.kind = kind;
    this.code = parts.code;
    this.what = parts.what;
    this.where = parts.where;
    this.expected = parts.expected;
    this.fix = parts.fix;
  }
}

/** The same error, with some of its parts in other words. */
export function retold(error: SpectrailError, parts: Partial<ErrorParts>): SpectrailError {
  const { kind, code, what, where, expected, fix, cause, stack } = error;
  const told = new SpectrailError(kind, { code, what, where, expected, fix, cause, ...parts });
  told.stack = stack?.replace(error.message, () => told.message);
  return told;
}

function describe({ what, where, expected, fix }: ErrorParts): string {
  const lines = [where ? `${where}: ${what}` : what];
  if (expected) lines.push(`expected: ${expected}`);
  if (fix) lines.push(`fix: ${fix}`);
  return lines.join('\n  ');
}

export const formatError = (parts: ErrorParts) => new SpectrailError('format', parts);
export const inputError = (parts: ErrorParts) => new SpectrailError('input', parts);
export const planError = (parts: ErrorParts) => new SpectrailError('plan', parts);
export const outputError = (parts: ErrorParts) => new SpectrailError('output', parts);
export const internalError = (parts: ErrorParts) => new SpectrailError('internal', parts);

/** Guard: is `error` ours, and (when given) of this kind? */
export function isSpectrailError(error: unknown, kind?: ErrorKind): error is SpectrailError {
  return error instanceof SpectrailError && (kind === undefined || error.kind === kind);
}
