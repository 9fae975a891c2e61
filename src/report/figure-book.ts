import { type Content, html, Markup } from './markup.ts';
import type { OutputFile } from './output.ts';

/** Widths a spectrum is drawn at: for a desk or paper, and for a phone. */
const NARROW = 356;

/** Collects figures: each goes into the page and into a file of its own. */
export class FigureBook {
  readonly #files: OutputFile[] = [];

  get files(): readonly OutputFile[] {
    return this.#files;
  }

  /** A figure of one size; nothing where there is nothing to draw. */
  fixed(name: string, svg: string | undefined, caption?: Content): Markup | undefined {
    if (svg === undefined) return undefined;
    this.#files.push({ path: `figures/${name}.svg`, content: `${svg}\n` });
    return html`<figure>${new Markup(svg)}${captionOf(caption)}</figure>`;
  }

  /** A figure drawn twice, so that its text stays readable on a phone. */
  wide(name: string, width: number, draw: (width: number) => string, caption?: Content): Markup {
    const svg = draw(width);
    this.#files.push({ path: `figures/${name}.svg`, content: `${svg}\n` });
    return html`<figure><div class="desk">${new Markup(svg)}</div><div class="phone">${new Markup(draw(NARROW))}</div>${captionOf(caption)}</figure>`;
  }
}

function captionOf(caption: Content): Markup | undefined {
  return caption ? html`<figcaption>${caption}</figcaption>` : undefined;
}
