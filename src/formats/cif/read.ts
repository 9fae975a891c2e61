import type { Dataset } from '../../signal/dataset.ts';
import { formatError, inputError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { parseBlocks } from './blocks.ts';
import { blockFacts } from './metadata.ts';
import { powderPatterns } from './powder.ts';
import { ramanSpectra } from './raman.ts';
import { atomSites } from './structure.ts';

const MAX_BYTES = 1 << 26;

/**
 * Reads a CIF: of each block its powder patterns, Raman spectra and atom sites.
 * @throws SpectrailError `input/too-large`, `format/bad-cif`, `format/nothing-known`.
 */
export async function readCif(file: ByteSource): Promise<Dataset[]> {
  if (file.size > MAX_BYTES) {
    throw inputError({
      code: 'too-large',
      where: file.name,
      what: `${file.size} bytes are too many for a CIF`,
      expected: `at most ${MAX_BYTES} bytes`,
    });
  }
  const blocks = parseBlocks(decode(await file.read(0, file.size)), file.name);
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

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
