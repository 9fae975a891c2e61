import { describe, expect, it } from 'vitest';
import { compareWithOracle, corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { openNodeFile } from '../node-file.ts';
import ripple from './index.ts';

describe.skipIf(!sharedFolder())('corpus', () => {
  it.each(corpusFiles('ripple').map(({ file, oracle }) => [oracle.file, file, oracle] as const))(
    'reads %s as the trusted reader does, from the .rpl or the .raw',
    async (_name, file, oracle) => {
      for (const path of [file, file.replace(/\.rpl$/, '.raw')]) {
        const datasets = await ripple.read!(await openNodeFile(path));
        expect(await compareWithOracle(datasets, oracle, { bytes: true, title: true })).toEqual([]);
      }
    },
  );
});
