import { describe, expect, it } from 'vitest';
import { compareWithOracle, corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { openNodeFile } from '../node-file.ts';
import hspy from './index.ts';

describe.skipIf(!sharedFolder())('corpus', () => {
  it.each(corpusFiles('hspy').map(({ file, oracle }) => [oracle.file, file, oracle] as const))(
    'reads %s as the trusted reader does',
    async (_name, file, oracle) => {
      const datasets = await hspy.read!(await openNodeFile(file));
      expect(await compareWithOracle(datasets, oracle, { bytes: true, title: true })).toEqual([]);
    },
  );
});
