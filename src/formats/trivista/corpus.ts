import { defineConformance } from '../../../test/conformance.ts';
import type { Dataset } from '../../signal/dataset.ts';

/** The reference takes the time between frames for a dimension of the signal. */
function withTimeAsSignal(dataset: Dataset): Dataset {
  if (dataset.kind !== 'array' || dataset.axes[0].name !== 'time') return dataset;
  return { ...dataset, axes: dataset.axes.map((axis) => ({ ...axis, role: 'signal' })) };
}

export default defineConformance({
  // The reference calls the spectra after the file, here they are called as it was when it was saved.
  compare: { metadata: 'subset', title: false },
  asReference: ({ datasets, oracle }) => ({ datasets: datasets.map(withTimeAsSignal), oracle }),
  // Slits of 0 mm let no light through: they are none.
  explained: (difference) => /metadata\.instrument_Spectrometer\.\w+_slit_width: absent, oracle 0$/.test(difference),
});
