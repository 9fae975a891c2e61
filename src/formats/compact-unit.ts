/** Prefixes a length or a time is shown with, and what they stand for. */
const PREFIXES: readonly (readonly [string, number])[] = [
  ['', 1],
  ['m', 1e-3],
  ['µ', 1e-6],
  ['n', 1e-9],
  ['p', 1e-12],
];

export interface CompactUnit {
  readonly unit: string;
  /** Values in the file's unit, in this one. */
  readonly convert: (value: number) => number;
}

/**
 * The unit in which `size` reads as a number from 1 to 1000, for `m`, `s` and `1/m`; any other unit is kept.
 * @param size A typical extent: half the field of view, the length of a series.
 */
export function compactUnit(unit: string, size: number): CompactUnit {
  const base = unit.replaceAll(' ', '');
  const known = base === 'm' || base === 's' || base === '1/m';
  if (!known || !Number.isFinite(size) || size === 0) return { unit, convert: (value) => value };
  const reciprocal = base === '1/m';
  const magnitude = ([, factor]: readonly [string, number]) => Math.abs(reciprocal ? size * factor : size / factor);
  const fits = PREFIXES.filter((prefix) => (reciprocal ? magnitude(prefix) < 1000 : magnitude(prefix) >= 1));
  const [prefix, factor] = fits[0] ?? PREFIXES[PREFIXES.length - 1];
  return {
    unit: reciprocal ? `1 / ${prefix}m` : `${prefix}${base}`,
    convert: (value) => (reciprocal ? value * factor : value / factor),
  };
}
