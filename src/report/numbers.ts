import { portableLog10, portablePow } from '../kernels/index.ts';

const THIN = '\u202f';
const MINUS = '\u2212';
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
export const NO_NUMBER = '–';

/** A number as print sets it: significant digits, thin spaces between thousands, powers of ten where needed. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return NO_NUMBER;
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  if (size === 0) return '0';
  if (Number.isInteger(value) && size < 1e9) return sign + grouped(String(size));
  if (size >= 1e6 || size < 1e-3) return sign + scientific(size, digits);
  if (size >= portablePow(10, digits)) return sign + grouped(String(Math.round(size)));
  return sign + String(Number(size.toPrecision(digits)));
}

/** Always with this many decimals. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return NO_NUMBER;
  const text = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? MINUS : '') + grouped(text);
}

/** "1 234.5 ± 6.7": two significant digits of the error decide; without an error, the value alone. */
export function formatWithError(value: number, sigma: number): string {
  if (!Number.isFinite(value) || !Number.isFinite(sigma) || sigma <= 0) return formatNumber(value);
  const scale = Math.max(Math.abs(value), sigma);
  if (scale >= 1e7 || scale < 1e-3) {
    const exponent = Math.floor(portableLog10(scale));
    const unit = portablePow(10, exponent);
    return `(${formatWithError(value / unit, sigma / unit)})×10${superscript(exponent)}`;
  }
  const decimals = 1 - Math.floor(portableLog10(sigma));
  if (decimals >= 0) return `${formatFixed(value, decimals)} ± ${formatFixed(sigma, decimals)}`;
  const step = portablePow(10, -decimals);
  const rounded = (x: number) => formatNumber(Math.round(x / step) * step);
  return `${rounded(value)} ± ${rounded(sigma)}`;
}

/** "62.1 %" */
export function formatPercent(fraction: number): string {
  if (!Number.isFinite(fraction)) return NO_NUMBER;
  const percent = fraction * 100;
  if (percent > 0 && percent < 0.1) return `${formatNumber(percent, 2)}${THIN}%`;
  return `${formatFixed(percent, 1)}${THIN}%`;
}

/** A probability: "0.034", "3.1×10⁻⁵", "< 10⁻¹⁶" where it is smaller than a double can tell from zero. */
export function formatProbability(p: number): string {
  if (!Number.isFinite(p)) return NO_NUMBER;
  return p < 1e-16 ? `< 10${superscript(-16)}` : formatNumber(p, 2);
}

/** "12.3 MB" */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  if (!Number.isFinite(bytes)) return NO_NUMBER;
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${formatNumber(value)}${THIN}${units[unit]}`;
}

/** "5 pixels", "1 pixel" */
export function counted(n: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(n)} ${n === 1 ? noun : plural}`;
}

/** Ticks of a log axis: powers of ten as 0.01 … 1000 or 10ⁿ, others as numbers. */
export function formatLogTick(value: number): string {
  const exponent = portableLog10(value);
  const power = Math.round(exponent);
  if (Math.abs(exponent - power) > 1e-6 || (power >= -2 && power <= 3)) return formatNumber(value);
  return powerOfTen(power);
}

/** "10⁻³" */
export function powerOfTen(exponent: number): string {
  return `10${superscript(exponent)}`;
}

/** As many decimals as tell neighbours `step` apart. */
export function decimalsFor(step: number): number {
  return step > 0 && Number.isFinite(step) ? Math.min(Math.max(Math.ceil(-portableLog10(step) - 1e-9), 0), 9) : 0;
}

function scientific(size: number, digits: number): string {
  const [mantissa, exponent] = size.toExponential(digits - 1).split('e');
  return `${Number(mantissa)}×10${superscript(Number(exponent))}`;
}

function superscript(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return (exponent < 0 ? '⁻' : '') + digits;
}

function grouped(text: string): string {
  const [whole, decimals] = text.split('.');
  const spaced = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, THIN) : whole;
  return decimals === undefined ? spaced : `${spaced}.${decimals}`;
}
