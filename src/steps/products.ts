import { NO_LABEL } from '../kernels/index.ts';
import type { Axis } from '../signal/axis.ts';
import type { Intensity } from '../signal/intensity.ts';
import type { Mask } from '../signal/mask.ts';
import type { ModalityId } from '../signal/modality.ts';
import type { Quantity } from '../signal/quantity.ts';
import type { Shift } from '../signal/shift.ts';
import type { HistoryEntry, Signal } from '../signal/signal.ts';

/** Where a result came from: what maps and spectra need to be drawn and written. */
export interface Origin {
  readonly title: string;
  readonly modality: ModalityId;
  readonly navigation: readonly Axis[];
  readonly spectral: Axis;
  readonly history: readonly HistoryEntry[];
}

/**
 * Z ≈ scores · vectorsᵀ of weighted data z_ij = rowWeights_i · channelWeights_j · x_ij, x divided by its gain where that
 * is known. A weight of 0 marks a pixel or channel that took no part (masked or
 * empty).
 */
export interface Factorisation extends Origin {
  readonly product: 'factors';
  readonly pixels: number;
  readonly channels: number;
  readonly rank: number;
  readonly weighting: 'poisson' | 'none';
  /** What its reconstruction is in. */
  readonly intensity: Intensity;
  /** Descending, of the weighted data. */
  readonly singularValues: Float64Array;
  /** All of them, one a channel, where the whole matrix was decomposed. */
  readonly spectrum?: Float64Array;
  /** pixels × rank, weighted: U·S. */
  readonly scores: Float32Array;
  /** channels × rank, weighted, orthonormal. */
  readonly vectors: Float64Array;
  readonly mask: Mask;
  /** What was known of the drift of the axis. */
  readonly shift: Shift;
  readonly rowWeights: Float64Array;
  readonly channelWeights: Float64Array;
  /** Counts per pixel and per channel over the valid part. */
  readonly pixelCounts: Float64Array;
  readonly channelCounts: Float64Array;
  readonly validPixels: number;
  readonly validChannels: number;
  /** Σ z²: with the leading singular values it gives the noise left behind. */
  readonly totalSquares: number;
}

/** One way to say how many components are signal. */
export interface Criterion {
  readonly id: string;
  readonly title: string;
  readonly components: number;
  /** One sentence with the numbers that decided. */
  readonly reason: string;
  /** The statistic per component (k = 1 …) and its threshold, for the scree figure and the table. */
  readonly statistic: readonly number[];
  readonly threshold?: number;
}

/**
 * `common`: spread over the map, part of the model. `localised`: lives in a handful of pixels; left out of the model so that
 * the residual pass reports it. `pattern`: jumps from channel to channel without spatial structure (gain). `noise`: beyond
 * the truncation.
 */
export type ComponentKind = 'common' | 'localised' | 'pattern' | 'noise';

export interface ComponentVerdict {
  readonly kind: ComponentKind;
  /** Neighbour correlation z of the score map. */
  readonly moran: number;
  /** Excess kurtosis of the scores: 0 for noise, large where few pixels carry the component. */
  readonly kurtosis: number;
  /** Lag-1 autocorrelation of the loading: near 0 or below for gain patterns and noise, near 1 for spectra. */
  readonly smoothness: number;
  /** Predicted cos² between found and true loading. */
  readonly overlap: number;
  /** De-biased variance per spectrum ℓ, in units of the noise; 0 below the detection limit. */
  readonly strength: number;
  readonly flag?: string;
}

export interface Truncation extends Origin {
  readonly product: 'truncation';
  /** Components up to the truncation: signal of any kind. */
  readonly components: number;
  /** Which of them (0-based) the model keeps: the common ones. */
  readonly kept: readonly number[];
  readonly chosenBy: string;
  readonly criteria: readonly Criterion[];
  readonly verdicts: readonly ComponentVerdict[];
  readonly singularValues: Float64Array;
  /** 99 % quantile of the largest singular value of pure noise of this size and dose. */
  readonly noiseEdge: number;
  readonly warnings: readonly string[];
}

export interface Phase {
  readonly name: string;
  readonly pixels: number;
  readonly fraction: number;
  /** Counts of all its pixels, per channel: raw, with Poisson errors. */
  readonly counts: Float64Array;
  /** Elements whose lines stand out in its spectrum, strongest first. */
  readonly elements: readonly string[];
}

export interface PhaseMap extends Origin {
  readonly product: 'phases';
  /** Per pixel: index into phases, 255 for pixels without phase (masked or empty). */
  readonly labels: Uint8Array;
  readonly phases: readonly Phase[];
  /** Per pixel: how much more likely the phase is than the runner-up, as a probability 0.5–1 (0 where unlabelled). */
  readonly confidence: Float32Array;
  readonly warnings: readonly string[];
}

export interface Region {
  readonly id: number;
  readonly status: 'confirmed' | 'unconfirmed';
  readonly pixels: readonly number[];
  /** Position of its centre, row and column. */
  readonly centre: readonly [number, number];
  /** Energy band with the strongest excess, in the unit of the spectral axis. */
  readonly band: readonly [number, number];
  /** Counts in that band over the region, and what the model expected. */
  readonly observed: Quantity;
  readonly expected: number;
  /** Family-wise probability of such an excess anywhere in the map by chance. */
  readonly pValue: number;
  /** Observed minus expected, per channel, summed over the region. */
  readonly excess: Float64Array;
  readonly counts: Float64Array;
  readonly model: Float64Array;
  readonly suggestions: readonly { element: string; line: string; energy: number; reason: string; score: number }[];
}

export interface Anomalies extends Origin {
  readonly product: 'anomalies';
  /** Per pixel: −log₁₀ of the smallest pooled tail probability over bands. */
  readonly significance: Float32Array;
  /** Per pixel: root mean square over energy bands of (observed − expected)/σ; about 1 where noise explains the rest. */
  readonly residual: Float32Array;
  /** Significance that chance reaches anywhere in this map with probability `falseAlarmRate`. */
  readonly threshold: number;
  readonly falseAlarmRate: number;
  readonly regions: readonly Region[];
  /** Moran z of the residual in its most ordered band, and what chance reaches: is what was left behind still structured? */
  readonly moran: { readonly worstBand: number; readonly limit: number; readonly band: readonly [number, number] };
  readonly warnings: readonly string[];
}

/** Intensity in a window of the spectral axis: a map and its total, with its error budget. */
export interface WindowIntensity extends Origin {
  readonly product: 'window';
  readonly window: readonly [number, number];
  readonly map: Float64Array;
  readonly sigma: Float64Array;
  /** Per pixel: standard deviation of rival backgrounds; where a background was taken off. */
  readonly spread?: Float64Array;
  /** Totals with the rival backgrounds. */
  readonly rivals?: readonly { readonly label: string; readonly total: number }[];
  readonly total: Quantity;
}

/** Mean spectra per pixel: the background that was taken off, and those that could have been. A number a channel each. */
export interface BackgroundComparison extends Origin {
  readonly product: 'backgrounds';
  /** Pixels in the mean. */
  readonly pixels: number;
  /** Channels first ≤ j < end on which the background is defined. */
  readonly range: readonly [first: number, end: number];
  readonly raw: Float64Array;
  /** Title of the method that was chosen. */
  readonly chosen: string;
  /** NaN where it is not defined; so are the rivals, each on a range of its own. */
  readonly background: Float64Array;
  readonly rivals: readonly { readonly label: string; readonly background: Float64Array }[];
  /** Raw less background. */
  readonly net: Float64Array;
  /** Standard uncertainty of `net` by counting and by the background's own error. */
  readonly sigma: Float64Array;
  /** Standard deviation of the choice among the rivals. */
  readonly spread: Float64Array;
}

/** Lines of one figure over one abscissa. */
export interface Curves {
  readonly name: string;
  readonly caption: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Ascending or descending. */
  readonly x: Float64Array;
  readonly traces: readonly {
    readonly name: string;
    /** A number for each x; NaN where there is none. */
    readonly values: Float64Array;
    /** Standard uncertainty, drawn as a band of ±1σ. */
    readonly sigma?: Float64Array;
    /** Drawn as dots: measured, not modelled. */
    readonly dots?: boolean;
  }[];
}

/** A column of a table: numbers or words. */
export interface MeasuredColumn {
  readonly name: string;
  readonly unit?: string;
  readonly values: Float64Array | readonly string[];
}

/**
 * What a step found out about the data or its own work, without making new data of it. Nothing reads it on. Tables, curves
 * and maps are files by their names, which are unique.
 */
export interface Measurements extends Origin {
  readonly product: 'measurements';
  /** One sentence each, for the head of the report. */
  readonly findings: readonly string[];
  readonly quantities: readonly { readonly name: string; readonly quantity: Quantity }[];
  readonly tables: readonly { readonly name: string; readonly columns: readonly MeasuredColumn[] }[];
  readonly curves: readonly Curves[];
  /** One number a pixel each. */
  readonly maps: readonly {
    readonly name: string;
    readonly caption: string;
    readonly unit: string;
    readonly values: Float64Array;
  }[];
  readonly warnings: readonly string[];
}

export type Product =
  | Signal
  | Factorisation
  | Truncation
  | PhaseMap
  | Anomalies
  | WindowIntensity
  | BackgroundComparison
  | Measurements;
export type ProductKind = Product['product'];

/** What a step can read. */
export type InputKind = Exclude<ProductKind, 'measurements'>;

/** Label of pixels without phase. */
export const UNLABELLED = NO_LABEL;

export function originOf(signal: Signal): Origin {
  const { title, modality, navigation, spectral, history } = signal;
  return { title, modality, navigation, spectral, history };
}

/** Loading k as counts per channel of a pixel with the root-mean-square score. Length channels. */
export function loadingInCounts(factors: Factorisation, k: number): Float64Array {
  const { channels, rank, vectors, channelWeights, singularValues, validPixels, pixelCounts, rowWeights } = factors;
  let rowScale = 0;
  for (let i = 0; i < rowWeights.length; i++) if (rowWeights[i] > 0) rowScale += 1 / rowWeights[i];
  const scale = validPixels > 0 ? (rowScale / validPixels) * (singularValues[k] / Math.sqrt(validPixels)) : 0;
  const sign = k === 0 ? meanScoreSign(factors, k, pixelCounts.length) : 1;
  return Float64Array.from({ length: channels }, (_, j) =>
    channelWeights[j] > 0 ? (sign * scale * vectors[j * rank + k]) / channelWeights[j] : 0,
  );
}

function meanScoreSign({ scores, rank }: Factorisation, k: number, pixels: number): number {
  let sum = 0;
  for (let i = 0; i < pixels; i++) sum += scores[i * rank + k];
  return sum < 0 ? -1 : 1;
}
