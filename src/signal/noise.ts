/**
 * The law of the errors of a signal. A tag is a claim that Monte Carlo can refute: an operation may weaken it, never
 * strengthen it. Laws and algebra: z = g·P + o + N(0, r²), Var(z) = g·(mean − o) + r².
 */

/** A number for the whole cube, or one value per channel, or one value per pixel. */
export type Factor =
  | { readonly per: 'cube'; readonly value: number }
  | { readonly per: 'channel'; readonly values: Float64Array }
  | { readonly per: 'pixel'; readonly values: Float64Array };

/** How errors run across pixels. */
export type AcrossPixels =
  | { readonly kind: 'independent' }
  /** Pixels up to this far apart, along rows or columns, are correlated. */
  | { readonly kind: 'kernel'; readonly pixels: number }
  | { readonly kind: 'global'; readonly rank: number };

export interface PoissonNoise {
  readonly tag: 'poisson';
  /** Signal units per count. */
  readonly gain: Factor;
  /** Pedestal, in signal units. */
  readonly offset: number;
  /** Standard deviation of the readout noise, in signal units. */
  readonly readout: number;
  readonly across: AcrossPixels;
}

export interface GaussianNoise {
  readonly tag: 'gaussian';
  readonly sigma: number;
  readonly across: AcrossPixels;
}

export interface DiagonalNoise {
  readonly tag: 'diagonal';
  /** In words: where the known variance of each value comes from. */
  readonly variance: string;
  readonly across: AcrossPixels;
}

export interface CorrelatedNoise {
  readonly tag: 'correlated';
  readonly form: /** Channels up to this far apart are correlated. */
    | { readonly kind: 'band'; readonly channels: number }
    /**
     * Cov_i = variance_i · J·Jᵀ + diagonal, with J the loadings (channels × rank) that the signal's values are made of and
     * loadingErrors.pixels_i · loadingErrors.channels_j on the diagonal. Without `variance` only the rank is known.
     */
    | {
        readonly kind: 'low-rank';
        readonly rank: number;
        readonly variance?: Float64Array;
        readonly loadingErrors?: { readonly pixels: Float64Array; readonly channels: Float64Array };
      }
    /**
     * Made row by row from values with the errors `raw`: an estimated background was taken off, or a row was brought to a
     * scale of its own. What is estimated is wrong for all channels of a pixel together. How a sum of channels responds to
     * the values it was made from is asked of the step that made it, which the source names.
     */
    | { readonly kind: 'response'; readonly of: 'background' | 'normalisation'; readonly raw: Noise }
    | { readonly kind: 'full' };
  readonly why: string;
  readonly across: AcrossPixels;
}

export interface UnknownNoise {
  readonly tag: 'unknown';
  readonly why: string;
  readonly across: AcrossPixels;
}

export type Noise = PoissonNoise | GaussianNoise | DiagonalNoise | CorrelatedNoise | UnknownNoise;
export type NoiseTag = Noise['tag'];

const INDEPENDENT: AcrossPixels = { kind: 'independent' };

export function poisson(options: { gain?: Factor | number; offset?: number; readout?: number } = {}): PoissonNoise {
  const { gain = 1, offset = 0, readout = 0 } = options;
  return {
    tag: 'poisson',
    gain: typeof gain === 'number' ? { per: 'cube', value: gain } : gain,
    offset,
    readout,
    across: INDEPENDENT,
  };
}

export function unknownNoise(why: string): UnknownNoise {
  return { tag: 'unknown', why, across: INDEPENDENT };
}

/** Values are whole numbers of detected quanta: gain 1, no pedestal, no readout noise. */
export function isPureCounts(noise: Noise): boolean {
  return (
    noise.tag === 'poisson' &&
    noise.gain.per === 'cube' &&
    noise.gain.value === 1 &&
    noise.offset === 0 &&
    noise.readout === 0
  );
}

/** True when values divided by the gain are pure counts: the Poisson likelihood and Poisson weighting are legal. */
export function isScaledCounts(noise: Noise): boolean {
  return noise.tag === 'poisson' && noise.offset === 0 && noise.readout === 0;
}

/** Noise of c·z for a fixed c (a number, a per-channel or a per-pixel factor). Poisson stays Poisson: the gain carries c. */
export function scaleNoise(noise: Noise, by: Factor): Noise {
  switch (noise.tag) {
    case 'poisson': {
      const gain = multiplyFactors(noise.gain, by);
      const uniform = by.per === 'cube';
      if (!gain || (!uniform && (noise.offset !== 0 || noise.readout !== 0))) {
        return {
          tag: 'diagonal',
          variance: 'factor² × variance of the counts',
          across: noise.across,
        };
      }
      const c = by.per === 'cube' ? by.value : 1;
      return { ...noise, gain, offset: noise.offset * c, readout: noise.readout * Math.abs(c) };
    }
    case 'gaussian':
      return by.per === 'cube'
        ? { ...noise, sigma: noise.sigma * Math.abs(by.value) }
        : { tag: 'diagonal', variance: `(factor × ${noise.sigma})²`, across: noise.across };
    case 'correlated':
      return withoutVariance(noise);
    default:
      return noise;
  }
}

/** The values are no longer what the variance belongs to: the product of factors, or what a step made of raw values. */
function withoutVariance(noise: CorrelatedNoise): CorrelatedNoise {
  if (noise.form.kind === 'response') return { ...noise, form: { kind: 'full' } };
  return noise.form.kind === 'low-rank' ? { ...noise, form: { kind: 'low-rank', rank: noise.form.rank } } : noise;
}

/** Product of two factors; undefined when it would need a value per pixel *and* channel. */
function multiplyFactors(a: Factor, b: Factor): Factor | undefined {
  if (a.per === 'cube' && b.per === 'cube') return { per: 'cube', value: a.value * b.value };
  if (a.per === 'cube') return scaleFactor(b, a.value);
  if (b.per === 'cube') return scaleFactor(a, b.value);
  if (a.per !== b.per) return undefined;
  return { per: a.per, values: a.values.map((value, i) => value * b.values[i]) };
}

function scaleFactor(factor: Factor, by: number): Factor {
  if (factor.per === 'cube') return { per: 'cube', value: factor.value * by };
  return { per: factor.per, values: factor.values.map((value) => value * by) };
}

/**
 * Noise after summing `count` values along one direction (channels or pixels).
 * Poisson stays Poisson while all summed values share one gain; otherwise variances add: `diagonal`. Nothing is known of
 * the sum of pixels whose errors are correlated.
 */
export function sumNoise(noise: Noise, count: number, along: 'channels' | 'pixels'): Noise {
  if (count <= 1) return noise;
  if (along === 'pixels' && noise.across.kind !== 'independent' && noise.tag !== 'correlated') {
    return { tag: 'unknown', why: 'a sum over pixels whose errors are correlated', across: noise.across };
  }
  switch (noise.tag) {
    case 'poisson': {
      const varies = along === 'channels' ? 'channel' : 'pixel';
      if (noise.gain.per === varies) {
        return { tag: 'diagonal', variance: 'sum of gain × value', across: noise.across };
      }
      return { ...noise, offset: noise.offset * count, readout: noise.readout * Math.sqrt(count) };
    }
    case 'gaussian':
      return { ...noise, sigma: noise.sigma * Math.sqrt(count) };
    case 'correlated':
      if (along === 'channels' && noise.form.kind === 'band') {
        return { ...noise, form: { kind: 'band', channels: Math.max(1, Math.ceil(noise.form.channels / count)) } };
      }
      return withoutVariance(noise);
    default:
      return noise;
  }
}

/** How errors run where pixels up to so far apart have come to share those of others. */
export function spreadErrors(across: AcrossPixels, pixels: number): AcrossPixels {
  if (across.kind === 'global') return across;
  return { kind: 'kernel', pixels: pixels + (across.kind === 'kernel' ? across.pixels : 0) };
}

/**
 * Noise of a weighted mean of the pixels around each, Σ w·x / Σ w, with weights that owe nothing to the values. Pixels up to
 * twice `reach` apart then share errors; channels stay as they were. The mean of n counts with equal weights is a Poisson
 * sum with gain 1/n, pixel by pixel; of any other mean only Var = Σ w²·Var(x) / (Σ w)² is left, and that only where the
 * pixels were independent before.
 * @param members pixels in each mean, where their weights are equal
 */
export function averageNoise(noise: Noise, { reach, members }: { reach: number; members?: Float64Array }): Noise {
  const before = noise.across;
  const across = spreadErrors(before, 2 * reach);
  if (noise.tag === 'correlated') return { ...withoutVariance(noise), across };
  if (noise.tag === 'unknown') return { ...noise, across };
  if (before.kind !== 'independent') {
    return { tag: 'unknown', why: 'a mean of pixels whose errors are correlated', across };
  }
  if (noise.tag === 'poisson' && members && noise.gain.per === 'cube' && noise.readout === 0) {
    const { value } = noise.gain;
    return { ...noise, gain: { per: 'pixel', values: members.map((n) => (n > 0 ? value / n : value)) }, across };
  }
  return { tag: 'diagonal', variance: 'Σw² × variance of the pixels in the mean', across };
}

/** Noise of a contiguous or regular selection: what is known per channel or per pixel is cut along. */
export function selectNoise(noise: Noise, along: 'channel' | 'pixel', indices: ArrayLike<number>): Noise {
  const pick = (values: Float64Array) => Float64Array.from(indices, (i) => values[i]);
  if (noise.tag === 'correlated' && noise.form.kind === 'low-rank') {
    const { variance, loadingErrors } = noise.form;
    const form = { ...noise.form, variance: variance && along === 'pixel' ? pick(variance) : variance };
    if (!loadingErrors) return { ...noise, form };
    const { pixels, channels } = loadingErrors;
    const cut = along === 'pixel' ? { pixels: pick(pixels), channels } : { pixels, channels: pick(channels) };
    return { ...noise, form: { ...form, loadingErrors: cut } };
  }
  if (noise.tag === 'correlated') return withoutVariance(noise);
  if (noise.tag !== 'poisson' || noise.gain.per !== along) return noise;
  return { ...noise, gain: { per: along, values: pick(noise.gain.values) } };
}

/** Gain at one pixel and channel. */
export function gainAt(gain: Factor, pixel: number, channel: number): number {
  if (gain.per === 'cube') return gain.value;
  return gain.values[gain.per === 'pixel' ? pixel : channel];
}

/** Signal units per count, for signals whose law is scaled counts; 1 for any other. */
export function countGain(noise: Noise): Factor {
  return noise.tag === 'poisson' && isScaledCounts(noise) ? noise.gain : { per: 'cube', value: 1 };
}

/** One line for reports: "Poisson counts", "Poisson, gain 2.5 per count", "correlated (low rank 3), global across pixels". */
export function describeNoise(noise: Noise): string {
  const across =
    noise.across.kind === 'independent'
      ? ''
      : noise.across.kind === 'global'
        ? ', correlated across all pixels'
        : `, correlated over ${noise.across.pixels} pixels`;
  switch (noise.tag) {
    case 'poisson': {
      if (isPureCounts(noise)) return `Poisson counts${across}`;
      const gain = noise.gain.per === 'cube' ? String(noise.gain.value) : `per ${noise.gain.per}`;
      const offset = noise.offset ? `, pedestal ${noise.offset}` : '';
      const readout = noise.readout ? `, readout σ ${noise.readout}` : '';
      return `Poisson, gain ${gain}${offset}${readout}${across}`;
    }
    case 'gaussian':
      return `Gaussian, σ ${noise.sigma}${across}`;
    case 'diagonal':
      return `independent, variance known (${noise.variance})${across}`;
    case 'correlated': {
      return `correlated (${describeForm(noise.form)}; ${noise.why})${across}`;
    }
    case 'unknown':
      return `unknown (${noise.why})${across}`;
  }
}

function describeForm(form: CorrelatedNoise['form']): string {
  switch (form.kind) {
    case 'band':
      return `band of ${form.channels}`;
    case 'low-rank':
      return `rank ${form.rank}`;
    case 'response':
      return `one error of the ${form.of} per pixel`;
    case 'full':
      return 'full';
  }
}
