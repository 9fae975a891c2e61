import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../src/cli/atomic-file.ts';
import { beginDataFolder } from '../../src/cli/data-folder.ts';
import { asideOf, finishReplacement, removeLeftovers, temporaryBeside } from '../../src/cli/leftovers.ts';
import { beginResultFolder } from '../../src/cli/result-folder.ts';
import { errorOf, spectrail, temporaryFolder } from '../cli.ts';

/** The number of a process that was, and is no more. */
const dead = spawnSync(process.execPath, ['-e', '']).pid;

/** A name as a process that was killed had it. */
const leftBehind = async (target: string) => (await temporaryBeside(target)).replace(`-${process.pid}-`, `-${dead}-`);

function folder(path: string, mark: string): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'trail.json'), mark);
}

const markOf = (path: string) => readFileSync(join(path, 'trail.json'), 'utf8');

describe('a replacement that was killed between its two renames', () => {
  it('is finished by the next run: the new result was complete', async () => {
    const home = temporaryFolder();
    const target = join(home, 'result');
    const partial = await leftBehind(target);
    folder(partial, 'new');
    folder(asideOf(partial), 'old');
    await removeLeftovers(target);
    expect(markOf(target)).toBe('new');
    expect(readdirSync(home)).toEqual(['result']);
  });

  it('is taken back where the new result is gone', async () => {
    const home = temporaryFolder();
    const target = join(home, 'result');
    folder(asideOf(await leftBehind(target)), 'old');
    await removeLeftovers(target);
    expect(markOf(target)).toBe('old');
    expect(readdirSync(home)).toEqual(['result']);
  });

  it('is finished by a replay, which then reads the result', async () => {
    const target = join(temporaryFolder(), 'result');
    const partial = await leftBehind(target);
    folder(partial, '{"what": "new"}');
    folder(asideOf(partial), '{"what": "old"}');
    const outcome = await spectrail(['replay', target, '--json']);
    expect(errorOf(outcome).code).toBe('bad-trail');
    expect(markOf(target)).toBe('{"what": "new"}');
  });

  it.each([
    ['info', (target: string) => ['info', target]],
    ['convert', (target: string) => ['convert', target, `${target}.npy`]],
  ])('is finished by %s, which then reads the folder of data', async (_, command) => {
    const target = join(temporaryFolder(), 'map.spectrail');
    const partial = await leftBehind(target);
    folder(partial, 'new');
    folder(asideOf(partial), 'old');
    const outcome = await spectrail([...command(target), '--json']);
    expect(errorOf(outcome).code).toBe('not-a-store');
    expect(markOf(target)).toBe('new');
  });

  it('is finished once when two come at the same time', async () => {
    const home = temporaryFolder();
    const target = join(home, 'result');
    const partial = await leftBehind(target);
    folder(partial, 'new');
    folder(asideOf(partial), 'old');
    await Promise.all([removeLeftovers(target), finishReplacement(target), removeLeftovers(target)]);
    expect(markOf(target)).toBe('new');
    expect(readdirSync(home)).toEqual(['result']);
  });
});

describe('what a killed process has left', () => {
  it('is removed by the next run; what stands is not touched', async () => {
    const home = temporaryFolder();
    const target = join(home, 'result');
    folder(target, 'standing');
    folder(await leftBehind(target), 'half');
    folder(asideOf(await leftBehind(target)), 'older');
    const next = await beginResultFolder(target);
    expect(readdirSync(home).filter((name) => name.includes(`-${dead}-`))).toEqual([]);
    await next.discard();
    expect(markOf(target)).toBe('standing');
    expect(readdirSync(home)).toEqual(['result']);
  });

  it('is removed by the next folder of data', async () => {
    const home = temporaryFolder();
    const target = join(home, 'map.zspy');
    folder(await leftBehind(target), 'half');
    const next = await beginDataFolder(target);
    await next.commit();
    expect(readdirSync(home)).toEqual(['map.zspy']);
  });

  it('is removed by the next file of the same name, also when that one is refused', async () => {
    const home = temporaryFolder();
    const target = join(home, 'map.npy');
    writeFileSync(await leftBehind(target), 'half');
    await writeFileAtomically(target, 'whole');
    expect(readdirSync(home)).toEqual(['map.npy']);
    writeFileSync(await leftBehind(target), 'half');
    await expect(writeFileAtomically(target, 'again')).rejects.toMatchObject({ code: 'file-exists' });
    expect(readdirSync(home)).toEqual(['map.npy']);
  });
});

it.skipIf(!existsSync('/proc/self/stat'))('a process of the same number, started later, is another one', async () => {
  const home = temporaryFolder();
  const target = join(home, 'result');
  const partial = (await temporaryBeside(target)).replace(/-\d+-([0-9a-f]{8}\.partial)$/, '-1-$1');
  expect(partial).toContain(`-${process.pid}-1-`);
  folder(partial, 'half');
  await removeLeftovers(target);
  expect(readdirSync(home)).toEqual([]);
});

describe('never removed', () => {
  it.each([
    ['what a living process is building', (name: string) => name.replace(`-${dead}-`, `-${process.pid}-`)],
    [
      'what a living process is building where the system does not tell when it was started',
      (name: string) => name.replace(new RegExp(`-${dead}-\\d+-`), `-${process.ppid}-0-`),
    ],
    ['what another machine is building', (name: string) => name.replace(/\.[0-9a-f]{8}-/, '.01234567-')],
    ['what belongs to another result', (name: string) => name.replace('.result.', '.result.2.')],
    ['what somebody else has called alike', (name: string) => name.replace('.partial', '.part')],
  ])('%s', async (_, rename) => {
    const home = temporaryFolder();
    const target = join(home, 'result');
    const other = rename(await leftBehind(target));
    folder(other, 'theirs');
    const next = await beginResultFolder(target);
    await next.commit([{ path: 'trail.json', content: 'mine' }]);
    expect(markOf(target)).toBe('mine');
    expect(markOf(other)).toBe('theirs');
  });

  it('a result that stands, by an old one set aside', async () => {
    const home = temporaryFolder();
    const target = join(home, 'result');
    folder(target, 'standing');
    const partial = await leftBehind(target);
    folder(partial, 'new');
    folder(asideOf(partial), 'old');
    await finishReplacement(target);
    expect(markOf(target)).toBe('standing');
    expect(existsSync(partial)).toBe(true);
  });

  it('names too long for a file system with something added are told by their hash', async () => {
    const home = temporaryFolder();
    const target = join(home, 'ä'.repeat(120));
    writeFileSync(await leftBehind(target), 'half');
    await writeFileAtomically(target, 'whole');
    expect(readdirSync(home)).toEqual(['ä'.repeat(120)]);
  });
});
