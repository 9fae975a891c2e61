import { type Quantity, uncertainty } from '../signal/quantity.ts';
import { type Content, html, Markup } from './markup.ts';
import { formatNumber, formatWithError } from './numbers.ts';

/** A number or phrase that leads to its entry in the trail. */
export function traced(node: string, content: Content): Markup {
  return html`<a class="t" href="#trail-${node}">${content}</a>`;
}

export interface Column {
  readonly title: Content;
  /** Right-aligned and linked to the trail. */
  readonly number?: boolean;
  /** Sentences: not squeezed into a narrow column on a phone. */
  readonly long?: boolean;
}

/** @param trail node whose numbers these are. */
export function table(columns: readonly Column[], rows: readonly (readonly Content[])[], trail?: string): Markup {
  const cell = (content: Content, { number, long }: Column) =>
    number
      ? html`<td class="n">${trail ? traced(trail, content) : content}</td>`
      : html`<td${long && new Markup(' class="long"')}>${content}</td>`;
  return html`<div class="scroll"><table><thead><tr>${columns.map(({ title, number }) =>
    number ? html`<th class="n">${title}</th>` : html`<th>${title}</th>`,
  )}</tr></thead><tbody>
${rows.map((row) => html`<tr>${row.map((content, i) => cell(content, columns[i]))}</tr>\n`)}</tbody></table></div>`;
}

/** Things the user should know; nothing where there is nothing. */
export function warningList(warnings: readonly string[]): Markup | undefined {
  if (warnings.length === 0) return undefined;
  return html`<ul class="warnings">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`;
}

/** "1 234 ± 35 counts", linked to the trail. */
export function quantity(q: Quantity): Markup {
  return traced(q.trail, `${formatWithError(q.value, uncertainty(q))}${q.unit ? `\u00a0${q.unit}` : ''}`);
}

/** A quantity and what its uncertainty is made of, each term on its line. */
export function budget(q: Quantity): Markup {
  const unit = q.unit || '1';
  return table(
    [{ title: 'term' }, { title: 'kind' }, { title: `contribution (${unit})`, number: true }],
    [
      ...q.random.map(({ name, sigma }) => [name, 'random', `± ${formatNumber(sigma)}`]),
      ...q.systematic.map(({ source, sensitivity }) => [
        source,
        'systematic',
        `${sensitivity > 0 ? '+' : ''}${formatNumber(sensitivity)} for +1σ`,
      ]),
      [html`<b>combined standard uncertainty</b>`, '', html`<b>± ${formatNumber(uncertainty(q))}</b>`],
    ],
    q.trail,
  );
}
