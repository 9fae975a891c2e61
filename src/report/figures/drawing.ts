import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom/worker';
import { escapeText, printable } from '../markup.ts';

export const INK = '#1c2127';
export const FAINT = '#9aa3ad';
export const FONT_SIZE = 11;

const SVG = 'http://www.w3.org/2000/svg';

let page: Document | undefined;

function ownerDocument(): Document {
  page ??= parseHTML('<!doctype html><html><body></body></html>').document as unknown as Document;
  return page;
}

/** The scales and the frame a custom mark draws with. */
export interface Frame {
  x(value: number): number;
  y(value: number): number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Draws one figure; the result stands alone as a file and inline in a page. `alt` says what is to be seen. */
export function draw(options: Plot.PlotOptions & { alt: string }): string {
  const { alt, ...plot } = options;
  const svg = Plot.plot({
    ...plot,
    document: ownerDocument(),
    className: 'figure',
    style: { fontSize: `${FONT_SIZE}px`, fontFamily: 'system-ui, sans-serif', background: 'none', color: INK },
  });
  const attributes = `xmlns="${SVG}" role="img" aria-label="${escapeText(alt)}"`;
  return printable(svg.outerHTML.replace(' ', () => ` ${attributes} `));
}

/** A mark drawn by hand in the scales of the figure. */
export function mark(render: (frame: Frame, group: Pen) => void): Plot.RenderFunction {
  return (_index, scales, _values, dimensions) => {
    const { width, height, marginLeft, marginRight, marginTop, marginBottom } = dimensions;
    const pen = new Pen('g', {});
    render(
      {
        x: scales.x as unknown as Frame['x'],
        y: scales.y as unknown as Frame['y'],
        left: marginLeft,
        right: width - marginRight,
        top: marginTop,
        bottom: height - marginBottom,
      },
      pen,
    );
    return pen.element;
  };
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Appends SVG elements to a group; numbers are written to a tenth of a pixel. */
export class Pen {
  readonly element: SVGElement;

  constructor(name: string, attributes: Attributes, text?: string) {
    this.element = ownerDocument().createElementNS(SVG, name) as SVGElement;
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined) this.element.setAttribute(key, typeof value === 'number' ? tenths(value) : value);
    }
    if (text !== undefined) this.element.textContent = text;
  }

  add(name: string, attributes: Attributes, text?: string): void {
    this.element.appendChild(new Pen(name, attributes, text).element);
  }

  /** Text with a halo in the colour of the ground, legible over lines and images. */
  label(text: string, attributes: Attributes & { halo?: string }): void {
    const { halo, ...rest } = attributes;
    const outline = halo
      ? { stroke: halo, 'stroke-width': 3, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }
      : {};
    this.add('text', { fill: INK, 'font-size': FONT_SIZE, ...outline, ...rest }, text);
  }
}

export function tenths(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Width of a text set in the figures' font: a good guess, for layout. */
export function textWidth(text: string, size = FONT_SIZE): number {
  return text.length * size * 0.58;
}
