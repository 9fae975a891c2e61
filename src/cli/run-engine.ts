import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option } from 'commander';
import {
  type Engine,
  type Plan,
  planSignals,
  type Recipe,
  type Resources,
  type Signal,
  startEngine,
} from '../index.ts';
import { DEFAULT_MEMORY } from './memory-option.ts';

export interface EngineOptions {
  readonly engine?: 'inline' | 'threads';
  readonly threads?: number;
  /** Bytes. */
  readonly memory?: number;
}

const MOST_THREADS = 256;

export const engineOption = () =>
  new Option('--engine <name>', 'where the work is done; the results are the same').choices(['inline', 'threads']);

export const threadsOption = () =>
  new Option('--threads <n>', 'worker threads (default: one for each core, fewer where memory is short)').argParser(
    (text) => {
      const threads = /^\d+$/.test(text) ? Number(text) : 0;
      if (threads < 1 || threads > MOST_THREADS)
        throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_THREADS}`);
      return threads;
    },
  );

/** What a lane should have for itself, unless the user says how many there are. */
const LANE_BYTES = 250e6;

/** One lane a core, fewer where they would share too little memory. */
export function lanesWithin(memory: number, cores: number): number {
  return Math.max(1, Math.min(cores, Math.floor(memory / LANE_BYTES)));
}

/** Worker threads; 0: the calling thread alone, as when told so and on a single core. */
function workers({ engine, threads, memory = DEFAULT_MEMORY }: EngineOptions): number {
  const lanes = threads ?? lanesWithin(memory, availableParallelism());
  const inline = engine === 'inline' || (engine === undefined && threads === undefined && lanes === 1);
  return inline ? 0 : lanes;
}

/**
 * Runs `work` with an engine, closed afterwards whatever happens. Its lanes load at once: time to open the inputs meanwhile.
 */
export async function withEngine<T>(
  options: EngineOptions,
  { steps }: Pick<Recipe, 'steps'>,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await startEngine(workers(options));
  engine.prepare?.(steps.map(({ use }) => use));
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** What a run with these options may use. */
export function resourcesOf(options: EngineOptions): Required<Resources> {
  return { lanes: Math.max(1, workers(options)), memory: options.memory ?? DEFAULT_MEMORY };
}

/**
 * The plan for as many lanes as its memory allows, where the user left their number open; what remains too large for one is
 * planned for one.
 */
export async function planWithin(
  recipe: Recipe,
  signals: Readonly<Record<string, Signal>>,
  { lanes, memory }: Required<Resources>,
  { threads }: Pick<EngineOptions, 'threads'>,
): Promise<{ plan: Plan; lanes: number }> {
  for (let fewer = lanes; ; fewer--) {
    const plan = await planSignals(recipe, signals, { lanes: fewer, memory });
    if (threads !== undefined || fewer <= 1 || plan.memory.peak <= memory) return { plan, lanes: fewer };
  }
}

export function describeEngine({ name, lanes }: Engine): string {
  return name === 'inline' ? 'inline' : `${name} (${lanes})`;
}
