export class SpectrailError extends Error {
    kind;
    code;
    what;
    where;
    expected;
    fix;
    constructor(kind, parts) {
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
/** The same error, found at `where`. */
export function relocated(error, where) {
    const { kind, code, what, expected, fix, cause, stack } = error;
    const moved = new SpectrailError(kind, { code, what, where, expected, fix, cause });
    moved.stack = stack?.replace(error.message, moved.message);
    return moved;
}
function describe({ what, where, expected, fix }) {
    const lines = [where ? `${where}: ${what}` : what];
    if (expected)
        lines.push(`expected: ${expected}`);
    if (fix)
        lines.push(`fix: ${fix}`);
    return lines.join('\n  ');
}
export const formatError = (parts) => new SpectrailError('format', parts);
export const inputError = (parts) => new SpectrailError('input', parts);
export const planError = (parts) => new SpectrailError('plan', parts);
export const outputError = (parts) => new SpectrailError('output', parts);
export const internalError = (parts) => new SpectrailError('internal', parts);
/** Guard: is `error` ours, and (when given) of this kind? */
export function isSpectrailError(error, kind) {
    return error instanceof SpectrailError && (kind === undefined || error.kind === kind);
}
