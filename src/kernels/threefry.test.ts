import { describe, expect, it } from 'vitest';
import { threefry4x32 } from './threefry.ts';

// Known answers: kat_vectors of the Random123 distribution (Salmon et al. 2011).
const KNOWN = [
  { counter: [0, 0, 0, 0], key: [0, 0, 0, 0], out: [0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8] },
  { counter: [-1, -1, -1, -1], key: [-1, -1, -1, -1], out: [0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732] },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89],
    out: [0x59cd1dbb, 0xb8879579, 0x86b5d00c, 0xac8b6d84],
  },
];

describe('threefry4x32', () => {
  it('reproduces the published known answers for 20 rounds', () => {
    for (const { counter, key, out } of KNOWN) {
      const result = new Int32Array(4);
      threefry4x32(Int32Array.from(key), Int32Array.from(counter), result);
      expect(Array.from(result, (word) => word >>> 0)).toEqual(out);
    }
  });
});
