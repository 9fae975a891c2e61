import { formatNumber } from './numbers.ts';

/** HTML that is already safe. Everything else is escaped on its way into the page. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Markup | undefined | false | readonly Content[];

/** Template tag: values are escaped, numbers formatted, `undefined` and `false` vanish. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0];
  for (let i = 0; i < values.length; i++) text += toHtml(values[i]) + strings[i + 1];
  return new Markup(text);
}

function toHtml(value: Content): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return escapeText(value);
  if (value instanceof Markup) return value.text;
  return (value as readonly Content[]).map(toHtml).join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text safe in elements and quoted attributes. */
export function escapeText(text: string): string {
  return printable(text.replace(/[&<>"']/g, (character) => ESCAPES[character]));
}

/** Control characters that no document may hold become U+FFFD. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML forbids
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}

/** Joins with a separator: `join(items, ', ')`. */
export function join(items: readonly Content[], separator: Content): Content {
  return items.flatMap((item, i) => (i ? [separator, item] : [item]));
}
