import { formatError } from '../../signal/errors.ts';
import { guardedXml } from '../guarded-xml.ts';
import { attribute, child, children, type Element } from '../xml-tree.ts';
import { type Frame, frameOf } from './frame.ts';

/** What is said beside the frames: hardware, calibrations, settings; some 50,000 letters a document. */
const LIMITS = { letters: 1 << 22, elements: 1 << 16 } as const;
const MOST_FRAMES = 1 << 19;
/** Stands for frames that follow each other. */
const RUN = 'FrameRun';
const LONGEST_TAG = 1 << 12;

export interface TriVistaDocument {
  /** The element `XmlMain`, without the frames: see {@link framesIn}. */
  readonly root: Element;
  readonly frames: readonly Frame[];
}

/**
 * Parses all but the frames, which are nearly all of a file, and of which there are as many as a map has places.
 * @throws SpectrailError `format/bad-trivista` for text that is not well-formed, is nested deeper than 64, declares a
 * document type (the place of entities that multiply), or says far more than measurements need.
 */
export function parseTriVista(text: string, name: string): TriVistaDocument {
  const { xml, frames } = setFramesAside(text, name);
  const root = child(parseXml(xml, name), 'XmlMain');
  if (!root) throw badTriVista(name, 'there is no element <XmlMain>', 'a file saved by VistaControl');
  return { root, frames };
}

/** The frames of the element `Data` of a document. */
export function framesIn({ frames }: TriVistaDocument, data: Element | undefined): Frame[] {
  return children(data, RUN).flatMap((run) =>
    frames.slice(Number(attribute(run, 'from') ?? 0), Number(attribute(run, 'to') ?? 0)),
  );
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

function setFramesAside(text: string, name: string): { xml: string; frames: Frame[] } {
  // What stands for frames must not be in the file: it would give the same frames again and again.
  if (text.includes(`<${RUN}`)) throw badTriVista(name, `there is an element <${RUN}>`, 'elements of VistaControl');
  const frames: Frame[] = [];
  const pieces: string[] = [];
  let kept = 0;
  let first = 0;
  const endRun = () => {
    if (frames.length > first) pieces.push(`<${RUN} from="${first}" to="${frames.length}"/>`);
    first = frames.length;
  };
  const tag = /<Frame(?=[\s/>])/g;
  for (let found = tag.exec(text); found; found = tag.exec(text)) {
    const between = text.slice(kept, found.index);
    if (between.trim() !== '') {
      endRun();
      pieces.push(between);
    }
    const start = text.indexOf('>', found.index) + 1;
    const end = start === 0 ? -1 : text.indexOf('</Frame>', start);
    const where = `${name}, character ${found.index}`;
    if (text[start - 2] === '/') {
      throw badTriVista(where, `frame ${frames.length} holds no numbers`, 'numbers separated by semicolons');
    }
    if (end < 0) throw badTriVista(where, `frame ${frames.length} does not end`, '</Frame>');
    if (frames.length === MOST_FRAMES) throw badTriVista(where, `there are more than ${MOST_FRAMES} frames`, 'fewer');
    frames.push(frameOf(text.slice(found.index, Math.min(start, found.index + LONGEST_TAG)), start, end));
    kept = end + '</Frame>'.length;
    tag.lastIndex = kept;
  }
  endRun();
  pieces.push(text.slice(kept));
  return { xml: pieces.join(''), frames };
}

export function badTriVista(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-trivista', where, what, expected, fix: 'copy the file, or save it, again' });
}
