import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Metadata, PlainTree } from '../../signal/dataset.ts';
import { attribute, child, type Element, plainTree } from '../panalytical-xrdml/xml.ts';
import { plainNumber } from '../plain-number.ts';

const LONGEST = 1 << 18;
const MOST_ELEMENTS = 1 << 12;

/** What the microscope notes beside an image. */
export interface FeiImage {
  /** µm a pixel. */
  readonly pixel?: { readonly width: number; readonly height: number };
  /** By which a map is larger or smaller than the image. */
  readonly scanScale: number;
  readonly metadata: Metadata;
  readonly original: PlainTree;
}

const NOTHING: FeiImage = { scanScale: 1, metadata: {}, original: {} };

/** Nothing, and a warning, for a text that is no XML. */
export function readFeiImage(text: string, warnings: string[]): FeiImage {
  const element = parse(text);
  if (!element) {
    warnings.push('what the microscope notes beside the image cannot be read');
    return NOTHING;
  }
  const quantity = (unit: string, ...path: readonly string[]) => quantityOf(child(element, ...path), unit);
  const [width, height] = [quantity('um', 'pixelWidth'), quantity('um', 'pixelHeight')];
  const scale = numberOf(child(element, 'acquisition', 'scan', 'scanScale'));
  return {
    pixel: width && height && width > 0 && height > 0 ? { width, height } : undefined,
    scanScale: scale !== undefined && scale > 0 ? scale : 1,
    metadata: metadataOf(element, quantity),
    original: plainTree(element),
  };
}

function parse(text: string): Element | undefined {
  const strange = text.length > LONGEST || /<!DOCTYPE/i.test(text) || XMLValidator.validate(text) !== true;
  if (strange || text.split('<', MOST_ELEMENTS + 1).length > MOST_ELEMENTS) return undefined;
  const options = { ignoreAttributes: false, parseTagValue: false, alwaysCreateTextNode: true, maxNestedTags: 64 };
  try {
    return child(new XMLParser(options).parse(text) as Element, 'FeiImage');
  } catch {
    return undefined;
  }
}

function metadataOf(
  element: Element,
  quantity: (unit: string, ...path: readonly string[]) => number | undefined,
): Metadata {
  const metadata: Metadata = { instrument: 'SEM' };
  const say = (key: string, value: string | number | undefined) => {
    if (value !== undefined && value !== '') metadata[key] = value;
  };
  const volts = quantity('kV', 'acquisition', 'scan', 'highVoltage');
  say('beam_energy_keV', volts === undefined ? undefined : Math.abs(volts));
  say('microscope', textOf(child(element, 'instrument', 'uniqueID')));
  const dwell = quantity('ns', 'acquisition', 'scan', 'dwellTime');
  say('dwell_time_s', dwell === undefined ? undefined : dwell / 1e9);
  say('working_distance_mm', quantity('mm', 'workingDistance'));
  const stage: PlainTree = {};
  for (const axis of ['x', 'y']) {
    const metres = numberOf(child(element, 'samplePosition', axis));
    if (metres !== undefined) stage[axis] = metres * 1e3;
  }
  if (Object.keys(stage).length > 0) metadata.stage = stage;
  const [, date, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(textOf(child(element, 'time'))) ?? [];
  say('date', date);
  say('time', time);
  return metadata;
}

const PREFIXES: Readonly<Record<string, number>> = { p: 1e-12, n: 1e-9, u: 1e-6, µ: 1e-6, m: 1e-3, k: 1e3, M: 1e6 };
/** Powers of ten as integers: quotients of them are exact. */
const factorOf = (unit: string): number | undefined => {
  if (unit.length === 1) return 1;
  return unit.length === 2 && Object.hasOwn(PREFIXES, unit[0]) ? PREFIXES[unit[0]] : undefined;
};

/** In the unit asked for, where the element has one of the same kind. */
function quantityOf(element: Element | undefined, wanted: string): number | undefined {
  const unit = attribute(element, 'unit') ?? '';
  const [value, from, to] = [numberOf(element), factorOf(unit), factorOf(wanted)];
  if (value === undefined || from === undefined || to === undefined || unit.at(-1) !== wanted.at(-1)) return undefined;
  return from < to ? value / Math.round(to / from) : value * Math.round(from / to);
}

const numberOf = (element: Element | undefined) => plainNumber(textOf(element));

function textOf(element: Element | undefined): string {
  const text = element?.['#text'];
  return typeof text === 'string' ? text.trim() : '';
}
