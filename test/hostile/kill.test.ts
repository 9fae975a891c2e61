import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { THOROUGH } from '../../contract/laws/thorough.ts';
import { MAIN, spectrail } from '../cli.ts';
import { contentOf, hiddenIn } from './folder-content.ts';
import { runArguments, runInto, type Workplace, workplace } from './small-analysis.ts';
import { type Moment, type Watched, watched } from './watched-process.ts';

const PATIENCE_MS = THOROUGH ? 3_600_000 : 300_000;
const SEED = 20250311;

/** 0 ≤ x < 1, the same sequence for the same seed (Numerical Recipes’ quick generator). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** A tracer that kills a process at its second rename, just before it is done. */
const KILL_AT_SECOND_RENAME = [
  '-f',
  '-qq',
  '-o',
  '/dev/null',
  '-e',
  'trace=rename',
  '-e',
  'inject=rename:signal=KILL:when=2',
];
const canInject = spawnSync('strace', [...KILL_AT_SECOND_RENAME, 'true']).status === 0;
if (!canInject) console.warn('there is no strace here: kills between the two renames are left to chance');

interface Subject {
  readonly moments: number;
  readonly home: string;
  /** Name inside `home`. */
  readonly target: string;
  /** What makes one of the two outputs at the target. */
  readonly args: (which: 0 | 1) => string[];
  /** What stands at the target, as one text. */
  readonly content: () => string;
}

/** Kills at many moments, half of them while the output is written; each time the other output is on its way. */
async function killed({ moments, home, target, args, content }: Subject) {
  const path = join(home, target);
  const outputs: string[] = [];
  let times: Watched = { code: 0, whole: 0, writing: 0 };
  for (const which of [1, 0] as const) {
    times = await watched(args(which), home, target);
    outputs[which] = content();
  }
  expect(outputs[0]).not.toBe(outputs[1]);
  const random = generator(SEED);
  let standing: 0 | 1 = 0;
  const seen = { old: 0, new: 0, between: 0, leftovers: 0 };
  for (let k = 0; k < moments; k++) {
    const other = standing === 0 ? 1 : 0;
    const moment: Moment =
      k % 2 === 0 ? { after: 'start', ms: random() * times.whole } : { after: 'writing', ms: random() * times.writing };
    await watched(args(other), home, target, { signal: 'SIGKILL', at: moment });
    seen.leftovers += hiddenIn(home).length > 0 ? 1 : 0;
    if (!existsSync(path)) {
      seen.between++;
      // Nothing under the name: what reads or writes it next finishes the replacement.
      if (target === 'result') expect((await spectrail(['replay', path])).code).toBe(0);
    }
    if (THOROUGH && k % 4 === 3) {
      expect((await spectrail(args(other))).code).toBe(0);
      expect(hiddenIn(home)).toEqual([]);
    }
    const found = outputs.indexOf(content()) as 0 | 1 | -1;
    expect([0, 1], `after ${moment.ms.toFixed(1)} ms from the ${moment.after}`).toContain(found);
    if (found === standing) seen.old++;
    else seen.new++;
    standing = found as 0 | 1;
  }
  const last = standing === 0 ? 1 : 0;
  expect((await spectrail(args(last))).code).toBe(0);
  expect(content()).toBe(outputs[last]);
  expect(hiddenIn(home)).toEqual([]);
  if (THOROUGH) console.log(`${target}: ${moments} kills`, seen, times);
  return seen;
}

describe('killed at any moment', () => {
  let place: Workplace;

  beforeAll(async () => {
    place = await workplace(48);
  });

  it(
    'run leaves the old result or the new one, whole; the next run succeeds and cleans up',
    async () => {
      const seen = await killed({
        moments: THOROUGH ? 200 : 12,
        home: place.home,
        target: 'result',
        args: (which) => runArguments(place, which, join(place.home, 'result')),
        content: () => contentOf(join(place.home, 'result')),
      });
      expect(seen.old).toBeGreaterThan(0);
      expect(seen.leftovers).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  it.skipIf(!canInject)('between the two renames, the new result is put in its place by a replay', async () => {
    const home = join(place.home, 'window');
    mkdirSync(home);
    const out = join(home, 'result');
    expect((await runInto(place, 0, out)).code).toBe(0);
    const old = contentOf(out);
    const { signal } = spawnSync(
      'strace',
      [...KILL_AT_SECOND_RENAME, process.execPath, MAIN, ...runArguments(place, 1, out)],
      // One thread for all files: the tracer counts in each thread.
      { env: { ...process.env, UV_THREADPOOL_SIZE: '1' }, stdio: 'ignore' },
    );
    expect(signal).toBe('SIGKILL');
    expect(hiddenIn(home).map((name) => name.split('.').at(-1))).toEqual(['old', 'partial']);
    expect(existsSync(out)).toBe(false);
    expect((await spectrail(['replay', out])).code).toBe(0);
    const finished = contentOf(out);
    expect(finished).not.toBe(old);
    expect((await runInto(place, 1, out)).code).toBe(0);
    expect(contentOf(out)).toBe(finished);
    expect(hiddenIn(home)).toEqual([]);
  });

  it(
    'convert leaves the old file or the new one, whole; the next one succeeds and cleans up',
    async () => {
      const seen = await killed({
        moments: THOROUGH ? 200 : 6,
        home: place.home,
        target: 'map.npy',
        args: (which) => ['convert', place.maps[which], join(place.home, 'map.npy'), '--force'],
        content: () => readFileSync(join(place.home, 'map.npy'), 'base64'),
      });
      expect(seen.old).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});
