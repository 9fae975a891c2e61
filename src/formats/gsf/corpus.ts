import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  // The reference names things as the file does; they are compared beside the reader.
  compare: { metadata: 'ignore' },
});
