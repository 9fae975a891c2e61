import { inputError } from './errors.ts';

/**
 * The units the core understands: dimension and factor to that dimension's base unit (eV, nm, s, rad, count).
 * Spelling variants of instrument software map to one symbol; anything else is carried verbatim and cannot be converted.
 */
const UNITS: Readonly<Record<string, { dimension: string; factor: number }>> = {
  eV: { dimension: 'energy', factor: 1 },
  keV: { dimension: 'energy', factor: 1e3 },
  meV: { dimension: 'energy', factor: 1e-3 },
  pm: { dimension: 'length', factor: 1e-3 },
  Å: { dimension: 'length', factor: 0.1 },
  nm: { dimension: 'length', factor: 1 },
  µm: { dimension: 'length', factor: 1e3 },
  mm: { dimension: 'length', factor: 1e6 },
  cm: { dimension: 'length', factor: 1e7 },
  m: { dimension: 'length', factor: 1e9 },
  ns: { dimension: 'time', factor: 1e-9 },
  µs: { dimension: 'time', factor: 1e-6 },
  ms: { dimension: 'time', factor: 1e-3 },
  s: { dimension: 'time', factor: 1 },
  min: { dimension: 'time', factor: 60 },
  h: { dimension: 'time', factor: 3600 },
  mrad: { dimension: 'angle', factor: 1e-3 },
  rad: { dimension: 'angle', factor: 1 },
  '°': { dimension: 'angle', factor: Math.PI / 180 },
};

const SPELLINGS: Readonly<Record<string, string>> = {
  um: 'µm',
  μm: 'µm',
  micron: 'µm',
  microns: 'µm',
  us: 'µs',
  μs: 'µs',
  A: 'Å',
  angstrom: 'Å',
  ev: 'eV',
  kev: 'keV',
  KeV: 'keV',
  sec: 's',
  deg: '°',
  dg: '°',
  degrees: '°',
  mR: 'mrad',
  'gr/mm': '1/mm',
};

/** One spelling per unit; an unknown unit comes back unchanged. */
export function canonicalUnit(unit: string): string {
  const trimmed = unit.trim();
  return Object.hasOwn(SPELLINGS, trimmed) ? SPELLINGS[trimmed] : trimmed;
}

/**
 * Converts a value between units of one dimension.
 * @throws SpectrailError `input/unit-mismatch` when either unit is unknown or the dimensions differ.
 */
export function convertUnit(value: number, from: string, to: string): number {
  const [a, b] = [canonicalUnit(from), canonicalUnit(to)];
  if (a === b) return value;
  const [source, target] = [a, b].map((unit) => (Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined));
  if (!source || !target || source.dimension !== target.dimension) {
    throw inputError({
      code: 'unit-mismatch',
      what: `cannot convert from "${from}" to "${to}"`,
      expected: source
        ? `a unit of ${source.dimension}: ${unitsOf(source.dimension).join(', ')}`
        : `a known unit instead of "${from}"`,
      fix: 'state the value in the unit of the axis',
    });
  }
  return (value * source.factor) / target.factor;
}

/** Are both known, and of one dimension? */
export function isConvertible(from: string, to: string): boolean {
  const [a, b] = [from, to].map(canonicalUnit).map((unit) => (Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined));
  return a !== undefined && a.dimension === b?.dimension;
}

export function isKnownUnit(unit: string): boolean {
  return Object.hasOwn(UNITS, canonicalUnit(unit));
}

function unitsOf(dimension: string): string[] {
  return Object.keys(UNITS).filter((name) => UNITS[name].dimension === dimension);
}

const LONGEST_QUANTITY = 80;

/**
 * Parses "4.5 keV", "4500 eV" or a bare number (taken in `unit`) into `unit`.
 * @throws SpectrailError `input/bad-quantity` | `input/unit-mismatch`
 */
export function parseInUnit(text: string | number, unit: string): number {
  if (typeof text === 'number') return text;
  const known = text.length <= LONGEST_QUANTITY;
  const match = known ? /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)$/.exec(text.trim()) : null;
  if (!match) {
    throw inputError({
      code: 'bad-quantity',
      what: `"${known ? text : `${text.slice(0, LONGEST_QUANTITY)}…`}" is not a number with a unit`,
      expected: `for example "4.5 ${unit}"`,
    });
  }
  return match[2] ? convertUnit(Number(match[1]), match[2], unit) : Number(match[1]);
}
