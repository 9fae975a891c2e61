import { defineConformance } from '../../../test/conformance.ts';

/** A record of the file is a row, whose pixels are counted along x. */
const ROWS = (title = '') => [`signal 0 (${title}): axis 0 "x": name "y"`, `signal 0 (${title}): axis 1 "y": name "x"`];

export default defineConformance({
  exceptions: {
    'semper/example_image_2d.unf': ROWS(),
    'semper/example_image_byte.unf': ROWS(),
    'semper/example_image_int16.unf': ROWS(),
    'semper/example_image_int32.unf': ROWS(),
    'semper/example_with_title.unf': ROWS('This is a test!'),
  },
});
