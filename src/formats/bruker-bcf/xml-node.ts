import { XMLParser } from 'fast-xml-parser';
import type { Plain, PlainTree } from '../../signal/dataset.ts';

/** An element of the header: attributes under `@_Name`, children by tag, text where it has neither. */
export type XmlNode = { readonly [key: string]: XmlNode | string | readonly (XmlNode | string)[] };

/** Image data are set aside before parsing: the parser walks character by character. */
const IMAGE_DATA = /<Data>([A-Za-z0-9+/=\s]{64,})<\/Data>/g;
const SET_ASIDE = /^base64:(\d+)$/;
/** Headers without their images have some 40,000 letters and 2,500 elements; the parser takes seconds for a million. */
const LONGEST_XML = 1 << 22;
const MOST_ELEMENTS = 1 << 17;

/**
 * @throws Error of the parser, for text that is not XML, dangerous names or nesting deeper than 64; and for headers far
 * larger than any that a map needs, or with a document type, the place of entities that multiply.
 */
export function parseXml(bytes: Uint8Array): { root: XmlNode; images: readonly string[] } {
  const images: string[] = [];
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes).replace(IMAGE_DATA, (_, base64: string) => {
    return `<Data>base64:${images.push(base64) - 1}</Data>`;
  });
  if (text.length > LONGEST_XML) throw new Error(`${text.length} letters beside the images`);
  if (text.split('<', MOST_ELEMENTS + 1).length > MOST_ELEMENTS) throw new Error(`more than ${MOST_ELEMENTS} elements`);
  if (/<!DOCTYPE/i.test(text)) throw new Error('it declares a document type');
  const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, maxNestedTags: 64 });
  return { root: parser.parse(text) as XmlNode, images };
}

/** Esprit declares WINDOWS-1252; what other programs have saved again may be UTF-8. */
function encodingOf(bytes: Uint8Array): 'utf-8' | 'windows-1252' {
  const declaration = new TextDecoder('latin1').decode(bytes.subarray(0, 100));
  return /encoding="utf-?8"/i.test(declaration) ? 'utf-8' : 'windows-1252';
}

/** The base64 text of an image plane, wherever it was put. */
export function imageText(plane: XmlNode, images: readonly string[]): string {
  const data = textOf(plane, 'Data') ?? '';
  const aside = SET_ASIDE.exec(data);
  return aside ? (images[Number(aside[1])] ?? '') : data;
}

export function child(node: XmlNode | undefined, name: string): XmlNode | undefined {
  const value = node?.[name];
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'object' ? (first as XmlNode) : undefined;
}

export function instances(node: XmlNode | undefined, type: string): XmlNode[] {
  const value = node?.ClassInstance;
  const list = (Array.isArray(value) ? value : [value]) as readonly (XmlNode | string | undefined)[];
  return list.filter((item): item is XmlNode => typeof item === 'object' && item['@_Type'] === type);
}

export function instance(node: XmlNode | undefined, type: string): XmlNode | undefined {
  return instances(node, type)[0];
}

export function children(node: XmlNode | undefined): XmlNode[] {
  const value = child(node, 'ChildClassInstances')?.ClassInstance;
  const list = (Array.isArray(value) ? value : [value]) as readonly (XmlNode | string | undefined)[];
  return list.filter((item): item is XmlNode => typeof item === 'object');
}

export function textOf(node: XmlNode | undefined, name: string): string | undefined {
  const value = node?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(node: XmlNode | undefined, name: string): number | undefined {
  const text = textOf(node, name);
  const value = text === undefined ? Number.NaN : Number(text.replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}

/** Zero and negative numbers stand for "not known" in these fields. */
export function positive(node: XmlNode | undefined, name: string): number | undefined {
  const value = numberOf(node, name);
  return value !== undefined && value > 0 ? value : undefined;
}

/** Colour tables and drawings say nothing about the measurement. */
const DECORATION = new Set(['Palette', 'TRTImagePalette', 'TRTImageOverlay', 'TRTMapConfigurationData']);
const LONGEST_TEXT = 200;

/** Names and short texts of the header; lists and images are summarised. */
export function plainTree(node: XmlNode): PlainTree {
  const entries: [string, Plain][] = [];
  for (const [key, value] of Object.entries(node)) {
    if (DECORATION.has(key)) continue;
    const name = key.startsWith('@_') ? key.slice(2) : key;
    if (Array.isArray(value)) entries.push([name, value.filter(isInformative).map(plainValue)]);
    else if (isInformative(value as XmlNode | string)) entries.push([name, plainValue(value as XmlNode | string)]);
  }
  return Object.fromEntries(entries);
}

function isInformative(value: XmlNode | string): boolean {
  return typeof value === 'string' || !DECORATION.has(textOf(value, '@_Type') ?? '');
}

function plainValue(value: XmlNode | string): Plain {
  if (typeof value !== 'string') return plainTree(value);
  if (SET_ASIDE.test(value)) return '(image data)';
  return value.length <= LONGEST_TEXT ? value : `${value.slice(0, 40)}… (${value.length} characters)`;
}
