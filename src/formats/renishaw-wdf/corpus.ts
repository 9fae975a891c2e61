import { ascending } from '../../../test/ascending.ts';
import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  // The objective and the exposure are told beside what the reference reader reports.
  compare: { metadata: 'subset' },
  asReference: ({ datasets, oracle }) => ({ datasets: datasets.map(ascending), oracle }),
  exceptions: {
    'renishaw-wdf/renishaw_test_timeseries.wdf': [
      'axis 0 "Time": unit "s", oracle "ns"',
      'axis 0 "Time": explicit positions, oracle has scale and offset',
    ].map((difference) => `signal 0 (Single scan measurement): ${difference}`),
    'renishaw-wdf/renishaw_test_undefined.wdf': [
      'shape [2,1015], oracle [1015]',
      '2 axes, oracle has 1',
      '2030 elements loaded, 1015 expected from the shape',
      'metadata.date: absent, oracle "1601-01-01"',
      'metadata.time: absent, oracle "00:00:00"',
      'metadata.quantity: absent, oracle "Intensity (Raman_shift)"',
    ].map((difference) => `signal 0 (): ${difference}`),
  },
});
