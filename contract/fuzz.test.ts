import './laws/allocations.ts';

import { describe, expect, it } from 'vitest';
import type { Format } from '../src/formats/format.ts';
import { FORMATS, type FormatEntry, openFile } from '../src/formats/index.ts';
import { sharedFolder } from '../test/oracle.ts';
import { Inputs } from './fuzz/inputs.ts';
import { faultOf } from './laws/hostile/meeting.ts';
import { cuts, type Mutant, mutants } from './laws/hostile/mutants.ts';
import { loadAll } from './laws/hostile/promises.ts';
import { type Sample, samplesOf, sourceOf } from './laws/hostile/samples.ts';
import { THOROUGH } from './laws/thorough.ts';

/** One mutant in so many is tried, another one of each file; with SPECTRAIL_THOROUGH all are. */
const CUTS_EVERY = THOROUGH ? 1 : 15;
const MUTANTS_EVERY = THOROUGH ? 1 : 90;
const PATIENCE_MS = THOROUGH ? 4 * 3_600_000 : 300_000;
const MOST_FAULTS = 20;
/** Of the inputs of `npm run fuzz`, the first so many. */
const RANDOM_INPUTS = 250;
const SEED = 1;

interface Readable {
  readonly entry: FormatEntry;
  readonly format: Format;
  readonly samples: readonly Sample[];
}

const readable: Readable[] = [];
for (const entry of FORMATS) {
  const { default: format } = await entry.load();
  if (format.read) readable.push({ entry, format, samples: await samplesOf(entry, format) });
}

const open = async ({ entry }: Readable, sample: Sample) => (await openFile(sourceOf(sample), [entry])).datasets;

async function faultsOf(
  { entry, format, samples }: Readable,
  every: number,
  mutantsOf: (sample: Sample) => Promise<readonly Mutant[]> | readonly Mutant[],
): Promise<{ tried: number; faults: string[] }> {
  const faults: string[] = [];
  let tried = 0;
  for (const [s, sample] of samples.entries()) {
    const all = await mutantsOf(sample);
    for (let m = s % every; m < all.length && faults.length < MOST_FAULTS; m += every) {
      const parts = all[m].make();
      const fault = await faultOf(entry, format, { ...sample, parts: (await sample.seal?.(parts)) ?? parts });
      if (fault) faults.push(`${all[m].what}: ${fault}`);
      tried++;
    }
  }
  if (THOROUGH) console.log(`${entry.id}: ${tried} damaged files of ${samples.length} good ones`);
  return { tried, faults };
}

describe.skipIf(!sharedFolder()).each(readable.map((one) => [one.entry.id, one] as const))('%s', (_, one) => {
  it('has good files to damage', () => {
    expect(one.samples.length).toBeGreaterThan(0);
  });

  it(
    'cut anywhere, it is refused in words or read as far as it says, quickly and in little memory',
    async () => {
      const { tried, faults } = await faultsOf(one, CUTS_EVERY, cuts);
      expect(faults).toEqual([]);
      expect(tried).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  it(
    'with wrong bytes, numbers that lie, and pieces gone or doubled, the same, and the next good file still reads',
    async () => {
      const { tried, faults } = await faultsOf(one, MUTANTS_EVERY, async (sample) =>
        mutants(sample, await open(one, sample)),
      );
      expect(faults).toEqual([]);
      expect(tried).toBeGreaterThan(0);
      for (const sample of one.samples) for (const dataset of await open(one, sample)) await loadAll(dataset);
    },
    PATIENCE_MS,
  );

  it(
    'with several kinds of damage at once, as a campaign does it, the same',
    async () => {
      const inputs = new Inputs(one.samples, SEED, (sample) => open(one, sample));
      const faults: string[] = [];
      for (let number = 0; number < RANDOM_INPUTS && faults.length < MOST_FAULTS; number++) {
        const { sample, what } = await inputs.input(number);
        const fault = await faultOf(one.entry, one.format, sample);
        if (fault) faults.push(`input ${number}, ${what}: ${fault}`);
      }
      expect(faults).toEqual([]);
    },
    PATIENCE_MS,
  );
});
