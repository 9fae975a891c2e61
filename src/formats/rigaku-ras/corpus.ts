import { defineConformance } from '../../../test/conformance.ts';
import { RAS } from '../../../test/made-diffractograms.ts';

export default defineConformance({ made: [RAS] });
