import { jobPixels } from '../shapes/job-size.ts';
import { planError } from '../signal/errors.ts';
import { pixelCount } from '../signal/signal.ts';
import { describedSignal, type SignalState, type State } from '../steps/state.ts';
import type { PlannedNode } from './plan.ts';

/** What a run may use. */
export interface Resources {
  /** Jobs that run at the same time. Default 1. */
  readonly lanes?: number;
  /** Bytes the whole process may take. Default: as many as it needs. */
  readonly memory?: number;
}

export interface MemoryPlan {
  /** Bytes of the inputs that are held, and whether some are read from their file instead. */
  readonly inputs: number;
  readonly streamed: boolean;
  /** Bytes of the whole process at the worst moment, and the node at which that is. */
  readonly peak: number;
  readonly node?: string;
  readonly allowed?: number;
}

/** Share of the memory that inputs may fill; larger ones are read from their file where that is possible. */
export const HELD_SHARE = 0.4;

/**
 * What the program takes by itself, what each lane adds before it has work, and what every step with work leaves in both:
 * compiled code and what is kept for the next time; beside the last step, figures are drawn. Measured on both.
 */
const NODE_20 = { program: 116e6, lane: 15e6, step: 11e6, stepInLane: 3e6, figures: 24e6 };
const NODE_24 = { program: 132e6, lane: 18e6, step: 13e6, stepInLane: 4e6, figures: 15e6 };
const NEWER = 22;
/** What a lane has made and read that the collector has not met yet, at most; as much again where it reads files. */
const GARBAGE = 23e6;
/** Share of the room for work that is not free again when other work begins. */
const LEFT = 0.5;

function overhead() {
  const node = typeof process === 'undefined' ? undefined : process.versions?.node;
  return node !== undefined && Number.parseInt(node, 10) < NEWER ? NODE_20 : NODE_24;
}

/**
 * Peak memory: results stay until the run ends, work does not, but half of its room is not free again at once. Each lane
 * has its own part of the work, a job of what it reads, and garbage. The report takes no more than the lanes, which have
 * ended before it.
 */
export function planMemory(
  inputs: readonly State[],
  nodes: readonly PlannedNode[],
  { lanes = 1, memory: allowed }: Resources,
): MemoryPlan {
  const { program, lane, step, stepInLane, figures } = overhead();
  const signals = inputs.map(describedSignal);
  const sum = (bytes: (signal: SignalState) => number) => signals.reduce((total, signal) => total + bytes(signal), 0);
  const held = sum((signal) => signal.held);
  const read = sum((signal) => signal.read * pixelCount(signal));
  const job = sum((signal) => signal.read * jobPixels(pixelCount(signal), lanes, signal.read));
  const garbage = Math.min(GARBAGE, held + read) + Math.min(GARBAGE, 2 * read);
  const always = program + held;
  let kept = 0;
  let most = 0;
  let steps = 0;
  // What is held was read in pieces, and is copied once, into memory that lanes share.
  let peak = always + lanes * (lane + garbage) + held + Math.min(2 * GARBAGE, 2 * held);
  let worst: string | undefined;
  for (const { id, cost } of nodes) {
    const beside = id === nodes.at(-1)?.id ? figures : 0;
    kept += cost.keeps;
    if (cost.passes + cost.keeps > 0) steps++;
    const work = cost.works + lanes * cost.lane;
    const inLanes = lanes * (lane + steps * stepInLane + garbage + job);
    const now = always + beside + steps * step + kept + inLanes + Math.max(work, LEFT * most);
    most = Math.max(most, work);
    if (now <= peak) continue;
    peak = now;
    worst = id;
  }
  return { inputs: held, streamed: read > 0, peak: Math.round(peak), node: worst, allowed };
}

/** @throws SpectrailError `plan/too-little-memory` when the plan needs more than it may use. */
export function refuseIfTooLarge({ peak, node, allowed }: MemoryPlan): void {
  if (allowed === undefined || peak <= allowed) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw planError({
    code: 'too-little-memory',
    where: node && `step "${node}"`,
    what: `the run takes ${megabytes(peak)}, and may use ${megabytes(allowed)}`,
    expected: `at least ${megabytes(peak)}`,
    fix: 'allow more with --memory, or sum or crop pixels and channels first, compute fewer components, or use fewer --threads',
  });
}
