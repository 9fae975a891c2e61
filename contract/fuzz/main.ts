// The fuzzing campaign: `npm run fuzz -- [formats] [options]`, see docs/robustness.md.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FORMATS } from '../../src/formats/registry.ts';
import { runCampaign } from './campaign.ts';
import type { Tally } from './tally.ts';

const HELP = `npm run fuzz -- [formats] [options]
node fuzz/main.js [formats] [options]      where only the pack is (npm run fuzz:pack)

formats        by their ids (default: all that are read)
--inputs N     damaged files of each format (default 100000)
--minutes M    or so many minutes of the processor for each, if they are over first (default 20)
--seed S       of what is done to the files (default 1)
--jobs N       formats at the same time (default: half of the processors)
--corpus DIR   good files (default: corpus beside the pack, in SPECTRAIL_SHARED, or in ../shared)
--out DIR      results and the files that broke a promise (default spectrail-fuzz)
--input N      only this one of one format, and write it to --out

One line a format: inputs, seconds of the processor, refused (in how many different words), read, faults. Each fault
names an input, which the same seed and corpus make again. Ends with 1 when there are any. When it is asked to stop
(SIGINT, SIGTERM), every format that was begun reports how far it has come.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    inputs: { type: 'string', default: '100000' },
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(Math.max(1, availableParallelism() >> 1)) },
    corpus: { type: 'string' },
    out: { type: 'string', default: 'spectrail-fuzz' },
    input: { type: 'string' },
  },
});

if (values.help) console.log(HELP);
else await main();

async function main(): Promise<void> {
  const corpus = values.corpus === undefined ? foundCorpus() : resolve(values.corpus);
  if (!corpus || !existsSync(corpus)) fail(`there is no corpus${corpus ? ` in ${corpus}` : ': give --corpus'}`);
  const known = (await Promise.all(FORMATS.map(async ({ id, load }) => ({ id, format: (await load()).default }))))
    .filter(({ format }) => format.read)
    .map(({ id }) => id);
  const unknown = positionals.find((id) => !known.includes(id));
  if (unknown !== undefined) fail(`no format is called ${unknown}; there are ${known.join(', ')}`);
  const formats = positionals.length > 0 ? positionals : known;
  const only = values.input === undefined ? undefined : whole('input', 0);
  if (only !== undefined && formats.length !== 1) fail('--input is of one format: name it');
  const task = {
    corpus,
    seed: whole('seed', 0),
    inputs: whole('inputs', 1),
    seconds: 60 * positive('minutes'),
    out: resolve(values.out),
    only,
  };
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const program = fileURLToPath(new URL('one-format.js', import.meta.url));
  console.log(`seed ${task.seed}, corpus ${corpus}, ${formats.length} formats; results in ${task.out}`);
  const tallies = await runCampaign({
    formats,
    jobs: whole('jobs', 1),
    task,
    program,
    report: print,
    signal: stopping.signal,
  });
  const missing = formats.length - tallies.length;
  if (missing > 0) console.log(`stopped before ${missing} formats had begun`);
  if (tallies.some(({ faults, samples }) => faults.length > 0 || samples === 0)) process.exitCode = 1;
}

function print({ format, samples, seconds, refused, read, refusals, faults }: Tally): void {
  const times = faults.reduce((sum, fault) => sum + fault.times, 0);
  const ways = Object.keys(refusals).length;
  const counts = [
    `${read + refused + times} inputs of ${samples} files`,
    `${seconds.toFixed(0)} s`,
    `${refused} refused in ${ways} ways`,
    `${read} read`,
    `${times} faults${times > faults.length ? ` of ${faults.length} kinds` : ''}`,
  ];
  console.log(`${format.padEnd(18)} ${counts.join(', ')}`);
  for (const { what, input, made, times } of faults) {
    console.log(`  input ${input}${times > 1 ? ` and ${times - 1} more` : ''}: ${what.split('\n').join('\n    ')}`);
    if (made) console.log(`    made from ${made}`);
  }
}

/** Of the pack, of the environment, or of a clone. */
function foundCorpus(): string | undefined {
  const shared = process.env.SPECTRAIL_SHARED;
  const beside = fileURLToPath(new URL('../corpus', import.meta.url));
  return [beside, ...(shared ? [join(shared, 'corpus')] : []), resolve('..', 'shared', 'corpus')].find(existsSync);
}

function whole(name: 'seed' | 'inputs' | 'jobs' | 'input', least: number): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < least) fail(`--${name} must be a whole number from ${least} on`);
  return value;
}

function positive(name: 'minutes'): number {
  const value = Number(values[name]);
  if (!(value > 0)) fail(`--${name} must be above 0`);
  return value;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
