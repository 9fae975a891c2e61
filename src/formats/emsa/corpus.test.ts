import { describe, expect, it } from 'vitest';
import { compareWithOracle, corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import columns from '../columns/index.ts';
import { openNodeFile } from '../node-file.ts';
import emsa from './index.ts';

describe.skipIf(!sharedFolder())('every EMSA file of the corpus', () => {
  it.each(corpusFiles('emsa').map(({ file, oracle }) => [oracle.file, file, oracle] as const))(
    '%s agrees with the trusted reader to the last bit',
    async (_, path, oracle) => {
      const file = await openNodeFile(path);
      const head = await file.read(0, 4096);
      const headerless = oracle.signals[0].kind === 'table';
      expect(emsa.sniff(head, file.name)).toBe(headerless ? 'no' : 'certain');
      const datasets = await (headerless ? columns : emsa).read!(file);
      expect(await compareWithOracle(datasets, oracle, { bytes: true, title: true })).toEqual([]);
    },
  );
});
