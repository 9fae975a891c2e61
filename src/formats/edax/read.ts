import type { ArrayDataset } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import { kindOf, SPECTRUM } from './kind.ts';
import { readMap } from './map.ts';
import { readSpectrum } from './spectrum.ts';

/**
 * EDAX spectra (`.spc`) and maps (`.spd`), little-endian. Energies in keV, positions in µm.
 * @throws SpectrailError `format/bad-edax` when a header or the counts cannot be used.
 */
export async function readEdax(file: ByteSource): Promise<ArrayDataset[]> {
  const map = kindOf(await file.read(0, SPECTRUM.bytes)) === 'map' || /\.spd$/i.test(file.name);
  return [await (map ? readMap(file) : readSpectrum(file))];
}
