import type { Plain } from '../signal/dataset.ts';

/** An element: attributes under `@_name`, its text under `#text`, children by tag; those that stand several times in lists. */
export type Element = { readonly [key: string]: Element | string | readonly (Element | string)[] };

/** The first element along a path of tags. */
export function child(parent: Element | undefined, ...path: readonly string[]): Element | undefined {
  let at = parent;
  for (const tag of path) {
    const value = at?.[tag];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    at = typeof first === 'object' ? (first as Element) : undefined;
  }
  return at;
}

export function children(parent: Element | undefined, tag: string): Element[] {
  const value = parent?.[tag];
  const list = (Array.isArray(value) ? value : [value]) as readonly (Element | string | undefined)[];
  return list.filter((item): item is Element => typeof item === 'object');
}

export function attribute(element: Element | undefined, name: string): string | undefined {
  const value = element?.[`@_${name}`];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const LONGEST_TEXT = 400;

/** A text as it is, or how it begins and how long it is. */
export function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, 40)}… (${text.length} characters)`;
}

/** Names and texts as plain data, without the children called `without`, texts {@link shortened} or as `said` says them. */
export function plainTree(
  element: Element,
  without: readonly string[] = [],
  said: (text: string) => string = shortened,
): { [key: string]: Plain } {
  const plain = (value: Element[string]): Plain => {
    if (Array.isArray(value)) return value.map(plain);
    return typeof value === 'object' ? plainTree(value as Element, [], said) : said(value as string);
  };
  const kept = Object.entries(element).filter(([tag]) => !without.includes(tag));
  return Object.fromEntries(kept.map(([tag, value]) => [tag.replace(/^@_/, ''), plain(value)]));
}
