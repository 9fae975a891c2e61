import { defineConformance, withoutMetadata } from '../../../test/conformance.ts';

const NAME = 'xafs-columns/PF9A_2022.dat';

export default defineConformance({
  folders: ['xafs-columns'],
  own: ({ name }) => name === NAME,
  asReference: ({ datasets, oracle }) => ({ datasets, oracle: withoutMetadata(oracle) }),
  exceptions: {
    [NAME]: [
      'column 0: name "Angle(c)", oracle "Offset"',
      'column 1: name "Angle(o)", oracle "0"',
      'column 2: name "time/s", oracle "0"',
      'column 3: name "2", oracle "7753.700"',
      'column 4: name "3", oracle "7157.100"',
    ].map((difference) => `signal 0 (PF9A_2022.dat): ${difference}`),
  },
});
