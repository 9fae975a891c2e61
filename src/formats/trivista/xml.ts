import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { formatError } from '../../signal/errors.ts';
import { child, type Element } from '../panalytical-xrdml/xml.ts';

/** What is said beside the frames: hardware, calibrations, settings; some 50,000 letters a document. */
const LONGEST_XML = 1 << 22;
const MOST_ELEMENTS = 1 << 16;
const OPTIONS = {
  ignoreAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  alwaysCreateTextNode: true,
  maxNestedTags: 64,
} as const;

/** Where the numbers of a frame stand in the text. */
export interface FramePlace {
  readonly start: number;
  readonly end: number;
}

export interface TriVistaDocument {
  /** The element `XmlMain`; the text of each of its frames is a number, to be looked up in `places`. */
  readonly root: Element;
  readonly places: readonly FramePlace[];
}

/**
 * Parses all but the numbers of the frames, which are nearly all of a file.
 * @throws SpectrailError `format/bad-trivista` for text that is not well-formed, is nested deeper than 64, declares a
 * document type (the place of entities that multiply), or says far more than measurements need.
 */
export function parseTriVista(text: string, name: string): TriVistaDocument {
  const { xml, places } = setFramesAside(text, name);
  const root = child(parseXml(xml, name), 'XmlMain');
  if (!root) throw badTriVista(name, 'there is no element <XmlMain>', 'a file saved by VistaControl');
  return { root, places };
}

/** Parses a description of settings, which is XML in an attribute. Throws as {@link parseTriVista}. */
export function parseXml(xml: string, where: string): Element {
  const wanted = 'XML as VistaControl writes it';
  if (xml.length > LONGEST_XML || xml.split('<', MOST_ELEMENTS + 1).length > MOST_ELEMENTS) {
    throw badTriVista(where, `${xml.length} letters stand beside the frames`, `at most ${LONGEST_XML}`);
  }
  if (/<!DOCTYPE/i.test(xml)) throw badTriVista(where, 'it declares a document type', 'none');
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw badTriVista(`${where}, line ${valid.err.line}`, `it is no XML: ${valid.err.msg}`, wanted);
  try {
    return new XMLParser(OPTIONS).parse(xml) as Element;
  } catch (cause) {
    throw badTriVista(where, `it is no XML (${cause instanceof Error ? cause.message : cause})`, wanted);
  }
}

function setFramesAside(text: string, name: string): { xml: string; places: FramePlace[] } {
  const places: FramePlace[] = [];
  const pieces: string[] = [];
  let kept = 0;
  // Every frame, however it is written: a number that stands in one from the start would be taken for a place.
  const frame = /<Frame(?=[\s/>])/g;
  for (let found = frame.exec(text); found; found = frame.exec(text)) {
    const tag = found.index;
    const start = text.indexOf('>', tag) + 1;
    const empty = start > 0 && text[start - 2] === '/';
    const end = start === 0 || empty ? start : text.indexOf('</Frame>', start);
    if (start === 0 || end < 0) {
      throw badTriVista(`${name}, character ${tag}`, `frame ${places.length} does not end`, '</Frame>');
    }
    pieces.push(text.slice(kept, start));
    if (!empty) pieces.push(String(places.push({ start, end }) - 1));
    kept = end;
    frame.lastIndex = end;
    if (places.length > MOST_ELEMENTS) {
      throw badTriVista(name, `there are more than ${MOST_ELEMENTS} frames`, 'fewer');
    }
  }
  pieces.push(text.slice(kept));
  return { xml: pieces.join(''), places };
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

export function badTriVista(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-trivista', where, what, expected, fix: 'copy the file, or save it, again' });
}
