import { portableExp, portableLog } from '../portable-math.ts';

/** What many spectra say of each channel. */
export interface ChannelFaultsInput {
  /** Mean above the pedestal. */
  readonly mean: Float64Array;
  /** Error of the mean, squared. */
  readonly meanVariance: Float64Array;
  /** Variance of a value, over what it should be; and its relative error. Undefined where it is not known. */
  readonly noise?: { readonly ratio: Float64Array; readonly error: Float64Array };
  /** Full width at half maximum, in channels, of the narrowest line. */
  readonly line: ArrayLike<number>;
  readonly masked?: Uint8Array;
  /** Standard deviations that a good channel may be off by. */
  readonly sigmas: number;
}

/** Why a channel cannot be right. */
export type ChannelFault = 'dark' | 'bright' | 'still' | 'noisy';

const FOUR_LN2 = 4 * Math.LN2;
/** Channels on each side that may bear witness. */
const WITNESSES = 3;

/**
 * Channels whose mean, or whose noise, no spectrum of lines of at least the given width explains. Between channels a < j < b
 * the logarithm of such a spectrum lies at most 4 ln 2·(j − a)(b − j)/F² above the straight line, which bounds a channel from
 * above by its neighbours, and from below by two on the right and by two on the left. Dark ones first, then bright ones: a
 * channel that was found bears no witness against the next.
 */
export function channelFaults(input: ChannelFaultsInput): Map<number, ChannelFault> {
  const found = new Map<number, ChannelFault>();
  const bad = Uint8Array.from({ length: input.mean.length }, (_, j) => (input.masked?.[j] ? 1 : 0));
  for (const [fault, score] of [
    ['dark', darkness],
    ['bright', brightness],
    ['still', stillness],
    ['noisy', noisiness],
  ] as const) {
    for (;;) {
      let [worst, most] = [-1, input.sigmas];
      for (let j = 0; j < bad.length; j++) {
        if (bad[j]) continue;
        const off = score(input, bad, j);
        if (off > most) [worst, most] = [j, off];
      }
      if (worst < 0) break;
      bad[worst] = 1;
      found.set(worst, fault);
    }
  }
  return found;
}

/** The next good channels in a direction. */
function witnesses(bad: Uint8Array, j: number, step: number, most: number): number[] {
  const list: number[] = [];
  for (let k = j + step; k >= 0 && k < bad.length && list.length < most; k += step) if (!bad[k]) list.push(k);
  return list;
}

/** A mean that is no less than half of its own error: a logarithm needs one. */
const atLeast = ({ mean, meanVariance }: ChannelFaultsInput, j: number) =>
  Math.max(mean[j], Math.sqrt(meanVariance[j]) / 2, 1e-300);

/** Squared error of the logarithm; that of a channel without noise is of no matter. */
const relative = (input: ChannelFaultsInput, j: number) =>
  input.meanVariance[j] > 0 ? input.meanVariance[j] / (atLeast(input, j) * atLeast(input, j)) : 0;

/** Below its bound from the right and from the left: the lesser of the two. */
function darkness(input: ChannelFaultsInput, bad: Uint8Array, j: number): number {
  return Math.min(belowBound(input, bad, j, 1), belowBound(input, bad, j, -1));
}

function belowBound(input: ChannelFaultsInput, bad: Uint8Array, j: number, step: number): number {
  const beside = witnesses(bad, j, step, WITNESSES + 1);
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k + 1 < beside.length; k++) {
    const [b, c] = [beside[k], beside[k + 1]];
    const [near, far] = [Math.abs(b - j), Math.abs(c - b)];
    const weight = far / (near + far);
    const above = (FOUR_LN2 * near * far) / (input.line[j] * input.line[j]);
    const bound = portableExp(
      (portableLog(atLeast(input, b)) - (1 - weight) * portableLog(atLeast(input, c)) - above) / weight,
    );
    const error = (relative(input, b) + (1 - weight) * (1 - weight) * relative(input, c)) / (weight * weight);
    // The noise of a value rises with its mean no faster than in proportion.
    const own = input.meanVariance[b] * Math.max(1, bound / atLeast(input, b));
    const off = (bound - input.mean[j]) / Math.sqrt(own + bound * bound * error);
    // A witness that is dead itself says nothing.
    if (Number.isFinite(off)) most = Math.max(most, off);
  }
  return most;
}

function brightness(input: ChannelFaultsInput, bad: Uint8Array, j: number): number {
  const [[a], [b]] = [witnesses(bad, j, -1, 1), witnesses(bad, j, 1, 1)];
  if (a === undefined || b === undefined) return Number.NEGATIVE_INFINITY;
  const weight = (b - j) / (b - a);
  const above = (FOUR_LN2 * (j - a) * (b - j)) / (input.line[j] * input.line[j]);
  const bound = portableExp(
    weight * portableLog(atLeast(input, a)) + (1 - weight) * portableLog(atLeast(input, b)) + above,
  );
  const error = weight * weight * relative(input, a) + (1 - weight) * (1 - weight) * relative(input, b);
  const own = Math.max(input.meanVariance[a], input.meanVariance[b]) * Math.max(1, bound / atLeast(input, a));
  return (input.mean[j] - bound) / Math.sqrt(own + bound * bound * error);
}

/** What differs between neighbouring pixels differs in neighbouring channels, too: less by the square of a line's fall. */
function noiseBeside(input: ChannelFaultsInput, bad: Uint8Array, j: number) {
  const beside = [...witnesses(bad, j, -1, 2), ...witnesses(bad, j, 1, 2)];
  if (!input.noise || beside.length < 2) return undefined;
  const allowed = (2 * FOUR_LN2) / (input.line[j] * input.line[j]);
  const ratios = beside.map((k) => input.noise?.ratio[k] ?? 0);
  return { low: Math.min(...ratios), high: Math.max(...ratios), allowed, error: Math.SQRT2 * input.noise.error[j] };
}

function stillness(input: ChannelFaultsInput, bad: Uint8Array, j: number): number {
  const beside = noiseBeside(input, bad, j);
  if (!beside || !input.noise) return Number.NEGATIVE_INFINITY;
  return (beside.low * portableExp(-beside.allowed) - input.noise.ratio[j]) / (beside.low * beside.error || 1);
}

function noisiness(input: ChannelFaultsInput, bad: Uint8Array, j: number): number {
  const beside = noiseBeside(input, bad, j);
  if (!beside || !input.noise || !(beside.high > 0)) return Number.NEGATIVE_INFINITY;
  return (portableLog(Math.max(input.noise.ratio[j], 1e-300) / beside.high) - beside.allowed) / beside.error;
}
