import { type FitLaw, type Fitted, type FittedModel, fitByLikelihood } from './likelihood-fit.ts';
import { LINE_SHAPES, type LineShapeName } from './line-shapes.ts';

/** A second line that goes with the first: Kα₂ beside Kα₁. */
export interface Companion {
  /** Its area over that of the first. */
  readonly ratio: number;
  /** Where it is, and how that follows the first: d centre₂/d centre. */
  at(centre: number): readonly [position: number, slope: number];
}

export interface PeakFitOptions {
  readonly shape: LineShapeName;
  readonly companion?: Companion;
  /** Background may be negative: values that something was taken off. Default: it is counts, from 0. */
  readonly signedBackground?: boolean;
}

/** Where a peak is to be looked for: centre and full width at half maximum, in the unit of the axis. */
export interface PeakStart {
  readonly centre: number;
  readonly fwhm: number;
}

export interface PeakFit {
  readonly centre: number;
  readonly area: number;
  readonly fwhm: number;
  /** Standard errors, of the law alone. */
  readonly centreSigma: number;
  readonly areaSigma: number;
  /** Of the parameters in their order: area, centre, those of the shape, background at the first and the last position. */
  readonly fit: Fitted;
}

/** Of the largest value: where a background of counts ends, so that a stray count far out has a cause. */
const LEAST_BACKGROUND = 1e-6;

/** Fewer channels leave nothing to tell a peak on a slope by. */
export const FEWEST_CHANNELS = 6;

/**
 * The position of one line on a straight background, by the likelihood of its counts. The line is its value at the
 * positions, not its mean over channels: below 1.5 channels of width at half maximum it is not resolved.
 *
 * @param x positions, strictly monotonic. @param values as many, finite.
 * @returns undefined with fewer than {@link FEWEST_CHANNELS} values, where nothing is there to be fitted, or where the
 * iteration finds no rest.
 */
export function fitPeak(
  x: Float64Array,
  values: Float64Array,
  start: PeakStart,
  law: FitLaw,
  options: PeakFitOptions,
): PeakFit | undefined {
  const n = x.length;
  if (n < FEWEST_CHANNELS) return undefined;
  const most = values.reduce((largest, value) => Math.max(largest, value), 0);
  const model = peakModel(x, options, most);
  const fit = fitByLikelihood(values, model, startOf(x, values, start, options), law);
  if (!fit?.converged) return undefined;
  const p = model.parameters;
  const [area, centre, width, more] = fit.theta;
  const fwhm = options.shape === 'voigt' ? totalWidth(width, more) : width;
  return {
    centre,
    area,
    fwhm,
    centreSigma: Math.sqrt(fit.covariance[p + 1]),
    areaSigma: Math.sqrt(fit.covariance[0]),
    fit,
  };
}

/** Of a Voigt line: J. Olivero & R. Longbothum, JQSRT 17 (1977) 233. */
function totalWidth(gauss: number, lorentz: number): number {
  return 0.5346 * lorentz + Math.sqrt(0.2166 * lorentz * lorentz + gauss * gauss);
}

/**
 * Area, centre, parameters of the shape, background at the first and at the last position.
 * @param most largest value.
 */
export function peakModel(x: Float64Array, options: PeakFitOptions, most = 0): FittedModel {
  const { shape, companion, signedBackground } = options;
  const line = LINE_SHAPES[shape];
  const n = x.length;
  const [first, last] = [x[0], x[n - 1]];
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  const own = line.parameters.length;
  const p = own + 4;
  const narrowest = (0.2 * (high - low)) / (n - 1);
  const ground = signedBackground ? Number.NEGATIVE_INFINITY : LEAST_BACKGROUND * most;
  const lower = [0, low, ...line.parameters.map((kind) => (kind === 'width' ? narrowest : 0)), ground, ground];
  const widest = 3 * (high - low);
  const upper = [
    Number.POSITIVE_INFINITY,
    high,
    ...line.parameters.map((kind) => (kind === 'share' ? 1 : widest)),
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ];
  const out = new Float64Array(2 + own);
  const addLine = (
    j: number,
    d: number,
    share: number,
    slope: number,
    theta: Float64Array,
    jacobian?: Float64Array,
  ) => {
    line.evaluate(d, theta.subarray(2, 2 + own), out);
    if (jacobian) {
      const at = j * p;
      jacobian[at] += share * out[0];
      jacobian[at + 1] -= theta[0] * share * slope * out[1];
      for (let k = 0; k < own; k++) jacobian[at + 2 + k] += theta[0] * share * out[2 + k];
    }
    return theta[0] * share * out[0];
  };
  return {
    parameters: p,
    lower,
    upper,
    evaluate(theta, mean, jacobian) {
      jacobian?.fill(0);
      const centre = theta[1];
      const [beside, slope] = companion ? companion.at(centre) : [0, 0];
      for (let j = 0; j < n; j++) {
        const u = (x[j] - first) / (last - first);
        let value = (1 - u) * theta[p - 2] + u * theta[p - 1];
        value += addLine(j, x[j] - centre, 1, 1, theta, jacobian);
        if (companion) value += addLine(j, x[j] - beside, companion.ratio, slope, theta, jacobian);
        mean[j] = value;
        if (!jacobian) continue;
        jacobian[j * p + p - 2] = 1 - u;
        jacobian[j * p + p - 1] = u;
      }
    },
  };
}

/** From the mean of the outer sixths of the window, and what is above the line between them. */
function startOf(
  x: Float64Array,
  values: Float64Array,
  { centre, fwhm }: PeakStart,
  options: PeakFitOptions,
): number[] {
  const n = x.length;
  const outer = Math.max(1, Math.floor(n / 6));
  let [left, right] = [0, 0];
  for (let j = 0; j < outer; j++) {
    left += values[j] / outer;
    right += values[n - 1 - j] / outer;
  }
  const floor = options.signedBackground ? Number.NEGATIVE_INFINITY : 0;
  let above = 0;
  let most = 0;
  for (let j = 0; j < n; j++) {
    const background = left + ((right - left) * j) / (n - 1);
    above += values[j] - background;
    most = Math.max(most, Math.abs(values[j]));
  }
  const pitch = Math.abs(x[n - 1] - x[0]) / (n - 1);
  const share = 1 + (options.companion?.ratio ?? 0);
  const area = Math.max(above * pitch, 0.1 * most * fwhm) / share;
  const shape = { gaussian: [fwhm], lorentzian: [fwhm], 'pseudo-voigt': [fwhm, 0.5], voigt: [0.7 * fwhm, 0.5 * fwhm] };
  // A little above 0, so that the first step knows which way the background pulls.
  const ground = (value: number) => Math.max(floor, value, options.signedBackground ? value : 1e-3 * most);
  return [area, centre, ...shape[options.shape], ground(left), ground(right)];
}
