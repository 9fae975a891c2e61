import { portableExp, portablePow, square } from '../kernels/portable-math.ts';
import { inputError } from '../signal/errors.ts';
import { detectorEfficiency, lineFwhm } from './eds-detector.ts';
import { elementOf } from './elements.ts';
import { type LineStrength, lineStrengths } from './ionisation.ts';
import { everyLine, type LineFamily, type XrayLine } from './xray-lines.ts';

/** A spectrum of what a model leaves unexplained, on ascending energies. All arrays have one length. */
export interface ExcessSpectrum {
  /** Channel centres, keV. */
  readonly energiesKeV: ArrayLike<number>;
  /** Measured minus modelled counts; may be negative. */
  readonly counts: ArrayLike<number>;
  /** Variance of `counts`: for counts minus a known model, the measured or modelled counts. Default max(|counts|, 1). */
  readonly variance?: ArrayLike<number>;
}

export interface SuggestOptions {
  /** [low, high] in keV: where the unexplained peak lies. */
  readonly band: readonly [number, number];
  /** With it, candidates are weighed by the fit of their whole family and by their other families. */
  readonly excess?: ExcessSpectrum;
  /** Default 200. */
  readonly beamEnergyKeV?: number;
  /** FWHM at Mn Kα in eV. Default 130. */
  readonly resolutionMnKaEV?: number;
  /** Elements already accounted for. */
  readonly exclude?: readonly string[];
  /** Most candidates to return. Default 5. */
  readonly limit?: number;
}

export interface CandidateLine {
  readonly name: string;
  readonly energyKeV: number;
  /** Counts the element should give in the line, scaled to its peak in the band; undefined without an excess spectrum. */
  readonly expected?: number;
  /** Excess counts within ±1 FWHM, and their standard deviation. */
  readonly observed?: number;
  readonly sigma?: number;
}

export interface ElementCandidate {
  readonly element: string;
  readonly z: number;
  /** 1 for the best candidate, falling towards 0; with an excess spectrum, the share of the best Δχ². */
  readonly score: number;
  /** √Δχ² of adding the element's family to the model; undefined without an excess spectrum. */
  readonly significance?: number;
  /** The line in the band that counts, first; then the lines that support or contradict it. */
  readonly lines: readonly CandidateLine[];
  readonly reasons: readonly string[];
}

/** Rarely in a specimen: noble gases, and elements without a stable or long-lived isotope. */
const IMPROBABLE = new Set('He Ne Ar Kr Xe Rn Tc Pm Po At Fr Ra Ac Pa Np Pu Am Cm Bk Cf'.split(' '));
const LOWEST_KEV = 0.1;
/** Family ratios depend on thickness and on cross sections good to tens of per cent. */
const FAMILY_RATIO_UNCERTAINTY = 0.5;

interface WeighedLine {
  readonly line: XrayLine;
  /** Emission cross section × detector efficiency. */
  readonly strength: number;
}

/**
 * Elements that could explain an unexplained peak, best first.
 *
 * Without an excess spectrum a line counts by its strength among the element's own lines and its distance from the centre
 * of the band. With one, the family of the line is fitted with one amplitude over all its lines (Δχ² against no element),
 * and the alpha lines of the other families, scaled by cross section and detector efficiency, must be there if they would
 * be visible. Noble gases and short-lived elements appear only when nothing else does.
 * @throws SpectrailError `input/bad-band` | `input/bad-excess`
 */
export function suggestElements(options: SuggestOptions): ElementCandidate[] {
  const { band, excess, beamEnergyKeV = 200, resolutionMnKaEV = 130, exclude = [], limit = 5 } = options;
  const [low, high] = band;
  if (!(low < high && high > 0)) {
    throw inputError({ code: 'bad-band', what: `band ${low} to ${high} keV`, expected: '[low, high] with low < high' });
  }
  const pooled = excess && withPooledVariance(excess, resolutionMnKaEV);
  const inBand = new Set(
    everyLine()
      .filter((line) => line.energyKeV >= low && line.energyKeV <= high && line.energyKeV >= LOWEST_KEV)
      .map((line) => line.element),
  );
  const candidates = [...inBand]
    .filter((element) => !exclude.includes(element))
    .flatMap((element) => {
      const weighed = weigh(lineStrengths(element, beamEnergyKeV));
      const candidate = pooled
        ? fitted(element, weighed, pooled, band, resolutionMnKaEV)
        : placed(element, weighed, band);
      return candidate ? [candidate] : [];
    });
  const probable = candidates.filter(({ element }) => !IMPROBABLE.has(element));
  return ranked(probable.length > 0 ? probable : candidates).slice(0, limit);
}

type Pooled = Required<ExcessSpectrum>;

/** Variance averaged over ±1 FWHM: at a few counts a channel the measured values themselves are no guide to it. */
function withPooledVariance({ energiesKeV, counts, variance }: ExcessSpectrum, resolution: number): Pooled {
  const n = counts.length;
  if (n < 2 || energiesKeV.length !== n || (variance && variance.length !== n)) {
    throw inputError({
      code: 'bad-excess',
      what: `excess spectrum of ${n} counts on ${energiesKeV.length} energies`,
      expected: 'at least two channels, and as many counts (and variances) as energies',
    });
  }
  const cumulative = new Float64Array(n + 1);
  for (let j = 0; j < n; j++) cumulative[j + 1] = cumulative[j] + Math.max(Math.abs(counts[j]), variance?.[j] ?? 0);
  const pooled = new Float64Array(n);
  let from = 0;
  let to = 0;
  for (let j = 0; j < n; j++) {
    const fwhm = lineFwhm(Math.max(energiesKeV[j], LOWEST_KEV), resolution);
    while (energiesKeV[from] < energiesKeV[j] - fwhm) from++;
    while (to < n && energiesKeV[to] <= energiesKeV[j] + fwhm) to++;
    pooled[j] = Math.max(cumulative[to] - cumulative[from], 1) / (to - from);
  }
  return { energiesKeV, counts, variance: pooled };
}

function weigh(strengths: LineStrength[]): WeighedLine[] {
  return strengths
    .filter(({ line }) => line.energyKeV >= LOWEST_KEV && line.energyKeV <= 100)
    .map(({ line, crossSection }) => ({ line, strength: crossSection * detectorEfficiency(line.energyKeV) }));
}

const strongest = (lines: readonly WeighedLine[]) =>
  lines.reduce<WeighedLine | undefined>(
    (best, each) => (best && best.strength >= each.strength ? best : each),
    undefined,
  );

function within({ line }: WeighedLine, [low, high]: readonly [number, number]): boolean {
  return line.energyKeV >= low && line.energyKeV <= high;
}

function ranked(candidates: ElementCandidate[]): ElementCandidate[] {
  const best = Math.max(0, ...candidates.map(({ score }) => score));
  if (best === 0) return [];
  return candidates
    .map((candidate) => ({ ...candidate, score: candidate.score / best }))
    .sort((a, b) => b.score - a.score || a.z - b.z);
}

/** By position and strength alone. */
function placed(element: string, lines: WeighedLine[], band: readonly [number, number]): ElementCandidate | undefined {
  const best = strongest(lines.filter((each) => within(each, band)));
  const top = strongest(lines);
  if (!best || !top) return undefined;
  const [low, high] = band;
  const offset = Math.abs(best.line.energyKeV - (low + high) / 2) / ((high - low) / 2);
  const share = best.strength / top.strength;
  const { name, energyKeV } = best.line;
  const reasons = [`${name} at ${energyKeV.toFixed(3)} keV lies in the band`];
  if (best === top) reasons.push("it is the element's strongest line");
  else
    reasons.push(
      `${top.line.name} at ${top.line.energyKeV.toFixed(3)} keV should be ${(1 / share).toPrecision(2)}× stronger`,
    );
  return {
    element,
    z: best.line.z,
    score: share * best.line.weight * (1 - 0.5 * offset),
    lines: [{ name, energyKeV }],
    reasons,
  };
}

/** By the fit of the family in the band, and the presence of the other families. */
function fitted(
  element: string,
  lines: WeighedLine[],
  excess: Pooled,
  band: readonly [number, number],
  resolutionMnKaEV: number,
): ElementCandidate | undefined {
  const best = strongest(lines.filter((each) => within(each, band)));
  if (!best) return undefined;
  const family = lines.filter((each) => each.line.family === best.line.family);
  const { amplitude, gain } = fitFamily(family, excess, resolutionMnKaEV);
  if (!(amplitude > 0 && gain > 1)) return undefined;
  const measure = (each: WeighedLine): CandidateLine & { expected: number; observed: number; sigma: number } => ({
    name: each.line.name,
    energyKeV: each.line.energyKeV,
    expected: amplitude * each.strength,
    ...countsAround(each.line.energyKeV, excess, resolutionMnKaEV),
  });
  const own = measure(best);
  const reasons = [
    `${own.name} at ${own.energyKeV.toFixed(3)} keV lies in the band`,
    `its ${best.line.family} family explains ${gain.toPrecision(3)} of χ²`,
  ];
  let consistency = 1;
  const others: CandidateLine[] = [];
  for (const each of companions(lines, best, excess, resolutionMnKaEV)) {
    const seen = measure(each);
    if (seen.expected < 3 * seen.sigma) continue;
    others.push(seen);
    const tolerance = Math.sqrt(square(seen.sigma) + square(FAMILY_RATIO_UNCERTAINTY * seen.expected));
    const missing = Math.max(0, (seen.expected - seen.observed) / tolerance);
    consistency *= portableExp(-0.5 * missing * missing);
    const found = seen.observed > 3 * seen.sigma ? 'supported by' : 'contradicted by';
    reasons.push(
      `${found} ${seen.name} at ${seen.energyKeV.toFixed(3)} keV: ${seen.observed.toFixed(0)} ± ${seen.sigma.toFixed(0)} counts where ${seen.expected.toFixed(0)} are expected`,
    );
  }
  return {
    element,
    z: elementOf(element).z,
    score: gain * consistency,
    significance: Math.sqrt(gain),
    lines: [own, ...others],
    reasons,
  };
}

/** Lines worth asking about: the strongest of each other family and the second of the same one, inside the spectrum. */
function companions(
  lines: WeighedLine[],
  best: WeighedLine,
  { energiesKeV }: Pooled,
  resolution: number,
): WeighedLine[] {
  const first = energiesKeV[0];
  const last = energiesKeV[energiesKeV.length - 1];
  const visible = lines.filter(({ line }) => {
    const apart = Math.abs(line.energyKeV - best.line.energyKeV) > lineFwhm(line.energyKeV, resolution);
    return apart && line.energyKeV > first && line.energyKeV < last;
  });
  const families: LineFamily[] = ['K', 'L', 'M'];
  return families.flatMap((family) => strongest(visible.filter(({ line }) => line.family === family)) ?? []);
}

/** Weighted least squares of one amplitude ≥ 0 over the channels within 1.5 FWHM of the family's lines. */
function fitFamily(family: readonly WeighedLine[], excess: Pooled, resolution: number) {
  const { energiesKeV, counts, variance } = excess;
  let projection = 0;
  let norm = 0;
  for (let j = 0; j < counts.length; j++) {
    let shape = 0;
    for (const { line, strength } of family) {
      const fwhm = lineFwhm(line.energyKeV, resolution);
      const distance = (energiesKeV[j] - line.energyKeV) / fwhm;
      if (Math.abs(distance) > 1.5) continue;
      shape +=
        ((strength * channelWidth(energiesKeV, j)) / (1.0644670194312262 * fwhm)) *
        portablePow(2, -4 * distance * distance);
    }
    if (shape === 0) continue;
    projection += (shape * counts[j]) / variance[j];
    norm += (shape * shape) / variance[j];
  }
  const amplitude = norm > 0 ? Math.max(0, projection / norm) : 0;
  return { amplitude, gain: amplitude * projection };
}

/** Sum of the excess within ±1 FWHM of an energy. */
function countsAround(energyKeV: number, excess: Pooled, resolution: number) {
  const fwhm = lineFwhm(energyKeV, resolution);
  let observed = 0;
  let variance = 0;
  for (let j = 0; j < excess.counts.length; j++) {
    if (Math.abs(excess.energiesKeV[j] - energyKeV) > fwhm) continue;
    observed += excess.counts[j];
    variance += excess.variance[j];
  }
  return { observed, sigma: Math.sqrt(variance) };
}

function channelWidth(energies: ArrayLike<number>, j: number): number {
  const i = Math.min(Math.max(j, 1), energies.length - 2);
  return energies.length > 2 ? Math.abs(energies[i + 1] - energies[i - 1]) / 2 : Math.abs(energies[1] - energies[0]);
}
