import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatLogTick,
  formatNumber,
  formatPercent,
  formatProbability,
  formatWithError,
} from './numbers.ts';

describe('numbers in print', () => {
  test('significant digits, thin spaces and powers of ten are chosen by size', () => {
    expect([0, 12, 1234, 12345, 0.12345, -2.34567, 12345.6, 1.5e7 + 0.5, 1.2e-5].map((x) => formatNumber(x))).toEqual([
      '0',
      '12',
      '1234',
      '12\u202f345',
      '0.123',
      '−2.35',
      '12\u202f346',
      '1.5×10⁷',
      '1.2×10⁻⁵',
    ]);
  });

  test('what is not finite is a dash everywhere', () => {
    for (const x of [Number.NaN, Infinity, -Infinity]) {
      expect([formatNumber(x), formatPercent(x), formatProbability(x), formatBytes(x), formatWithError(x, 1)]).toEqual(
        Array(5).fill('–'),
      );
    }
  });

  test('two significant digits of the error decide the digits of the value', () => {
    expect(formatWithError(1234.567, 6.789)).toBe('1234.6 ± 6.8');
    expect(formatWithError(12345.6, 234)).toBe('12\u202f350 ± 230');
    expect(formatWithError(0.5, 0.0123)).toBe('0.500 ± 0.012');
    expect(formatWithError(1.234e9, 5e6)).toBe('(1.2340 ± 0.0050)×10⁹');
    expect(formatWithError(5, 0)).toBe('5');
    expect(formatWithError(5, Number.NaN)).toBe('5');
  });

  test('a probability below what a double can tell from zero is a bound', () => {
    expect(formatProbability(0)).toBe('< 10⁻¹⁶');
    expect(formatProbability(0.0341)).toBe('0.034');
  });

  test('log ticks are powers where they are powers', () => {
    expect([1e-5, 0.01, 1, 1000, 1e6, 50].map(formatLogTick)).toEqual(['10⁻⁵', '0.01', '1', '1000', '10⁶', '50']);
  });
});
