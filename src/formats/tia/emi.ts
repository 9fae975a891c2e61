import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';

const MAGIC = [0x4a, 0x4b, 0x00, 0x02];
const BEGIN = '<ObjectInfo>';
const END = '</ObjectInfo>';
/** Descriptions seen have some 7,000 letters. */
const LONGEST_ISLAND = 2 ** 18;
const WINDOW = 2 ** 22;
const MOST_ISLANDS = 256;
const DEEPEST = 16;

export function isEmi(head: Uint8Array): boolean {
  return head.length >= 16 && MAGIC.every((byte, i) => head[i] === byte);
}

/**
 * The descriptions of objects in an `.emi` file, in their order: XML among binary data. The n-th belongs to the n-th series.
 */
export async function readEmi(file: ByteSource): Promise<PlainTree[]> {
  const islands: PlainTree[] = [];
  const latin1 = new TextDecoder('latin1');
  for (let at = 0; at < file.size && islands.length < MOST_ISLANDS; ) {
    const text = latin1.decode(await file.read(at, WINDOW + BEGIN.length));
    const found = text.indexOf(BEGIN);
    if (found < 0) {
      at += WINDOW;
      continue;
    }
    const island = latin1.decode(await file.read(at + found, LONGEST_ISLAND));
    const end = island.indexOf(END);
    if (end >= 0) islands.push(treeOf(island.slice(0, end + END.length)));
    at += found + (end < 0 ? BEGIN.length : end + END.length);
  }
  return islands;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The XML that TIA writes has neither attributes nor mixed contents: an element holds others, or text. Lists of
 * `<Data><Label>…</Label><Value>…</Value><Unit>…</Unit></Data>` become entries "Label (Unit)". What is not closed ends where
 * its parent does.
 */
function treeOf(xml: string): PlainTree {
  const root: PlainTree = Object.create(null);
  const open: { name: string; tree: PlainTree; text: string }[] = [{ name: '', tree: root, text: '' }];
  const close = () => {
    const { name, tree, text } = open.pop()!;
    const parent = open[open.length - 1].tree;
    const label = tree.Label;
    if (name === 'Data' && typeof label === 'string') {
      const unit = typeof tree.Unit === 'string' && tree.Unit !== '' ? ` (${tree.Unit})` : '';
      parent[`${label}${unit}`] = tree.Value ?? '';
    } else {
      parent[name] = Object.keys(tree).length > 0 ? tree : text.trim();
    }
  };
  for (let at = 0; at < xml.length; ) {
    const tag = xml.indexOf('<', at);
    const end = tag < 0 ? -1 : xml.indexOf('>', tag);
    const current = open[open.length - 1];
    current.text += unescaped(xml.slice(at, tag < 0 ? xml.length : tag));
    if (end < 0) break;
    const name = xml.slice(tag + 1, end).trim();
    if (name.startsWith('/')) {
      if (open.length > 1 && current.name === name.slice(1)) close();
    } else if (name.endsWith('/')) {
      current.tree[name.slice(0, -1).trim()] = '';
    } else if (open.length <= DEEPEST) {
      open.push({ name, tree: Object.create(null), text: '' });
    }
    at = end + 1;
  }
  while (open.length > 1) close();
  return root;
}

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => ENTITIES[name]);
}

function entry(tree: Plain | undefined, ...path: readonly string[]): Plain | undefined {
  let value = tree;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !(key in value)) return undefined;
    value = value[key];
  }
  return value;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The conditions of one object: energies in keV, camera length and stage in mm, tilts in degrees, times in s. */
export function emiMetadata(island: PlainTree): Metadata {
  const info = (...path: string[]) => {
    const value = entry(island, 'ObjectInfo', ...path);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const described = (label: string) => info('ExperimentalDescription', 'Root', label);
  const number = (text: string | undefined) => {
    const value = text === undefined ? Number.NaN : Number.parseFloat(text);
    return Number.isFinite(value) ? value : undefined;
  };
  const scaled = (text: string | undefined, factor: number) => {
    const value = number(text);
    return value === undefined ? undefined : value * factor;
  };
  const metadata: Metadata = Object.create(null);
  const volts = number(info('ExperimentalConditions', 'MicroscopeConditions', 'AcceleratingVoltage'));
  const mode = /\b(STEM|TEM)\b/.exec(described('Mode') ?? '')?.[1];
  const dwell = info('AcquireInfo', 'DwellTimePath');
  const kilovolts = number(described('High tension (kV)')) ?? (volts === undefined ? undefined : volts / 1000);
  put(metadata, {
    instrument: mode === undefined && kilovolts === undefined ? undefined : 'TEM',
    beam_energy_keV: kilovolts !== undefined && kilovolts > 0 ? kilovolts : undefined,
    magnification: number(described('Magnification (x)')),
    camera_length_mm: scaled(described('Camera length (m)'), 1000),
    acquisition_mode: mode,
    microscope: described('Microscope')?.replace(/^Microscope\s+/, ''),
    dwell_time_s: mode === 'STEM' ? number(dwell) : undefined,
  });
  addTree(metadata, 'stage', {
    tilt_alpha: number(described('Stage A (deg)')),
    tilt_beta: number(described('Stage B (deg)')),
    x: scaled(described('Stage X (um)'), 1e-3),
    y: scaled(described('Stage Y (um)'), 1e-3),
    z: scaled(described('Stage Z (um)'), 1e-3),
  });
  addTree(metadata, 'detector_Camera', { Name: info('AcquireInfo', 'CameraNamePath'), exposure: number(dwell) });
  const date = /^\w{3} (\w{3}) +(\d{1,2}) (\d{2}:\d{2}:\d{2}) (\d{4})$/.exec(info('AcquireDate') ?? '');
  const month = date ? MONTHS.indexOf(date[1]) + 1 : 0;
  if (date && month > 0) {
    put(metadata, { date: `${date[4]}-${String(month).padStart(2, '0')}-${date[2].padStart(2, '0')}`, time: date[3] });
  }
  put(metadata, { authors: described('User') });
  return metadata;
}

function put(metadata: Metadata, entries: Record<string, Plain | undefined>): void {
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) metadata[key] = value;
}

function addTree(metadata: Metadata, key: string, entries: Record<string, Plain | undefined>): void {
  const tree: Metadata = Object.create(null);
  put(tree, entries);
  if (Object.keys(tree).length > 0) metadata[key] = tree;
}
