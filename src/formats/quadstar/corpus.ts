import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  exceptions: {
    'quadstar/1-50amu-2cycles.sbc': ['signal 0 (): axis 0 "Time": scale 10.58, oracle 10'],
  },
});
