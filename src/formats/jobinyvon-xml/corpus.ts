import { ascending } from '../../../test/ascending.ts';
import { defineConformance } from '../../../test/conformance.ts';
import type { Dataset, PlainTree } from '../../signal/dataset.ts';

/**
 * As the reference gives these files: dates in their own spelling, the hole (µm) by 100 and twice, an empty image, the
 * transmission of the filter as if it were a density.
 */
function asLabSpec(dataset: Dataset): Dataset {
  const { metadata } = dataset;
  const spectrometer = metadata.instrument_Spectrometer as PlainTree;
  const laser = metadata.instrument_Laser as PlainTree;
  const { transmission } = laser.Filter as PlainTree;
  const hole = (spectrometer.pinhole_um as number) / 100;
  return {
    ...dataset,
    metadata: {
      ...metadata,
      date: String(metadata.date).split('-').reverse().join('.'),
      instrument_Spectrometer: { ...spectrometer, pinhole: hole, entrance_slit_width: hole },
      instrument_Laser: { ...laser, Filter: { optical_density: transmission } },
      instrument_Spectral_image: {},
    },
  };
}

export default defineConformance({
  compare: { metadata: 'subset' },
  asReference: ({ datasets, oracle }) => ({ datasets: datasets.map((each) => ascending(asLabSpec(each))), oracle }),
});
