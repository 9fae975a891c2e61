import { defineConformance } from '../../../test/conformance.ts';

/** "[]" says that there is no unit, as "[n_m]" says that it is nm. */
const unitless = (title: string, axes: number) =>
  Array.from({ length: axes }, (_, axis) => `signal 0 (${title}): axis ${axis} "": unit "", oracle "[]"`);

export default defineConformance({
  folders: ['emd-ncem', 'emd-prismatic'],
  compare: { metadata: 'subset' },
  exceptions: {
    'emd-ncem/example_image.emd': unitless('__unnamed__', 2),
    'emd-ncem/example_metadata.emd': unitless('This is a test!', 2),
    'emd-ncem/example_signal.emd': unitless('__unnamed__', 3),
    'emd-ncem/example_spectrum.emd': unitless('__unnamed__', 1),
  },
});
