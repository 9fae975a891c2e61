import { describe, expect, it } from 'vitest';
import { compareWithOracle, corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { openNodeFile } from '../node-file.ts';
import columns from './index.ts';

/** The reference counts two lines of detector weights and offsets as data; the header says PTS: 455. */
const MISREAD = new Set(['SSRL1_2006.dat']);

const files = ['xy', 'columns-other', 'xafs-columns', 'emsa', 'xps-other'].flatMap((folder) =>
  corpusFiles(folder)
    .filter(({ oracle }) => oracle.reader.startsWith('manual (independent text parsing') && !MISREAD.has(oracle.file))
    .map(({ file, oracle }) => [`${folder}/${oracle.file}`, file, oracle] as const),
);

describe.skipIf(!sharedFolder())('every plain table of the corpus', () => {
  it.each(files)('%s agrees with an independent parser to the last bit', async (_, path, oracle) => {
    const file = await openNodeFile(path);
    expect(columns.sniff(await file.read(0, 4096), file.name)).not.toBe('no');
    const datasets = await columns.read!(file);
    expect(await compareWithOracle(datasets, oracle, { bytes: true, title: true })).toEqual([]);
  });

  it('SSRL1_2006.dat has the 455 rows that its header claims', async () => {
    const entry = corpusFiles('xafs-columns').find(({ oracle }) => MISREAD.has(oracle.file));
    const [table] = await columns.read!(await openNodeFile(entry!.file));
    expect(table).toMatchObject({ kind: 'table', rows: 455 });
  });
});
