import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { finitePlain } from '../finite-plain.ts';
import type { Hdf5Attribute, Hdf5File, Hdf5Group } from '../hdf5/index.ts';

/** Longer lists are named, not listed. */
const LISTED = 256;

export function plainAttributes(attributes: Readonly<Record<string, Hdf5Attribute>>): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [name, { value }] of Object.entries(attributes)) {
    tree[name] = Array.isArray(value) && value.length > LISTED ? `(${value.length} values)` : finitePlain(value);
  }
  return tree;
}

/** What the file says beside its arrays: attributes of the groups that version 0.2 has for it, and Prismatic's parameters. */
export async function readOriginal(file: Hdf5File): Promise<PlainTree> {
  const original: PlainTree = Object.create(null);
  for (const { name, kind } of await file.list('/')) {
    if (kind !== 'group' || !['comments', 'microscope', 'sample', 'user'].includes(name)) continue;
    const tree = plainAttributes(await file.attributes(`/${name}`));
    if (Object.keys(tree).length > 0) original[name] = tree;
  }
  const parameters = await simulationParameters(file);
  if (parameters) original.simulation_parameters = parameters;
  return original;
}

const PARAMETERS = ['4DSTEM_simulation', 'metadata', 'metadata_0', 'original', 'simulation_parameters'];

async function simulationParameters(file: Hdf5File): Promise<PlainTree | undefined> {
  let path = '';
  for (const step of PARAMETERS) {
    const members = await file.list(path || '/');
    if (!members.some(({ name, kind }) => name === step && kind === 'group')) return undefined;
    path += `/${step}`;
  }
  return plainAttributes(await file.attributes(path));
}

/** Conditions: those of a simulation, or those that the microscope's and user's groups tell. */
export function emdMetadata(original: PlainTree, group: Hdf5Group): Metadata {
  const entry = (tree: string, key: string): Plain | undefined => {
    const found = original[tree];
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? found[key] : undefined;
  };
  const text = (value: Plain | undefined) => (typeof value === 'string' && value.trim() !== '' ? value : undefined);
  const metadata: Metadata = Object.create(null);
  const put = (key: string, value: Plain | undefined) => {
    if (value !== undefined) metadata[key] = value;
  };
  const simulated = entry('simulation_parameters', 'E');
  const voltage = text(entry('microscope', 'voltage'));
  const kilovolts = /^\s*(\d+(?:\.\d+)?)\s*kV\s*$/i.exec(voltage ?? '')?.[1];
  put('beam_energy_keV', typeof simulated === 'number' && simulated > 0 ? simulated : undefined);
  if (kilovolts !== undefined && Number(kilovolts) > 0) put('beam_energy_keV', Number(kilovolts));
  put('microscope', text(entry('microscope', 'name')));
  put('authors', text(entry('user', 'name')));
  put('signal_type', text(group.attributes.signal_type?.value));
  return metadata;
}
