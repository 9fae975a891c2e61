import * as Plot from '@observablehq/plot';
import type { Axis } from '../../signal/axis.ts';
import { formatNumber } from '../numbers.ts';
import { draw, FONT_SIZE, type Frame, INK, mark, type Pen, tenths, textWidth } from './drawing.ts';
import { finiteRanks } from './finite-ranks.ts';
import { fitPicture, formatLength, type MapGeometry, mapGeometry } from './map-geometry.ts';
import { type Ramp, type Rgb, rampColours } from './palette.ts';
import {
  levelsOf,
  type MapValues,
  mostPixels,
  placeImage,
  placeRamp,
  type Reduction,
  reduceGrid,
  valueAt,
} from './raster.ts';
import { niceTicks, roundDown, type TickStyle, tickStyle } from './ticks.ts';

export interface MapOptions {
  readonly values: MapValues;
  readonly navigation: readonly Axis[];
  readonly ramp: Ramp;
  /** Name and unit of the values, beside the colour bar. */
  readonly label: string;
  /** How a map larger than the figure is reduced. Default mean. */
  readonly reduce?: Reduction;
  /** Share of extreme values that may be cut off at each end. Default 0. */
  readonly clip?: number;
  /** A level to mark in the colour bar or profile. */
  readonly threshold?: number;
  readonly alt: string;
  /** Longest side of the picture, px. */
  readonly size?: number;
  /** Drawn over the picture. */
  readonly over?: (frame: Frame, pen: Pen, geometry: MapGeometry) => void;
}

/** Height of ticks and label below a picture. */
export const AXIS_ROOM = 38;
const MARGIN = { left: 50, top: 8, bottom: AXIS_ROOM };
const BAR = { gap: 10, width: 12, ticks: 9, label: 18 };
/** Longest side of a picture, px, where nothing else is asked for. */
export const PICTURE_SIZE = 240;

/** A map with colour bar and scale bar; a line scan becomes a profile. Undefined for a single spectrum. */
export function valueMap(options: MapOptions): string | undefined {
  const geometry = mapGeometry(options.navigation);
  if (geometry.kind === 'point') return undefined;
  return geometry.kind === 'line' ? profile(options, geometry) : picture(options, geometry);
}

function picture(options: MapOptions, geometry: MapGeometry): string {
  const { ramp, reduce = 'mean', clip = 0, size = PICTURE_SIZE } = options;
  const grid = reduceGrid(
    { width: geometry.width, height: geometry.height, values: options.values },
    reduce,
    mostPixels(size),
  );
  const limits = limitsOf(grid.values, ramp, clip);
  const colours = rampColours(ramp);
  const image = { ...grid, values: levelsOf(grid.values, limits.low, limits.high) };
  const { height } = fitPicture(geometry.aspect, size);
  const ticks = niceTicks(limits.low, limits.high, Math.min(Math.max(height / 40, 1), 6));
  const style = tickStyle(ticks);
  const tickWidth = Math.max(...ticks.map((tick) => textWidth(style.format(tick))));
  const bar = { limits, colours, ticks, style, tickWidth, label: options.label, threshold: options.threshold };
  return drawPicture({
    geometry,
    alt: options.alt,
    size,
    right: BAR.gap + BAR.width + BAR.ticks + tickWidth + BAR.label,
    marks: [
      mark((frame, pen) => {
        placeImage(pen, frame, image, colours);
        options.over?.(frame, pen, geometry);
      }),
      mark((frame, pen) => drawBar(frame, pen, bar)),
    ],
  });
}

/** Axes, frame and scale bar around whatever is drawn inside. Shared by all maps. */
export function drawPicture(options: {
  geometry: MapGeometry;
  alt: string;
  size?: number;
  right: number;
  /** Room below the axis. */
  below?: number;
  marks: Plot.Markish[];
}): string {
  const { geometry, alt, size = PICTURE_SIZE, right, below = 0, marks } = options;
  const { width, height } = fitPicture(geometry.aspect, size);
  const { x, y } = geometry;
  return draw({
    alt,
    width: width + MARGIN.left + right,
    height: height + MARGIN.top + MARGIN.bottom + below,
    marginLeft: MARGIN.left,
    marginRight: right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom + below,
    x: {
      ...axisOptions(x.label, x.edges, width / 60),
      labelOffset: AXIS_ROOM - 4,
      range: [MARGIN.left, MARGIN.left + width],
    },
    y: {
      ...axisOptions(height >= 60 ? y.label : null, y.edges, height / 45),
      labelOffset: 44,
      ...(geometry.kind === 'line' ? { ticks: [] } : {}),
      range: [MARGIN.top, MARGIN.top + height],
    },
    marks: [...marks, mark((frame, pen) => frameAndScaleBar(frame, pen, geometry))],
  });
}

function axisOptions(label: string | null, domain: readonly [number, number], count: number) {
  const [low, high] = [Math.min(...domain), Math.max(...domain)];
  return {
    label,
    labelAnchor: 'center' as const,
    labelArrow: 'none' as const,

    domain: [...domain],
    ticks: niceTicks(low, high, Math.min(Math.max(count, 1), 6)),
    tickFormat: (value: number) => formatNumber(value, 6),
    tickSize: 4,
  };
}

function frameAndScaleBar(
  { left, right, top, bottom, x }: Frame,
  pen: Pen,
  { lengthUnit, x: axis }: MapGeometry,
): void {
  pen.add('rect', { x: left, y: top, width: right - left, height: bottom - top, fill: 'none', stroke: INK });
  if (!lengthUnit || bottom - top < 60 || right - left < 60) return;
  const [from, to] = axis.edges;
  const length = roundDown(Math.abs(to - from) * 0.3);
  const pixels = Math.abs(x(from + length) - x(from));
  const text = formatLength(length, lengthUnit);
  const ground = Math.max(pixels, text.length * FONT_SIZE * 0.6) + 12;
  pen.add('rect', {
    x: left + 6,
    y: bottom - 30,
    width: ground,
    height: 24,
    fill: '#fff',
    'fill-opacity': '0.82',
    rx: 2,
  });
  const start = left + 6 + (ground - pixels) / 2;
  pen.add('rect', { x: start, y: bottom - 13, width: pixels, height: 4, fill: INK });
  pen.label(text, { x: left + 6 + ground / 2, y: bottom - 17, 'text-anchor': 'middle' });
}

interface Limits {
  readonly low: number;
  readonly high: number;
  /** Do values lie beyond? */
  readonly below: boolean;
  readonly above: boolean;
}

function limitsOf(values: Float64Array, ramp: Ramp, clip: number): Limits {
  const { count, least, most, ranked } = finiteRanks(values);
  if (count === 0) return { low: 0, high: 1, below: false, above: false };
  const cut = Math.floor(count * clip);
  let [low, high] = [ranked(cut), ranked(count - 1 - cut)];
  if (ramp === 'diverging') {
    high = Math.max(Math.abs(low), Math.abs(high));
    low = -high;
  }
  if (low === high)
    [low, high] = low === 0 ? [ramp === 'diverging' ? -1 : 0, 1] : [low - Math.abs(low), low + Math.abs(low)];
  return { low, high, below: least < low, above: most > high };
}

interface Bar {
  readonly limits: Limits;
  readonly colours: readonly Rgb[];
  readonly ticks: readonly number[];
  readonly style: TickStyle;
  readonly tickWidth: number;
  readonly label: string;
  readonly threshold?: number;
}

function drawBar({ right, top, bottom }: Frame, pen: Pen, bar: Bar): void {
  const { low, high, below, above } = bar.limits;
  const left = right + BAR.gap;
  const edge = left + BAR.width;
  const at = (value: number) => bottom - ((value - low) / (high - low)) * (bottom - top);
  placeRamp(pen, [left, top, edge, bottom], bar.colours);
  pen.add('rect', { x: left, y: top, width: BAR.width, height: bottom - top, fill: 'none', stroke: INK });
  for (const value of bar.ticks) {
    pen.add('path', { d: `M${edge},${tenths(at(value))}h4`, stroke: INK });
    const x = edge + BAR.ticks + bar.tickWidth;
    pen.label(bar.style.format(value), { x, y: at(value) + FONT_SIZE * 0.35, 'text-anchor': 'end' });
  }
  const cap = (y: number, by: number) =>
    pen.add('path', { d: `M${left},${y}h${BAR.width}l${-BAR.width / 2},${by}z`, fill: INK });
  if (above) cap(top, -6);
  if (below) cap(bottom, 6);
  const { threshold } = bar;
  if (threshold !== undefined && threshold >= low && threshold <= high) {
    const d = `M${left - 5},${tenths(at(threshold))}h${BAR.width + 10}`;
    pen.add('path', { d, stroke: '#d55e00', 'stroke-width': 2 });
  }
  const across = edge + BAR.ticks + bar.tickWidth + BAR.label - 4;
  pen.label(bar.label + bar.style.factor, {
    transform: `translate(${tenths(across)},${tenths((top + bottom) / 2)}) rotate(-90)`,
    'text-anchor': 'middle',
  });
}

function profile(
  { values, label, alt, threshold, size = PICTURE_SIZE }: MapOptions,
  { x, width }: MapGeometry,
): string {
  const at = valueAt(values);
  const points = Array.from({ length: width }, (_, i) => ({ x: x.at(i), y: at(i) })).filter(({ y }) =>
    Number.isFinite(y),
  );
  const [low, high] = x.edges;
  const heights = points.map(({ y }) => y);
  const ticks = niceTicks(Math.min(0, ...heights), Math.max(0, threshold ?? 0, ...heights) || 1, 4);
  const { format, factor } = tickStyle(ticks);
  return draw({
    alt,
    width: size + 112,
    height: 180,
    marginLeft: 54,
    marginBottom: MARGIN.bottom,
    marginTop: 10,
    x: axisOptions(x.label, [low, high], 5),
    y: {
      label: label + factor,
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 48,
      ticks,
      tickFormat: format,
      tickSize: 4,
    },
    marks: [
      Plot.ruleY([0], { stroke: '#c8ced4' }),
      threshold === undefined ? null : Plot.ruleY([threshold], { stroke: '#d55e00', strokeDasharray: '5 3' }),
      Plot.line(points, { x: 'x', y: 'y', strokeWidth: 1.2, curve: 'step' }),
    ],
  });
}
