import { portableLog } from '../portable-math.ts';

/** Levels that contrasts are sorted by, and octaves of their squares. */
export const LEVELS = 64;
const OCTAVES = 80;
/** Octave of a square of 1. */
const UNITY = 40;
const PER_BIN = 3;

/**
 * Contrasts d = Σ w·z with Σ w = 0 and Σ w² = 1, of values with one mean: E[d²] is the mean of their variances, so a
 * straight line in m = Σ w²·z whatever the light. Sorted by a level that their own noise has no part in, and by the size of
 * d², so that what spikes did can be left out afterwards. Plain data: sums merge by adding.
 */
export type ContrastSums = Float64Array;

export const contrastSums = (): ContrastSums => new Float64Array(LEVELS * OCTAVES * PER_BIN);

/** @param level number of its level, below {@link LEVELS} */
export function addContrast(sums: ContrastSums, level: number, mean: number, contrast: number): void {
  const square = contrast * contrast;
  const size = square > 0 ? Math.floor(portableLog(square) / Math.LN2) + UNITY : 0;
  const at = (level * OCTAVES + Math.min(OCTAVES - 1, Math.max(0, size))) * PER_BIN;
  sums[at]++;
  sums[at + 1] += mean;
  sums[at + 2] += square;
}

/** Mean and variance of neighbouring levels together. */
export interface LevelStatistics {
  readonly contrasts: number;
  /** Left out as spikes. */
  readonly outliers: number;
  readonly mean: number;
  readonly variance: number;
}

/** The share of squares that is surely no spike, and their χ² quantile there. */
const INNER = 0.9;
const INNER_SQUARE = 2.706;
/** Contrasts beyond 8σ are spikes. */
const FARTHEST = 64;
/** Fewer contrasts cannot tell a spike among them. */
const ENOUGH = 100;

/**
 * Levels with contrasts, lowest first, as many together as it takes to tell the spikes among them; of sums with the same
 * levels always the same ones.
 */
export function levelStatistics(sums: ContrastSums): LevelStatistics[] {
  const groups = grouped(sums);
  const inner = groups.map(([from, to]) => innerSquare(sums, from, to) / INNER_SQUARE);
  // Where nearly all values are 0 the next brighter level says what a spike is.
  for (let k = groups.length - 2; k >= 0; k--) if (inner[k] === 0) inner[k] = inner[k + 1];
  return groups.map(([from, to], k) => {
    let [contrasts, outliers, mean, squares] = [0, 0, 0, 0];
    eachSize(sums, from, to, (count, means, square) => {
      if (inner[k] > 0 && square / count > FARTHEST * inner[k]) {
        outliers += count;
        return;
      }
      contrasts += count;
      mean += means;
      squares += square;
    });
    return { contrasts, outliers, mean: mean / contrasts, variance: squares / contrasts };
  });
}

/** Runs of levels [from, to) with enough contrasts each. */
function grouped(sums: ContrastSums): [number, number][] {
  const groups: [number, number][] = [];
  let [from, contrasts] = [0, 0];
  for (let level = 0; level < LEVELS; level++) {
    eachSize(sums, level, level + 1, (count) => {
      contrasts += count;
    });
    if (contrasts < ENOUGH) continue;
    groups.push([from, level + 1]);
    [from, contrasts] = [level + 1, 0];
  }
  if (groups.length > 0) groups[groups.length - 1][1] = LEVELS;
  else if (contrasts > 1) groups.push([0, LEVELS]);
  return groups;
}

/** Sums of each octave of each level in [from, to) that has any. */
function eachSize(
  sums: ContrastSums,
  from: number,
  to: number,
  use: (count: number, means: number, squares: number) => void,
): void {
  for (let at = from * OCTAVES * PER_BIN; at < to * OCTAVES * PER_BIN; at += PER_BIN) {
    if (sums[at] > 0) use(sums[at], sums[at + 1], sums[at + 2]);
  }
}

/** Mean square of the octave that the inner share of some levels ends in. */
function innerSquare(sums: ContrastSums, from: number, to: number): number {
  const counts = new Float64Array(OCTAVES);
  const squares = new Float64Array(OCTAVES);
  for (let level = from; level < to; level++) {
    for (let size = 0; size < OCTAVES; size++) {
      const at = (level * OCTAVES + size) * PER_BIN;
      counts[size] += sums[at];
      squares[size] += sums[at + 2];
    }
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (let size = 0; size < OCTAVES; size++) {
    below += counts[size];
    if (below >= INNER * all) return counts[size] > 0 ? squares[size] / counts[size] : 0;
  }
  return 0;
}

/** What is known of the pedestal, and of the variance without light. */
export interface WithoutLight {
  readonly offset: number;
  readonly offsetSigma: number;
  /** Variance, and its standard error, where dark frames were taken. */
  readonly variance?: number;
  readonly varianceSigma?: number;
}

export interface PhotonTransfer {
  readonly gain: number;
  readonly gainSigma: number;
  /** Variance at a mean of 0: readout² − gain·offset. */
  readonly intercept: number;
  readonly interceptSigma: number;
  /** Readout variance and its error, where the pedestal is known; below 0 where noise made it so. */
  readonly readoutSquare?: number;
  readonly readoutSquareSigma?: number;
  /** χ² of the levels about the line, per degree of freedom; errors are multiplied by its root where it is above 1. */
  readonly chiSquare: number;
}

/**
 * The photon-transfer line Var(z) = g·(mean − o) + r², by weighted least squares (J. Janesick, Photon Transfer, SPIE 2007).
 * A level's variance less g times its mean has the variance (2σ⁴ + g²·r²·Σw⁴)/n: what the counts add to the errors of
 * either cancels. Weights come from the line, not from the levels, which would bias it.
 * @param fourth Σw⁴ of the contrasts
 * @returns undefined where fewer than two levels are there
 */
export function fitPhotonTransfer(
  levels: readonly LevelStatistics[],
  fourth: number,
  dark?: WithoutLight,
): PhotonTransfer | undefined {
  const points = levels.map(({ mean, variance, contrasts }) => ({ x: mean, y: variance, n: contrasts, sigma: 0 }));
  if (dark?.variance !== undefined && dark.varianceSigma) {
    points.push({ x: dark.offset, y: dark.variance, n: 0, sigma: dark.varianceSigma });
  }
  if (points.length < 2) return undefined;
  const largest = points.reduce((most, { y }) => Math.max(most, y), 0);
  let line = { gain: 0, intercept: 0, cov: [0, 0, 0] as readonly number[] };
  const varianceOf = ({ x, n, sigma }: (typeof points)[number]) => {
    if (n === 0) return sigma * sigma;
    const value = Math.max(line.intercept + line.gain * x, 1e-6 * largest);
    const readout = dark ? line.intercept + line.gain * dark.offset : value;
    return (2 * value * value + fourth * line.gain * line.gain * Math.max(0, Math.min(readout, value))) / n;
  };
  line = weightedLine(points, ({ n }) => n || 1);
  for (let pass = 0; pass < 30; pass++) line = weightedLine(points, (point) => 1 / varianceOf(point));
  const chi = points.reduce((sum, point) => {
    const off = point.y - line.intercept - line.gain * point.x;
    return sum + (off * off) / varianceOf(point);
  }, 0);
  const chiSquare = points.length > 2 ? chi / (points.length - 2) : 1;
  const inflate = Math.max(1, chiSquare);
  const [gg, gi, ii] = line.cov.map((value) => value * inflate);
  const { gain, intercept } = line;
  const found = { gain, gainSigma: Math.sqrt(gg), intercept, interceptSigma: Math.sqrt(ii), chiSquare };
  if (!dark) return found;
  const { offset, offsetSigma } = dark;
  return {
    ...found,
    readoutSquare: intercept + gain * offset,
    readoutSquareSigma: Math.sqrt(
      Math.max(0, ii + 2 * offset * gi + offset * offset * gg) + gain * gain * offsetSigma * offsetSigma,
    ),
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly n: number;
  readonly sigma: number;
}

/** cov: of gain and gain, gain and intercept, intercept and intercept. */
function weightedLine(points: readonly Point[], weightOf: (point: Point) => number) {
  let [sum, sumX, sumY] = [0, 0, 0];
  for (const point of points) {
    const weight = weightOf(point);
    sum += weight;
    sumX += weight * point.x;
    sumY += weight * point.y;
  }
  const [middle, level] = [sumX / sum, sumY / sum];
  let [xx, xy] = [0, 0];
  for (const point of points) {
    const weight = weightOf(point);
    xx += weight * (point.x - middle) * (point.x - middle);
    xy += weight * (point.x - middle) * (point.y - level);
  }
  const gain = xx > 0 ? xy / xx : 0;
  const gg = xx > 0 ? 1 / xx : Number.POSITIVE_INFINITY;
  return { gain, intercept: level - gain * middle, cov: [gg, -middle * gg, 1 / sum + middle * middle * gg] };
}
