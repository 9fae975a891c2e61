import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, Metadata, PlainTree, TableColumn } from '../../signal/dataset.ts';
import { plainNumber } from '../plain-number.ts';
import { timeAxis } from '../time-axis.ts';
import { badXml } from './tags.ts';

/** A curve of a record, its text from `start` to `end`. */
export interface Curve {
  readonly title: string;
  readonly where: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly metadata: Metadata;
  readonly original: PlainTree;
  readonly start: number;
  readonly end: number;
}

const SEMICOLON = 0x3b;

/**
 * Pairs `x,y` between semicolons as a table of two columns; spectra `t,[c|c|…]` as an array by time and wavelength.
 * Undefined for a curve without values.
 * @throws SpectrailError `format/bad-xsyg`
 */
export function curveDataset(text: string, curve: Curve): Dataset | undefined {
  const { start, end } = curve;
  const points = countPoints(text, start, end);
  if (points === 0) return undefined;
  const firstPoint = text.slice(start, Math.min(end, start + 400));
  return /^[^,;]*,\s*\[/.test(firstPoint) ? spectra(text, curve, points) : pairs(text, curve, points);
}

/** Pieces between semicolons that are not blank. */
function* pieces(text: string, start: number, end: number): Generator<[number, number]> {
  for (let at = start; at < end; ) {
    const found = text.indexOf(';', at);
    const stop = found < 0 || found > end ? end : found;
    while (at < stop && text.charCodeAt(at) <= 0x20) at++;
    if (at < stop) yield [at, stop];
    at = stop + 1;
  }
}

function countPoints(text: string, start: number, end: number): number {
  let count = 0;
  let blank = true;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === SEMICOLON) blank = true;
    else if (blank && code > 0x20) {
      blank = false;
      count++;
    }
  }
  return count;
}

function pairs(text: string, curve: Curve, points: number): Dataset {
  const x = new Float64Array(points);
  const y = new Float64Array(points);
  let i = 0;
  for (const [from, to] of pieces(text, curve.start, curve.end)) {
    const comma = text.indexOf(',', from);
    const [a, b] =
      comma < 0 || comma >= to ? [] : [text.slice(from, comma), text.slice(comma + 1, to)].map(plainNumber);
    if (a === undefined || b === undefined || i >= points) throw badPoint(text, curve, from, to, 'x,y');
    x[i] = a;
    y[i++] = b;
  }
  const [first, second] = columnsOf(curve);
  return {
    kind: 'table',
    title: curve.title,
    rows: points,
    columns: [
      { ...first, values: x },
      { ...second, values: y },
    ],
    metadata: curve.metadata,
    original: curve.original,
    warnings: [],
  };
}

/** `t [s]; cts [1/ch]` */
function columnsOf({ attributes }: Curve): Pick<TableColumn, 'name' | 'unit'>[] {
  const labels = (attributes.get('curveDescripter') ?? attributes.get('curveDescriptor') ?? '').split(';');
  return ['x', 'y'].map((otherwise, i) => {
    const name = labels[i]?.trim() || otherwise;
    return { name, unit: unitOf(name) };
  });
}

const unitOf = (label: string) => /\[([^[\]]{1,40})\]$/.exec(label)?.[1].trim() ?? '';

function spectra(text: string, curve: Curve, points: number): ArrayDataset {
  const times = new Float64Array(points);
  let channels = 0;
  let values = new Float64Array(0);
  let i = 0;
  for (const [from, to] of pieces(text, curve.start, curve.end)) {
    const comma = text.indexOf(',', from);
    const time = comma < 0 || comma >= to ? undefined : plainNumber(text.slice(from, comma));
    const [open, close] = [text.indexOf('[', from), text.lastIndexOf(']', to)];
    if (time === undefined || i >= points || open < comma || close < open || close > to) {
      throw badPoint(text, curve, from, to, 't,[counts|counts|…]');
    }
    if (i === 0) {
      channels = countBars(text, open, close) + 1;
      // Each count has a letter, and a bar or a bracket after it.
      if (points * channels * 2 > curve.end - curve.start + points) {
        throw badXml(
          curve.where,
          `${points} spectra of ${channels} counts stand in ${curve.end - curve.start} letters`,
        );
      }
      values = new Float64Array(points * channels);
    }
    const counts = text.slice(open + 1, close).split('|', channels + 1);
    if (counts.length !== channels) {
      throw badXml(curve.where, `spectrum ${i} has ${counts.length} counts or more, the first one has ${channels}`);
    }
    for (const [j, word] of counts.entries()) {
      const value = plainNumber(word);
      if (value === undefined) throw badPoint(text, curve, from, to, 't,[counts|counts|…]');
      values[i * channels + j] = value;
    }
    times[i++] = time;
  }
  const warnings: string[] = [];
  return {
    kind: 'array',
    title: curve.title,
    shape: [points, channels],
    dtype: 'float64',
    axes: [{ ...timeAxis(times, warnings), role: 'navigation' }, wavelengths(curve, channels, warnings)],
    values: { kind: 'dense', load: async () => values.slice() },
    metadata: curve.metadata,
    original: curve.original,
    warnings,
  };
}

function countBars(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('|', from); at >= 0 && at < to; at = text.indexOf('|', at + 1)) count++;
  return count;
}

function wavelengths({ attributes }: Curve, size: number, warnings: string[]): Axis {
  const words = (attributes.get('wavelengthTable') ?? '').split(';', size + 2).filter((word) => word.trim() !== '');
  const positions = Float64Array.from(words, (word) => plainNumber(word) ?? Number.NaN);
  const way = Math.sign(positions[positions.length - 1] - positions[0]);
  const rises = positions.every(
    (at, i) => Number.isFinite(at) && (i === 0 || Math.sign(at - positions[i - 1]) === way),
  );
  if (positions.length === size && rises) {
    return explicitAxis({ name: 'Wavelength', unit: 'nm', role: 'spectral', positions });
  }
  warnings.push('the table of wavelengths does not fit the spectra: channels are counted');
  return uniformAxis({ name: '', role: 'spectral', size });
}

function badPoint(text: string, { where }: Curve, from: number, to: number, expected: string) {
  return badXml(where, `the point "${text.slice(from, Math.min(to, from + 40))}" is not ${expected}`);
}
