import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  compare: { metadata: 'subset' },
  // The reference reads the light only, unless told otherwise; here the electron images follow it.
  exceptions: Object.fromEntries(
    ['sparc-e-k', 'sparc-hyperspectral', 'sparc-intensity', 'test_hyperspectral'].map((name) => [
      `delmic-h5/${name}.h5`,
      ['3 signals, oracle has 1'],
    ]),
  ),
});
