import { defineConformance } from '../../../test/conformance.ts';

/** The same number, by the name that all formats have for it. */
const DWELL = [
  'signal 0 (): metadata.instrument_dwell_time: absent, oracle 0.001',
  'signal 0 (): metadata.dwell_time_s: 0.001, not in the oracle',
];

export default defineConformance({
  folders: ['quantumdetector'],
  beside: (path) => [path.replace(/\.mib$/, '.hdr')],
  exceptions: {
    'quantumdetector/002_merlin_test_roi_sig256x128_nav4x2_hot_pixel_52x_39y.mib': DWELL,
    'quantumdetector/003_merlin_test_roi_sig256x64_nav4x2_hot_pixel_52x_39y.mib': DWELL,
  },
});
