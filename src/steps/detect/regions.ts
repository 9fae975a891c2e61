import { labelComponents, poissonUpperTail } from '../../kernels/index.ts';
import { suggestElements } from '../../reference/index.ts';
import { type Axis, axisValue, axisValues } from '../../signal/axis.ts';
import type { Signal } from '../../signal/signal.ts';
import { convertUnit, isKnownUnit } from '../../signal/units.ts';
import type { Region } from '../products.ts';
import { type Bands, bandChannels } from './bands.ts';
import { familyWiseP } from './calibrate.ts';

/** A region before its spectra are known. */
export interface Candidate {
  readonly pixels: readonly number[];
  readonly band: number;
  readonly significance: number;
}

/** Below the softest line a detector shows: the zero peak and its noise. */
const LEAST_LINE_KEV = 0.05;
/** Chance of a pixel joining a region beside its own excess. */
const MEMBER_P = 0.01;
/** A region whose excess does not survive without its brightest pixel, at this chance, is one pixel. */
const COHERENT_P = 1e-3;

/** 8-connected sets of pixels above the threshold, strongest first. */
export function findCandidates(
  significance: Float32Array,
  test: Float32Array,
  bands: number,
  threshold: number,
  width: number,
  height: number,
  limit: number,
): Candidate[] {
  const above = new Uint8Array(significance.length);
  for (let i = 0; i < above.length; i++) above[i] = significance[i] > threshold ? 1 : 0;
  const { labels, count } = labelComponents(above, height, width);
  const members: number[][] = Array.from({ length: count }, () => []);
  for (let i = 0; i < labels.length; i++) if (labels[i] > 0) members[labels[i] - 1].push(i);
  const candidates = members.map((pixels) => {
    const peak = pixels.reduce((best, i) => (significance[i] > significance[best] ? i : best), pixels[0]);
    const pooled = test[peak] < bands;
    return {
      pixels: pooled ? withNeighbours(pixels, width, height) : pixels,
      band: test[peak] % bands,
      significance: significance[peak],
    };
  });
  candidates.sort((a, b) => b.significance - a.significance || a.pixels[0] - b.pixels[0]);
  return candidates.slice(0, limit);
}

/** Pixels and all their neighbours: what a 3×3 pooling looked at. Ascending. */
function withNeighbours(pixels: readonly number[], width: number, height: number): number[] {
  const all = new Set<number>();
  for (const pixel of pixels) {
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    for (let yy = Math.max(0, y - 1); yy <= Math.min(height - 1, y + 1); yy++) {
      for (let xx = Math.max(0, x - 1); xx <= Math.min(width - 1, x + 1); xx++) all.add(yy * width + xx);
    }
  }
  return [...all].sort((a, b) => a - b);
}

/** Observed and expected counts of a band for each pixel of a candidate. */
export interface BandCounts {
  readonly observed: Float64Array;
  readonly expected: Float64Array;
}

/**
 * Pooling over 3×3 widens a region: keep the pixels with an excess of their own. A region is coherent when it is in excess
 * even without its brightest pixel: those that stand out alone, or, where their neighbours hold few counts, all of it; then,
 * where no two pixels stand out alone, all with more counts than expected are kept.
 */
export function trimCandidate(candidate: Candidate, counts: BandCounts): { keep: number[]; coherent: boolean } {
  const all = candidate.pixels.map((_, i) => i);
  const p = all.map((i) => poissonUpperTail(Math.round(counts.observed[i]), counts.expected[i]));
  const brightest = all.reduce((best, i) => (p[i] < p[best] ? i : best), 0);
  const own = all.filter((i) => p[i] < MEMBER_P);
  const coherent = [own, all].some((members) => excessWithout(members, brightest, counts) < COHERENT_P);
  if (own.length > 1) return { keep: own, coherent };
  const more = all.filter((i) => counts.observed[i] > counts.expected[i]);
  return coherent ? { keep: more, coherent } : { keep: [brightest], coherent };
}

/** Chance of the counts of some pixels, one of them left out. */
function excessWithout(members: readonly number[], brightest: number, { observed, expected }: BandCounts): number {
  let o = 0;
  let e = 0;
  for (const i of members) {
    if (i === brightest) continue;
    o += observed[i];
    e += expected[i];
  }
  return e > 0 ? poissonUpperTail(Math.round(o), e) : 1;
}

export interface RegionSpectra {
  readonly counts: Float64Array;
  readonly model: Float64Array;
}

/** Assembles what the user reads. */
export function describeRegion(
  id: number,
  candidate: Candidate,
  kept: readonly number[],
  coherent: boolean,
  spectra: RegionSpectra,
  bands: Bands,
  signal: Signal,
  width: number,
  tests: number,
  node: string,
): Region {
  const [first, end] = bandChannels(bands, candidate.band);
  const sum = (values: Float64Array) => values.subarray(first, end).reduce((total, value) => total + value, 0);
  const observed = sum(spectra.counts);
  const rows = kept.map((i) => Math.floor(i / width));
  const columns = kept.map((i) => i % width);
  const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;
  const band = bandEdges(signal.spectral, first, end);
  return {
    id,
    status: coherent ? 'confirmed' : 'unconfirmed',
    pixels: kept,
    centre: [mean(rows), mean(columns)],
    band,
    observed: {
      value: observed,
      unit: 'counts',
      random: [{ name: 'counting', sigma: Math.sqrt(observed) }],
      systematic: [],
      trail: node,
    },
    expected: Math.max(0, sum(spectra.model)),
    pValue: familyWiseP(candidate.significance, tests),
    excess: spectra.counts.map((value, j) => value - spectra.model[j]),
    counts: spectra.counts,
    model: spectra.model,
    suggestions: suggest(signal, band, spectra),
  };
}

/** Outer edges of channels [first, end), ascending. */
export function bandEdges(axis: Axis, first: number, end: number): [number, number] {
  const a = axisValue(axis, first - 0.5);
  const b = axisValue(axis, end - 0.5);
  return a < b ? [a, b] : [b, a];
}

function suggest(
  signal: Signal,
  band: readonly [number, number],
  { counts, model }: RegionSpectra,
): Region['suggestions'] {
  const { unit } = signal.spectral;
  if (signal.modality !== 'eds' || !isKnownUnit(unit)) return [];
  const keV = (value: number) => convertUnit(value, unit, 'keV');
  const energies = axisValues(signal.spectral).map(keV);
  const ascending = energies.length < 2 || energies[1] > energies[0];
  const inOrder = (values: Float64Array) => (ascending ? values : values.slice().reverse());
  if (keV(band[1]) <= LEAST_LINE_KEV) return [];
  const beam = signal.metadata.beam_energy_keV;
  const candidates = suggestElements({
    band: [Math.max(LEAST_LINE_KEV, keV(band[0])), keV(band[1])],
    excess: {
      energiesKeV: inOrder(energies),
      counts: inOrder(counts.map((value, j) => value - model[j])),
      variance: inOrder(model.map((value) => Math.max(value, 1))),
    },
    beamEnergyKeV: typeof beam === 'number' && beam > 0 ? beam : undefined,
  });
  return candidates.map(({ element, score, lines, reasons }) => ({
    element,
    line: lines[0]?.name ?? '',
    energy: lines[0] ? convertUnit(lines[0].energyKeV, 'keV', unit) : Number.NaN,
    reason: reasons.join('; '),
    score,
  }));
}
