import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  // The header says more of the conditions than the reference reader reports.
  compare: { metadata: 'subset' },
});
