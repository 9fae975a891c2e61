import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJournal } from '../src/cli/journal.ts';
import type { Engine } from '../src/engines/engine.ts';
import { inlineEngine } from '../src/engines/inline.ts';
import { resolveMember } from '../src/engines/resolve.ts';
import { checkRecipe, planSignals, runPlan, type Signal, simulate } from '../src/index.ts';
import { inputSignal } from '../src/plan/input-signal.ts';

const RECIPE = checkRecipe({
  spectrail: 'recipe/1',
  title: 'Lines',
  inputs: { counts: { modality: 'eds' } },
  steps: ['a', 'b', 'c', 'd', 'e'].map((id, i) => ({
    id,
    use: 'measure.window',
    in: 'counts',
    params: { window: [`${i + 0.2} keV`, `${i + 1} keV`] },
  })),
});
const IDENTITY = { recipe: RECIPE, inputs: 'this map' };

let folder: string;
let counts: Signal;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spectrail-journal-'));
  const { dataset } = await simulate('eds', { height: 100, width: 90, channels: 512 });
  counts = await inputSignal([dataset], { modality: 'eds' });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An engine that counts the jobs it does and is gone after so many. */
function mortal(jobsLeft: number): Engine & { done: number } {
  const engine = inlineEngine(resolveMember);
  const counted = {
    ...engine,
    done: 0,
    runPass: (
      pass: Parameters<Engine['runPass']>[0],
      jobs: Parameters<Engine['runPass']>[1],
      done: Parameters<Engine['runPass']>[2],
    ) =>
      engine.runPass(
        pass,
        jobs.map((job) => async () => {
          if (counted.done >= jobsLeft) throw new Error('killed');
          counted.done++;
          return job();
        }),
        done,
      ),
  };
  return counted;
}

async function hashes(engine: Engine): Promise<string[]> {
  const plan = await planSignals(RECIPE, { counts });
  const { trail } = await runPlan(plan, { counts }, engine);
  return trail.map(({ hash }) => hash);
}

const target = () => join(folder, 'result');

/** Runs until the engine is gone; how many jobs it did. */
async function killedRun(jobs: number): Promise<void> {
  const { engine } = await openJournal(mortal(jobs), target(), IDENTITY, 0);
  await expect(hashes(engine)).rejects.toThrow('killed');
}

it('a killed run goes on from the jobs it had finished, with the hashes of one that was not killed', async () => {
  const whole = mortal(Number.POSITIVE_INFINITY);
  const expected = await hashes(whole);
  await killedRun(8);
  await killedRun(3);
  const last = mortal(Number.POSITIVE_INFINITY);
  const { engine, discard } = await openJournal(last, target(), IDENTITY, 0);
  expect(await hashes(engine)).toEqual(expected);
  expect(last.done).toBe(whole.done - 11);
  await discard();
  expect(readdirSync(folder)).toEqual([]);
});

it('half a record, or one with a wrong byte, counts as none', async () => {
  const expected = await hashes(mortal(Number.POSITIVE_INFINITY));
  await killedRun(7);
  const journal = join(folder, readdirSync(folder)[0]);
  for (const [i, name] of readdirSync(journal).entries()) {
    const bytes = readFileSync(join(journal, name));
    bytes[bytes.length >> 1] ^= 0xff;
    writeFileSync(join(journal, name), i % 2 ? bytes : bytes.subarray(0, bytes.length - 3));
  }
  const { engine } = await openJournal(mortal(Number.POSITIVE_INFINITY), target(), IDENTITY, 0);
  expect(await hashes(engine)).toEqual(expected);
});

it('a journal of another recipe or input is removed, not followed', async () => {
  await killedRun(7);
  const other = mortal(Number.POSITIVE_INFINITY);
  const { engine } = await openJournal(
    other,
    target(),
    { ...IDENTITY, inputs: 'another map' },
    Number.POSITIVE_INFINITY,
  );
  expect(readdirSync(folder)).toEqual([]);
  await hashes(engine);
  expect(readdirSync(folder)).toEqual([]);
});

it('a journal of another target whose name begins alike is left alone', async () => {
  const killed = await openJournal(mortal(7), join(folder, 'result.dose'), IDENTITY, 0);
  await expect(hashes(killed.engine)).rejects.toThrow('killed');
  const before = readdirSync(folder);
  expect(before).toHaveLength(1);
  const { discard } = await openJournal(mortal(0), target(), { ...IDENTITY, inputs: 'another map' }, 0);
  await discard();
  expect(readdirSync(folder)).toEqual(before);
});

it('a run that goes on after its journal was given up leaves none', async () => {
  const { engine, discard } = await openJournal(mortal(Number.POSITIVE_INFINITY), target(), IDENTITY, 0);
  const running = hashes(engine);
  await discard();
  await running;
  expect(readdirSync(folder)).toEqual([]);
});
