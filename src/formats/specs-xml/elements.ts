import { formatError } from '../../signal/errors.ts';
import { withoutEntities } from '../guarded-xml.ts';

/** An element of a CORBA document: the kind of its value is its tag, its name an attribute. */
export interface Element {
  readonly tag: string;
  readonly name: string;
  /** `type_name`: what a structure describes. */
  readonly type: string;
  /** Elements, or the text of a value, from `start` to `end`. */
  readonly children: Element[];
  readonly start: number;
  end: number;
}

const MOST_ELEMENTS = 1 << 19;
const DEEPEST = 64;
const LONGEST_TAG = 1 << 16;

/**
 * The outermost element. Texts stay where they are: lists of counts are as long as the file. Entities are not expanded, the
 * document type is passed over.
 *
 * @throws SpectrailError `format/bad-xml` for tags that do not close, nest too deep, or are too many.
 */
export function parseElements(text: string, where: string): Element {
  const top: Element = { tag: '', name: '', type: '', children: [], start: 0, end: text.length };
  const open: Element[] = [top];
  let elements = 0;
  let at = text.indexOf('<');
  while (at >= 0) {
    if (text.startsWith('<!--', at)) at = after(text, '-->', at, where);
    else if (text.startsWith('<!DOCTYPE', at)) at = afterDoctype(text, at, where);
    else if (text.startsWith('<?', at)) at = after(text, '?>', at, where);
    else {
      const end = after(text, '>', at, where);
      if (end - at > LONGEST_TAG) throw badXml(where, at, `a tag of ${end - at} letters`);
      const tag = text.slice(at + 1, end - 1);
      if (tag.startsWith('/')) close(open, tag.slice(1).trim(), at, where);
      else {
        if (++elements > MOST_ELEMENTS) throw badXml(where, at, `more than ${MOST_ELEMENTS} elements`);
        const element = parseTag(tag, end);
        open[open.length - 1].children.push(element);
        if (!tag.endsWith('/')) open.push(element);
        if (open.length > DEEPEST) throw badXml(where, at, `elements ${DEEPEST} deep`);
      }
      at = end;
    }
    at = text.indexOf('<', at);
  }
  if (open.length > 1) throw badXml(where, text.length, `the end of the file inside of <${open.at(-1)?.tag}>`);
  return top;
}

function close(open: Element[], tag: string, at: number, where: string): void {
  const element = open[open.length - 1];
  if (open.length === 1 || element.tag !== tag) {
    throw badXml(where, at, `</${tag.slice(0, 40)}> inside of <${element.tag}>`);
  }
  element.end = at;
  open.pop();
}

function parseTag(text: string, start: number): Element {
  const attribute = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(text)?.[1] ?? '';
  const tag = /^[^\s/]*/.exec(text)?.[0] ?? '';
  return { tag, name: attribute('name'), type: attribute('type_name'), children: [], start, end: start };
}

function after(text: string, end: string, from: number, where: string): number {
  const at = text.indexOf(end, from);
  if (at < 0) throw badXml(where, from, `"${text.slice(from, from + 20)}", which does not end`);
  return at + end.length;
}

/** Declarations stand between brackets. */
function afterDoctype(text: string, from: number, where: string): number {
  const end = after(text, '>', from, where);
  const bracket = text.indexOf('[', from);
  return bracket >= 0 && bracket < end ? after(text, ']>', from, where) : end;
}

function badXml(where: string, at: number, what: string) {
  return formatError({
    code: 'bad-xml',
    where: `${where}, character ${at}`,
    what: `there is ${what}`,
    expected: 'elements that close in the order in which they open',
    fix: 'copy or export the file again',
  });
}

/** The first child of that name; undefined when there is none. */
export function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((entry) => entry.name === name);
}

const LONGEST_TEXT = 4096;

/** The text of a value, its entities replaced; undefined where there is no such child. */
export function textOf(text: string, element: Element | undefined, name: string): string | undefined {
  const value = child(element, name);
  if (!value) return undefined;
  const raw = text.slice(value.start, Math.min(value.end, value.start + LONGEST_TEXT)).trim();
  return withoutEntities(raw);
}
