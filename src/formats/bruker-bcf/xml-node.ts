import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { guardedXml } from '../guarded-xml.ts';
import { child, type Element } from '../xml-tree.ts';

/** Image data are set aside before parsing: the parser walks character by character. */
const IMAGE_DATA = /<Data>([A-Za-z0-9+/=\s]{64,})<\/Data>/g;
const SET_ASIDE = /^base64:(\d+)$/;
/** Headers without their images have some 40,000 letters and 2,500 elements; the parser takes seconds for a million. */
const LIMITS = { letters: 1 << 22, elements: 1 << 17 } as const;

/**
 * @throws Error in words, for text that {@link guardedXml} does not take, or far more of it than a map needs.
 */
export function parseXml(bytes: Uint8Array): { root: Element; images: readonly string[] } {
  const images: string[] = [];
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes).replace(IMAGE_DATA, (_, base64: string) => {
    return `<Data>base64:${images.push(base64) - 1}</Data>`;
  });
  const parsed = guardedXml(text, LIMITS, { texts: true, lenient: true });
  if ('fault' in parsed) throw new Error(parsed.fault);
  return { root: parsed.root, images };
}

/** Esprit declares WINDOWS-1252; what other programs have saved again may be UTF-8. */
function encodingOf(bytes: Uint8Array): 'utf-8' | 'windows-1252' {
  const declaration = new TextDecoder('latin1').decode(bytes.subarray(0, 100));
  return /encoding="utf-?8"/i.test(declaration) ? 'utf-8' : 'windows-1252';
}

/** The base64 text of an image plane, wherever it was put. */
export function imageText(plane: Element, images: readonly string[]): string {
  const data = textOf(plane, 'Data') ?? '';
  const aside = SET_ASIDE.exec(data);
  return aside ? (images[Number(aside[1])] ?? '') : data;
}

export function instances(node: Element | undefined, type: string): Element[] {
  const value = node?.ClassInstance;
  const list = (Array.isArray(value) ? value : [value]) as readonly (Element | string | undefined)[];
  return list.filter((item): item is Element => typeof item === 'object' && item['@_Type'] === type);
}

export function instance(node: Element | undefined, type: string): Element | undefined {
  return instances(node, type)[0];
}

export function children(node: Element | undefined): Element[] {
  const value = child(node, 'ChildClassInstances')?.ClassInstance;
  const list = (Array.isArray(value) ? value : [value]) as readonly (Element | string | undefined)[];
  return list.filter((item): item is Element => typeof item === 'object');
}

export function textOf(node: Element | undefined, name: string): string | undefined {
  const value = node?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(node: Element | undefined, name: string): number | undefined {
  const text = textOf(node, name);
  const value = text === undefined ? Number.NaN : Number(text.replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}

/** Zero and negative numbers stand for "not known" in these fields. */
export function positive(node: Element | undefined, name: string): number | undefined {
  const value = numberOf(node, name);
  return value !== undefined && value > 0 ? value : undefined;
}

/** Colour tables and drawings say nothing about the measurement. */
const DECORATION = new Set(['Palette', 'TRTImagePalette', 'TRTImageOverlay', 'TRTMapConfigurationData']);
const LONGEST_TEXT = 200;

/** Names and short texts of the header; lists and images are summarised. */
export function plainTree(node: Element): PlainTree {
  const entries: [string, Plain][] = [];
  for (const [key, value] of Object.entries(node)) {
    if (DECORATION.has(key)) continue;
    const name = key.startsWith('@_') ? key.slice(2) : key;
    if (Array.isArray(value)) entries.push([name, value.filter(isInformative).map(plainValue)]);
    else if (isInformative(value as Element | string)) entries.push([name, plainValue(value as Element | string)]);
  }
  return Object.fromEntries(entries);
}

function isInformative(value: Element | string): boolean {
  return typeof value === 'string' || !DECORATION.has(textOf(value, '@_Type') ?? '');
}

function plainValue(value: Element | string): Plain {
  if (typeof value !== 'string') return plainTree(value);
  if (SET_ASIDE.test(value)) return '(image data)';
  return value.length <= LONGEST_TEXT ? value : `${value.slice(0, 40)}… (${value.length} characters)`;
}
