import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  exceptions: { 'blockfile/test2.blo': ['signal 0 (): metadata.camera_length_mm: 200, oracle 0.2'] },
});
