import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  // Dates as anywhere.
  exceptions: {
    'hspy/EDS_TEM_FePt_nanoparticles.hspy': [
      'signal 0 (EDS TEM Spectrum): metadata.date: "2014-10-14", oracle "14.10.2014"',
    ],
  },
});
