import type { LineLabel } from '../line-labels.ts';
import { FONT_SIZE, type Frame, type Pen, tenths, textWidth } from './drawing.ts';

/** Pixels from one upright name to the next. */
const PITCH = 12;
/** A name that would stand farther from its line than this leads nobody to it. */
const FARTHEST = 3 * PITCH;

export interface PlacedName {
  readonly text: string;
  /** Where the name stands. */
  readonly at: number;
  /** Where its line is. */
  readonly line: number;
}

/** Room above the frame that the longest name needs. */
export function nameRoom(labels: readonly LineLabel[]): number {
  return labels.length ? Math.max(...labels.map(({ text }) => textWidth(text, FONT_SIZE - 1))) + 16 : 0;
}

/**
 * Spreads names so that none overlaps its neighbour and all stay within the frame, each as near to its line as that allows.
 * Of names that crowd each other away from their lines, those of low priority go; and a line within half a name of a
 * stronger one of the same element has no name of its own.
 */
export function placeNames(
  labels: readonly LineLabel[],
  toPixels: (position: number) => number,
  [left, right]: readonly [number, number],
): PlacedName[] {
  let placed: PlacedName[] = [];
  for (const { text, position } of [...labels].sort((a, b) => b.priority - a.priority || a.position - b.position)) {
    const line = toPixels(position);
    if (line < left || line > right) continue;
    const element = text.split(' ')[0];
    if (placed.some((other) => other.text.startsWith(`${element} `) && Math.abs(other.line - line) < PITCH / 2))
      continue;
    const names = [...placed, { text, line }].sort((a, b) => a.line - b.line);
    const places = spread(
      names.map((name) => name.line),
      left + PITCH / 2,
      right - PITCH / 2,
    );
    if (names.some((name, i) => Math.abs(places[i] - name.line) > FARTHEST)) continue;
    placed = names.map((name, i) => ({ text: name.text, line: name.line, at: places[i] }));
  }
  return placed;
}

/** Least-squares positions at least PITCH apart, by merging neighbours that collide into blocks. */
function spread(wanted: readonly number[], low: number, high: number): number[] {
  const blocks: { start: number; size: number; sum: number }[] = [];
  const place = (block: { size: number; sum: number }) =>
    Math.min(Math.max(block.sum / block.size, low), Math.max(high - (block.size - 1) * PITCH, low));
  for (const x of wanted) {
    let block = { start: 0, size: 1, sum: x };
    block.start = place(block);
    for (let last = blocks.at(-1); last && last.start + last.size * PITCH > block.start; last = blocks.at(-1)) {
      blocks.pop();
      const size = last.size + block.size;
      block = { start: 0, size, sum: last.sum + block.sum - block.size * last.size * PITCH };
      block.start = place(block);
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ start, size }) => Array.from({ length: size }, (_, i) => start + i * PITCH));
}

/** Names stand upright above the frame, a leader to a faint rule at the line. */
export function drawNames({ top, bottom }: Frame, pen: Pen, names: readonly PlacedName[]): void {
  for (const { text, at, line } of names) {
    const d = `M${tenths(at)},${top - 12}L${tenths(line)},${top - 3}V${tenths(bottom)}`;
    pen.add('path', { d, fill: 'none', stroke: '#7a8793', 'stroke-opacity': '0.55', 'stroke-width': '0.8' });
    pen.label(text, {
      transform: `translate(${tenths(at + 3.5)},${top - 15}) rotate(-90)`,
      'text-anchor': 'start',
      'font-size': FONT_SIZE - 1,
    });
  }
}
