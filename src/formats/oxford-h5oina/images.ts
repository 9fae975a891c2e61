import type { ArrayDataset } from '../../signal/dataset.ts';
import type { SpectrailError } from '../../signal/errors.ts';
import { commonMetadata, gridOf, headerOf, numberIn } from './header.ts';
import { datasetsIn, each, overGrid, type Technique } from './technique.ts';

/** Images of secondary, backscattered and forward scattered electrons, called as in AZtec. */
export async function readImages(technique: Technique, left: SpectrailError[]): Promise<ArrayDataset[]> {
  const { file, source, path } = technique;
  const header = await headerOf(file, `${path}/Header`, ['Stage Position']);
  const names: string[] = [];
  for (const group of ['SE', 'BSE', 'FSE']) {
    names.push(...(await datasetsIn(technique, `Data/${group}`)).map((name) => `${group}/${name}`));
  }
  if (names.length === 0) return [];
  const grid = gridOf(header, `${source.name}:${path}/Header`);
  const metadata = commonMetadata(header);
  const dwell = numberIn(header, 'Dwell Time');
  if (dwell !== undefined && dwell > 0) metadata.dwell_time_s = dwell / 1e6;
  return each(names, left, (name) => {
    const [detector, ...title] = name.split('/');
    const about = {
      title: title.join('/'),
      metadata: { ...metadata, [`detector_${detector}`]: { name: detector } },
      original: { header },
    };
    return overGrid(technique, `${path}/Data/${name}`, grid, () => [], about);
  });
}
