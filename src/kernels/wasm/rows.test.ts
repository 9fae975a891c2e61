import { describe, expect, it } from 'vitest';
import type { NumberArray } from '../../signal/dtype.ts';
import { Room } from './machine.ts';
import { eachRun, numbersAt } from './rows.ts';

const TYPES = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
] as const;
const SPECIAL = [0, 1, 200, 255, 65535, 16777217, 4294967295, -1, -128, 0.1, 1e-40, 1e300, Number.NaN, -0];

describe.each(['single', 'double'] as const)('dense rows in %s precision', (precision) => {
  it.each(TYPES.flatMap((Type) => [false, true].map((shared) => [Type.name, shared, Type] as const)))(
    'of a %s (shared memory: %s) reach the kernels as the engine itself would convert them',
    (_, shared, Type) => {
      const [pixels, channels, skipped] = [5, 11, 3];
      const length = pixels * channels;
      const bytes = Type.BYTES_PER_ELEMENT * (length + skipped);
      const buffer = (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)) as ArrayBuffer;
      // Begins where no multiple of 8 bytes need be.
      const values: NumberArray = new Type(buffer, skipped * Type.BYTES_PER_ELEMENT, length);
      for (let at = 0; at < length; at++) values[at] = SPECIAL[at % SPECIAL.length];
      const expected = precision === 'single' ? Float32Array.from(values) : Float64Array.from(values);
      const found: number[] = [];
      eachRun({ kind: 'dense', pixels, channels, values }, precision, new Room(), 0, (run) => {
        found.push(...numbersAt(run.memory, run.told[0], run.pixels * channels, precision));
      });
      expect(found).toEqual(Array.from(expected));
    },
  );
});
