import { defineConformance } from '../../../test/conformance.ts';

const ofMetadata = (...differences: string[]) => differences.map((difference) => `signal 0 (): metadata.${difference}`);
/** Files that do not name the instrument. */
const UNNAMED = ofMetadata(
  'instrument: absent, oracle "SEM"',
  'instrument_Spectrometer: absent, oracle {}',
  'instrument_Detector: absent, oracle {}',
);

export default defineConformance({
  folders: ['digitalsurf'],
  exceptions: {
    'digitalsurf/test_profile.pro': UNNAMED,
    'digitalsurf/test_spectra.pro': UNNAMED,
    'digitalsurf/test_spectrum.pro': UNNAMED,
    'digitalsurf/test_surface.sur': UNNAMED,
    'digitalsurf/test_spectral_map.sur': ofMetadata(
      'beam_energy_keV: 4.996, oracle 4996',
      'microscope: absent, oracle "Attolight Allalin"',
      'instrument_Spectrometer.blazing_wavelength: absent, oracle 0',
      'instrument_Spectrometer.blazing_wavelength_units: absent, oracle "nm"',
      'instrument_Spectrometer.Filter: absent, oracle {"filter_type":null}',
      'instrument_Detector.model: "A.920", oracle null',
      'instrument_Detector.integration_time: 0.001, oracle null',
      'instrument_Detector.integration_time_units: "s", oracle null',
      'instrument_Detector.binning: absent, oracle [null,null]',
      'instrument_Detector.pixel_size: 0.052, oracle null',
      'instrument_Detector.pixel_size_units: "mm", oracle null',
    ),
  },
});
