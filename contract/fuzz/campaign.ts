import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadTally, newTally, numberPath, saveTally, type Tally, type Task, tallyPath } from './tally.ts';

/** A format whose process ends so often is left alone: there is enough to mend. */
const MOST_ENDS = 20;
/** Of what a process said before it ended. */
const LAST_WORDS = 600;

export interface Campaign {
  readonly formats: readonly string[];
  /** Formats that are tried at the same time. */
  readonly jobs: number;
  readonly task: Omit<Task, 'format'>;
  /** Module that tries the task in its argument (one-format.ts). */
  readonly program: string;
  /** Called when a format is through. */
  readonly report: (tally: Tally) => void;
  /** Ends it early: every format reports how far it has come. */
  readonly signal?: AbortSignal;
}

/** Tries every format in a process of its own; one that hangs or crashes is a fault, and goes on with the next input. */
export async function runCampaign({ formats, jobs, task, program, report, signal }: Campaign): Promise<Tally[]> {
  mkdirSync(task.out, { recursive: true });
  const waiting = [...formats];
  const done: Tally[] = [];
  const worker = async () => {
    for (let format = waiting.shift(); format !== undefined && !signal?.aborted; format = waiting.shift()) {
      const tally = await runFormat({ ...task, format }, program, signal);
      done.push(tally);
      report(tally);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, formats.length) }, worker));
  return done;
}

async function runFormat(task: Task, program: string, signal?: AbortSignal): Promise<Tally> {
  rmSync(tallyPath(task), { force: true });
  rmSync(join(task.out, task.format), { recursive: true, force: true });
  for (;;) {
    rmSync(numberPath(task), { force: true });
    const how = await runProcess(task, program, signal);
    const tally = loadTally(task) ?? newTally(task);
    const number = numberTried(task);
    rmSync(numberPath(task), { force: true });
    if (how === undefined) return tally;
    if (number === undefined) {
      tally.faults.push({ what: `the campaign itself failed: ${how}`, input: tally.next, times: 1 });
      return tally;
    }
    tally.ended[number] = how;
    saveTally(tally, task);
    if (signal?.aborted || task.only !== undefined || Object.keys(tally.ended).length >= MOST_ENDS) {
      tally.faults.push({ what: how, input: number, times: 1 });
      saveTally(tally, task);
      return tally;
    }
  }
}

/** The input that was being tried when the process ended; undefined when none was. */
function numberTried(task: Task): number | undefined {
  try {
    const text = readFileSync(numberPath(task), 'utf8').trim();
    return text === '' ? undefined : Number(text);
  } catch {
    return undefined;
  }
}

/** Undefined when it ended as it should, else how. */
function runProcess(task: Task, program: string, signal?: AbortSignal): Promise<string | undefined> {
  const child: ChildProcess = spawn(process.execPath, [program, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stop = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-LAST_WORDS);
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`no process: ${error.message}`));
    child.on('close', (code, killed) => {
      signal?.removeEventListener('abort', stop);
      if (code === 0) resolve(undefined);
      else resolve(`the process ended (${killed ?? `exit code ${code}`}): ${words.trim()}`);
    });
  });
}
