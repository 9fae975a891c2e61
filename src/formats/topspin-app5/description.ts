import type { Metadata, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { elementText, guardedXml } from '../guarded-xml.ts';
import { plainNumber } from '../plain-number.ts';
import { invariantMoment } from '../written-date.ts';
import { child, children, type Element, plainTree } from '../xml-tree.ts';

const LIMITS = { letters: 1 << 22, elements: 1 << 16 } as const;

/** The element `Metadata` that a document, or a frame of a series, has for its description. */
export function parseDescription(xml: string, where: string): Element {
  const parsed = guardedXml(xml, LIMITS);
  const root = 'root' in parsed ? child(parsed.root, 'Metadata') : undefined;
  if (root) return root;
  throw badTopSpin(
    where,
    'fault' in parsed ? `the description cannot be read: ${parsed.fault}` : 'the description has no element <Metadata>',
    'XML as TopSpin writes it',
  );
}

export function badTopSpin(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-topspin', where, what, expected, fix: 'copy the file again, or save it again' });
}

/** The value of an item of a list of names and values. */
export function itemOf(list: Element | undefined, name: string): Element | undefined {
  const found = children(list, 'Item').find((item) => elementText(child(item, 'Name')) === name);
  return child(found, 'Value');
}

export const numberIn = (element: Element | undefined) => plainNumber(elementText(element));

/** What the document says of an image or a series that it refers to by its `Id`. */
export interface Result {
  readonly name: string;
  readonly value: Element;
}

export function resultsOf(document: Element): Map<string, Result> {
  const results = new Map<string, Result>();
  for (const item of children(child(document, 'ProcedureData'), 'Item')) {
    const value = child(item, 'Value');
    const id = elementText(child(value, 'Id'));
    if (value && id !== '') results.set(id, { name: elementText(child(item, 'Name')), value });
  }
  return results;
}

/** Of the microscope and the measurement: kV, mm, degrees. What was not set is 0 there, and absent here. */
export function documentMetadata(document: Element): Metadata {
  const metadata: Metadata = { instrument: 'TEM' };
  const say = (key: string, tag: string) => {
    const text = elementText(child(document, tag));
    if (text !== '') metadata[key] = text;
  };
  say('microscope', 'SystemName');
  say('sample', 'Specimen');
  say('authors', 'CreatedBy');
  say('notes', 'Comments');
  const hardware = (name: string) => itemOf(child(document, 'HardwareSettings'), name);
  const put = (key: string, value: number | undefined, factor = 1) => {
    if (value !== undefined && value > 0) metadata[key] = value * factor;
  };
  put('beam_energy_keV', numberIn(hardware('GunHighVoltage')), 1e-3);
  put('camera_length_mm', numberIn(hardware('DiffractionCameraLength')), 1e3);
  if (elementText(hardware('StemEnabled')) === 'True') put('magnification', numberIn(hardware('StemMagnification')));
  const procedure = child(document, 'ProcedureData');
  if (elementText(itemOf(procedure, 'IsPrecessionEnabled')) === 'True') {
    put('precession_angle_deg', numberIn(hardware('PrecessionHardwarePrecessionAngle')), 180 / Math.PI);
    put('precession_frequency_Hz', numberIn(hardware('PrecessionHardwarePrecessionFrequency')));
  }
  const camera = elementText(itemOf(procedure, 'Camera'));
  if (camera !== '') metadata.detector_Camera = { name: camera };
  return { ...metadata, ...invariantMoment(elementText(child(document, 'CreatedDateTime'))) };
}

/** What the document says, without how it was shown on the screen; what was done is listed by name and value. */
export function documentTree(document: Element): PlainTree {
  const tree: PlainTree = Object.create(null);
  Object.assign(tree, plainTree(texts(document), []));
  for (const part of ['ProcedureData', 'HardwareSettings']) {
    const branch: PlainTree = Object.create(null);
    for (const item of children(child(document, part), 'Item')) {
      const value = child(item, 'Value');
      const name = elementText(child(item, 'Name'));
      const simple = value && Object.keys(value).every((key) => key === '#text' || key.startsWith('@_'));
      if (simple && name !== '') branch[name] = elementText(value).slice(0, LONGEST_TEXT);
    }
    tree[part] = branch;
  }
  return tree;
}

const LONGEST_TEXT = 400;

/** Elements of the document that are nothing but text. */
function texts(document: Element): Element {
  const found: [string, string][] = [];
  for (const tag of Object.keys(document)) {
    if (tag.startsWith('@_') || tag === '#text' || tag === 'ProcedureData' || tag === 'HardwareSettings') continue;
    found.push([tag, elementText(child(document, tag))]);
  }
  return Object.fromEntries(found);
}
