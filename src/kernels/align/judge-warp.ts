import { isAllFinite } from '../finite.ts';
import { CounterRandom } from '../random.ts';
import { type Conserved, correlationOf, largestAreaChange, warpRow } from './warp-row.ts';
import type { Warper } from './warper.ts';

/** What became of a row. */
export const WARP = {
  taken: 1,
  /** Aligned no better than with a reference whose pieces were shuffled, or not a row of numbers. */
  chance: 2,
  /** The sum over a peak changed more than is tolerated. */
  area: 3,
} as const;

/**
 * References with their pieces in another order, none where it was: what a row can be warped onto by chance. The same for every
 * row. At least two pieces; with one, there is nothing to shuffle and no reference comes out.
 * @param piece channels of a piece: wider than a peak and than the warp reaches.
 */
export function shuffledReferences(
  reference: Float64Array,
  piece: number,
  count: number,
  seed: number,
): Float64Array[] {
  const channels = reference.length;
  const pieces = Math.floor(channels / piece);
  if (pieces < 2) return [];
  const bounds = Int32Array.from({ length: pieces + 1 }, (_, k) => (k === pieces ? channels : k * piece));
  const random = new CounterRandom(seed, 0);
  return Array.from({ length: count }, (_, k) => {
    random.reset(k);
    const order = Int32Array.from({ length: pieces }, (_, i) => i);
    // One cycle through all (Sattolo 1986): no piece stays.
    for (let i = pieces - 1; i > 0; i--) {
      const other = random.integer(i);
      [order[i], order[other]] = [order[other], order[i]];
    }
    const out = new Float64Array(channels);
    let at = 0;
    for (const from of order) {
      out.set(reference.subarray(bounds[from], bounds[from + 1]), at);
      at += bounds[from + 1] - bounds[from];
    }
    return out;
  });
}

export interface JudgeOptions {
  readonly conserved: Conserved;
  /** Largest relative change of the sum over a peak. */
  readonly areaTolerance: number;
  readonly masked?: Uint8Array;
}

/**
 * Warps one row and says whether the warp may be believed: its correlation with the reference must be above those that the same
 * row reaches with all the shuffled ones, and no peak may change its area beyond the tolerance.
 *
 * @param warper made for [reference, ...shuffled]. @param nodes what was found, overwritten.
 * @param room three rows.
 */
export function judgeWarp(
  row: Float64Array,
  warper: Warper,
  references: readonly Float64Array[],
  { conserved, areaTolerance, masked }: JudgeOptions,
  nodes: Float64Array,
  room: { readonly from: Float64Array; readonly warped: Float64Array; readonly trial: Float64Array },
): number {
  const { from, warped, trial } = room;
  if (!isAllFinite(row)) return WARP.chance;
  const against = (k: number) => {
    warper.find(row, k, trial);
    warper.places(trial, from);
    warpRow(row, from, 'height', warped);
    return correlationOf(warped, references[k], masked);
  };
  const own = against(0);
  nodes.set(trial.subarray(0, nodes.length));
  let chance = !(own > 0);
  for (let k = 1; k < references.length && !chance; k++) chance = !(own > against(k));
  if (chance) return WARP.chance;
  warper.places(nodes, from);
  warpRow(row, from, conserved, warped);
  return largestAreaChange(row, from, warped, references[0]) > areaTolerance ? WARP.area : WARP.taken;
}
