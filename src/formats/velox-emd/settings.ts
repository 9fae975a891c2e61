import type { PlainTree } from '../../signal/dataset.ts';
import type { Hdf5File } from '../hdf5/index.ts';
import { readJsonText, tryJson } from '../hdf5/json-text.ts';
import { entry } from '../json-tree.ts';
import { groupsIn, jsonsIn } from './groups.ts';

/** Atomic numbers of the elements chosen in Velox; undefined where nothing was quantified. */
export async function readElements(file: Hdf5File): Promise<number[] | undefined> {
  const places = [
    '/SharedProperties/EDSSpectrumQuantificationSettings',
    '/Data/EdsSpectrumQuantificationSettings',
    '/Operations/ImageQuantificationOperation',
  ];
  for (const place of places) {
    const [settings] = await jsonsIn(file, place, 1);
    if (!settings) continue;
    const chosen = entry(settings, 'elementSelection');
    return Array.isArray(chosen) ? chosen.map(Number).filter((z) => Number.isInteger(z) && z > 0) : [];
  }
  return undefined;
}

/** The first frame and the last that Velox summed for its own spectrum image, counted from 1. */
export async function readFrameRange(file: Hdf5File): Promise<PlainTree | undefined> {
  for (const group of await groupsIn(file, '/Data/SpectrumImage')) {
    const settings = await tryJson(() => readJsonText(file, `${group}/SpectrumImageSettings`));
    if (settings) return settings;
  }
  return undefined;
}
