import { square } from '../../kernels/index.ts';
import { type Frame, type Pen, tenths, textWidth } from './drawing.ts';
import type { MapGeometry } from './map-geometry.ts';

export interface Outline {
  readonly name: string;
  /** Pixel numbers, row-major. */
  readonly pixels: readonly number[];
  readonly colour: string;
  readonly dashed: boolean;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Smaller regions get a ring, or nobody finds them. */
const SMALLEST_OUTLINE = 14;
const MOST_NAMES = 40;

/** Draws the borders of regions and their names, names clear of each other where there is room. */
export function drawOutlines(frame: Frame, pen: Pen, geometry: MapGeometry, outlines: readonly Outline[]): void {
  const taken: Box[] = [];
  for (const [i, outline] of outlines.entries()) {
    const box = boundingBox(frame, geometry, outline.pixels);
    const style = {
      fill: 'none',
      stroke: outline.colour,
      'stroke-width': '1.8',
      'stroke-dasharray': outline.dashed ? '3 2' : undefined,
    };
    const small = Math.max(box.right - box.left, box.bottom - box.top) < SMALLEST_OUTLINE;
    const radius = Math.max(Math.sqrt(square(box.right - box.left) + square(box.bottom - box.top)) / 2 + 3, 8);
    const centre = { cx: (box.left + box.right) / 2, cy: (box.top + box.bottom) / 2 };
    if (small) pen.add('circle', { ...centre, r: radius, ...style });
    else pen.add('path', { d: borderPath(frame, geometry, outline.pixels), ...style });
    if (i >= MOST_NAMES) continue;
    const around = small
      ? { left: centre.cx - radius, right: centre.cx + radius, top: centre.cy - radius, bottom: centre.cy + radius }
      : box;
    const place = freePlace(frame, around, textWidth(outline.name, 12), taken);
    taken.push(place);
    pen.label(outline.name, {
      x: place.left,
      y: place.bottom - 3,
      'text-anchor': 'start',
      'font-size': 12,
      'font-weight': 'bold',
      fill: outline.colour,
      halo: '#111',
    });
  }
}

function freePlace(frame: Frame, around: Box, width: number, taken: readonly Box[]): Box {
  const height = 14;
  const at = (left: number, top: number): Box => ({ left, right: left + width, top, bottom: top + height });
  const candidates = [
    at(around.right + 2, around.top - height + 4),
    at(around.right + 2, around.bottom - 4),
    at(around.left - width - 2, around.top - height + 4),
    at(around.left - width - 2, around.bottom - 4),
    at((around.left + around.right - width) / 2, around.top - height - 1),
    at((around.left + around.right - width) / 2, around.bottom + 1),
  ];
  const inside = (box: Box) =>
    box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
  const clear = (box: Box) =>
    !taken.some((t) => box.left < t.right && t.left < box.right && box.top < t.bottom && t.top < box.bottom);
  return candidates.find((box) => inside(box) && clear(box)) ?? candidates.find(inside) ?? candidates[0];
}

function boundingBox({ x, y }: Frame, geometry: MapGeometry, pixels: readonly number[]): Box {
  let [c0, c1, r0, r1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const pixel of pixels) {
    const column = pixel % geometry.width;
    const row = Math.floor(pixel / geometry.width);
    c0 = Math.min(c0, column);
    c1 = Math.max(c1, column);
    r0 = Math.min(r0, row);
    r1 = Math.max(r1, row);
  }
  const xs = [x(geometry.x.at(c0 - 0.5)), x(geometry.x.at(c1 + 0.5))];
  const ys = [y(geometry.y.at(r0 - 0.5)), y(geometry.y.at(r1 + 0.5))];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function borderPath({ x, y }: Frame, { x: ax, y: ay, width }: MapGeometry, pixels: readonly number[]): string {
  const inside = new Set(pixels);
  const point = (column: number, row: number) => `${tenths(x(ax.at(column - 0.5)))},${tenths(y(ay.at(row - 0.5)))}`;
  const edges: string[] = [];
  const edge = (c0: number, r0: number, c1: number, r1: number) => edges.push(`M${point(c0, r0)}L${point(c1, r1)}`);
  for (const pixel of inside) {
    const column = pixel % width;
    const row = Math.floor(pixel / width);
    if (!inside.has(pixel - width)) edge(column, row, column + 1, row);
    if (!inside.has(pixel + width)) edge(column, row + 1, column + 1, row + 1);
    if (column === 0 || !inside.has(pixel - 1)) edge(column, row, column, row + 1);
    if (column === width - 1 || !inside.has(pixel + 1)) edge(column + 1, row, column + 1, row + 1);
  }
  return edges.join('');
}
