import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import { elementText } from '../guarded-xml.ts';
import { child, type Element } from '../xml-tree.ts';
import { numberIn } from './description.ts';

/** Kinds of calibrated axes: positions are in m, angles in rad. */
const KINDS: Readonly<Record<string, { readonly unit: string; readonly factor: number }>> = {
  Position: { unit: 'nm', factor: 1e9 },
  Angle: { unit: 'rad', factor: 1 },
};

/** Rows, then columns of an image; of angles, ky and kx. Pixels, with a warning, where it is not calibrated. */
export function imageAxes(shape: readonly number[], calibration: Element | undefined, warnings: string[]): Axis[] {
  const [rows, columns] = shape;
  return [
    axisOf('y', rows, child(calibration, 'Y'), warnings),
    axisOf('x', columns, child(calibration, 'X'), warnings),
  ];
}

function axisOf(name: string, size: number, calibration: Element | undefined, warnings: string[]): Axis {
  const role: AxisRole = 'signal';
  const kind = elementText(child(calibration, 'Type', 'Text'));
  const [offset, scale] = [numberIn(child(calibration, 'Offset')), numberIn(child(calibration, 'Scale'))];
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  const called = kind === 'Angle' ? `k${name}` : name;
  if (offset === undefined || !scale || !known) {
    warnings.push(`axis "${called}" is not calibrated: positions are pixels`);
    return uniformAxis({ name: called, role, size });
  }
  const { unit, factor } = known;
  return uniformAxis({ name: called, unit, role, size, scale: scale * factor, offset: offset * factor });
}

/** Where the beam was, m. */
export type Position = readonly [x: number, y: number];

/** A scan in lines of equal steps, beginning at `first`. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly step: Position;
  readonly lineStep: Position;
  readonly first: Position;
}

/** Parts of a step by which positions may be off. */
const TOLERANCE = 0.05;

/**
 * The lines in which the beam went, from as few positions as tell: those of the first line, and both ends of the others.
 * Undefined where the steps are not equal, or there are no positions. Frames after the last complete line are not in the grid.
 */
export async function gridOf(
  frames: number,
  positionOf: (frame: number) => Promise<Position | undefined>,
): Promise<Grid | undefined> {
  const first = await positionOf(0);
  const second = frames > 1 ? await positionOf(1) : undefined;
  if (!first || !second) return undefined;
  const step = difference(second, first);
  const length = lengthOf(step);
  if (!(length > 0)) return undefined;
  const near = (position: Position | undefined, wanted: Position) =>
    position !== undefined && lengthOf(difference(position, wanted)) <= TOLERANCE * length;
  let columns = 2;
  while (columns < frames && near(await positionOf(columns), along(first, step, columns))) columns++;
  const rows = Math.floor(frames / columns);
  if (rows <= 1) return columns === frames ? { columns, rows: 1, step, lineStep: [0, 0], first } : undefined;
  const below = await positionOf(columns);
  if (!below) return undefined;
  const lineStep = difference(below, first);
  for (let row = 1; row < rows; row++) {
    const start = along(first, lineStep, row);
    const ends = [await positionOf(row * columns), await positionOf((row + 1) * columns - 1)];
    if (!near(ends[0], start) || !near(ends[1], along(start, step, columns - 1))) return undefined;
  }
  return { columns, rows, step, lineStep, first };
}

const lengthOf = ([x, y]: Position): number => Math.sqrt(x * x + y * y);
const difference = (a: Position, b: Position): Position => [a[0] - b[0], a[1] - b[1]];
const along = (from: Position, step: Position, times: number): Position => [
  from[0] + times * step[0],
  from[1] + times * step[1],
];

/** In nm; of a scan that is turned, along its lines and across them. */
export function gridAxes({ columns, rows, step, lineStep, first }: Grid): Axis[] {
  const axis = (name: string, size: number, by: Position) => {
    const length = lengthOf(by);
    // Along an axis of the image a falling scan has falling positions.
    const straight = name === 'x' ? Math.abs(by[1]) <= TOLERANCE * length : Math.abs(by[0]) <= TOLERANCE * length;
    const own = name === 'x' ? by[0] : by[1];
    const offset = straight ? first[name === 'x' ? 0 : 1] : (first[0] * by[0] + first[1] * by[1]) / length;
    const scale = straight ? own : length;
    return uniformAxis({ name, unit: 'nm', role: 'navigation', size, scale: scale * 1e9, offset: offset * 1e9 });
  };
  return rows === 1 ? [axis('x', columns, step)] : [axis('y', rows, lineStep), axis('x', columns, step)];
}
