import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  // The reference takes the first word of the first line for the title, "name:" for one.
  compare: { metadata: 'subset', title: false },
});
