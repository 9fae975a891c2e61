import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  // Two `.msa` files of the corpus are bare columns, without a header.
  own: ({ oracle }) => oracle.signals[0].kind !== 'table',
});
