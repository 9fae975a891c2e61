import { formatError } from '../../signal/errors.ts';
import { guardedXml } from '../guarded-xml.ts';
import { type Element, shortened } from '../xml-tree.ts';

/** Elements that may stand several times in their parent. */
const REPEATED = new Set(['xrdMeasurement', 'scan', 'positions', 'entry']);

/** Lists of numbers are nearly all of a file; they are set aside before parsing, which goes letter by letter. */
const NUMBERS = />([\d\s.+\-eE]{64,})</g;
const SET_ASIDE = /^numbers:(\d+)$/;
/** What is said beside the numbers: a scan takes some 3,000 letters. */
const LIMITS = { letters: 1 << 22, elements: 1 << 17 } as const;

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
  const parsed = guardedXml(text, LIMITS, { texts: true, withoutPrefixes: true, repeated: REPEATED });
  if ('fault' in parsed) throw badXml(name, parsed.fault);
  const root = parsed.root['xrdMeasurements'];
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

function badXml(where: string, what: string) {
  return formatError({
    code: 'bad-xml',
    where,
    what: `the XML cannot be read: ${what}`,
    expected: 'a complete XRDML file: <xrdMeasurements> … </xrdMeasurements>',
    fix: 'copy the file again, or export it again',
  });
}

function textOf(value: Element[string] | undefined): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  const text = typeof first === 'object' ? (first as Element)['#text'] : first;
  return typeof text === 'string' ? text : undefined;
}

/** Texts of an element as plain data; lists of numbers are summarised. */
export const saidOf = (text: string): string => (SET_ASIDE.test(text) ? '(numbers)' : shortened(text));
