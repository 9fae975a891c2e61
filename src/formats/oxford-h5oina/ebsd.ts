import { uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { SpectrailError } from '../../signal/errors.ts';
import { commonMetadata, gridOf, headerOf } from './header.ts';
import { datasetsIn, each, overGrid, type Technique } from './technique.ts';

/** Patterns are given before maps; where a pixel lies is told by the grid. */
const RANK = ['Unprocessed Patterns', 'Processed Patterns'];
const PLACES = new Set(['X', 'Y']);

/** Every column of the data: one value a pixel is a map, Euler angles are three, patterns are images. */
export async function readEbsd(technique: Technique, left: SpectrailError[]): Promise<ArrayDataset[]> {
  const { file, source, path } = technique;
  const header = await headerOf(file, `${path}/Header`, ['Stage Position']);
  const grid = gridOf(header, `${source.name}:${path}/Header`);
  const metadata = commonMetadata(header);
  const names = (await datasetsIn(technique, 'Data')).filter((name) => !PLACES.has(name));
  const rank = (name: string) => (RANK.includes(name) ? RANK.indexOf(name) : RANK.length);
  names.sort((a, b) => rank(a) - rank(b));
  return each(names, left, async (name) => {
    const at = `${path}/Data/${name}`;
    const unit = [(await file.attributes(at)).Unit?.value].flat()[0];
    const quantity = typeof unit === 'string' && unit !== '' ? `${name} (${unit})` : name;
    const inner = (rows: readonly number[]) =>
      rows.map((size, i) => uniformAxis({ name: rows.length === 2 ? 'yx'[i] : name, role: 'signal', size }));
    const about = { title: `EBSD ${name}`, metadata: { ...metadata, quantity }, original: { header } };
    return overGrid(technique, at, grid, inner, about);
  });
}
