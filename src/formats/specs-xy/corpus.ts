import { AS_WRITTEN } from '../../../test/as-written.ts';
import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  ...AS_WRITTEN,
  folders: ['xps-other'],
  own: ({ oracle }) => oracle.reader.includes('(SPECS xy'),
  exceptions: {
    'xps-other/specsxy_example.xy': ['over_1400eV', 'O1s', 'Si2p', 'O1s_XAS_45°'].map(
      (region, i) => `signal ${i} (Si_sub / ${region} / 0, Curve: 0): column 2: name "scaling", oracle "c2"`,
    ),
  },
});
