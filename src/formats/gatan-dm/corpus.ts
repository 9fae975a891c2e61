import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  folders: ['dm3', 'dm4'],
  exceptions: {
    'dm4/perovskite_EDS_sum.dm4': ['live_time', 'real_time'].map(
      (key) =>
        `signal 0 ((12) Spectrum of EDS Spectrum Image): metadata.detector_EDS.${key}: 1.9489998817443848, not in the oracle`,
    ),
  },
});
