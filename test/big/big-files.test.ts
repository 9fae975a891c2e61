import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import type { ArrayDataset } from '../../src/signal/dataset.ts';
import { DTYPES } from '../../src/signal/dtype.ts';
import { MAIN, temporaryFolder } from '../cli.ts';
import { bigInputs } from './index.ts';
import { CountedFile, type Tally, writeSparse } from './sparse-file.ts';

const MEGABYTE = 1e6;
const inputs = await bigInputs();

/** Tables of where everything lies (TIA: 4 MB, WiRE: 4 MB), and what small reads take along. */
const MOST_OPENED = 6 * MEGABYTE;
/** Chunks, and tiles of a store, that a run of pixels begins and ends in. */
const MOST_AROUND = 17 * MEGABYTE;
const MOST_MEMORY = 200 * MEGABYTE;

describe.each(inputs)('$name of 2 GB', ({ name, isFolder, files }) => {
  it('is opened by a few of its bytes, and read by runs of pixels', async () => {
    const tally: Tally = { bytes: 0, reads: 0 };
    const [first, ...beside] = files.map((file) => new CountedFile(file, tally));
    const { datasets } = isFolder ? await open([first, ...beside]) : await open(first, { beside });
    const [{ shape, dtype, values }] = datasets as ArrayDataset[];
    const bytes = shape.reduce((a, b) => a * b, DTYPES[dtype].bytes);
    expect(bytes).toBeGreaterThan(2.1e9);
    expect(tally.bytes).toBeLessThan(MOST_OPENED);
    if (name === 'map.emd') {
      expect(values.rows, 'its first dimension is the last axis').toBeUndefined();
      return;
    }
    tally.bytes = 0;
    const channels = shape[shape.length - 1];
    const middle = Math.floor(bytes / DTYPES[dtype].bytes / channels / 2);
    const run = Math.ceil((2 ** 20 / channels) * 1.5);
    const block = await values.rows?.read(middle, middle + run);
    expect(block).toMatchObject({ kind: 'dense', pixels: run, channels });
    expect(tally.bytes).toBeLessThan(run * channels * DTYPES[dtype].bytes + MOST_AROUND);
  });
});

describe('`spectrail info` on disk', () => {
  const folder = temporaryFolder();
  beforeAll(() => {
    for (const { files } of inputs) for (const file of files) writeSparse(folder, file);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.skipIf(process.platform !== 'linux').each(inputs)('$name takes little memory', async ({ name }) => {
    expect(await peakMemory(join(folder, name))).toBeLessThan(MOST_MEMORY);
  });
});

/** Prints the largest resident memory of the process when it ends. */
const WATCH = `import { readFileSync, writeSync } from 'node:fs';
process.on('exit', () => writeSync(2, /VmHWM:.*/.exec(readFileSync('/proc/self/status', 'utf8'))[0]));`;

async function peakMemory(path: string): Promise<number> {
  const watched = ['--import', `data:text/javascript,${encodeURIComponent(WATCH)}`, MAIN, 'info', '--json', path];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, watched);
  expect(JSON.parse(stdout).signals).toHaveLength(1);
  return Number(/^VmHWM:\s+(\d+) kB$/.exec(stderr)?.[1]) * 1024;
}
