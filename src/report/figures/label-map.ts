import type { Axis } from '../../signal/axis.ts';
import { UNLABELLED } from '../../steps/products.ts';
import { type Frame, INK, mark, type Pen, textWidth } from './drawing.ts';
import { AXIS_ROOM, drawPicture, PICTURE_SIZE } from './map.ts';
import { fitPicture, type MapGeometry, mapGeometry } from './map-geometry.ts';
import { classColour, hexToRgb, NOTHING } from './palette.ts';
import { mostPixels, placeImage, reduceLabels } from './raster.ts';

export interface LabelMapOptions {
  readonly labels: Uint8Array;
  readonly navigation: readonly Axis[];
  readonly alt: string;
  readonly size?: number;
  /** What the classes are called, in order. */
  readonly legend?: readonly string[];
  readonly over?: (frame: Frame, pen: Pen, geometry: MapGeometry) => void;
}

const LEGEND_ROW = 18;
const LEGEND_COLUMN = 165;
const MOST_NAMED = 24;

/** Classes in their colours, {@link UNLABELLED} in grey; a line scan is a strip. Undefined for a single spectrum. */
export function labelMap({
  labels,
  navigation,
  alt,
  size = PICTURE_SIZE,
  legend = [],
  over,
}: LabelMapOptions): string | undefined {
  const shape = mapGeometry(navigation);
  if (shape.kind === 'point') return undefined;
  const geometry = shape.kind === 'line' ? { ...shape, aspect: 8, lengthUnit: undefined } : shape;
  const grid = reduceLabels({ width: geometry.width, height: geometry.height, values: labels }, mostPixels(size));
  const image = { ...grid, values: new Uint8Array(grid.values) };
  const colours = Array.from({ length: 256 }, (_, i) => (i === UNLABELLED ? NOTHING : hexToRgb(classColour(i))));
  const { width } = fitPicture(geometry.aspect, size);
  const columns = Math.max(1, Math.floor(width / LEGEND_COLUMN));
  const named = legend.slice(0, MOST_NAMED);
  return drawPicture({
    geometry,
    alt,
    size,
    right: Math.max(12, named.length ? LEGEND_COLUMN - width : 0),
    below: named.length ? Math.ceil(named.length / columns) * LEGEND_ROW + 8 : 0,
    marks: [
      mark((frame, pen) => {
        placeImage(pen, frame, image, colours);
        over?.(frame, pen, geometry);
      }),
      mark((frame, pen) => drawLegend(frame, pen, named, columns, Math.max(width / columns, LEGEND_COLUMN))),
    ],
  });
}

function drawLegend({ left, bottom }: Frame, pen: Pen, names: readonly string[], columns: number, room: number): void {
  const longest = Math.floor((room - 20) / textWidth('m'));
  names.forEach((name, i) => {
    const x = left + (i % columns) * LEGEND_COLUMN;
    const y = bottom + AXIS_ROOM + 8 + Math.floor(i / columns) * LEGEND_ROW;
    pen.add('rect', { x, y, width: 11, height: 11, fill: classColour(i), stroke: INK, 'stroke-opacity': '0.4' });
    const text = name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
    pen.label(text, { x: x + 16, y: y + 10, 'text-anchor': 'start' });
  });
}
