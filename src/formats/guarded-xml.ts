import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Element } from './xml-tree.ts';

export interface XmlLimits {
  readonly letters: number;
  readonly elements: number;
}

export interface XmlForm {
  /** An element of nothing but text is that text, its entities replaced. */
  readonly texts?: boolean;
  /** Tags without the prefixes of their namespaces. */
  readonly withoutPrefixes?: boolean;
  /** Tags of elements that are lists even where they stand once. */
  readonly repeated?: ReadonlySet<string>;
  /** Take also what is not well-formed, as far as the parser does. */
  readonly lenient?: boolean;
}

const DEEPEST = 64;

/**
 * Parses XML of a stranger: attributes under `@_name`, the text of each element under `#text`, entities as they are written
 * ({@link withoutEntities}), unless `form` says otherwise.
 * @returns the outermost elements by their names, or in words why not: text that is not well-formed, is beyond the limits, or
 * declares a document type (the place of entities that multiply).
 */
export function guardedXml(
  xml: string,
  { letters, elements }: XmlLimits,
  { texts = false, withoutPrefixes = false, repeated, lenient = false }: XmlForm = {},
): { root: Element } | { fault: string } {
  if (xml.length > letters) return { fault: `it has ${xml.length} letters, more than ${letters}` };
  if (xml.split('<', elements + 1).length > elements) return { fault: `it has more than ${elements} elements` };
  if (/<!DOCTYPE/i.test(xml)) return { fault: 'it declares a document type' };
  const parser = new XMLParser({
    ignoreAttributes: false,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: texts,
    alwaysCreateTextNode: !texts,
    removeNSPrefix: withoutPrefixes,
    maxNestedTags: DEEPEST,
    ...(repeated && { isArray: (tag: string) => repeated.has(tag) }),
  });
  try {
    const valid = lenient || XMLValidator.validate(xml);
    if (valid !== true) return { fault: `line ${valid.err.line} is no XML: ${valid.err.msg}` };
    return { root: parser.parse(xml) as Element };
  } catch (cause) {
    return { fault: `it is no XML (${cause instanceof Error ? cause.message : cause})` };
  }
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Replaces the five entities of XML and characters given by their number, once. */
export function withoutEntities(text: string): string {
  return text.replace(/&(?:(lt|gt|amp|quot|apos)|#x([0-9a-f]{1,6})|#(\d{1,7}));/gi, (found, named, hex, decimal) => {
    if (named) return ENTITIES[String(named).toLowerCase()];
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : found;
  });
}

/** The text of an element, without blanks around it; '' where there is no element. */
export function elementText(element: Element | undefined): string {
  const text = element?.['#text'];
  return typeof text === 'string' ? withoutEntities(text).trim() : '';
}
