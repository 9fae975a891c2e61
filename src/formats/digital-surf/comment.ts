import type { Metadata, PlainTree } from '../../signal/dataset.ts';

export type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * The comment of an object as acquisition software writes it: `$_SECTION`, then `$key = value` entries, which mostly but not
 * always stand on lines of their own.
 */
export function parseComment(text: string): Sections {
  const sections = new Map<string, Map<string, string>>();
  let section = '';
  for (const entry of text.split('$').slice(1)) {
    const line = entry.trim();
    if (line.startsWith('_')) {
      section = line.slice(1);
      continue;
    }
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const entries = sections.get(section) ?? new Map<string, string>();
    entries.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
    sections.set(section, entries);
  }
  return sections;
}

/** As a plain tree in which a key such as `__proto__` is but a name. */
export function sectionTree(sections: Sections): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [name, entries] of sections) {
    const branch: PlainTree = Object.create(null);
    for (const [key, value] of entries) branch[key] = value;
    tree[name] = branch;
  }
  return tree;
}

/** Electron microscope, stage, spectrometer and detector, as far as the comment tells. */
export function commentMetadata(sections: Sections): Metadata {
  const find = (section: string, key: string) => sections.get(section)?.get(key);
  const number = (section: string, key: string) => {
    const value = Number.parseFloat(find(section, key) ?? '');
    return Number.isFinite(value) ? value : undefined;
  };
  const metadata: Metadata = {};
  if (sections.has('SEM')) metadata.instrument = 'SEM';
  const energy = number('SEM', 'Beam Energy');
  const unit = /\bk?V$/.exec(find('SEM', 'Beam Energy') ?? '')?.[0];
  if (energy !== undefined && unit) metadata.beam_energy_keV = unit === 'kV' ? energy : energy / 1000;
  put(metadata, 'magnification', number('SEM', 'Real Magnification'));
  return { ...metadata, ...stageOf(number), ...spectrometerOf(number, find), ...detectorOf(sections, number, find) };
}

type NumberOf = (section: string, key: string) => number | undefined;
type TextOf = (section: string, key: string) => string | undefined;

function stageOf(number: NumberOf): Metadata {
  const stage: PlainTree = {};
  const at = (key: string) => number('SITE IMAGE', `stage_${key}`);
  const entries = { rotation: 'rotation_z', tilt_alpha: 'rotation_x', tilt_beta: 'rotation_y' };
  for (const [name, key] of Object.entries(entries)) withUnit(stage, name, at(key), 'deg');
  for (const name of ['x', 'y', 'z']) withUnit(stage, name, at(`position_${name}`), 'mm');
  return filled('stage', stage);
}

function spectrometerOf(number: NumberOf, find: TextOf): Metadata {
  const tree: PlainTree = {};
  const at = (key: string) => number('SPECTROMETER', key);
  withUnit(tree, 'entrance_slit_width', at('Entrance slit width'), 'um');
  withUnit(tree, 'exit_slit_width', at('Exit slit width'), 'um');
  withUnit(tree, 'central_wavelength', at('Central wavelength'), 'nm');
  put(tree, 'Grating', find('SPECTROMETER', 'Grating'));
  withUnit(tree, 'groove_density', at('Grating - Groove Density'), 'gr/mm');
  return filled('instrument_Spectrometer', tree);
}

function detectorOf(sections: Sections, number: NumberOf, find: TextOf): Metadata {
  if (!sections.has('CCD')) return {};
  const tree: PlainTree = { detector_type: 'CCD' };
  put(tree, 'model', find('CCD', 'Camera Model'));
  withUnit(tree, 'integration_time', number('CCD', 'Exposure Time'), 's');
  const binning = [number('CCD', 'Horizontal Binning'), number('CCD', 'Vertical Binning')];
  if (binning.every((value) => value !== undefined)) tree.binning = binning as number[];
  withUnit(tree, 'pixel_size', number('CCD', 'Pixel Width'), 'mm');
  return { instrument_Detector: tree };
}

function withUnit(tree: PlainTree, key: string, value: number | undefined, unit: string): void {
  if (value === undefined) return;
  tree[key] = value;
  tree[`${key}_units`] = unit;
}

function put(tree: PlainTree, key: string, value: string | number | undefined): void {
  if (value !== undefined && value !== '') tree[key] = value;
}

const filled = (key: string, tree: PlainTree): Metadata => (Object.keys(tree).length > 0 ? { [key]: tree } : {});
