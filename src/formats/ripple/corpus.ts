import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({ beside: (path) => [path.replace(/\.rpl$/, '.raw')] });
