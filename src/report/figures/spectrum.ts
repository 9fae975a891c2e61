import * as Plot from '@observablehq/plot';
import type { LineLabel } from '../line-labels.ts';
import { formatLogTick, formatNumber } from '../numbers.ts';
import { decimate } from './decimate.ts';
import { draw, FAINT, mark, textWidth } from './drawing.ts';
import { drawNames, nameRoom, placeNames } from './line-names.ts';
import { logTicks, niceTicks, roundDown, tickStyle } from './ticks.ts';

export interface Trace {
  readonly y: ArrayLike<number>;
  readonly colour: string;
  readonly name?: string;
  /** Half-height of an error band. */
  readonly error?: ArrayLike<number>;
  /** Steps show counts in channels. Default: a plain line. */
  readonly step?: boolean;
  readonly thin?: boolean;
  /** Dots instead of a line. */
  readonly dots?: boolean;
}

export interface SpectrumOptions {
  readonly width: number;
  readonly height: number;
  /** Positions on the spectral axis, as recorded. */
  readonly x: Float64Array;
  readonly xLabel: string;
  readonly yLabel: string;
  /** `log` puts what is not positive on the lower edge; `sqrt` keeps the sign. */
  readonly scale: 'log' | 'sqrt' | 'linear';
  readonly traces: readonly Trace[];
  readonly labels?: readonly LineLabel[];
  /** A band to point out. */
  readonly band?: readonly [number, number];
  /** The part of the axis to show. Default: all. */
  readonly view?: readonly [number, number];
  readonly alt: string;
}

const MARGIN = { left: 58, right: 10, bottom: 38, top: 8 };
/** Beside the longest tick label: its tick, the upright label of the axis, air. */
const AXIS_LABEL = 32;
const LEGEND = 18;

export function spectrum(options: SpectrumOptions): string {
  const { width, height, x, scale, labels = [], band } = options;
  const shown = inView(options);
  const last = x.length - 1;
  const half = last > 0 ? (x[shown.end - 1] - x[shown.start]) / Math.max(shown.end - 1 - shown.start, 1) / 2 : 0.5;
  const domain: [number, number] = [x[shown.start] - half, x[shown.end - 1] + half];
  const traces = options.traces.map((trace) => cut(trace, shown.start, shown.end));
  const visible = labels.filter(({ position }) => position > Math.min(...domain) && position < Math.max(...domain));
  const named = traces.filter(({ name }) => name);
  const marginTop = MARGIN.top + nameRoom(visible) + (named.length ? LEGEND : 0);
  const { axis: y, factor } = verticalScale(traces, scale, height - MARGIN.bottom - MARGIN.top);
  const marginLeft = Math.max(MARGIN.left, ...y.ticks.map((tick) => textWidth(y.tickFormat(tick)) + AXIS_LABEL));
  const plotWidth = width - marginLeft - MARGIN.right;
  return draw({
    alt: options.alt,
    width,
    height: height + marginTop - MARGIN.top,
    marginLeft,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
    marginTop,
    x: {
      label: options.xLabel,
      labelAnchor: 'center',
      labelArrow: 'none',
      domain,
      ticks: niceTicks(Math.min(...domain), Math.max(...domain), Math.max(plotWidth / 60, 2)),
      tickFormat: (value: number) => formatNumber(value, 6),
      tickSize: 4,
    },
    y: {
      ...y,
      label: options.yLabel + factor,
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: marginLeft - 6,
      tickSize: 4,
    },
    marks: [
      band ? Plot.rectX([band], { x1: '0', x2: '1', fill: '#d55e00', fillOpacity: 0.14 }) : null,
      scale === 'log' ? null : Plot.ruleY([0], { stroke: '#c8ced4' }),
      mark((frame, pen) => drawNames(frame, pen, placeNames(visible, frame.x, [frame.left, frame.right]))),
      ...traces.flatMap((trace) => traceMarks(trace, x.subarray(shown.start, shown.end), plotWidth, y.domain)),
      mark((frame, pen) => {
        pen.add('path', {
          d: `M${frame.left},${frame.top}V${frame.bottom}H${frame.right}`,
          fill: 'none',
          stroke: FAINT,
        });
        let at = frame.left + 2;
        for (const { name, colour } of named) {
          pen.add('rect', { x: at, y: 5, width: 14, height: 4, fill: colour });
          pen.label(name ?? '', { x: at + 18, y: 11, 'text-anchor': 'start' });
          at += 32 + textWidth(name ?? '');
        }
      }),
    ],
  });
}

function inView({ x, view }: SpectrumOptions): { start: number; end: number } {
  if (!view) return { start: 0, end: x.length };
  const [low, high] = [Math.min(...view), Math.max(...view)];
  const start = x.findIndex((value) => value >= low && value <= high);
  if (start < 0) return { start: 0, end: x.length };
  let end = start;
  while (end < x.length && x[end] >= low && x[end] <= high) end++;
  return { start, end };
}

function cut(trace: Trace, start: number, end: number): Trace & { y: Float64Array; error?: Float64Array } {
  const slice = (values: ArrayLike<number>) => new Float64Array(values).subarray(start, end);
  return { ...trace, y: slice(trace.y), error: trace.error && slice(trace.error) };
}

function verticalScale(traces: readonly Trace[], scale: SpectrumOptions['scale'], height: number) {
  let [low, high, least] = [0, 0, Infinity];
  for (const { y, error } of traces) {
    for (let i = 0; i < y.length; i++) {
      if (!Number.isFinite(y[i])) continue;
      // On a log scale the lower half of a band may reach far below what is to be seen.
      const reach = scale !== 'log' && error && Number.isFinite(error[i]) ? error[i] : 0;
      low = Math.min(low, y[i] - reach);
      high = Math.max(high, y[i] + reach);
      if (y[i] > 0) least = Math.min(least, y[i]);
    }
  }
  if (scale === 'log') {
    const top = high > 0 ? high * 1.4 : 1;
    const floor = Number.isFinite(least) ? Math.max(least * 0.7, top * 1e-7) : 0.1;
    const domain: [number, number] = [floor, top];
    const ticks = logTicks(floor, top, height / 22);
    return { factor: '', axis: { type: 'log' as const, domain, ticks, tickFormat: formatLogTick } };
  }
  if (low === high) high = 1;
  const domain: [number, number] = [low * 1.05, high * 1.05];
  const ticks = scale === 'linear' ? niceTicks(low, high, height / 40) : rootTicks(low, high, height);
  const { format, factor } = tickStyle(ticks);
  return { factor, axis: { type: scale, domain, ticks, tickFormat: format } };
}

/** 0 and one or two round values a side: on a root scale the upper half of a linear choice would crowd. */
function rootTicks(low: number, high: number, height: number): number[] {
  const span = Math.sqrt(high) + Math.sqrt(-low);
  const side = (end: number) => {
    if (end <= 0 || (Math.sqrt(end) / span) * height < 16) return [];
    const top = roundDown(end);
    return (Math.sqrt(end) / span) * height > 60 ? [top, top / 5] : [top];
  };
  return [...side(-low).map((value) => -value), 0, ...side(high)];
}

function traceMarks(
  trace: Trace & { y: Float64Array; error?: Float64Array },
  x: Float64Array,
  columns: number,
  [floor]: [number, number],
): Plot.Markish[] {
  const lifted = trace.y.map((value) => (Number.isFinite(value) ? Math.max(value, floor) : Number.NaN));
  const kept = [...decimate(lifted, columns)];
  const at = (i: number) => x[i];
  const curve = trace.step ? ('step' as const) : ('linear' as const);
  const { error } = trace;
  return [
    error
      ? Plot.areaY(kept, {
          x: at,
          y1: (i: number) => Math.max(trace.y[i] - error[i], floor),
          y2: (i: number) => Math.max(trace.y[i] + error[i], floor),
          fill: trace.colour,
          fillOpacity: 0.22,
          curve,
        })
      : null,
    trace.dots
      ? Plot.dot(kept, { x: at, y: (i: number) => lifted[i], r: 2.5, fill: trace.colour })
      : Plot.line(kept, {
          x: at,
          y: (i: number) => lifted[i],
          stroke: trace.colour,
          strokeWidth: trace.thin ? 0.8 : 1.1,
          curve,
        }),
  ];
}
