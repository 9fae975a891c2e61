import { type Content, html, Markup } from './markup.ts';
import type { OutputFile } from './output.ts';

/** Widths a spectrum is drawn at: for a desk or paper, and for a phone. */
const NARROW = 356;

/** An SVG; nothing where there is nothing to draw. */
export type Draw = () => string | undefined;

/** What sections have their figures drawn by. */
export interface Figures {
  /** A figure of one size. It shows one result and nothing else: it may be drawn before the others are there. */
  fixed(name: string, draw: Draw, caption?: Content): Markup | undefined;
  /** A figure drawn twice, so that its text stays readable on a phone. */
  wide(name: string, width: number, draw: (width: number) => string, caption?: Content): Markup | undefined;
}

/** Collects figures: each goes into the page and into a file of its own. */
export class FigureBook implements Figures {
  readonly #drawn: ReadonlyMap<string, string | undefined>;
  readonly #files: OutputFile[] = [];

  /** @param drawn figures of one size that are there already, by name */
  constructor(drawn: ReadonlyMap<string, string | undefined> = new Map()) {
    this.#drawn = drawn;
  }

  get files(): readonly OutputFile[] {
    return this.#files;
  }

  fixed(name: string, draw: Draw, caption?: Content): Markup | undefined {
    const svg = this.#drawn.has(name) ? this.#drawn.get(name) : draw();
    if (svg === undefined) return undefined;
    this.#files.push({ path: `figures/${name}.svg`, content: `${svg}\n` });
    return html`<figure>${new Markup(svg)}${captionOf(caption)}</figure>`;
  }

  wide(name: string, width: number, draw: (width: number) => string, caption?: Content): Markup {
    const svg = draw(width);
    this.#files.push({ path: `figures/${name}.svg`, content: `${svg}\n` });
    return html`<figure><div class="desk">${new Markup(svg)}</div><div class="phone">${new Markup(draw(NARROW))}</div>${captionOf(caption)}</figure>`;
  }
}

function captionOf(caption: Content): Markup | undefined {
  return caption ? html`<figcaption>${caption}</figcaption>` : undefined;
}
