import { defineConformance } from '../../../test/conformance.ts';
import { PRINTED } from '../../../test/printed-columns.ts';

export default defineConformance({ ...PRINTED, compare: { ...PRINTED.compare, metadata: 'exact' } });
