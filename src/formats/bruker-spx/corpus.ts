import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  exceptions: {
    'bruker-spx/bruker_nano.spx': ['signal 0 (EDX): metadata.magnification: 666.6666667, not in the oracle'],
  },
});
