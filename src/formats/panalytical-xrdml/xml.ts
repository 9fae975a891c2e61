import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Plain } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';

/** An element: attributes under `@_name`, its text under `#text`, children by tag; those that may repeat in lists. */
export type Element = { readonly [key: string]: Element | string | readonly (Element | string)[] };

/** Elements that may stand several times in their parent. */
const REPEATED = new Set(['xrdMeasurement', 'scan', 'positions', 'entry']);

/** Lists of numbers are nearly all of a file; they are set aside before parsing, which goes letter by letter. */
const NUMBERS = />([\d\s.+\-eE]{64,})</g;
const SET_ASIDE = /^numbers:(\d+)$/;
/** What is said beside the numbers: a scan takes some 3,000 letters. */
const LONGEST_XML = 1 << 22;
const MOST_ELEMENTS = 1 << 17;

export interface Document {
  readonly root: Element;
  /** The text of an element, also where it was set aside. */
  text(parent: Element | undefined, tag: string): string | undefined;
}

/**
 * @throws SpectrailError `format/bad-xml` for text that is not well-formed, is nested deeper than 64, declares a document
 * type (the place of entities that multiply), or says far more than a measurement needs.
 */
export function parseDocument(xml: string, name: string): Document {
  const lists: string[] = [];
  const text = xml.replace(NUMBERS, (_, numbers: string) => `>numbers:${lists.push(numbers) - 1}<`);
  if (text.length > LONGEST_XML) throw badXml(name, `${text.length} letters stand beside the lists of numbers`);
  if (text.split('<', MOST_ELEMENTS + 1).length > MOST_ELEMENTS)
    throw badXml(name, `more than ${MOST_ELEMENTS} elements`);
  if (/<!DOCTYPE/i.test(text)) throw badXml(name, 'it declares a document type');
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw badXml(`${name}, line ${valid.err.line}`, valid.err.msg);
  const root = parsed(text, name)['xrdMeasurements'];
  if (typeof root !== 'object') throw badXml(name, 'there is no element <xrdMeasurements>');
  return {
    root: root as Element,
    text(parent, tag) {
      const own = textOf(parent?.[tag]);
      const aside = SET_ASIDE.exec(own ?? '');
      return aside ? lists[Number(aside[1])] : own;
    },
  };
}

function parsed(text: string, name: string): Element {
  const parser = new XMLParser({
    ignoreAttributes: false,
    parseTagValue: false,
    removeNSPrefix: true,
    maxNestedTags: 64,
    isArray: (tag) => REPEATED.has(tag),
  });
  try {
    return parser.parse(text) as Element;
  } catch (cause) {
    throw badXml(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function badXml(where: string, what: string, cause?: unknown) {
  return formatError({
    code: 'bad-xml',
    where,
    what: `the XML cannot be read: ${what}`,
    expected: 'a complete XRDML file: <xrdMeasurements> … </xrdMeasurements>',
    fix: 'copy the file again, or export it again',
    cause,
  });
}

function textOf(value: Element[string] | undefined): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  const text = typeof first === 'object' ? (first as Element)['#text'] : first;
  return typeof text === 'string' ? text : undefined;
}

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

/** Names and texts as plain data, without the children called `without`; lists of numbers are summarised. */
export function plainTree(element: Element, without: readonly string[] = []): { [key: string]: Plain } {
  const kept = Object.entries(element).filter(([tag]) => !without.includes(tag));
  return Object.fromEntries(kept.map(([tag, value]) => [tag.replace(/^@_/, ''), plain(value)]));
}

function plain(value: Element[string]): Plain {
  if (Array.isArray(value)) return value.map((item) => plain(item as Element | string));
  if (typeof value === 'object') return plainTree(value as Element);
  if (SET_ASIDE.test(value as string)) return '(numbers)';
  const text = value as string;
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, 40)}… (${text.length} characters)`;
}
