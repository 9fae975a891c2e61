import { square } from '../portable-math.ts';

/** A peak that was found, or a reference that is known. */
export interface Position {
  readonly at: number;
  readonly sigma: number;
}

/** Which peak is which reference. */
export interface Pair {
  readonly peak: number;
  readonly reference: number;
}

export interface AssignmentOptions {
  /** Whether the axis may be off by a scale as well as by an offset. */
  readonly scale: boolean;
  /** A peak further from a reference than this, on the axis as it is, is not that reference. Above 0. */
  readonly tolerance: number;
  /** Residuals up to so many of their uncertainties agree. Default 3. */
  readonly limit?: number;
  /** Pairs that are out of the question whatever their distance. Default: none. */
  readonly mayBe?: (peak: number, reference: number) => boolean;
}

/** Hypotheses beyond these are not tried: the weakest peaks are left out first. */
const MOST_PAIRS = 300;

interface Consensus {
  readonly pairs: readonly Pair[];
  readonly chiSquare: number;
  /** Largest move of the axis over its references. */
  readonly move: number;
}

/**
 * Assigns peaks to references by consensus (M. Fischler & R. Bolles, Commun. ACM 24 (1981) 381), every minimal set of pairs
 * tried in the place of random ones. The offset (and scale) that brings most references onto a peak of their own wins;
 * among equals the one that moves the axis least, where χ² cannot decide.
 *
 * @param peaks on the axis as it is, strongest first.
 * @returns pairs in the order of the references; none where no peak lies within the tolerance of any.
 * @throws RangeError for a tolerance that is not above 0.
 */
export function assignPeaks(
  peaks: readonly Position[],
  references: readonly Position[],
  { scale, tolerance, limit = 3, mayBe = () => true }: AssignmentOptions,
): Pair[] {
  if (!(tolerance > 0)) throw new RangeError(`a tolerance of ${tolerance} is not above 0`);
  const possible: Pair[] = [];
  for (const [peak, { at }] of peaks.entries()) {
    for (const [reference, known] of references.entries()) {
      const near = Math.abs(at - known.at) <= tolerance && mayBe(peak, reference);
      if (near && possible.length < MOST_PAIRS) possible.push({ peak, reference });
    }
  }
  let best: Consensus | undefined;
  const consider = (offset: number, slope: number, pivot: number) => {
    const found = consensusOf(peaks, references, possible, (at) => at + offset + slope * (at - pivot), limit);
    if (better(found, best)) best = found;
  };
  for (const [i, one] of possible.entries()) {
    const [from, to] = [peaks[one.peak].at, references[one.reference].at];
    consider(to - from, 0, 0);
    if (!scale) continue;
    for (const other of possible.slice(i + 1)) {
      const [farFrom, farTo] = [peaks[other.peak].at, references[other.reference].at];
      // Peaks keep their order.
      if (!((farFrom - from) * (farTo - to) > 0)) continue;
      const slope = (farTo - to) / (farFrom - from) - 1;
      const within = references.every(({ at }) => Math.abs(to - from + slope * (at - from)) <= 2 * tolerance);
      if (within) consider(to - from, slope, from);
    }
  }
  return [...(best?.pairs ?? [])].sort((one, other) => one.reference - other.reference);
}

/** Every reference takes the nearest peak that agrees; no peak serves two. */
function consensusOf(
  peaks: readonly Position[],
  references: readonly Position[],
  possible: readonly Pair[],
  corrected: (at: number) => number,
  limit: number,
): Consensus {
  const agreeing: (Pair & { readonly off: number })[] = [];
  let move = 0;
  for (const { peak, reference } of possible) {
    const sigma = Math.sqrt(square(peaks[peak].sigma) + square(references[reference].sigma));
    const off = Math.abs(corrected(peaks[peak].at) - references[reference].at) / sigma;
    // Rounding is no disagreement.
    if (off <= limit || sigma === 0) agreeing.push({ peak, reference, off });
  }
  agreeing.sort((one, other) => one.off - other.off || one.peak - other.peak);
  const [takenPeaks, takenReferences] = [new Set<number>(), new Set<number>()];
  const pairs: Pair[] = [];
  let chiSquare = 0;
  for (const { peak, reference, off } of agreeing) {
    if (takenPeaks.has(peak) || takenReferences.has(reference)) continue;
    takenPeaks.add(peak);
    takenReferences.add(reference);
    pairs.push({ peak, reference });
    chiSquare += off * off;
    move = Math.max(move, Math.abs(corrected(peaks[peak].at) - peaks[peak].at));
  }
  return { pairs, chiSquare, move };
}

function better(one: Consensus, other: Consensus | undefined): boolean {
  if (!other) return one.pairs.length > 0;
  if (one.pairs.length !== other.pairs.length) return one.pairs.length > other.pairs.length;
  // With two references a line goes through any two peaks: χ² says nothing then, and within 4 of one another little.
  if (Math.abs(one.chiSquare - other.chiSquare) > 4) return one.chiSquare < other.chiSquare;
  return one.move < other.move;
}
