import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import hspy from './index.ts';

describe.skipIf(!sharedFolder())('a file cut anywhere', () => {
  it('is refused, never read in part: HDF5 keeps its length', async () => {
    const [{ file }] = corpusFiles('hspy').sort((a, b) => statSync(a.file).size - statSync(b.file).size);
    const bytes = readFileSync(file);
    for (let part = 0; part < 50; part++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * part) / 50));
      await expect(hspy.read!(memoryFile('cut.hspy', cut))).rejects.toMatchObject({ kind: 'format' });
    }
  });
});
