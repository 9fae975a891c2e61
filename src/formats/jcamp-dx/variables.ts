import type { Block } from './block.ts';

/** One of the quantities of a table, by its symbol. */
export interface Variable {
  readonly name: string;
  readonly unit: string;
  readonly factor: number;
  readonly first?: number;
  readonly last?: number;
  readonly step?: number;
  /** Points that the header claims. */
  readonly count?: number;
}

/** Unit names of the JCAMP-DX protocols, in our spelling; others stay as they are. */
const UNITS: Readonly<Record<string, string>> = {
  '1/CM': '1/cm',
  'CM-1': '1/cm',
  'CM^-1': '1/cm',
  NANOMETERS: 'nm',
  NANOMETER: 'nm',
  MICROMETERS: 'µm',
  MICROMETER: 'µm',
  SECONDS: 's',
  SECOND: 's',
  HZ: 'Hz',
};

function unitOf(written: string): string {
  const upper = written.toUpperCase();
  return Object.hasOwn(UNITS, upper) ? UNITS[upper] : written;
}

/** A number as labels have it, `5.0` or `1,5`; undefined for anything else. */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text.length > 60 || !/^\s*[+-]?(?:\d|\.\d)/.test(text)) return undefined;
  const value = Number(text.trim().replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}

/** The variable as the NTUPLES list has it, and what a page says of its own; else as `XUNITS`, `FIRSTX` … say. */
export function variableOf(block: Block, symbol: string): Variable {
  return block.ntuples ? listed(block, symbol) : single(block, symbol);
}

function single(block: Block, symbol: string): Variable {
  const units = block.value(`${symbol}UNITS`) ?? '';
  return {
    name: block.value(`${symbol}LABEL`) || units || symbol,
    unit: unitOf(units),
    factor: numberOf(block.value(`${symbol}FACTOR`)) || 1,
    first: numberOf(block.value(`FIRST${symbol}`)),
    last: numberOf(block.value(`LAST${symbol}`)),
    step: numberOf(block.value(`DELTA${symbol}`)),
    count: numberOf(block.value('NPOINTS')),
  };
}

function listed(block: Block, symbol: string): Variable {
  const at = entries(block, 'SYMBOL').findIndex((entry) => entry.toUpperCase() === symbol);
  const entry = (label: string) => (at < 0 ? undefined : entries(block, label)[at]);
  return {
    name: entry('VARNAME') || symbol,
    unit: unitOf(entry('UNITS') ?? ''),
    factor: numberOf(entry('FACTOR')) || 1,
    first: numberOf(entry('FIRST')),
    last: numberOf(entry('LAST')),
    count: numberOf(block.value('NPOINTS')) ?? numberOf(entry('VARDIM')),
  };
}

function entries(block: Block, label: string): string[] {
  return (block.value(label) ?? '').split(',').map((entry) => entry.trim());
}
