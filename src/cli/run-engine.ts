import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option } from 'commander';
import { type Engine, startEngine } from '../index.ts';

export interface EngineOptions {
  readonly engine?: 'inline' | 'threads';
  readonly threads?: number;
}

const MOST_THREADS = 256;

export const engineOption = () =>
  new Option('--engine <name>', 'where the work is done; the results are the same').choices(['inline', 'threads']);

export const threadsOption = () =>
  new Option('--threads <n>', 'worker threads (default: one for each core)').argParser((text) => {
    const threads = /^\d+$/.test(text) ? Number(text) : 0;
    if (threads < 1 || threads > MOST_THREADS)
      throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_THREADS}`);
    return threads;
  });

/** Threads unless told otherwise; on a single core the calling thread does it alone. */
export function engineFor({ engine, threads }: EngineOptions): Promise<Engine> {
  const lanes = threads ?? availableParallelism();
  const inline = engine === 'inline' || (engine === undefined && threads === undefined && lanes === 1);
  return startEngine(inline ? 0 : lanes);
}

export function describeEngine({ name, lanes }: Engine): string {
  return name === 'inline' ? 'inline' : `${name} (${lanes})`;
}
