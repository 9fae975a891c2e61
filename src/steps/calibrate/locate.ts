import {
  assignPeaks,
  type Candidate,
  type Companion,
  FEWEST_CHANNELS,
  findPeaks,
  fitPeak,
  type LineShapeName,
  type PeakFit,
} from '../../kernels/index.ts';
import { inputError } from '../../signal/errors.ts';
import type { WantedLine } from './references.ts';
import type { StandardSpectrum } from './standard-spectrum.ts';

/** Less than this stands out is no line. */
const LEAST_SIGNIFICANCE = 5;
/** Of the fitted area, whose error holds that of a free shape, too. */
const LEAST_AREA = 3;
/** Half of the fitted window in widths: enough background to tell the slope by; of a maximum little beside the top. */
const REACH = { line: 2.5, maximum: 0.8 };
/** Candidates looked at for each line, the most significant first. */
const CANDIDATES_PER_LINE = 6;
/** An assignment is judged with so much of the width beside the errors: a wrong one is a width away and more. */
const SHARE_OF_WIDTH = 0.1;
/** Narrower lines are not resolved by their channels. */
export const RESOLVED_CHANNELS = 1.5;

/** A reference that was found. */
export interface FoundLine {
  readonly line: WantedLine;
  /** Position on the axis as it is. */
  readonly position: number;
  /** Its standard error, scaled up where the line does not fit its shape. */
  readonly sigma: number;
  readonly fwhm: number;
  readonly significance: number;
  /** Of the fit, per degree of freedom. */
  readonly chiSquare: number;
  /** Width in channels. */
  readonly channels: number;
}

export interface LocateOptions {
  readonly shape: LineShapeName;
  readonly tolerance: number;
  /** Whether the axis may be off by a scale. */
  readonly scale: boolean;
  readonly missing: 'refuse' | 'skip';
  readonly unit: string;
  readonly companion?: (position: number) => Companion | undefined;
}

/**
 * Finds lines in the spectrum of a standard: what stands out is fitted, and assigned by what most agree on.
 * @throws SpectrailError `input/reference-not-found` where a line that must be there is not, or none is.
 */
export function locateLines(
  spectrum: StandardSpectrum,
  lines: readonly WantedLine[],
  options: LocateOptions,
): FoundLine[] {
  const { x, values, variance } = spectrum;
  const { tolerance, scale, unit, missing } = options;
  const candidates = findPeaks(values, variance, LEAST_SIGNIFICANCE);
  const near = (candidate: Candidate, line: WantedLine) => Math.abs(x[candidate.channel] - line.position) <= tolerance;
  const fits: { readonly candidate: Candidate; readonly fit: PeakFit; readonly feature: WantedLine['feature'] }[] = [];
  for (const feature of ['line', 'maximum'] as const) {
    const wanted = lines.filter((line) => line.feature === feature);
    const worth = new Set(
      wanted.flatMap((line) => candidates.filter((each) => near(each, line)).slice(0, CANDIDATES_PER_LINE)),
    );
    for (const candidate of candidates.filter((each) => worth.has(each))) {
      const fit = fitCandidate(spectrum, candidate, candidates, feature, options);
      if (fit) fits.push({ candidate, fit, feature });
    }
  }
  const pairs = assignPeaks(
    fits.map(({ fit }) => ({ at: fit.centre, sigma: Math.max(errorOf(fit), SHARE_OF_WIDTH * fit.fwhm) })),
    lines.map(({ position, uncertainty }) => ({ at: position, sigma: uncertainty })),
    { scale, tolerance, mayBe: (peak, reference) => fits[peak].feature === lines[reference].feature },
  );
  const found = pairs.map(({ peak, reference }): FoundLine => {
    const { fit, candidate } = fits[peak];
    return {
      line: lines[reference],
      position: fit.centre,
      sigma: errorOf(fit),
      fwhm: fit.fwhm,
      significance: candidate.significance,
      chiSquare: fit.fit.chiSquare,
      channels: fit.fwhm / pitchAt(x, candidate.channel),
    };
  });
  const lost = lines.filter((line) => !line.ofSet && !found.some((each) => each.line === line));
  if ((lost.length > 0 && missing === 'refuse') || found.length === 0) {
    const names = (lost.length > 0 ? lost : lines).map(({ name, position }) => `${name} (${position} ${unit})`.trim());
    const others = candidates.slice(0, 8).map(({ channel }) => x[channel].toPrecision(6));
    throw inputError({
      code: 'reference-not-found',
      what: `no line stands out within ${tolerance} ${unit} of ${names.slice(0, 4).join(', ')} that agrees with the others`,
      expected: `lines at the references; there are some at ${others.length ? `${others.join(', ')} ${unit}` : 'no place'}`,
      fix: 'widen the tolerance if the axis may be that far off, name what is in the standard, or set missing: skip',
    });
  }
  return found.sort((a, b) => a.line.position - b.line.position);
}

/** Error of the fit, and of the shape not being that of the line. */
function errorOf({ centreSigma, fit }: PeakFit): number {
  return centreSigma * Math.sqrt(Math.max(1, Number.isFinite(fit.chiSquare) ? fit.chiSquare : 1));
}

function fitCandidate(
  spectrum: StandardSpectrum,
  candidate: Candidate,
  all: readonly Candidate[],
  feature: WantedLine['feature'],
  options: LocateOptions,
): PeakFit | undefined {
  const { x, values, signed, law } = spectrum;
  const { shape, companion } = options;
  const { channel } = candidate;
  let fwhm = candidate.fwhm * pitchAt(x, channel);
  let centre = x[channel];
  let fit: PeakFit | undefined;
  // The width that a candidate was found with is right to a half: the second window is right.
  for (let round = 0; round < 2; round++) {
    const beside = feature === 'line' ? companion?.(centre)?.at(centre)[0] : undefined;
    const [from, to] = windowOf(x, channel, (REACH[feature] * fwhm) / pitchAt(x, channel), {
      others: all,
      feature,
      beside: beside === undefined ? 0 : (beside - centre) / pitchAt(x, channel),
    });
    if (to - from < FEWEST_CHANNELS) return fit;
    const within = law.law === 'poisson' && law.gain ? { ...law, gain: law.gain.subarray(from, to) } : law;
    const next = fitPeak(x.subarray(from, to), values.subarray(from, to), { centre, fwhm }, within, {
      shape: feature === 'maximum' ? 'gaussian' : shape,
      companion: feature === 'maximum' ? undefined : companion?.(centre),
      signedBackground: signed,
    });
    if (!next || !isLine(next, x, [from, to], candidate)) return undefined;
    fit = next;
    fwhm = fit.fwhm;
    centre = fit.centre;
  }
  return fit;
}

interface Surroundings {
  readonly others: readonly Candidate[];
  readonly feature: WantedLine['feature'];
  /** Where the second line of a doublet is, in channels from the first. */
  readonly beside: number;
}

/** Channels of the window, no further than half way to the next candidate on either side; a doublet is one. */
function windowOf(
  x: Float64Array,
  channel: number,
  half: number,
  { others, feature, beside }: Surroundings,
): readonly [number, number] {
  const reach = Math.max(feature === 'maximum' ? 3 : 4, Math.ceil(half));
  const last = channel + Math.ceil(Math.max(0, beside));
  let [from, to] = [Math.max(0, channel - reach), Math.min(x.length, last + reach + 1)];
  for (const other of others) {
    if (Math.abs(other.channel - channel - beside) <= half / 2) continue;
    if (other.channel < channel) from = Math.max(from, Math.floor((other.channel + channel) / 2));
    if (other.channel > channel) to = Math.min(to, Math.floor((other.channel + Math.min(last, other.channel)) / 2) + 1);
  }
  return [from, to];
}

function isLine(fit: PeakFit, x: Float64Array, [from, to]: readonly [number, number], candidate: Candidate): boolean {
  const span = Math.abs(x[to - 1] - x[from]);
  const moved = Math.abs(fit.centre - x[candidate.channel]);
  return fit.area > LEAST_AREA * fit.areaSigma && moved <= Math.max(fit.fwhm, span / 4) && fit.centreSigma < span;
}

function pitchAt(x: Float64Array, channel: number): number {
  const from = Math.max(0, channel - 1);
  const to = Math.min(x.length - 1, channel + 1);
  return Math.abs(x[to] - x[from]) / Math.max(1, to - from);
}
