import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import hspy from './index.ts';

function memory(bytes: Uint8Array): ByteSource {
  return {
    name: 'damaged.hspy',
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    sibling: async () => undefined,
  };
}

/** Reads everything; the error when there is one. Anything but a SpectrailError is thrown on. */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    const datasets = await hspy.read!(memory(bytes));
    for (const dataset of datasets) if (dataset.kind === 'array') await dataset.values.load();
    return 'read';
  } catch (error) {
    if (!isSpectrailError(error, 'format') && !isSpectrailError(error, 'input')) throw error;
    return error.code;
  }
}

describe.skipIf(!sharedFolder())('damaged files', () => {
  const smallest = corpusFiles('hspy')
    .sort((a, b) => statSync(a.file).size - statSync(b.file).size)
    .slice(0, 5);

  it.each(smallest.map(({ file, oracle }) => [oracle.file, file] as const))(
    'refuses %s cut anywhere, quickly and in words',
    async (_name, file) => {
      const bytes = readFileSync(file);
      for (let part = 0; part < 50; part++) {
        const started = performance.now();
        expect(await outcome(bytes.subarray(0, Math.floor((bytes.length * part) / 50)))).not.toBe('read');
        expect(performance.now() - started).toBeLessThan(2000);
      }
      expect(await outcome(bytes)).toBe('read');
    },
  );

  it('survives flipped bytes anywhere: a typed error or values, and the next good file still reads', async () => {
    const bytes = readFileSync(smallest[2].file);
    let state = 12345;
    const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
    for (let round = 0; round < 150; round++) {
      const mutant = Uint8Array.from(bytes);
      for (let k = 0; k < 4; k++) mutant[Math.floor(random() * mutant.length)] = Math.floor(random() * 256);
      const started = performance.now();
      await outcome(mutant);
      expect(performance.now() - started).toBeLessThan(2000);
    }
    expect(await outcome(bytes)).toBe('read');
  });
});
