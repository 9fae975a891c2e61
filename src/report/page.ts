import { html, Markup } from './markup.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { Section } from './report.ts';

/** One file that needs nothing else: no script, nothing from the network. */
export function page(title: string, head: Markup, sections: readonly Section[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title} – Spectrail</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
${head}
<nav>${sections.map(({ id, title: name }) => html`<a href="#${id}">${name}</a>`)}</nav>
<main>
${sections.map(({ id, title: name, body }) => html`<section id="${id}"><h2>${name}</h2>${body}</section>\n`)}
</main>
</body>
</html>
`.text;
}
