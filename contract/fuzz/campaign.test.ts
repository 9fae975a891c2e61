import '../laws/allocations.ts';

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corpusFolder } from '../../test/oracle.ts';
import { runCampaign } from './campaign.ts';
import { Inputs } from './inputs.ts';
import { PLANTED, PLANTED_SAMPLES } from './planted-formats.ts';
import type { Tally, Task } from './tally.ts';
import { tryInputs } from './trial.ts';

const repository = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'spectrail-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let runs = 0;
const taskOf = (format: string, more: Partial<Task> = {}): Task => ({
  format,
  seed: 5,
  inputs: 300,
  seconds: 60,
  out: mkdtempSync(join(folder, `run-${runs++}-`)),
  ...more,
});
const bytesOf = async (inputs: Inputs, number: number) => (await inputs.input(number)).sample.parts[0].bytes;
const made = (seed: number) => new Inputs(PLANTED_SAMPLES, seed, async () => []);

describe('the inputs', () => {
  it('are the same for a seed and a number, whichever were made before', async () => {
    const [one, other] = [made(5), made(5)];
    const ascending = [];
    for (let n = 0; n < 60; n++) ascending.push(await bytesOf(one, n));
    for (let n = 59; n >= 0; n--) expect(await bytesOf(other, n)).toEqual(ascending[n]);
  });

  it('are others for another seed, and nearly all of them new', async () => {
    const seen = new Set<string>();
    for (const seed of [5, 6]) {
      const inputs = made(seed);
      for (let n = 0; n < 500; n++) seen.add(Buffer.from(await bytesOf(inputs, n)).toString('hex'));
    }
    expect(seen.size).toBeGreaterThan(850);
  });

  it('leave the good files as they are', async () => {
    const before = PLANTED_SAMPLES.map(({ parts }) => parts[0].bytes.slice());
    const inputs = made(5);
    for (let n = 0; n < 500; n++) await inputs.input(n);
    expect(PLANTED_SAMPLES.map(({ parts }) => parts[0].bytes)).toEqual(before);
  });
});

describe('a format that is tried', () => {
  it('meets as many inputs as it should, each of them read or refused', async () => {
    const tally = await tryInputs(PLANTED.sound.entry, PLANTED.sound.format, PLANTED_SAMPLES, taskOf('sound'));
    expect(tally).toMatchObject({ samples: 2, next: 300, faults: [], ended: {} });
    expect(tally.read + tally.refused).toBe(300);
    expect(tally.read).toBeGreaterThan(0);
    expect(tally.refusals).toMatchObject({
      'too-short: it has # bytes': { message: expect.stringContaining('read as Planted (sound): it has') },
    });
    expect(Object.values(tally.refusals).reduce((sum, { times }) => sum + times, 0)).toBe(tally.refused);
  });

  it('stops when its time is over', async () => {
    const task = taskOf('sound', { inputs: 1e9, seconds: 0.2 });
    const tally = await tryInputs(PLANTED.sound.entry, PLANTED.sound.format, PLANTED_SAMPLES, task);
    expect(tally.next).toBeGreaterThan(10);
    expect(tally.seconds).toBeLessThan(5);
  });

  it.each([
    ['untyped', 'untyped inside the reader: TypeError'],
    ['unhelpful', 'wrong does not say what was expected'],
    ['blaming', 'bad-axis of the kind input'],
    ['greedy', 'an array of 8388608 bytes'],
  ] as const)('shows a fault that is %s once, with the input that its number makes again', async (id, what) => {
    const { entry, format } = PLANTED[id];
    const task = taskOf(id);
    const { faults, read, refused } = await tryInputs(entry, format, PLANTED_SAMPLES, task);
    expect(faults).toMatchObject([{ what: expect.stringContaining(what), made: expect.stringMatching(/\.planted: /) }]);
    const [{ input, times }] = faults;
    expect(read + refused + times).toBe(300);
    const written = join(task.out, id, String(input));
    const sample = (await made(5).input(input)).sample;
    const saved = readFileSync(join(written, sample.parts[0].name));
    expect(new Uint8Array(saved)).toEqual(sample.parts[0].bytes);

    const again = await tryInputs(entry, format, PLANTED_SAMPLES, taskOf(id, { only: input }));
    expect(again.faults).toMatchObject([{ input, times: 1 }]);
  });
});

describe('a campaign', () => {
  beforeAll(async () => {
    await build({
      cwd: repository,
      input: { 'planted-process': 'contract/fuzz/planted-process.ts' },
      platform: 'node',
      plugins: [(await import('rolldown/experimental')).viteImportGlobPlugin()],
      output: { dir: join(folder, 'planted'), format: 'esm' },
    });
  });

  const run = async (formats: string[], more: Partial<Task> = {}, signal?: AbortSignal): Promise<Tally[]> => {
    const { format: _, ...task } = taskOf('', { inputs: 120, ...more });
    const program = join(folder, 'planted', 'planted-process.js');
    return runCampaign({ formats, jobs: 2, task, program, report: () => {}, signal });
  };

  it('finds the same faults in processes of their own', async () => {
    const tallies = await run(['untyped', 'greedy', 'sound']);
    const found = new Map(tallies.map(({ format, faults }) => [format, faults.map(({ what }) => what.split('\n')[0])]));
    expect(found.get('sound')).toEqual([]);
    expect(found.get('untyped')).toEqual([expect.stringContaining('TypeError')]);
    expect(found.get('greedy')).toEqual([expect.stringContaining('8388608 bytes')]);
    expect(tallies.map(({ next }) => next)).toEqual([120, 120, 120]);
  });

  it('takes the end of a process as a fault of the input it was at, and goes on behind it', async () => {
    const out = mkdtempSync(join(folder, 'killed-'));
    const [{ faults, ended, next, read, refused }] = await run(['killed'], { out, inputs: 25 });
    const numbers = Object.keys(ended);
    expect(numbers.length).toBeGreaterThan(1);
    expect(faults).toMatchObject([{ what: expect.stringContaining('SIGKILL'), times: numbers.length }]);
    expect(next).toBe(25);
    expect(read + refused + numbers.length).toBe(25);
    expect(existsSync(join(out, 'killed', String(faults[0].input)))).toBe(true);
  });

  it('that is stopped reports what was tried', async () => {
    const stopping = new AbortController();
    setTimeout(() => stopping.abort(), 2500);
    const tallies = await run(['sound'], { inputs: 1e9 }, stopping.signal);
    expect(tallies).toMatchObject([{ format: 'sound', faults: [] }]);
    expect(tallies[0].next).toBeGreaterThan(0);
  });
});

describe.skipIf(!corpusFolder())('the program', () => {
  const folders = { dist: join(folder, 'fuzz'), out: join(folder, 'out') };
  const fuzz = (...given: string[]) =>
    spawnSync(
      process.execPath,
      [join(folders.dist, 'main.js'), '--corpus', corpusFolder()!, '--out', folders.out, ...given],
      { cwd: folder, encoding: 'utf8' },
    );

  beforeAll(() => {
    const rolldown = join(repository, 'node_modules/rolldown/bin/cli.mjs');
    const given = ['-c', 'rolldown.fuzz.config.mjs', '-d', folders.dist];
    expect(spawnSync(process.execPath, [rolldown, ...given], { cwd: repository }).status).toBe(0);
  });

  it('runs where nothing of the project lies, and gives a line for each format', () => {
    const { stdout, status } = fuzz('gsf', 'npy', '--inputs', '40', '--jobs', '1', '--seed', '3');
    expect(stdout).toMatch(/^seed 3, /);
    expect(stdout).toMatch(/^gsf +40 inputs of 1 files, \d+ s, \d+ refused in \d+ ways, \d+ read, 0 faults$/m);
    expect(stdout).toMatch(/^npy +40 inputs /m);
    expect(status).toBe(0);
  });

  it('writes one input that is asked for', () => {
    const { stdout, status } = fuzz('npy', '--input', '7');
    expect(stdout).toMatch(/^npy +1 inputs of 1 files, .* 0 faults$/m);
    expect(status).toBe(0);
    expect(existsSync(join(folders.out, 'npy', '7', 'written.npy'))).toBe(true);
  });

  it.each([
    [['no-such-format'], 'no format is called no-such-format'],
    [['--inputs', 'many'], '--inputs must be a whole number'],
    [['--input', '3'], 'name it'],
  ])('refuses %j', (given, words) => {
    const { stderr, status } = fuzz(...given);
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });
});
