import type { Metadata, PlainTree } from '../../signal/dataset.ts';
import { elementText, guardedXml } from '../guarded-xml.ts';
import { plainNumber } from '../plain-number.ts';
import { attribute, child, type Element, plainTree } from '../xml-tree.ts';

const LIMITS = { letters: 1 << 18, elements: 1 << 12 } as const;

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
  const parsed = guardedXml(text, LIMITS);
  const element = 'root' in parsed ? child(parsed.root, 'FeiImage') : undefined;
  if (!element) {
    const why = 'fault' in parsed ? parsed.fault : 'there is no element <FeiImage>';
    warnings.push(`what the microscope notes beside the image cannot be read: ${why}`);
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
  say('microscope', elementText(child(element, 'instrument', 'uniqueID')));
  const dwell = quantity('ns', 'acquisition', 'scan', 'dwellTime');
  say('dwell_time_s', dwell === undefined ? undefined : dwell / 1e9);
  say('working_distance_mm', quantity('mm', 'workingDistance'));
  const stage: PlainTree = {};
  for (const axis of ['x', 'y']) {
    const metres = numberOf(child(element, 'samplePosition', axis));
    if (metres !== undefined) stage[axis] = metres * 1e3;
  }
  if (Object.keys(stage).length > 0) metadata.stage = stage;
  const [, date, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(elementText(child(element, 'time'))) ?? [];
  say('date', date);
  say('time', time);
  return metadata;
}

const PREFIXES: Readonly<Record<string, number>> = { p: 1e-12, n: 1e-9, u: 1e-6, µ: 1e-6, m: 1e-3, k: 1e3, M: 1e6 };
const factorOf = (unit: string): number | undefined => {
  if (unit.length === 1) return 1;
  return unit.length === 2 && Object.hasOwn(PREFIXES, unit[0]) ? PREFIXES[unit[0]] : undefined;
};

/** In the unit asked for, where the element has one of the same kind. */
function quantityOf(element: Element | undefined, wanted: string): number | undefined {
  const unit = attribute(element, 'unit') ?? '';
  const [value, from, to] = [numberOf(element), factorOf(unit), factorOf(wanted)];
  if (value === undefined || from === undefined || to === undefined || unit.at(-1) !== wanted.at(-1)) return undefined;
  // Factors of at least 1 are whole numbers: 8.1 mm stay 8.1.
  return from < to ? value / Math.round(to / from) : value * Math.round(from / to);
}

const numberOf = (element: Element | undefined) => plainNumber(elementText(element));
