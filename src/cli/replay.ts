import { Command } from 'commander';
import { type Engine, planSignals, runPlan, type TrailEntry } from '../index.ts';
import { counted } from '../report/numbers.ts';
import { EXIT } from './failure.ts';
import { memoryOption } from './memory-option.ts';
import { inputPaths, type OpenedInput, openInputs, signalsByName } from './opened-inputs.ts';
import { print, printJson } from './printing.ts';
import { productVersion } from './product-version.ts';
import { progressOf } from './progress.ts';
import { collected } from './repeatable.ts';
import { type EngineOptions, engineOption, resourcesOf, threadsOption, withEngine } from './run-engine.ts';
import { table, wrap } from './text-layout.ts';
import { readTrail, type Trail } from './trail-file.ts';

interface ReplayOptions extends EngineOptions {
  readonly input?: readonly string[];
  readonly json?: boolean;
}

export const replayCommand = () =>
  new Command('replay')
    .description('recompute a result folder and compare every hash; exit code 4 when one differs')
    .argument('<dir>', 'folder written by `spectrail run`')
    .option('--input <[name=]file>', 'data file, where it is no longer where it was; repeatable', collected)
    .addOption(threadsOption())
    .addOption(memoryOption())
    .addOption(engineOption())
    .option('--json', 'for machines')
    .action(replay);

/** One line of the verdict. */
interface Comparison {
  readonly id: string;
  readonly use: string;
  readonly recorded?: string;
  readonly recomputed?: string;
  readonly same: boolean;
}

async function replay(folder: string, options: ReplayOptions): Promise<void> {
  const trail = await readTrail(folder);
  const paths = inputPaths(trail.recipe, folder, options.input ?? []);
  const [inputs, recomputed] = await withEngine(options, trail.recipe, async (engine) => {
    const opened = await openInputs(trail.recipe, paths, resourcesOf(options), engine);
    return [opened, await recompute(trail, opened, engine)] as const;
  });
  const changed = inputs.filter(({ name, sha256 }) => recordedHash(trail, name) !== sha256);
  const comparisons = compare(trail, recomputed);
  const same = comparisons.every((comparison) => comparison.same);
  if (!same) process.exitCode = EXIT.differs;
  const version = await productVersion();
  if (options.json) {
    const inputFacts = inputs.map(({ name, path, sha256 }) => ({
      name,
      file: path,
      recorded: recordedHash(trail, name) ?? null,
      found: sha256,
      same: recordedHash(trail, name) === sha256,
    }));
    printJson({
      folder,
      same,
      spectrail: { recorded: trail.software.spectrail, now: version },
      inputs: inputFacts,
      nodes: comparisons,
    });
    return;
  }
  for (const input of changed) print(describeChange(trail, input));
  print(describeComparisons(comparisons));
  const different = comparisons.filter((comparison) => !comparison.same).length;
  print(
    `\n${same ? `All ${counted(comparisons.length, 'result')} equal.` : `${different} of ${counted(comparisons.length, 'result')} differ.`}`,
  );
  if (!same && trail.software.spectrail !== version) {
    print(wrap(`The folder was written by spectrail ${trail.software.spectrail}; this is ${version}.`));
  }
}

async function recompute(trail: Trail, inputs: readonly OpenedInput[], engine: Engine): Promise<readonly TrailEntry[]> {
  const signals = signalsByName(inputs);
  const plan = await planSignals(trail.recipe, signals);
  const progress = await progressOf(plan);
  try {
    return (await runPlan(plan, signals, engine, progress)).trail;
  } finally {
    progress.stop();
  }
}

function compare(trail: Trail, recomputed: readonly TrailEntry[]): Comparison[] {
  const now = new Map(recomputed.map((entry) => [entry.id, entry]));
  const before = new Set(trail.nodes.map(({ id }) => id));
  const known = trail.nodes.map(({ id, use, hash }) => {
    const again = now.get(id)?.hash;
    return { id, use, recorded: hash, recomputed: again, same: again === hash };
  });
  const extra = recomputed.filter(({ id }) => !before.has(id));
  return [...known, ...extra.map(({ id, use, hash }) => ({ id, use, recomputed: hash, same: false }))];
}

function recordedHash(trail: Trail, name: string): string | undefined {
  return Object.hasOwn(trail.inputs, name) ? trail.inputs[name].file?.sha256 : undefined;
}

function describeChange(trail: Trail, { name, path, sha256 }: OpenedInput): string {
  const recorded = recordedHash(trail, name);
  return wrap(
    recorded === undefined
      ? `input ${name}: ${path} (the trail does not say which file it was)`
      : `input ${name} has changed: ${path} has SHA-256 ${short(sha256)}…, the trail says ${short(recorded)}…`,
    undefined,
    2,
  );
}

function describeComparisons(comparisons: readonly Comparison[]): string {
  const columns = [{ title: 'result' }, { title: 'step' }, { title: 'recorded' }, { title: 'now' }, { title: '' }];
  return table(
    columns,
    comparisons.map(({ id, use, recorded, recomputed, same }) => [
      id,
      use,
      recorded ? short(recorded) : '–',
      recomputed ? short(recomputed) : '–',
      same ? 'equal' : 'DIFFERS',
    ]),
  );
}

function short(hash: string): string {
  return hash.slice(0, 12);
}
