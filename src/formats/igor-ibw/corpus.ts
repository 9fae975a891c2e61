import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  folders: ['xps-other'],
  own: ({ oracle }) => oracle.reader.includes('(Igor'),
  exceptions: {
    'xps-other/Ag_0001Ag__001.ibw': ['name "Binding Energy"', 'unit "eV", oracle ""'].map(
      (difference) => `signal 0 (Ag__001): axis 0 "": ${difference}`,
    ),
  },
});
