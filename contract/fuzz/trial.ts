import { closeSync, openSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Format } from '../../src/formats/format.ts';
import { openFile } from '../../src/formats/index.ts';
import type { FormatEntry } from '../../src/formats/registry.ts';
import type { SpectrailError } from '../../src/signal/errors.ts';
import { meetingOf } from '../laws/hostile/meeting.ts';
import { type Sample, samplesOf, sourceOf } from '../laws/hostile/samples.ts';
import { Inputs } from './inputs.ts';
import {
  addFault,
  kindOf,
  loadTally,
  newTally,
  numberPath,
  saveInput,
  saveTally,
  type Tally,
  type Task,
} from './tally.ts';

const SAVE_EVERY_MS = 1000;
const MOST_REFUSALS = 5000;

/**
 * Tries the inputs of a task from where its tally stands, in this process, until there are enough of them, the time is
 * over, or a signal says that it is.
 */
export async function tryFormat(formats: readonly FormatEntry[], task: Task): Promise<Tally> {
  const entry = formats.find(({ id }) => id === task.format);
  if (!entry) throw new Error(`there is no format ${task.format}`);
  const { default: format } = await entry.load();
  return tryInputs(entry, format, await samplesOf(entry, format, task.corpus), task);
}

/** The same for a format at hand, with these good files. */
export async function tryInputs(entry: FormatEntry, format: Format, samples: readonly Sample[], task: Task) {
  const tally = loadTally(task) ?? newTally(task);
  tally.samples = samples.length;
  const spent = tally.seconds - processorSeconds();
  const open = async (sample: Sample) => (await openFile(sourceOf(sample), [entry])).datasets;
  const inputs = new Inputs(samples, task.seed, open);
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  process.once('SIGTERM', stop);
  const now = openSync(numberPath(task), 'w');
  let saved = Date.now();
  const end = samples.length > 0 ? (task.only ?? task.inputs - 1) : -1;
  for (tally.next = task.only ?? tally.next; tally.next <= end && !stopped; tally.next++) {
    await tryOne(tally.next);
    tally.seconds = spent + processorSeconds();
    if (tally.seconds > task.seconds) stopped = true;
    if (Date.now() - saved < SAVE_EVERY_MS) continue;
    // Signals arrive between two turns.
    await setImmediate();
    saveTally({ ...tally, next: tally.next + 1 }, task);
    saved = Date.now();
  }
  closeSync(now);
  process.off('SIGTERM', stop);
  saveTally(tally, task);
  return tally;

  async function tryOne(number: number): Promise<void> {
    const { sample, what } = await inputs.input(number);
    const ended = tally.ended[number];
    if (ended !== undefined && task.only === undefined) {
      if (addFault(tally, ended, number, what)) saveInput(sample, number, task);
      return;
    }
    writeSync(now, String(number).padEnd(20), 0);
    const { fault, refusal } = await meetingOf(entry, format, sample);
    writeSync(now, ''.padEnd(20), 0);
    if (task.only !== undefined) saveInput(sample, number, task);
    if (fault === undefined) count(refusal);
    else if (addFault(tally, fault, number, what)) saveInput(sample, number, task);
  }

  function count(refusal: SpectrailError | undefined): void {
    if (!refusal) {
      tally.read++;
      return;
    }
    tally.refused++;
    const kind = `${refusal.code}: ${kindOf(refusal.what)}`;
    const known = tally.refusals[kind];
    if (known) known.times++;
    else if (Object.keys(tally.refusals).length < MOST_REFUSALS) {
      tally.refusals[kind] = { times: 1, message: refusal.message };
    }
  }
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
