import { z } from 'zod';
import { portableLog } from '../../kernels/index.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { countGain } from '../../signal/noise.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import { kmeansStart } from '../kmeans-start.ts';
import { type Factorisation, originOf, type Phase, type PhaseMap, type Truncation, UNLABELLED } from '../products.ts';
import type { ResultState, SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import { type AssignArgs, type Assigned, assign } from './assign.ts';
import { clusterScores, MOST_POINTS } from './cluster-scores.ts';
import { elementsOf, phaseElements } from './phase-elements.ts';
import { allowedSmoothing, smootherOf } from './smooth-spectrum.ts';

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
      needs: ({ refine }: Params) =>
        refine === 'poisson'
          ? { noise: ['scaled-counts'], across: ['independent'], shift: 'ignores-within' }
          : { shift: 'ignores-within' },
    },
  },
  output: 'phases',
  cite: [
    'Arthur & Vassilvitskii 2007, SODA: k-means++',
    'Celeux & Govaert 1992, Comput. Stat. Data Anal. 14, 315: classification EM',
  ],
  shapes: { assign, cluster: kmeansStart, elements: phaseElements },
  effect: ({ counts }) => ({ product: 'phases', of: counts as SignalState }),
  cost: ({ factors, counts }, p) => {
    const pixels = pixelCount(counts as SignalState);
    const { rank = 1 } = factors as ResultState;
    const { size } = (counts as SignalState).spectral;
    return {
      passes: p.refine === 'poisson' ? 5 : 1,
      keeps: 5 * pixels,
      // The labels that were begun with, and the results of one more round.
      works: 7 * pixels + 8 * rank * Math.min(pixels, MOST_POINTS) + 32 * rank * size,
      lane: 24 * Math.min(pixels, MOST_POINTS) + 16 * rank * size,
    };
  },
  async run(context, inputs, p): Promise<PhaseMap> {
    const factors = inputs.factors as Factorisation;
    const { kept } = inputs.truncation as Truncation;
    const signal = inputs.counts as Signal;
    const wanted = p.clusters === 'auto' ? kept.length : p.clusters;
    const phases = Math.min(wanted, factors.validPixels);
    const skip = context.array('uint8', factors.pixels);
    for (let i = 0; i < skip.length; i++) skip[i] = factors.rowWeights[i] > 0 ? 0 : 1;
    const start = await clusterScores(context, factors, kept, phases, p.restarts);
    const found = await settle(context, signal, start, skip, phases, p);
    const ordered = await orderBySize(context, found, phases, signal);
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
  const geometry = signalGeometry(signal);
  const pass = async (shares: Float64Array, before: Uint8Array, keep: boolean, spare?: Assigned): Promise<Assigned> => {
    const args: AssignArgs = { logShares: shares, phases, skip, labels: before, keep, gain };
    const into = spare && { labels: spare.labels, confidence: spare.confidence };
    const found = await context.fold<Assigned>('assign', args, [signal.source], geometry, into);
    const { counts } = found;
    if (gain.per === 'channel') for (let at = 0; at < counts.length; at++) counts[at] /= gain.values[at % channels];
    return found;
  };
  const sigma = allowedSmoothing(signal);
  const smooth = sigma && smootherOf(sigma);
  const shares = ({ counts }: Assigned) => {
    const logs = logShares(counts, phases, channels, smooth);
    return gain.per === 'channel' ? logs.map((value, at) => value / gain.values[Math.floor(at / phases)]) : logs;
  };
  let current = await pass(new Float64Array(phases * channels), start, true);
  let spare: Assigned | undefined;
  if (p.refine === 'none') return pass(shares(current), current.labels, true);
  for (let round = 0; round < p.rounds; round++) {
    const next = await pass(shares(current), current.labels, false, spare);
    let moved = 0;
    for (let i = 0; i < next.labels.length; i++) if (next.labels[i] !== current.labels[i]) moved++;
    spare = current;
    current = next;
    if (moved === 0) break;
    if (round === p.rounds - 1)
      context.note(`${moved} pixels still moved in the last of ${p.rounds} refinement passes`);
  }
  return current;
}

/** Log of each phase's share of counts, channels × phases, smoothed as far as the detector's resolution allows. */
function logShares(
  counts: Float64Array,
  phases: number,
  channels: number,
  smooth: (spectrum: Float64Array) => Float64Array = (spectrum) => spectrum,
): Float64Array {
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
    const spectrum = smooth(own);
    for (let j = 0; j < channels; j++) {
      const share = spectrum[j] / (sum + PRIOR_COUNTS);
      out[j * phases + c] = share > 0 ? portableLog(share) : 0;
    }
  }
  return out;
}

/** Largest phase first, empty ones dropped; names A, B, C …; elements from the summed counts. */
async function orderBySize(context: StepContext, found: Assigned, phases: number, signal: Signal) {
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
  const counts = order.map((c) => found.counts.slice(c * channels, (c + 1) * channels));
  const elements = await elementsOf(context, signal, counts);
  const list: Phase[] = order.map((c, position) => ({
    name: phaseName(position),
    pixels: sizes[c],
    fraction: sizes[c] / labelled,
    counts: counts[position],
    elements: elements[position],
  }));
  const { labels, confidence } = found;
  for (let i = 0; i < labels.length; i++) labels[i] = rank[labels[i]];
  return { labels, confidence, phases: list };
}

function phaseName(position: number): string {
  return position < 26 ? String.fromCharCode(65 + position) : `P${position + 1}`;
}
