import { inputError } from '../../signal/errors.ts';

/** @throws input error `baseline-parameter` unless `value` is whole and in [least, most]. */
export function requireWhole(name: string, value: number, least: number, most = Number.POSITIVE_INFINITY): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw outOfRange(
    name,
    value,
    most < Number.POSITIVE_INFINITY ? `whole, ${least} to ${most}` : `whole, from ${least}`,
  );
}

/** @throws input error `baseline-parameter` unless `value` is finite and above `least`. */
export function requireAbove(name: string, value: number, least: number): void {
  if (!(value > least && value < Number.POSITIVE_INFINITY)) throw outOfRange(name, value, `a number above ${least}`);
}

/** @throws input error `baseline-shape` unless both matrices are rows × channels and there is at least one channel. */
export function requireRows(values: Float64Array, rows: number, channels: number, out: Float64Array): void {
  requireWhole('rows', rows, 0);
  requireWhole('channels', channels, 1);
  if (values.length === rows * channels && out.length === values.length) return;
  throw inputError({
    code: 'baseline-shape',
    what: `${values.length} values and place for ${out.length} results`,
    where: 'baseline',
    expected: `${rows} rows × ${channels} channels of both`,
  });
}

export function outOfRange(name: string, value: unknown, expected: string) {
  return inputError({ code: 'baseline-parameter', what: `${name} = ${value}`, where: 'baseline', expected });
}
