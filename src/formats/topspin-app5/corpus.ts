import { defineConformance } from '../../../test/conformance.ts';
import type { Dataset, PlainTree } from '../../signal/dataset.ts';

const NOTES = ['ProcedureName', 'FriendlyName', 'Title', 'SystemName', 'Specimen', 'Comments'];

/** The reference puts what it knows of the document into one text. */
function asReference(dataset: Dataset): Dataset {
  const { original, metadata } = dataset;
  const notes = NOTES.map((name) => `${name}:  ${(original as PlainTree)[name] || 'None'} \n`).join('');
  return { ...dataset, metadata: { ...metadata, notes } };
}

/** The reference has the offsets of the image by its columns and rows for those of its rows and columns. */
const TURNED = [
  'axis 0 "y": offset 163.247766954242, oracle 64.1002310488442',
  'axis 1 "x": offset 64.1002310488442, oracle 163.247766954242',
].map((difference) => `signal 0 (cb76b58d-7906-423d-b681-3af9587e9e76): ${difference}`);

export default defineConformance({
  // The reference calls everything by the number of the document.
  compare: { metadata: 'subset', title: false },
  exceptions: { 'topspin-app5/topspin_test_A.app5': TURNED },
  // The kind of the axis, which the reference has for its unit.
  explained: (difference) => /: unit "rad", oracle "Angle"$/.test(difference),
  asReference: ({ datasets, oracle }) => ({ datasets: datasets.map(asReference), oracle }),
});
