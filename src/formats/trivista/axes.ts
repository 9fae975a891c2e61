import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { plainNumber } from '../plain-number.ts';
import { timeAxis } from '../time-axis.ts';
import { attribute, child, type Element } from '../xml-tree.ts';
import type { Frame } from './frame.ts';
import { type Settings, setting } from './settings.ts';
import { windowsOf } from './windows.ts';
import { badTriVista } from './xml.ts';

/** One of the three dimensions of a document. */
export interface Dimension {
  readonly size: number;
  readonly name: string;
  readonly unit: string;
  /** As many as `size`; undefined where the file lists none. */
  readonly positions?: Float64Array;
}

/**
 * The element `xDim`, `yDim` or `zDim`.
 * @throws SpectrailError `format/bad-trivista` for a length that is none, or a list of positions of another length.
 */
export function dimensionOf(document: Element, tag: string, where: string): Dimension {
  const element = child(document, tag);
  const size = plainNumber(attribute(element, 'Length') ?? '');
  if (size === undefined || !Number.isSafeInteger(size) || size < 1) {
    throw badTriVista(
      where,
      `the length of ${tag} is "${attribute(element, 'Length') ?? ''}"`,
      'a whole number above 0',
    );
  }
  const calibration = child(element, 'Calibration');
  const unit = attribute(calibration, 'Unit') ?? '';
  const nanometres = unit === 'Nanometer';
  const label = attribute(calibration, 'Label') ?? (nanometres ? 'Wavelength' : '');
  const positions = positionsOf(attribute(calibration, 'ValueArray') ?? '', size, `${where}, ${tag}`);
  return { size, name: label, unit: nanometres ? 'nm' : unit, positions };
}

/** A list of numbers between bars, their count before them; `0` is the list of none. */
function positionsOf(text: string, size: number, where: string): Float64Array | undefined {
  const bar = text.indexOf('|');
  if (bar < 0) return undefined;
  const words = text.slice(bar + 1).split('|', size + 1);
  if (plainNumber(text.slice(0, bar)) !== size || words.length !== size) {
    throw badTriVista(where, `its calibration lists ${text.slice(0, Math.min(bar, 20))} positions`, `${size}`);
  }
  return Float64Array.from(words, (word, i) => {
    const value = plainNumber(word);
    if (value === undefined) throw badTriVista(where, `position ${i} is "${word.slice(0, 40)}"`, 'a number');
    return value;
  });
}

/** Are positions listed, and do they rise, or fall, throughout? */
export function runsOn(dimension: Dimension): dimension is Dimension & { readonly positions: Float64Array } {
  return dimension.positions !== undefined && windowsOf(dimension.positions)?.length === 1;
}

/** Where the frames stand: axes from the slowest, and which frame is at each of their places. */
export interface Placement {
  readonly axes: readonly Axis[];
  readonly order: readonly number[];
}

/** Places on the stage where it was scanned, times where there are several frames, else positions that are listed. */
export function placeFrames(frames: readonly Frame[], z: Dimension, settings: Settings, warnings: string[]): Placement {
  const order = frames.map((_, i) => i);
  const scan = ['Z', 'Y', 'X'].flatMap((name) => scanAxis(settings, name) ?? []);
  const points = scan.reduce((product, { size }) => product * size, 1);
  if (scan.length > 0 && points === frames.length) {
    return { axes: scan.filter(({ size }) => size > 1), order: scanOrder(frames, scan) ?? order };
  }
  if (scan.length > 0) {
    const sizes = scan.map(({ size }) => size).join(' × ');
    warnings.push(`the scan has ${sizes} places, the file ${frames.length} frames: they are given one after the other`);
  }
  if (frames.length === 1) return { axes: [], order };
  return { axes: [seriesAxis(frames, z, warnings)], order };
}

/** The file names no unit of the stage: µm, as RosettaSciIO has it. */
function scanAxis(settings: Settings, name: string): (Axis & { kind: 'uniform' }) | undefined {
  const entry = (key: string) => plainNumber(setting(settings, `${name}-Axis`, key) ?? '');
  const [size, offset, scale] = [entry('Points'), entry('From'), entry('Step')];
  if (size === undefined || !Number.isSafeInteger(size) || size < 1) return undefined;
  if (offset === undefined || scale === undefined) return undefined;
  return uniformAxis({ name, unit: 'µm', role: 'navigation', size, scale, offset });
}

/** Positions of frames are in thousandths of the unit in which the scan is described. */
const PER_UNIT = 1000;

/** By the positions of the frames, for scans that turn at the end of a line; undefined where they fill no grid. */
function scanOrder(frames: readonly Frame[], scan: readonly (Axis & { kind: 'uniform' })[]): number[] | undefined {
  const order = new Array<number>(frames.length).fill(-1);
  for (const [f, { position }] of frames.entries()) {
    if (!position) return undefined;
    let place = 0;
    for (const { name, size, scale, offset } of scan) {
      const at = Math.round((position['XYZ'.indexOf(name)] / PER_UNIT - offset) / scale);
      if (!(at >= 0 && at < size)) return undefined;
      place = place * size + at;
    }
    if (order[place] !== -1) return undefined;
    order[place] = f;
  }
  return order;
}

function seriesAxis(frames: readonly Frame[], z: Dimension, warnings: string[]): Axis {
  const size = frames.length;
  if (z.size === size && runsOn(z)) {
    return explicitAxis({ name: z.name, unit: z.unit, role: 'navigation', positions: z.positions });
  }
  const [{ ticks: first }] = frames;
  const times = Float64Array.from(frames, ({ ticks }) =>
    ticks === undefined || first === undefined ? Number.NaN : Number(ticks - first) / 1e7,
  );
  if (times.every((time, i) => i === 0 || time > times[i - 1])) {
    return { ...timeAxis(times, warnings), name: 'time', role: 'navigation' };
  }
  return uniformAxis({ name: 'frame', role: 'navigation', size });
}
