/** A place where values stand out from those beside it. */
export interface Candidate {
  /** Channel of its middle. */
  readonly channel: number;
  /** Full width at half maximum in channels, to a third or so. */
  readonly fwhm: number;
  /** What stands out over its standard error. */
  readonly significance: number;
}

/** Half widths that are tried: a factor of √2 apart. */
const HALF_WIDTHS = [1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512];
/** A Gaussian answers most to a block of this many times its width. */
const BLOCK_PER_FWHM = 1.66;
/** A broad candidate is no more than the sum of narrow ones that hold this share of its significance. */
const EXPLAINED = 0.3;

/**
 * Peaks of unknown width: a block of channels less its neighbourhood of the same size, at widths a factor of √2 apart; where
 * that is largest both along the axis and over widths, relative to white noise, there is a peak (T. Lindeberg, Int. J.
 * Comput. Vis. 30 (1998) 79). A straight background takes no part. Nothing is found within one width of the ends.
 *
 * @param variance of each value. @param limit least significance.
 * @returns the most significant first; among equals the one of the lower channel.
 */
export function findPeaks(values: Float64Array, variance: Float64Array, limit: number): Candidate[] {
  const n = values.length;
  const sums = runningSums(values);
  const variances = runningSums(variance);
  const widths = HALF_WIDTHS.filter((h) => 4 * h + 3 <= n);
  const contrast = widths.map((h) => contrastOf(sums, n, h));
  const found: (Candidate & { half: number })[] = [];
  for (const [s, h] of widths.entries()) {
    const reach = 2 * h + 1;
    for (let j = reach; j < n - reach; j++) {
      const here = contrast[s][j];
      if (!(here > 0) || !isLargest(contrast, s, j)) continue;
      const net = here * noiseOf(h);
      const error = Math.sqrt(blockVariance(variances, j, h));
      const significance = error > 0 ? net / error : Number.POSITIVE_INFINITY;
      if (significance >= limit) {
        found.push({ channel: j, fwhm: (2 * h + 1) / BLOCK_PER_FWHM, significance, half: h });
      }
    }
  }
  const kept: typeof found = [];
  for (const one of found) {
    const inside = kept.filter(
      ({ channel, significance }) =>
        Math.abs(channel - one.channel) <= one.half + 1 && significance >= EXPLAINED * one.significance,
    );
    if (inside.length === 0) kept.push(one);
  }
  return kept
    .sort((a, b) => b.significance - a.significance || a.channel - b.channel)
    .map(({ channel, fwhm, significance }) => ({ channel, fwhm, significance }));
}

function runningSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let j = 0; j < values.length; j++) sums[j + 1] = sums[j] + values[j];
  return sums;
}

/** σ of a block less its neighbourhood, in that of a value. */
function noiseOf(h: number): number {
  const block = 2 * h + 1;
  return Math.sqrt(block + (block * block) / (2 * (h + 1)));
}

/** Block less neighbourhood over what white noise would make of it, at every channel that has both. */
function contrastOf(sums: Float64Array, n: number, h: number): Float64Array {
  const out = new Float64Array(n);
  const ratio = (2 * h + 1) / (2 * (h + 1));
  const noise = noiseOf(h);
  for (let j = 2 * h + 1; j < n - 2 * h - 1; j++) {
    const block = sums[j + h + 1] - sums[j - h];
    const beside = sums[j - h] - sums[j - 2 * h - 1] + (sums[j + 2 * h + 2] - sums[j + h + 1]);
    out[j] = (block - ratio * beside) / noise;
  }
  return out;
}

function blockVariance(sums: Float64Array, j: number, h: number): number {
  const ratio = (2 * h + 1) / (2 * (h + 1));
  const block = sums[j + h + 1] - sums[j - h];
  return block + ratio * ratio * (sums[j + 2 * h + 2] - sums[j - 2 * h - 1] - block);
}

/** Larger than its neighbours along the axis, and not smaller than anything near it at the next widths. */
function isLargest(contrast: readonly Float64Array[], s: number, j: number): boolean {
  const row = contrast[s];
  if (row[j - 1] >= row[j] || row[j + 1] > row[j]) return false;
  const reach = 1 + (HALF_WIDTHS[s] >> 1);
  for (const other of [contrast[s - 1], contrast[s + 1]]) {
    if (!other) continue;
    for (let k = Math.max(0, j - reach); k <= Math.min(row.length - 1, j + reach); k++)
      if (other[k] > row[j]) return false;
  }
  return true;
}
