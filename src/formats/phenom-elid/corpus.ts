import { defineConformance } from '../../../test/conformance.ts';
import { analysis, f64, image, line, list, map, packed, project, text, u32 } from '../../../test/made-elid.ts';
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
  made: [0, 4].map((version) => {
    const analyses = [
      analysis(1, { version }),
      analysis(2, { version, order: 2, own: f64(0.1, 0.2) }),
      line(version),
      map(version),
      analysis(5, { version, own: [...u32(7), ...u32(9)] }),
      analysis(6, { version, order: 3, own: f64(0, 0, 0.5, 0.5) }),
      analysis(7, { version, order: 5, own: [...text('sum'), ...list([[...u32(1), ...f64(1)]])] }),
    ];
    return packed(project([image(analyses)], version));
  }),
  compare: { metadata: 'subset' },
  asReference: ({ datasets, oracle }) => ({ datasets: datasets.map(asReference), oracle }),
  exceptions: { 'phenom-elid/Elid2Version0.elid': PARTS, 'phenom-elid/Elid2Version4.elid': PARTS },
  // Places that are not calibrated are counted; times of 0 are unknown, those of maps contradict each other.
  explained: (difference) =>
    /: unit "", oracle "points"$/.test(difference) ||
    /\(Image 1, Map \d\): metadata\.detector_EDS\.(?:live|real)_time: absent, oracle [34]\./.test(difference) ||
    /: metadata\.detector_EDS\.(?:live|real)_time: absent, oracle 0$/.test(difference),
});
