import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  exceptions: {
    'bruker-bcf/bcf_v2_50x50px.bcf': ['signal 2 (EDX): axis 1 "width": scale 0.01273058731, oracle 0.01180808099'],
  },
});
