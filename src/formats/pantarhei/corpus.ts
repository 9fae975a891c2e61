import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  compare: { metadata: 'subset' },
  exceptions: { 'pantarhei/panta_rhei_sample.prz': ['signal 0 (O): metadata.camera_length_mm: 20, oracle 0.02'] },
});
