import { formatError } from '../../signal/errors.ts';
import { guardedXml } from '../guarded-xml.ts';
import { child, type Element } from '../panalytical-xrdml/xml.ts';

/** What is said beside the frames: hardware, calibrations, settings; some 50,000 letters a document. */
const LIMITS = { letters: 1 << 22, elements: 1 << 16 } as const;
const MOST_FRAMES = LIMITS.elements;

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
  const parsed = guardedXml(xml, LIMITS);
  if ('root' in parsed) return parsed.root;
  throw badTriVista(
    where,
    `what stands beside the frames cannot be read: ${parsed.fault}`,
    'XML as VistaControl writes it',
  );
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
    if (places.length > MOST_FRAMES) {
      throw badTriVista(name, `there are more than ${MOST_FRAMES} frames`, 'fewer');
    }
  }
  pieces.push(text.slice(kept));
  return { xml: pieces.join(''), places };
}

export function badTriVista(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-trivista', where, what, expected, fix: 'copy the file, or save it, again' });
}
