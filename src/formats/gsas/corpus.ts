import { defineConformance } from '../../../test/conformance.ts';
import { GSAS } from '../../../test/made-diffractograms.ts';

export default defineConformance({ made: [GSAS] });
