import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  folders: ['emd-velox'],
  // These files say more about the detectors than their reference reader reports: angles, live times, elements.
  compare: { metadata: 'subset' },
  exceptions: {
    'emd-velox/velox_EELS_EDS.zip': [
      'shape [16,20,4096], oracle [128,128,4096]',
      'axis 0 "y": size 16, oracle 128',
      'axis 1 "x": size 20, oracle 128',
      'events of 320 pixels × 4096 channels, oracle has 67108864 values',
    ].map((difference) => `signal 17 (EDS): ${difference}`),
  },
});
