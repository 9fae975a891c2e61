import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAIN, spectrail } from '../cli.ts';
import { contentOf, hiddenIn } from './folder-content.ts';
import { runArguments, runInto, type Workplace, workplace } from './small-analysis.ts';

/** A mount that only one process sees, gone when it ends: for root, where the system allows it. */
const canMount = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
if (!canMount) console.warn('a small file system cannot be mounted here: only limits of file size are tested');

let place: Workplace;
let old: string;
let oldFile: string;

beforeAll(async () => {
  place = await workplace();
  old = join(place.home, 'old');
  oldFile = join(place.home, 'old.npy');
  expect((await runInto(place, 0, old)).code).toBe(0);
  expect((await spectrail(['convert', place.maps[0], oldFile])).code).toBe(0);
});

type Case = readonly [string, (out: string) => string[]];

/** What is written where results of an earlier run stand … */
const REPLACING: readonly Case[] = [
  ['run', (out) => runArguments(place, 1, join(out, 'result'))],
  ['convert', (out) => ['convert', place.maps[1], join(out, 'map.npy'), '--force']],
];
/** … and into folders that have to be made for it. */
const MAKING: readonly Case[] = [
  ['run', (out) => runArguments(place, 1, join(out, 'a', 'b', 'new'))],
  ['simulate', (out) => ['simulate', 'eds', '--set', 'height=16', '--out', join(out, 'a', 'phantom.hspy')]],
];

/** A folder with results of an earlier run. */
function furnished(folder: string): void {
  mkdirSync(folder, { recursive: true });
  cpSync(old, join(folder, 'result'), { recursive: true });
  cpSync(oldFile, join(folder, 'map.npy'));
}

describe.skipIf(!canMount)('on a full disk', () => {
  it.each(REPLACING)('%s says so, and leaves what was there and nothing else', (what, command) => {
    const before = join(place.home, `before-${what.replaceAll(' ', '-')}`);
    furnished(before);
    const [disk, after] = [join(place.home, 'disk'), join(place.home, `after-${what.replaceAll(' ', '-')}`)];
    mkdirSync(disk, { recursive: true });
    const script = `
      mount -t tmpfs -o size=4m tmpfs "$1" && cp -r "$2"/. "$1" || exit 99
      dd if=/dev/zero of="$1/filler" bs=4096 2>/dev/null; truncate -s -40960 "$1/filler"
      "\${@:4}"; code=$?
      rm "$1/filler"; cp -r "$1" "$3"; exit $code`;
    const { status, stdout } = spawnSync(
      'unshare',
      [
        '--mount',
        'bash',
        '-c',
        script,
        'bash',
        disk,
        before,
        after,
        process.execPath,
        MAIN,
        ...command(disk),
        '--json',
      ],
      { encoding: 'utf8' },
    );
    expect(status, stdout).toBe(5);
    expect(JSON.parse(stdout).error).toMatchObject({
      kind: 'output',
      code: 'cannot-write',
      what: expect.stringContaining('the disk is full'),
    });
    expect(contentOf(after)).toBe(contentOf(before));
    expect(hiddenIn(after)).toEqual([]);
    expect(existsSync(join(after, 'a'))).toBe(false);
  });
});

describe('where files may not be large', () => {
  it.each(MAKING)('%s says so, and leaves what was there and nothing else', (what, command) => {
    const folder = join(place.home, `limited-${what.replaceAll(' ', '-')}`);
    furnished(folder);
    const before = contentOf(folder);
    const { status, stdout } = spawnSync(
      'bash',
      ['-c', 'ulimit -f 8; exec "$@"', 'bash', process.execPath, MAIN, ...command(folder), '--json'],
      { encoding: 'utf8' },
    );
    expect(status, stdout).toBe(5);
    expect(JSON.parse(stdout).error).toMatchObject({
      kind: 'output',
      code: 'cannot-write',
      what: expect.stringContaining('larger than files may be there'),
    });
    expect(contentOf(folder)).toBe(before);
    expect(hiddenIn(folder)).toEqual([]);
    expect(existsSync(join(folder, 'a'))).toBe(false);
  });
});

describe.skipIf(!existsSync('/dev/full'))('standard output that cannot be written', () => {
  it.each([['info', () => ['info', place.maps[0]]]])('%s says so on standard error, without a stack', (_, args) => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', 'exec "$@" >/dev/full', 'bash', process.execPath, MAIN, ...args()],
      { encoding: 'utf8' },
    );
    expect(status).toBe(5);
    expect(stderr).toContain('the disk is full');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('where remarks cannot be written, results are all the same', async () => {
    const out = join(place.home, 'silent');
    const { status } = spawnSync(
      'bash',
      ['-c', 'exec "$@" 2>/dev/full', 'bash', process.execPath, MAIN, ...runArguments(place, 0, out)],
      { encoding: 'utf8' },
    );
    expect(status).toBe(0);
    expect(readFileSync(join(out, 'window.npy'))).toEqual(readFileSync(join(old, 'window.npy')));
  });
});
