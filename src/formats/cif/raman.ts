import type { Dataset } from '../../signal/dataset.ts';
import { diffractionDataset, knownValues } from '../diffraction-pattern.ts';
import type { Block } from './blocks.ts';
import { numberAt, numericColumns } from './columns.ts';
import type { BlockFacts } from './metadata.ts';

/** The spectra of a block of the Raman Open Database. */
export async function ramanSpectra(block: Block, { metadata, original }: BlockFacts): Promise<Dataset[]> {
  const found: Dataset[] = [];
  const laser = numberAt(block, '_raman_measurement_device_excitation_laser_wavelength');
  for (const loop of block.loops) {
    const [shifts] = numericColumns(loop, '_raman_spectrum_raman_shift', 'Raman shift');
    const [intensities] = numericColumns(loop, '_raman_spectrum_intensity', 'Intensity');
    if (!shifts?.values.every(Number.isFinite) || !intensities) continue;
    const title = typeof metadata['sample'] === 'string' ? metadata['sample'] : block.name;
    found.push(
      await diffractionDataset({
        title,
        axisName: 'Raman shift',
        unit: 'cm-1',
        positions: { listed: shifts.values },
        size: shifts.values.length,
        dtype: 'float64',
        values: knownValues(intensities.values),
        metadata: {
          ...metadata,
          signal_type: 'Raman',
          ...(laser !== undefined && laser > 0 ? { instrument_Laser: { wavelength: laser } } : {}),
        },
        original,
        warnings: [],
      }),
    );
  }
  return found;
}
