import type { Dataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { readWholeText } from '../whole-text.ts';
import { parseBlocks } from './blocks.ts';
import { blockFacts } from './metadata.ts';
import { powderPatterns } from './powder.ts';
import { ramanSpectra } from './raman.ts';
import { atomSites } from './structure.ts';

/**
 * Reads a CIF: of each block its powder patterns, Raman spectra and atom sites.
 * @throws SpectrailError `input/too-large`, `format/bad-cif`, `format/nothing-known`.
 */
export async function readCif(file: ByteSource): Promise<Dataset[]> {
  const blocks = parseBlocks(await readWholeText(file), file.name);
  const datasets: Dataset[] = [];
  for (const block of blocks) {
    const facts = blockFacts(block);
    for (const found of [powderPatterns, ramanSpectra, atomSites]) {
      for (const dataset of await found(block, facts)) datasets.push(dataset);
    }
  }
  if (datasets.length > 0) return datasets;
  throw formatError({
    code: 'nothing-known',
    where: file.name,
    what: `none of its ${blocks.length} blocks holds a powder pattern, a Raman spectrum or atom sites`,
    expected: 'a loop with _pd_meas_counts_total (or another intensity), _raman_spectrum.intensity or _atom_site_label',
    fix: 'take the file that the program wrote for the pattern, or for the structure',
  });
}
