import * as Plot from '@observablehq/plot';
import { formatLogTick, formatNumber } from '../numbers.ts';
import { draw, INK, mark } from './drawing.ts';
import { logTicks, niceTicks, tickStyle } from './ticks.ts';

const KEPT = '#0072b2';
const SPECIAL = '#cc79a7';
const EDGE = '#d55e00';

/** Singular values on a log scale, the noise edge, the cut after the last signal, and which of them the model keeps. */
export function scree(options: {
  width: number;
  singularValues: Float64Array;
  noiseEdge: number;
  /** Signal of any kind. */
  components: number;
  /** 0-based. */
  kept: readonly number[];
  alt: string;
}): string {
  const { width, singularValues, noiseEdge, components, kept, alt } = options;
  const colour = ({ k }: { k: number }) => (k <= components && !kept.includes(k - 1) ? SPECIAL : KEPT);
  const shown = Math.min(singularValues.length, Math.max(3 * components, 30));
  const points = Array.from({ length: shown }, (_, i) => ({ k: i + 1, value: singularValues[i] })).filter(
    ({ value }) => value > 0,
  );
  const edge = Number.isFinite(noiseEdge) && noiseEdge > 0;
  const values = [...points.map(({ value }) => value), ...(edge ? [noiseEdge] : [])];
  const [low, high] = values.length ? [Math.min(...values) * 0.8, Math.max(...values) * 1.3] : [0.1, 1];
  return draw({
    alt,
    width,
    height: 250,
    marginLeft: 58,
    marginRight: 12,
    marginBottom: 38,
    marginTop: 22,
    x: {
      label: 'component k',
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [0.3, shown + 0.7],
      ticks: niceTicks(1, shown, Math.min(shown, width / 60)).filter((k) => Number.isInteger(k) && k > 0),
      tickSize: 4,
    },
    y: {
      type: 'log',
      label: 'singular value, weighted data (√counts)',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 50,
      domain: [low, high],
      ticks: logTicks(low, high, 6),
      tickFormat: formatLogTick,
      tickSize: 4,
    },
    marks: [
      edge ? Plot.ruleY([noiseEdge], { stroke: EDGE, strokeDasharray: '5 3' }) : null,
      Plot.ruleX([components + 0.5], { stroke: KEPT, strokeOpacity: 0.6 }),
      Plot.line(points, { x: 'k', y: 'value', stroke: '#b8c0c8', strokeWidth: 1 }),
      Plot.dot(points, {
        x: 'k',
        y: 'value',
        r: 3,
        stroke: colour,
        fill: (point: { k: number }) => (point.k <= components ? colour(point) : '#fff'),
      }),
      mark((frame, pen) => {
        const at = frame.x(components + 0.5);
        const anchor = at > (frame.left + frame.right) / 2 ? 'end' : 'start';
        pen.label(`K = ${components}`, {
          x: at + (anchor === 'end' ? -5 : 5),
          y: frame.top - 6,
          'text-anchor': anchor,
          fill: KEPT,
        });
        if (edge) {
          pen.label(`largest of pure noise (99 %): ${formatNumber(noiseEdge)}`, {
            x: frame.right - 4,
            y: frame.y(noiseEdge) - 6,
            'text-anchor': 'end',
            fill: '#a44a00',
            halo: '#fff',
          });
        }
        pen.add('path', {
          d: `M${frame.left},${frame.top}V${frame.bottom}H${frame.right}`,
          fill: 'none',
          stroke: '#9aa3ad',
        });
      }),
    ],
  });
}

/** The statistic of one criterion against the number of components, its threshold and its verdict. */
export function statistic(options: {
  values: readonly number[];
  threshold?: number;
  components: number;
  alt: string;
  width?: number;
}): string {
  const { values, threshold, components, alt, width = 250 } = options;
  const points = values.map((value, i) => ({ k: i + 1, value })).filter(({ value }) => Number.isFinite(value));
  const all = [...points.map(({ value }) => value), ...(threshold === undefined ? [] : [threshold])];
  const positive = all.length > 0 && all.every((value) => value > 0);
  const log = positive && Math.max(...all) / Math.min(...all) > 50;
  const low = all.length ? Math.min(...all) : 0;
  const high = all.length ? Math.max(...all) : 1;
  const ticks = log ? logTicks(low * 0.8, high * 1.25, 4) : niceTicks(low, high, 4);
  const style = log ? { format: formatLogTick, factor: '' } : tickStyle(ticks);
  const pad = (high - low || Math.abs(high) || 1) * 0.08;
  return draw({
    alt,
    width,
    height: 130,
    marginLeft: 48,
    marginRight: 8,
    marginTop: style.factor ? 18 : 8,
    marginBottom: 34,
    x: {
      label: 'component k',
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [0.3, Math.max(values.length, 1) + 0.7],
      ticks: niceTicks(1, Math.max(values.length, 2), 5).filter((k) => Number.isInteger(k) && k > 0),
      tickSize: 3,
    },
    y: {
      type: log ? 'log' : 'linear',
      label: null,
      domain: log ? [low * 0.8, high * 1.25] : [low - pad, high + pad],
      ticks,
      tickFormat: style.format,
      tickSize: 3,
    },
    marks: [
      threshold === undefined ? null : Plot.ruleY([threshold], { stroke: EDGE, strokeDasharray: '5 3' }),
      Plot.ruleX([components + 0.5], { stroke: KEPT, strokeOpacity: 0.6 }),
      Plot.dot(points, {
        x: 'k',
        y: 'value',
        r: 2.2,
        stroke: KEPT,
        fill: (point: { k: number }) => (point.k <= components ? KEPT : '#fff'),
      }),
      mark((frame, pen) => {
        pen.add('path', {
          d: `M${frame.left},${frame.top}V${frame.bottom}H${frame.right}`,
          fill: 'none',
          stroke: INK,
          'stroke-opacity': '0.4',
        });
        if (style.factor) pen.label(style.factor.trim(), { x: 2, y: 11, 'text-anchor': 'start' });
      }),
    ],
  });
}
