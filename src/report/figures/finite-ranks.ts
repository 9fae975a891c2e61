/** Order statistics of an array's finite values. */
export interface FiniteRanks {
  readonly count: number;
  readonly least: number;
  readonly most: number;
  /** The value with this many others before it in ascending order; 0 ≤ rank < count. */
  readonly ranked: (rank: number) => number;
}

const BINS = 4096;

/** Exact, and without sorting them all: values are counted in bins, and only the bin that holds a rank is sorted. */
export function finiteRanks(values: Float64Array): FiniteRanks {
  let count = 0;
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    count++;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  let binned: Binned | undefined;
  const ranked = (rank: number) => {
    if (rank === 0) return least;
    if (rank === count - 1) return most;
    binned ??= binnedOver(values, least, most);
    return rankedIn(values, binned, rank);
  };
  return { count, least, most, ranked };
}

interface Binned {
  /** Of each value; BINS for what is not finite. */
  readonly bins: Uint16Array;
  readonly counted: Uint32Array;
}

function binnedOver(values: Float64Array, least: number, most: number): Binned {
  // Zero puts all values in one bin, where they differ by too little or too much for a quotient.
  const finest = BINS / (most - least);
  const perUnit = Number.isFinite(finest) ? finest : 0;
  const bins = new Uint16Array(values.length);
  const counted = new Uint32Array(BINS + 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const bin = Number.isFinite(value) ? Math.min(((value - least) * perUnit) | 0, BINS - 1) : BINS;
    bins[i] = bin;
    counted[bin]++;
  }
  return { bins, counted };
}

function rankedIn(values: Float64Array, { bins, counted }: Binned, rank: number): number {
  let bin = 0;
  let before = 0;
  while (before + counted[bin] <= rank) before += counted[bin++];
  const alike = new Float64Array(counted[bin]);
  for (let i = 0, n = 0; n < alike.length; i++) if (bins[i] === bin) alike[n++] = values[i];
  return alike.sort()[rank - before];
}
