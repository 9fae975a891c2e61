import { TILE_PIXELS } from '../shapes/tile.ts';
import { planError } from '../signal/errors.ts';
import { describedSignal, type State } from '../steps/state.ts';
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

/** The program itself, and what each lane adds before it has work. */
const PROGRAM = 150e6;
const LANE = 70e6;
/** What the garbage collector leaves lying: a share of all that is worked with. Measured, with those above, on Node 20. */
const SLACK = 1.65;
/** Runs of tiles that a lane has in hand: read, and being worked on. */
const RUNS_IN_HAND = 3;

/**
 * Peak memory: results stay until the run ends, work does not. What a lane reads from a file comes on top of its part of the
 * work.
 */
export function planMemory(
  inputs: readonly State[],
  nodes: readonly PlannedNode[],
  { lanes = 1, memory: allowed }: Resources,
): MemoryPlan {
  const signals = inputs.map(describedSignal);
  const held = signals.reduce((sum, signal) => sum + signal.held, 0);
  const read = signals.reduce((sum, signal) => sum + signal.read * TILE_PIXELS, 0);
  const always = PROGRAM + lanes * (LANE + RUNS_IN_HAND * read) + held;
  let kept = 0;
  let peak = always;
  let worst: string | undefined;
  for (const { id, cost } of nodes) {
    kept += cost.keeps;
    const now = always + SLACK * (kept + cost.works + lanes * cost.lane);
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
