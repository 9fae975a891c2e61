import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Sample } from '../laws/hostile/samples.ts';

/** Broken promises of one kind, and the first input that showed it. */
export interface Fault {
  readonly what: string;
  readonly input: number;
  /** How that input was made. */
  readonly made?: string;
  times: number;
}

/** What a format was asked to do: the argument of its process. */
export interface Task {
  readonly format: string;
  readonly corpus?: string;
  readonly seed: number;
  readonly inputs: number;
  /** Seconds of the processor. */
  readonly seconds: number;
  /** A folder: results and faulty inputs. */
  readonly out: string;
  /** Only this one, to make it again. */
  readonly only?: number;
}

/** How far a format has come. It is on disk at any time: a process that ends does not say goodbye. */
export interface Tally {
  readonly format: string;
  readonly seed: number;
  /** Good files there are. */
  samples: number;
  /** Number of the next input: so many were tried. */
  next: number;
  seconds: number;
  read: number;
  refused: number;
  /** How often in which words, numbers and names left out; and one full message of each. */
  readonly refusals: Record<string, { times: number; message: string }>;
  readonly faults: Fault[];
  /** Inputs that ended their process, and how; they are not tried again. */
  readonly ended: Record<string, string>;
}

export const tallyPath = ({ out, format }: Pick<Task, 'out' | 'format'>) => join(out, `${format}.json`);
/** Holds the number of the input that is being tried. */
export const numberPath = ({ out, format }: Pick<Task, 'out' | 'format'>) => join(out, `${format}.now`);

export function newTally({ format, seed }: Pick<Task, 'format' | 'seed'>): Tally {
  return { format, seed, samples: 0, next: 0, seconds: 0, read: 0, refused: 0, refusals: {}, faults: [], ended: {} };
}

export function loadTally(task: Task): Tally | undefined {
  try {
    return JSON.parse(readFileSync(tallyPath(task), 'utf8'));
  } catch {
    return undefined;
  }
}

/** In one move: whoever reads it meanwhile, or after a crash, finds a whole one. */
export function saveTally(tally: Tally, task: Task): void {
  const path = tallyPath(task);
  writeFileSync(`${path}.new`, JSON.stringify(tally, null, 1));
  renameSync(`${path}.new`, path);
}

/** Faults that differ by numbers and places alone are one. True for one that is new. */
export function addFault({ faults }: Tally, what: string, input: number, made?: string): boolean {
  const kind = kindOf(what);
  const known = faults.find((fault) => kindOf(fault.what) === kind);
  if (known) known.times++;
  else faults.push({ what, input, made, times: 1 });
  return !known;
}

/** The first line without what changes from file to file. */
export function kindOf(message: string): string {
  return message
    .split('\n', 1)[0]
    .replace(/"[^"]*"|“[^”]*”|'[^']*'/g, '"…"')
    .replace(/[-+]?\d[\d.,]*(?:e[-+]?\d+)?/gi, '#');
}

/** Writes the files of an input into a folder of its own. */
export function saveInput({ parts }: Sample, number: number, { out, format }: Task): string {
  const folder = join(out, format, String(number));
  for (const { name, bytes } of parts) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  return folder;
}
