import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  // The moment of the measurement, which the reference reader does not report.
  compare: { metadata: 'subset' },
});
