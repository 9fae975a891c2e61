import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  exceptions: {
    'tiff/test_loading_image_saved_with_imageJ_stack.tif': ['signal 0 (): axis 0 "depth": unit "µm", oracle ""'],
  },
});
