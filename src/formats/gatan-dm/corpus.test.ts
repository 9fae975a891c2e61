import { describe, expect, it } from 'vitest';
import { compareWithOracle, corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { openNodeFile } from '../node-file.ts';
import gatanDm from './index.ts';

describe.skipIf(!sharedFolder()).each(['dm3', 'dm4'])('every %s file of the corpus', (folder) => {
  it.each(corpusFiles(folder).map(({ file, oracle }) => [oracle.file, file, oracle] as const))(
    '%s agrees with the trusted reader to the last bit',
    async (_, path, oracle) => {
      const file = await openNodeFile(path);
      expect(gatanDm.sniff(await file.read(0, 4096), file.name)).toBe('certain');
      const datasets = await gatanDm.read!(file);
      expect(await compareWithOracle(datasets, oracle, { bytes: true, title: true })).toEqual([]);
    },
  );
});
