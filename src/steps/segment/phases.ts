import { z } from 'zod';
import { kmeans, portableLog } from '../../kernels/index.ts';
import { axisValues } from '../../signal/axis.ts';
import { countGain } from '../../signal/noise.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import { convertUnit, isKnownUnit } from '../../signal/units.ts';
import { elementsIn } from '../identify/elements.ts';
import { type Factorisation, originOf, type Phase, type PhaseMap, type Truncation, UNLABELLED } from '../products.ts';
import type { ResultState, SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import { type AssignArgs, type Assigned, assign } from './assign.ts';
import { allowedSmoothing, smoothSpectrum } from './smooth-spectrum.ts';

const params = z.strictObject({
  clusters: z
    .union([z.literal('auto'), z.number().int().min(1).max(64)])
    .default('auto')
    .describe('number of phases; auto: as many as there are common components'),
  restarts: z.number().int().min(1).max(100).default(10).describe('k-means++ starts; the best is kept'),
  refine: z
    .enum(['poisson', 'none'])
    .default('poisson')
    .describe(
      'poisson: after k-means, each pixel moves to the phase whose spectrum makes its counts most likely, until nothing moves',
    ),
  rounds: z.number().int().min(1).max(200).default(30).describe('refinement passes at most'),
});
type Params = z.infer<typeof params>;

/** Pseudo-counts, spread like the mean spectrum, that keep the spectrum of a small phase from having zeros. */
const PRIOR_COUNTS = 50;

export default defineStep<Params>({
  id: 'segment.phases',
  version: 1,
  title: 'Phase map',
  summary:
    'k-means++ on scores of equal dose, refined by the Poisson likelihood of the raw counts; phases go back to (x, y) with the summed raw counts of each.',
  params,
  inputs: {
    factors: { product: 'factors', doc: 'result of decompose.pca' },
    truncation: { product: 'truncation', doc: 'result of decompose.truncation' },
    counts: {
      product: 'signal',
      doc: 'the raw counts',
      needs: ({ refine }: Params) => (refine === 'poisson' ? { noise: ['scaled-counts'] } : {}),
    },
  },
  output: 'phases',
  cite: [
    'Arthur & Vassilvitskii 2007, SODA: k-means++',
    'Celeux & Govaert 1992, Comput. Stat. Data Anal. 14, 315: classification EM',
  ],
  shapes: { assign },
  effect: ({ counts }) => ({ product: 'phases', of: counts as SignalState }),
  cost: ({ factors, counts }, p) => {
    const pixels = pixelCount(counts as SignalState);
    const { rank = 1 } = factors as ResultState;
    return { passes: p.refine === 'poisson' ? 5 : 1, bytes: pixels * (8 * rank + 16) };
  },
  async run(context, inputs, p): Promise<PhaseMap> {
    const factors = inputs.factors as Factorisation;
    const { kept } = inputs.truncation as Truncation;
    const signal = inputs.counts as Signal;
    const wanted = p.clusters === 'auto' ? kept.length : p.clusters;
    const phases = Math.min(wanted, factors.validPixels);
    const skip = factors.rowWeights.map((weight) => (weight > 0 ? 0 : 1));
    const start = clusterScores(factors, kept, phases, p.restarts, context.seed);
    const found = await settle(context, signal, start, Uint8Array.from(skip), phases, p);
    const ordered = orderBySize(found, phases, signal);
    const warnings = phases < wanted ? [`Only ${phases} of ${wanted} phases: there are no more occupied pixels.`] : [];
    const unlabelled = found.labels.reduce((n, label) => n + (label === UNLABELLED ? 1 : 0), 0);
    if (unlabelled) warnings.push(`${unlabelled} pixels are empty or masked and belong to no phase.`);
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'segment.phases', version: 1, params: p as never }],
      product: 'phases',
      ...ordered,
      warnings,
    };
  },
});

/**
 * k-means on y_i = score_i · rowWeight_i, the same point for every dose and thickness of a phase, weighted by 1/rowWeight²
 * because its variance is rowWeight².
 */
function clusterScores(
  factors: Factorisation,
  kept: readonly number[],
  phases: number,
  restarts: number,
  seed: number,
): Uint8Array {
  const { pixels, rank, scores, rowWeights, validPixels } = factors;
  const components = kept.length;
  const points = new Float64Array(validPixels * components);
  const weights = new Float64Array(validPixels);
  let at = 0;
  for (let i = 0; i < pixels; i++) {
    const w = rowWeights[i];
    if (w <= 0) continue;
    for (let k = 0; k < components; k++) points[at * components + k] = scores[i * rank + kept[k]] * w;
    weights[at++] = 1 / (w * w);
  }
  const { labels } = kmeans(points, validPixels, components, { clusters: phases, weights, restarts, seed });
  const all = new Uint8Array(pixels).fill(UNLABELLED);
  at = 0;
  for (let i = 0; i < pixels; i++) if (rowWeights[i] > 0) all[i] = labels[at++];
  return all;
}

async function settle(
  context: StepContext,
  signal: Signal,
  start: Uint8Array,
  skip: Uint8Array,
  phases: number,
  p: Params,
): Promise<Assigned> {
  const channels = signal.spectral.size;
  const gain = countGain(signal.noise);
  const geometry = { pixels: pixelCount(signal), channels, width: signal.navigation.at(-1)?.size ?? 1 };
  const pass = (logShares: Float64Array, labels: Uint8Array, keep: boolean) =>
    context.fold<Assigned>(
      'assign',
      { logShares, phases, skip, labels, keep, gain } satisfies AssignArgs,
      [signal.source],
      geometry,
    );
  const sigma = allowedSmoothing(signal);
  const shares = ({ counts }: Assigned) => logShares(counts, phases, channels, sigma);
  let current = await pass(new Float64Array(phases * channels), start, true);
  if (p.refine === 'none') return pass(shares(current), current.labels, true);
  for (let round = 0; round < p.rounds; round++) {
    const next = await pass(shares(current), current.labels, false);
    let moved = 0;
    for (let i = 0; i < next.labels.length; i++) if (next.labels[i] !== current.labels[i]) moved++;
    current = next;
    if (moved === 0) break;
    if (round === p.rounds - 1)
      context.note(`${moved} pixels still moved in the last of ${p.rounds} refinement passes`);
  }
  return current;
}

/** Log of each phase's share of counts per channel, smoothed as far as the detector's resolution allows. */
function logShares(counts: Float64Array, phases: number, channels: number, sigma?: Float64Array): Float64Array {
  const mean = new Float64Array(channels);
  let total = 0;
  for (let c = 0; c < phases; c++) for (let j = 0; j < channels; j++) mean[j] += counts[c * channels + j];
  for (let j = 0; j < channels; j++) total += mean[j];
  const out = new Float64Array(phases * channels);
  for (let c = 0; c < phases; c++) {
    let sum = 0;
    const own = counts.slice(c * channels, (c + 1) * channels);
    for (let j = 0; j < channels; j++) {
      sum += own[j];
      own[j] += (PRIOR_COUNTS * mean[j]) / total;
    }
    const spectrum = sigma ? smoothSpectrum(own, sigma) : own;
    for (let j = 0; j < channels; j++) {
      const share = spectrum[j] / (sum + PRIOR_COUNTS);
      out[c * channels + j] = share > 0 ? portableLog(share) : 0;
    }
  }
  return out;
}

/** Largest phase first, empty ones dropped; names A, B, C …; elements from the summed counts. */
function orderBySize(found: Assigned, phases: number, signal: Signal) {
  const channels = signal.spectral.size;
  const sizes = new Array<number>(phases).fill(0);
  let labelled = 0;
  for (const label of found.labels) {
    if (label === UNLABELLED) continue;
    sizes[label]++;
    labelled++;
  }
  const order = sizes.map((_, c) => c).filter((c) => sizes[c] > 0);
  order.sort((a, b) => sizes[b] - sizes[a] || a - b);
  const rank = new Uint8Array(256).fill(UNLABELLED);
  order.forEach((c, position) => {
    rank[c] = position;
  });
  const list: Phase[] = order.map((c, position) => {
    const counts = found.counts.slice(c * channels, (c + 1) * channels);
    return {
      name: phaseName(position),
      pixels: sizes[c],
      fraction: sizes[c] / labelled,
      counts,
      elements: elementsOf(signal, counts),
    };
  });
  return { labels: found.labels.map((label) => rank[label]), confidence: found.confidence, phases: list };
}

function phaseName(position: number): string {
  return position < 26 ? String.fromCharCode(65 + position) : `P${position + 1}`;
}

function elementsOf(signal: Signal, counts: Float64Array): string[] {
  const { spectral, modality, metadata } = signal;
  if (modality !== 'eds' || !isKnownUnit(spectral.unit)) return [];
  const energies = axisValues(spectral).map((value) => convertUnit(value, spectral.unit, 'keV'));
  const beam = metadata.beam_energy_keV;
  const expected = Array.isArray(metadata.elements) ? metadata.elements.map(String) : undefined;
  return elementsIn(energies, counts, {
    beamEnergyKeV: typeof beam === 'number' && beam > 0 ? beam : undefined,
    expected,
  }).map(({ element }) => element);
}
