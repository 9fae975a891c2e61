/**
 * Spectrail as a library, in Node and in the browser.
 *
 * ```ts
 * import { open, plan, run } from 'spectrail';
 * const file = await open('map.bcf');
 * const recipe = 'spectrail: recipe/1\ntitle: PCA\ninputs: {counts: {}}\nsteps: [{id: pca, use: decompose.pca}]';
 * const { objections } = await plan(recipe, file);
 * const { products, trail } = await run(recipe, file, { threads: 4 });
 * ```
 */
import type { Engine } from './engines/engine.ts';
import { inlineEngine } from './engines/inline.ts';
import { resolveMember } from './engines/resolve.ts';
import { blobFile } from './formats/blob-file.ts';
import { blobFolder } from './formats/blob-folder.ts';
import type { FolderSource } from './formats/folder.ts';
import type { ByteSource } from './formats/format.ts';
import { type OpenedFile, openFile } from './formats/index.ts';
import { inputSignal } from './plan/input-signal.ts';
import { HELD_SHARE, type Resources, refuseIfTooLarge } from './plan/memory.ts';
import { makePlan, type Plan } from './plan/plan.ts';
import { checkRecipe, parseRecipe, type Recipe } from './plan/recipe.ts';
import { type Run, type RunEvents, runPlan } from './plan/run.ts';
import type { Dataset, PlainTree } from './signal/dataset.ts';
import { inputError, planError } from './signal/errors.ts';
import type { Signal } from './signal/signal.ts';
import { SIMULATORS, type Simulation } from './simulate/index.ts';
import { signalState } from './steps/state.ts';

/** A path (Node), a file or the files of a folder that the browser holds, or bytes. */
export type Openable = string | Blob | readonly File[] | Uint8Array<ArrayBuffer> | ByteSource | FolderSource;

/** What a recipe can be given for one of its inputs. */
export type InputData = Signal | Dataset | OpenedFile;

/** Text (YAML or JSON), a tree, or a recipe that was checked before. */
export type RecipeLike = string | Recipe | Readonly<Record<string, unknown>>;

export interface OpenOptions {
  /** File name, where the source has none: helps to tell formats apart. */
  readonly name?: string;
  /** Companion files (`.raw` beside `.rpl`) where there is no folder to look in. */
  readonly beside?: readonly File[];
}

/**
 * Reads a file, or a folder that is one unit, in whatever format its content shows. Values are loaded when asked for.
 * @throws SpectrailError `format/…` when it is missing, damaged or foreign; `input/no-file-system` for a path in a browser.
 */
export async function open(source: Openable, options: OpenOptions = {}): Promise<OpenedFile> {
  return openFile(await byteSource(source, options));
}

async function byteSource(source: Openable, { name, beside }: OpenOptions): Promise<ByteSource | FolderSource> {
  if (typeof source === 'string') {
    requireNode(
      'no-file-system',
      'a path leads nowhere in a browser',
      'give the File that was picked, dropped or fetched',
    );
    const { openNodePath } = await import('./formats/node-folder.ts');
    return openNodePath(source);
  }
  if (Array.isArray(source)) return blobFolder(source);
  if (source instanceof Uint8Array) return blobFile(new Blob([source]), name ?? 'bytes', beside);
  if (source instanceof Blob) return blobFile(source, name ?? (source as Partial<File>).name ?? 'file', beside);
  return source as ByteSource | FolderSource;
}

/**
 * What a recipe would do with these inputs: stages, passes, peak memory and objections. Reads nothing but what the
 * inputs themselves need to be loaded. One input may be given without its name.
 * @throws SpectrailError `plan/…` for a recipe that makes no sense; objections are returned, not thrown.
 */
export async function plan(
  recipe: RecipeLike,
  inputs: InputData | Readonly<Record<string, InputData>>,
  { threads, memory }: Pick<RunOptions, 'threads' | 'memory'> = {},
): Promise<Plan> {
  const checked = asRecipe(recipe);
  const resources = { lanes: Math.max(1, threads ?? 0), memory };
  return planSignals(checked, await bindInputs(checked, inputs, memory), resources);
}

export interface RunOptions {
  /** Worker threads (Node); default 0: everything in the calling thread. The results are the same to the last bit. */
  readonly threads?: number;
  /**
   * Bytes the whole process may take. Files that would fill it are read by pixels where their format allows it; a plan that
   * needs more is refused. Default: no limit, everything in memory.
   */
  readonly memory?: number;
  /** Told what happens while it happens. */
  readonly events?: RunEvents;
}

/**
 * Runs a recipe. Same inputs, recipe and version give the same hashes, whatever the number of threads.
 * @throws SpectrailError `plan/<code>` when an objection stands, or what a step throws, with the step named.
 */
export async function run(
  recipe: RecipeLike,
  inputs: InputData | Readonly<Record<string, InputData>>,
  options: RunOptions = {},
): Promise<Run> {
  const checked = asRecipe(recipe);
  const { threads, memory } = options;
  const signals = await bindInputs(checked, inputs, memory);
  const planned = await planSignals(checked, signals, { lanes: Math.max(1, threads ?? 0), memory });
  refuseIfTooLarge(planned.memory);
  const engine = await startEngine(threads);
  try {
    return await runPlan(planned, signals, engine, options.events);
  } finally {
    await engine.close();
  }
}

/**
 * An engine with this many worker threads (Node); none: the calling thread. Close it after use.
 * @throws SpectrailError `input/no-threads` for any number of them in a browser.
 */
export async function startEngine(threads = 0): Promise<Engine> {
  if (threads < 1) return inlineEngine(resolveMember);
  requireNode(
    'no-threads',
    'there are no Node worker threads in a browser',
    'leave `threads` out, or run in a Web Worker',
  );
  const { threadsEngine } = await import('./engines/threads.ts');
  return threadsEngine({ threads });
}

function requireNode(code: string, what: string, fix: string): void {
  if (typeof process === 'undefined' || !process.versions?.node) throw inputError({ code, what, fix });
}

/**
 * A phantom with known truth; equal parameters give equal counts.
 * @throws SpectrailError `input/unknown-simulator`, `input/bad-parameter`.
 */
export async function simulate(kind: string, parameters: PlainTree = {}): Promise<Simulation> {
  const simulator = Object.hasOwn(SIMULATORS, kind) ? SIMULATORS[kind] : undefined;
  if (!simulator) {
    throw inputError({
      code: 'unknown-simulator',
      what: `there is no simulator "${kind}"`,
      expected: `one of ${Object.keys(SIMULATORS).join(', ')}`,
    });
  }
  return (await simulator.load())(parameters);
}

/** The plan for signals that are already bound to the recipe's inputs by name. */
export function planSignals(
  recipe: Recipe,
  signals: Readonly<Record<string, Signal>>,
  resources: Resources = {},
): Promise<Plan> {
  const states = Object.entries(signals).map(([name, signal]) => [name, signalState(signal)] as const);
  return makePlan(recipe, Object.fromEntries(states), resources);
}

function asRecipe(recipe: RecipeLike): Recipe {
  return typeof recipe === 'string' ? parseRecipe(recipe) : checkRecipe(recipe);
}

async function bindInputs(recipe: Recipe, given: InputData | Readonly<Record<string, InputData>>, memory?: number) {
  const hold = memory === undefined ? undefined : HELD_SHARE * memory;
  const names = Object.keys(recipe.inputs);
  const single = isInputData(given);
  if (single && names.length !== 1) {
    throw planError({
      code: 'missing-input',
      what: `the recipe has ${names.length} inputs, and one was given without its name`,
      expected: `{ ${names.map((name) => `${name}: …`).join(', ')} }`,
    });
  }
  const byName = single ? { [names[0]]: given } : given;
  const signals: Record<string, Signal> = {};
  for (const name of names) {
    if (!Object.hasOwn(byName, name)) continue;
    const data = byName[name];
    if ('product' in data) signals[name] = data;
    else signals[name] = await inputSignal('datasets' in data ? data.datasets : [data], recipe.inputs[name], hold);
  }
  return signals;
}

function isInputData(given: InputData | Readonly<Record<string, InputData>>): given is InputData {
  const { product, kind, datasets } = given as Readonly<Record<string, unknown>>;
  return typeof product === 'string' || typeof kind === 'string' || Array.isArray(datasets);
}

export type { Engine } from './engines/engine.ts';
export { blobFile } from './formats/blob-file.ts';
export type { FolderSource } from './formats/folder.ts';
export type { ByteSource, Format } from './formats/format.ts';
export { FORMATS, type OpenedFile } from './formats/index.ts';
export { inputSignal } from './plan/input-signal.ts';
export { HELD_SHARE, type MemoryPlan, type Resources, refuseIfTooLarge } from './plan/memory.ts';
export { OBJECTION_CODES, type Objection, type ObjectionCode } from './plan/objection.ts';
export { blocking, type Plan, type PlannedNode, refuseIfBlocked, type Stage } from './plan/plan.ts';
export { checkRecipe, parseRecipe, type Recipe, recipeJsonSchema } from './plan/recipe.ts';
export { type FinishedNode, type Run, type RunEvents, runPlan, type TrailEntry } from './plan/run.ts';
export { asSignal, mainDataset, type SignalOptions } from './signal/as-signal.ts';
export {
  type Axis,
  axisErrorTerms,
  axisIndex,
  axisUncertainty,
  axisValue,
  axisValues,
  explicitAxis,
  uniformAxis,
} from './signal/axis.ts';
export type { Block, DenseBlock, EventsBlock, FactorsBlock } from './signal/block.ts';
export {
  type ArrayDataset,
  type Dataset,
  type DeclaredSpectrum,
  type Metadata,
  settled,
  type TableDataset,
} from './signal/dataset.ts';
export { type ErrorKind, isSpectrailError, SpectrailError } from './signal/errors.ts';
export { describeIntensity, type Intensity } from './signal/intensity.ts';
export { type InferredModality, inferModality, MODALITIES, type ModalityId } from './signal/modality.ts';
export { describeNoise, type Noise, poisson, unknownNoise } from './signal/noise.ts';
export { combine, type Quantity, uncertainty } from './signal/quantity.ts';
export { createSignal, type Signal, withSignal } from './signal/signal.ts';
export { type Condition, conditionOf, conditionsOf, type Term, VOCABULARY } from './signal/vocabulary.ts';
export { type ConditionsFound, wantedConditions } from './signal/wanted-conditions.ts';
export { SIMULATORS, type Simulation, type Simulator } from './simulate/index.ts';
export {
  COMPONENTS,
  type InstrumentDifference,
  type InstrumentPair,
  type InstrumentPairParameters,
  type MeasuredSamples,
  pairReference,
  pairSignal,
  simulateInstrumentPair,
} from './simulate/instrument-pair.ts';
export {
  SIMULATED_SPECTRA,
  type SimulatedSpectrum,
  type SpectrumParameters,
  simulateSpectrum,
} from './simulate/spectra/index.ts';
export type { SpectrumModel, SpectrumPart } from './simulate/spectra/spectrum-model.ts';
export { loadStep, STEP_IDS } from './steps/index.ts';
export type * from './steps/products.ts';
export type { Step } from './steps/step.ts';
