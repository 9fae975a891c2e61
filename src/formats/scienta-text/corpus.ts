import { AS_WRITTEN } from '../../../test/as-written.ts';
import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  ...AS_WRITTEN,
  folders: ['xps-other'],
  own: ({ oracle }) => oracle.reader.includes('(Scienta SES text'),
});
