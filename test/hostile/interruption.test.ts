import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAIN, spectrail } from '../cli.ts';
import { contentOf, hiddenIn } from './folder-content.ts';
import { runArguments, runInto, type Workplace, workplace } from './small-analysis.ts';
import { type Moment, watched } from './watched-process.ts';

let place: Workplace;
/** The two results, whole. */
const results: string[] = [];
const files: string[] = [];

beforeAll(async () => {
  place = await workplace(48);
  for (const which of [1, 0] as const) {
    expect((await runInto(place, which, join(place.home, 'result'))).code).toBe(0);
    results[which] = contentOf(join(place.home, 'result'));
    expect((await spectrail(convert(which))).code).toBe(0);
    files[which] = readFileSync(join(place.home, 'map.npy'), 'base64');
  }
});

const convert = (which: 0 | 1) => ['convert', place.maps[which], join(place.home, 'map.npy'), '--force'];
const writing = (ms: number): Moment => ({ after: 'writing', ms });

/**
 * Stopped with its own code, or done before the signal came: then the new output stands. While Node takes itself down, signals
 * are the system's again, and the process has no code at all.
 */
function expectEnd(code: number | null, stopped: number, content: string, outputs: readonly string[]): void {
  expect([stopped, 0, null]).toContain(code);
  if (code === stopped) expect(outputs).toContain(content);
  else expect(content).toBe(outputs[1]);
}

describe('stopped in the middle, nothing is left but what was there or what was to come', () => {
  it.each([
    ['SIGINT', writing(0), 130],
    ['SIGTERM', writing(10), 143],
    ['SIGHUP', writing(20), 129],
  ] as const)('run by %s (%o)', async (signal, at, expected) => {
    const out = join(place.home, 'result');
    const { code } = await watched(runArguments(place, 1, out), place.home, 'result', { signal, at });
    expectEnd(code, expected, contentOf(out), results);
    expect(hiddenIn(place.home)).toEqual([]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('convert by %s', async (signal, expected) => {
    const { code } = await watched(convert(1), place.home, 'map.npy', { signal, at: writing(0) });
    expectEnd(code, expected, readFileSync(join(place.home, 'map.npy'), 'base64'), files);
    expect(hiddenIn(place.home)).toEqual([]);
  });

  it.each([
    ['SIGINT', 0, 130],
    ['SIGTERM', 30, 143],
  ] as const)('convert to a folder by %s', async (signal, ms, expected) => {
    const name = `${signal}.spectrail`;
    const to = (which: 0 | 1) => ['convert', place.maps[which], join(place.home, name), '--force'];
    const stores: string[] = [];
    for (const which of [1, 0] as const) {
      expect((await spectrail(to(which))).code).toBe(0);
      stores[which] = contentOf(join(place.home, name));
    }
    const { code } = await watched(to(1), place.home, name, { signal, at: writing(ms) });
    expectEnd(code, expected, contentOf(join(place.home, name)), stores);
    expect(hiddenIn(place.home)).toEqual([]);
  });
});

describe('a reader that has seen enough', () => {
  const piped = (command: string, args: readonly string[]) =>
    spawnSync('bash', ['-c', `${command}; exit \${PIPESTATUS[0]}`, 'bash', process.execPath, MAIN, ...args], {
      encoding: 'utf8',
    });

  it('of info is told one line, and no stack', () => {
    const { status, stdout, stderr } = piped('"$@" | head -1', ['info', place.maps[0]]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('of the remarks of a run does not stop it', () => {
    const out = join(place.home, 'piped');
    const { status, stdout } = piped('"$@" 2>&1 >/dev/null | head -1', runArguments(place, 0, out));
    expect(stdout).toBe('Aluminium in a small map\n');
    expect(status).toBe(0);
    expect(existsSync(join(out, 'trail.json'))).toBe(true);
    expect(hiddenIn(place.home)).toEqual([]);
  });
});
