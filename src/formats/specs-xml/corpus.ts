import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  folders: ['xps-other'],
  // The reference gives its file in other pieces: they are compared beside the reader.
  own: () => false,
});
