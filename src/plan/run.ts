import { collect, type Engine, runFold, runSmall } from '../engines/engine.ts';
import { resolveMember } from '../engines/resolve.ts';
import { pixelArray, plainMemory } from '../shapes/per-pixel.ts';
import type { Geometry, ShapeResolver } from '../shapes/shape.ts';
import type { PlainTree } from '../signal/dataset.ts';
import { isSpectrailError, SpectrailError } from '../signal/errors.ts';
import { type Hashable, hash } from '../signal/hash.ts';
import type { Product } from '../steps/products.ts';
import type { StepContext } from '../steps/step.ts';
import { hashSignal } from './hash-signal.ts';
import { type Plan, type PlannedNode, refuseIfBlocked } from './plan.ts';

/** One executed node, as it enters the trail. */
export interface TrailEntry {
  readonly id: string;
  readonly use: string;
  readonly version: number;
  readonly params: PlainTree;
  readonly inputs: Readonly<Record<string, string>>;
  /** SHA-256 of the result. */
  readonly hash: string;
  readonly seconds: number;
  readonly notes: readonly string[];
  readonly added?: string;
}

/** What is known of a node when its work is done. */
export type FinishedNode = Omit<TrailEntry, 'hash'>;

export interface Run {
  readonly plan: Plan;
  readonly products: Readonly<Record<string, Product>>;
  readonly trail: readonly TrailEntry[];
}

/** What a run reports while it goes. */
export interface RunEvents {
  onNode?(node: PlannedNode, index: number, total: number): void;
  onProgress?(node: PlannedNode, done: number, total: number): void;
  onFinished?(entry: FinishedNode, node: PlannedNode, product: Product): void;
}

/**
 * Executes a plan. Same inputs, recipe and version give the same hashes with any number of threads and in every JavaScript
 * engine.
 * @throws SpectrailError `plan/…` when an objection stands, or whatever a step throws, with the step named.
 */
export async function runPlan(
  plan: Plan,
  inputs: Readonly<Record<string, Product>>,
  engine: Engine,
  events: RunEvents = {},
): Promise<Run> {
  refuseIfBlocked(plan);
  const products: Record<string, Product> = { ...inputs };
  const finished: FinishedNode[] = [];
  // Hashes are made beside the work: no step waits for one.
  const hashes: Record<string, Promise<string>> = {};
  for (const [name, input] of Object.entries(inputs)) {
    hashes[name] = awaitedLater(input.product === 'signal' ? hashSignal(input) : hash(input as unknown as Hashable));
  }
  for (const [index, node] of plan.nodes.entries()) {
    events.onNode?.(node, index, plan.nodes.length);
    const notes: string[] = [];
    const context = stepContext(node, engine, plan.recipe.seed, events, notes);
    const given = Object.fromEntries(Object.entries(node.inputs).map(([key, id]) => [key, products[id]]));
    const began = performance.now();
    const product = await runStep(node, context, given);
    products[node.id] = product;
    const entry: FinishedNode = {
      id: node.id,
      use: node.use,
      version: node.step.version,
      params: node.params as PlainTree,
      inputs: node.inputs,
      seconds: (performance.now() - began) / 1000,
      notes,
      added: node.added,
    };
    const parents = Object.values(node.inputs).map((id) => hashes[id]);
    hashes[node.id] = awaitedLater(hashProduct(product, node, parents));
    finished.push(entry);
    events.onFinished?.(entry, node, product);
  }
  const trail: TrailEntry[] = [];
  for (const entry of finished) trail.push({ ...entry, hash: await hashes[entry.id] });
  for (const name of Object.keys(inputs)) await hashes[name];
  return { plan, products, trail };
}

/** A promise whose failure is no accident before somebody asks for it. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

async function runStep(node: PlannedNode, context: StepContext, given: Record<string, Product>): Promise<Product> {
  try {
    return await node.step.run(context, given, node.params);
  } catch (error) {
    if (!isSpectrailError(error) || error.where) throw error;
    const { kind, code, what, expected, fix, cause } = error;
    throw new SpectrailError(kind, { code, what, expected, fix, cause, where: `step "${node.id}" (${node.use})` });
  }
}

function stepContext(node: PlannedNode, engine: Engine, seed: number, events: RunEvents, notes: string[]): StepContext {
  const resolve: ShapeResolver = resolveMember;
  const options = (geometry: Geometry) => ({
    resolve,
    geometry,
    progress: (done: number, total: number) => events.onProgress?.(node, done, total),
  });
  return {
    node: node.id,
    seed: nodeSeed(seed, node.id),
    shapeId: (name) => `${node.use}/${name}`,
    fold: (name, args, sources, geometry, into) =>
      runFold(engine, `${node.use}/${name}`, args, sources, { ...options(geometry), into }) as Promise<never>,
    small: (name, args, count) =>
      runSmall(engine, `${node.use}/${name}`, args, count, (done, total) =>
        events.onProgress?.(node, done, total),
      ) as Promise<never>,
    array: (type, length) => pixelArray(type, length, engine.allocate ?? plainMemory),
    collect: (source, geometry) => collect(engine, source, options(geometry)),
    note: (message) => notes.push(message),
  };
}

/** Seed of a node: independent of the other nodes of the recipe (FNV-1a of its name over the recipe's seed). */
function nodeSeed(seed: number, id: string): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < id.length; i++) h = Math.imul(h ^ id.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

/**
 * Results are hashed whole. A signal that is still a promise of maps is hashed by its promise: the step, its parameters
 * and the hashes of what it reads.
 */
async function hashProduct(product: Product, node: PlannedNode, parents: readonly Promise<string>[]): Promise<string> {
  if (product.product !== 'signal') return hash(product as unknown as Hashable);
  const { source, ...rest } = product;
  const { use, step } = node;
  const values =
    source.type === 'memory' ? source.block : { use, version: step.version, parents: await Promise.all(parents) };
  return hash([rest, values] as unknown as Hashable);
}
