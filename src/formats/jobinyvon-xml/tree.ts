import { formatError } from '../../signal/errors.ts';
import { guardedXml } from '../guarded-xml.ts';

/** An element of LabSpec: its `ID` says what it is, its text is a value, its children have IDs of their own. */
export interface LsxNode {
  readonly id: number;
  readonly text: string;
  readonly children: readonly LsxNode[];
}

type XmlNode = { readonly [key: string]: unknown };

/** Trees have some 300 elements in 10,000 letters, and the numbers of the axes. */
const LIMITS = { letters: 1 << 22, elements: 1 << 15 } as const;
const END = '</LSX_Tree>';

/** @throws SpectrailError `format/bad-labspec` for text that is no LabSpec tree, or far larger than any. */
export function readTree(text: string, where: string): LsxNode {
  const end = text.indexOf(END);
  if (end < 0) throw badLabSpec(where, 'the description of the spectra does not end', END);
  const start = Math.max(0, text.indexOf('<LSX_Tree'));
  const xml = text.slice(start, end + END.length);
  if (/<!DOCTYPE/i.test(text.slice(0, start))) throw badLabSpec(where, 'it declares a document type', 'none');
  const parsed = guardedXml(xml, LIMITS, { texts: true, lenient: true });
  if ('root' in parsed) return nodeOf(parsed.root.LSX_Tree);
  throw badLabSpec(
    where,
    `the description of the spectra cannot be read: ${parsed.fault}`,
    'XML as LabSpec exports it, of some 10,000 letters',
  );
}

function nodeOf(xml: unknown): LsxNode {
  if (typeof xml === 'string') return { id: 0, text: xml, children: [] };
  const node = (typeof xml === 'object' && xml !== null ? xml : {}) as XmlNode;
  const list = node.LSX;
  const children = list === undefined ? [] : Array.isArray(list) ? list : [list];
  return { id: Number(node['@_ID'] ?? 0), text: String(node['#text'] ?? '').trim(), children: children.map(nodeOf) };
}

/** The descendant along a path of IDs. */
export function at(node: LsxNode | undefined, ...path: readonly number[]): LsxNode | undefined {
  return path.reduce<LsxNode | undefined>((found, id) => found?.children.find((child) => child.id === id), node);
}

/**
 * Writes the numbers between white space of `text.slice(start, end)` into `out` from `place`; gives how many there are, even
 * where `out` does not hold them.
 */
export function fillNumbers(text: string, start: number, end: number, out: Float64Array, place: number): number {
  let count = 0;
  let from = -1;
  for (let i = start; i <= end; i++) {
    const blank = i === end || text.charCodeAt(i) <= 0x20;
    if (!blank && from < 0) from = i;
    if (blank && from >= 0) {
      if (place + count < out.length) out[place + count] = Number(text.slice(from, i));
      count++;
      from = -1;
    }
  }
  return count;
}

/** The numbers of a text of nothing else. */
export function numbersIn(text: string): Float64Array {
  const out = new Float64Array(fillNumbers(text, 0, text.length, new Float64Array(0), 0));
  fillNumbers(text, 0, text.length, out, 0);
  return out;
}

export function badLabSpec(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-labspec', where, what, expected, fix: 'export it from LabSpec again' });
}
