import { defineConformance } from '../../../test/conformance.ts';
import type { Dataset } from '../../signal/dataset.ts';

/** The reference widens spectra and maps, takes images for places, and the zone of its own machine for that of the times. */
function asReference(dataset: Dataset): Dataset {
  if (dataset.kind !== 'array') return dataset;
  const { metadata, values } = dataset;
  const said = metadata.date === undefined ? dataset : { ...dataset, metadata: { ...metadata, time_zone: 'UTC' } };
  if (values.kind === 'events') return { ...said, dtype: 'uint32' };
  if (dataset.shape.length === 2) {
    return { ...said, axes: dataset.axes.map((axis) => ({ ...axis, role: 'navigation' })) };
  }
  const load = async () => BigInt64Array.from((await values.load()) as Uint32Array, BigInt);
  return { ...said, dtype: 'int64', values: { kind: 'dense', load } };
}

/** The reference gives maps of a part of the image the size of the whole. */
const PARTS = [
  [3, 'Image 1, Map 3', 0.6057273795516092],
  [5, 'Image 1, Map 6', 0.5540441560403797],
].flatMap(([signal, title, scale]) =>
  ['0 "y"', '1 "x"'].map(
    (axis) => `signal ${signal} (${title}): axis ${axis}: scale ${scale}, oracle 1.2197240748650153`,
  ),
);

export default defineConformance({
  compare: { metadata: 'subset' },
  asReference: ({ datasets, oracle }) => ({ datasets: datasets.map(asReference), oracle }),
  exceptions: { 'phenom-elid/Elid2Version0.elid': PARTS, 'phenom-elid/Elid2Version4.elid': PARTS },
  // Places that are not calibrated are counted; times of 0 are unknown, those of maps contradict each other.
  explained: (difference) =>
    /: unit "", oracle "points"$/.test(difference) ||
    /\(Image 1, Map \d\): metadata\.detector_EDS\.(?:live|real)_time: absent, oracle [34]\./.test(difference) ||
    /: metadata\.detector_EDS\.(?:live|real)_time: absent, oracle 0$/.test(difference),
});
