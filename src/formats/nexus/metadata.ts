import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { type Hdf5File, singleValue } from '../hdf5/index.ts';
import { readJsonText, tryJson } from '../hdf5/json-text.ts';
import { textOf } from './names.ts';

/** Where the conditions of a dataset that we wrote stand, beside its NXdata. */
export const OWN_METADATA = 'spectrail/metadata';

/** Fields of an NXentry by their path in it. */
const FIELDS: Readonly<Record<string, string>> = {
  element: 'element',
  edge: 'edge',
  sample: 'sample/name',
  facility: 'instrument/source/name',
  beamline: 'instrument/name',
  definition: 'definition',
};

/** Groups from the root to the one at `path`, the innermost first. */
function groupsAbove(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, i) => `/${parts.slice(0, parts.length - i).join('/')}`);
}

/** What the entry around an NXdata group says of the measurement. */
export async function nexusMetadata(
  file: Hdf5File,
  path: string,
): Promise<{ metadata: Metadata; original: PlainTree }> {
  const metadata: Metadata = Object.create(null);
  const original: PlainTree = Object.create(null);
  const entry = await entryOf(file, path);
  if (entry === undefined) return { metadata, original };
  const own = (await present(file, entry, OWN_METADATA))
    ? await tryJson(() => readJsonText(file, `${entry}/${OWN_METADATA}`))
    : undefined;
  if (own) return { metadata: own, original };
  const put = (key: string, value: Plain | undefined) => {
    if (value !== undefined && value !== '') metadata[key] = value;
  };
  for (const [key, field] of Object.entries(FIELDS)) {
    const value = await fieldOf(file, entry, field);
    if (key === 'definition') {
      if (value === 'NXxas') put('signal_type', 'XAS');
      if (value !== undefined) original.definition = value;
    } else if (typeof value === 'string') put(key, value.trim());
  }
  const start = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?)/.exec(
    String((await fieldOf(file, entry, 'start_time')) ?? ''),
  );
  if (start) {
    put('date', start[1]);
    put('time', start[2]);
  }
  return { metadata, original };
}

async function entryOf(file: Hdf5File, path: string): Promise<string | undefined> {
  for (const above of groupsAbove(path)) {
    if (textOf(await file.attributes(above), 'NX_class') === 'NXentry') return above;
  }
  return undefined;
}

/** Is there a dataset at this path, with nothing but groups on the way? */
async function present(file: Hdf5File, entry: string, field: string): Promise<boolean> {
  let inside = entry;
  const steps = field.split('/');
  for (const [i, step] of steps.entries()) {
    const wanted = i === steps.length - 1 ? 'dataset' : 'group';
    if (!(await file.list(inside)).some(({ name, kind }) => name === step && kind === wanted)) return false;
    inside += `/${step}`;
  }
  return true;
}

/** Undefined where there is none, or none that can be read: the data can be read without. */
async function fieldOf(file: Hdf5File, entry: string, field: string): Promise<string | number | undefined> {
  try {
    return (await present(file, entry, field)) ? await singleValue(file, `${entry}/${field}`) : undefined;
  } catch (error) {
    if (!isSpectrailError(error)) throw error;
    return undefined;
  }
}
