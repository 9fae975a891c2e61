import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  folders: ['xafs-columns'],
  // The reference counts two lines of detector weights and offsets as data: its only file is compared beside the reader.
  own: () => false,
});
