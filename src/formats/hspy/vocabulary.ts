import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { convertUnit, isKnownUnit } from '../../signal/units.ts';

/** Where HyperSpy keeps, under the microscope, what our flat names say; `unit`: what the flat value is given in. */
const INSTRUMENT: readonly { key: string; flat: string; unit?: string }[] = [
  { key: 'beam_energy', flat: 'beam_energy_keV' },
  { key: 'convergence_angle', flat: 'convergence_angle_mrad' },
  { key: 'dwell_time', flat: 'dwell_time_s', unit: 's' },
  { key: 'camera_length', flat: 'camera_length_mm', unit: 'mm' },
  { key: 'acquisition_mode', flat: 'acquisition_mode' },
  { key: 'beam_current', flat: 'beam_current_nA' },
  { key: 'magnification', flat: 'magnification' },
  { key: 'microscope', flat: 'microscope' },
  { key: 'Stage', flat: 'stage' },
];

const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  General: ['date', 'time', 'time_zone', 'notes', 'authors'],
  Signal: ['signal_type', 'quantity', 'record_by'],
  Sample: ['elements', 'xray_lines'],
};

const MICROSCOPES: readonly string[] = ['SEM', 'TEM'];
const ACQUISITION = 'Acquisition_instrument';
/** Our own group in HyperSpy's tree: flat entries that have no place there, as JSON. */
const REST = 'Spectrail';

export function emptyTree(): PlainTree {
  return Object.create(null);
}

export function isTree(value: Plain | undefined): value is PlainTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entries(value: Plain | undefined): [string, Plain][] {
  return isTree(value) ? Object.entries(value) : [];
}

/** HyperSpy's metadata tree in the flat vocabulary. What is empty or null in the tree is absent. */
export function flattenMetadata(tree: PlainTree): Metadata {
  const flat: Metadata = emptyTree();
  for (const [name, part] of entries(tree[ACQUISITION])) {
    if (MICROSCOPES.includes(name)) flattenMicroscope(name, part, flat);
    else if (part !== null) flat[`instrument_${name}`] ??= part;
  }
  for (const [section, keys] of Object.entries(SECTIONS)) {
    const part = tree[section];
    if (!isTree(part)) continue;
    for (const key of keys) {
      const value = key === 'date' ? isoDate(part[key]) : part[key];
      if (value !== undefined && value !== null && value !== '') flat[key] = value;
    }
  }
  const rest = tree[REST];
  if (isTree(rest)) {
    if (rest.assumed_instrument === true) delete flat.instrument;
    for (const [key, value] of entries(parsed(rest.metadata))) flat[key] = value;
  }
  return flat;
}

/** HyperSpy writes dates as 2014-10-14, its users by hand also as 14.10.2014; anything else is left in the file's tree. */
function isoDate(value: Plain | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, day, month, year] = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(value) ?? [];
  const date = year ? `${year}-${month}-${day}` : value;
  return /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(date) ? date : undefined;
}

/** What prints or copies a tree does so level by level. */
const DEEPEST = 64;

function parsed(text: Plain | undefined): Plain {
  try {
    const value: Plain = typeof text === 'string' ? JSON.parse(text) : null;
    return isDeeperThan(DEEPEST, value) ? null : value;
  } catch {
    return null;
  }
}

function isDeeperThan(levels: number, value: Plain): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(levels - 1, item));
}

function flattenMicroscope(name: string, part: Plain, flat: Metadata): void {
  flat.instrument ??= name;
  // Some HyperSpy versions write "beam_energy " with a space.
  const trimmed = Object.fromEntries(entries(part).map(([key, value]) => [key.trim(), value]));
  for (const { key, flat: target, unit } of INSTRUMENT) {
    const value = trimmed[key];
    if (value === undefined || value === null || value === '') continue;
    flat[target] ??= unit ? inUnit(value, trimmed[`${key}_units`], unit) : value;
  }
  for (const [detector, value] of entries(trimmed.Detector)) {
    if (isTree(value)) flat[`detector_${detector}`] ??= value;
  }
}

function inUnit(value: Plain, from: Plain | undefined, to: string): Plain {
  if (typeof value !== 'number' || typeof from !== 'string' || !isKnownUnit(from)) return value;
  try {
    return convertUnit(value, from, to);
  } catch {
    return value;
  }
}

/**
 * The inverse of {@link flattenMetadata}: `flat` put into a copy of HyperSpy's tree `base`, whose own entries for the same
 * things are dropped. Flattening the result gives `flat` again, exactly.
 */
export function unflattenMetadata(flat: Metadata, base: PlainTree, title: string): PlainTree {
  const tree = copyTree(base);
  strip(tree);
  section(tree, 'General').title = title;
  const placed = emptyTree();
  for (const [key, value] of Object.entries(flat)) {
    if (survives(key.replace(/^(detector|instrument)_/, ''), value)) placed[key] = value;
  }
  for (const [name, keys] of Object.entries(SECTIONS)) {
    for (const key of keys) if (placed[key] !== undefined) section(tree, name)[key] = placed[key];
  }
  placeInstrument(placed, tree);
  const again = flattenMetadata(tree);
  const rest = emptyTree();
  for (const [key, value] of Object.entries(flat)) {
    if (!Object.hasOwn(placed, key) || JSON.stringify(again[key]) !== JSON.stringify(value)) rest[key] = value;
  }
  const assumed = flat.instrument === undefined && again.instrument !== undefined;
  if (assumed) section(tree, REST).assumed_instrument = true;
  if (Object.keys(rest).length > 0) section(tree, REST).metadata = JSON.stringify(rest);
  return tree;
}

const MARKED = /^_(list|tuple|datetime|sig|bs)_/;
const WORDS = /^(_None_|datetime\.(date|time)\(.*)$/s;

/** Names that HDF5 or a file system takes otherwise than they are. */
const UNSAFE_NAME = /[/\\\p{Control}]|^\.+$|\p{Surrogate}/u;
const LONGEST_NAME = 40;

/** Does an entry come back the same from HyperSpy's way of keeping plain data in names and attributes? */
function survives(key: string, value: Plain, depth = 0): boolean {
  if (key === '' || UNSAFE_NAME.test(key) || key.length > LONGEST_NAME || key !== key.trim()) return false;
  if (MARKED.test(key) || depth > 16) return false;
  if (typeof value === 'string') return !WORDS.test(value) && !/\0|\p{Surrogate}/u.test(value);
  if (Array.isArray(value)) {
    return value.length <= 256 && value.every((item, i) => survives(String(i), item, depth + 1));
  }
  return entries(value).every(([name, item]) => survives(name, item, depth + 1));
}

function placeInstrument(flat: Metadata, tree: PlainTree): void {
  const named =
    typeof flat.instrument === 'string' && MICROSCOPES.includes(flat.instrument) ? flat.instrument : undefined;
  const microscope = named ?? (String(flat.signal_type ?? '').endsWith('SEM') ? 'SEM' : 'TEM');
  const place = () => section(section(tree, ACQUISITION), microscope);
  if (named) place();
  for (const { key, flat: source } of INSTRUMENT) if (flat[source] !== undefined) place()[key] = flat[source];
  for (const [name, value] of Object.entries(flat)) {
    if (name.startsWith('detector_') && isTree(value)) section(place(), 'Detector')[name.slice(9)] = value;
    if (name.startsWith('instrument_')) section(tree, ACQUISITION)[name.slice(11)] = value;
  }
}

function section(tree: PlainTree, name: string): PlainTree {
  const part = tree[name];
  if (isTree(part)) return part;
  const made = emptyTree();
  tree[name] = made;
  return made;
}

/** Removes everything the flat vocabulary speaks of. */
function strip(tree: PlainTree): void {
  delete tree[REST];
  const acquisition = tree[ACQUISITION];
  for (const [name, part] of entries(acquisition)) {
    if (!MICROSCOPES.includes(name)) delete (acquisition as PlainTree)[name];
    if (!isTree(part)) continue;
    for (const { key } of INSTRUMENT) {
      for (const found of Object.keys(part)) {
        if ([key, `${key}_units`].includes(found.trim())) delete part[found];
      }
    }
    const detectors = part.Detector;
    for (const [detector, value] of entries(detectors)) if (isTree(value)) delete (detectors as PlainTree)[detector];
    const left = Object.keys(part).filter((key) => key !== 'Detector' || entries(part.Detector).length > 0);
    if (left.length === 0) delete (acquisition as PlainTree)[name];
  }
  for (const [name, keys] of Object.entries(SECTIONS)) {
    const part = tree[name];
    if (isTree(part)) for (const key of keys) delete part[key];
  }
}

function copyTree(tree: PlainTree): PlainTree {
  const copy = emptyTree();
  for (const [key, value] of Object.entries(tree)) copy[key] = isTree(value) ? copyTree(value) : value;
  return copy;
}
