import { z } from 'zod';
import { deBiasedStrength, overlapSquared, square } from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import { type Block, type DenseBlock, type EventsBlock, toEvents } from '../../signal/block.ts';
import { isScaledCounts, type Noise } from '../../signal/noise.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import { type Source, sourceKind } from '../../signal/source.ts';
import { kmeansStart } from '../kmeans-start.ts';
import type { ComponentVerdict, Criterion, Factorisation, Truncation } from '../products.ts';
import type { ResultState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import { noiseSigma } from './criteria/criterion.ts';
import { CRITERIA } from './criteria/index.ts';
import { STRUCTURED } from './criteria/moran.ts';
import { noiseEdge } from './criteria/parallel-analysis.ts';
import { fitThinned, heldOut, type ThinnedFit } from './criteria/thinning.ts';
import { driftFlag } from './drift-component.ts';
import {
  calibrateNull,
  NULL_PIXELS,
  type NullCalibration,
  noiseModel,
  nullMap,
  provisionalComponents,
} from './null-model.ts';
import { type ScoreStatistics, scoreMap, scoreStatistics } from './score-statistics.ts';

const RULES = Object.keys(CRITERIA) as [string, ...string[]];
const DISAGREEMENT = 2;
const SMOOTH = 0.3;
/** Above the kurtosis of noise that is concentrated in a phase of a tenth of the map. */
const LOCALISED = 25;
const TRUSTED_OVERLAP = 0.85;
/** Counts per channel and pixel below which binning before the decomposition gains more than it costs. */
const SPARSE = 0.05;

const params = z.strictObject({
  criterion: z
    .enum(['consensus', ...RULES])
    .default('consensus')
    .describe('which criterion decides; consensus: the median of anisotropy, Moran and parallel analysis'),
  components: z.number().int().positive().optional().describe('keep this many, whatever the criteria say'),
  nulls: z.number().int().min(8).max(200).default(20).describe('simulated noise maps that calibrate the thresholds'),
});
type Params = z.infer<typeof params>;

/** Criteria whose median is the consensus: two that see the noise law, one that sees the map. */
const VOTERS = ['anisotropy', 'moran', 'parallel'];
const SAMPLE_RUN = 64;

/** Runs of neighbouring pixels, evenly spread over the map. */
const sample = defineMap<{ readonly stride: number }>({
  gather: ({ stride }, start, end) => {
    const ranges: [number, number][] = [];
    for (let run = Math.floor(start / SAMPLE_RUN); run * SAMPLE_RUN < end; run++) {
      const from = Math.max(start - run * SAMPLE_RUN, 0);
      const to = Math.min(end - run * SAMPLE_RUN, SAMPLE_RUN);
      ranges.push([run * stride + from, run * stride + to]);
    }
    return ranges;
  },
  apply: (_args, [block]) => block,
  example: () => ({ args: { stride: SAMPLE_RUN }, kinds: ['events'] }),
});

export default defineStep<Params>({
  id: 'decompose.truncation',
  version: 1,
  title: 'Number of components',
  summary:
    'Counts the components that are signal by seven criteria side by side, with thresholds from simulated noise of the same dose, and warns when they disagree.',
  params,
  inputs: {
    factors: { product: 'factors', doc: 'result of decompose.pca' },
    counts: {
      product: 'signal',
      doc: 'the signal that was decomposed',
      needs: { across: ['independent'], shift: 'ignores-within' },
    },
  },
  output: 'truncation',
  cite: [
    'Potapov & Lubk 2019, Adv. Struct. Chem. Imaging 5, 4',
    'Gavish & Donoho 2014, IEEE Trans. Inf. Theory 60, 5040',
    'Malinowski 1977, Anal. Chem. 49, 612; 1989, J. Chemometrics 3, 49',
    'Nadler 2008, Ann. Statist. 36, 2791',
  ],
  shapes: { sample, scoreMap, groups: kmeansStart, nullMap, heldOut },
  effect: ({ factors }) => ({
    product: 'truncation',
    of: (factors as ResultState).of,
    rank: (factors as ResultState).rank,
  }),
  cost: ({ factors }) => {
    const { of } = factors as ResultState;
    const pixels = Math.min(pixelCount(of), NULL_PIXELS);
    const entries = Math.ceil(pixels * of.entriesPerPixel);
    const rank = (factors as ResultState).rank ?? 1;
    return {
      passes: 1,
      keeps: 4096 * rank,
      works: 24 * entries + 8 * pixels * rank,
      // A score map and its neighbour; or a simulated map as it is drawn and as it is kept, and the basis of its components.
      lane: Math.max(13 * pixelCount(of), 24 * entries + 200 * pixels + 8 * of.spectral.size * 300),
    };
  },
  async run(context, inputs, p): Promise<Truncation> {
    const factors = inputs.factors as Factorisation;
    const counts = inputs.counts as Signal;
    const scores = await scoreStatistics(context, factors);
    const poisson = factors.weighting === 'poisson';
    const { calibration, thinned } = poisson ? await lookAtNoise(context, factors, scores, counts, p.nulls) : {};
    const criteria: Criterion[] = [];
    for (const rule of Object.values(CRITERIA)) {
      const criterion = await rule({ factors, scores, null: calibration, thinned, context });
      if (criterion) criteria.push(criterion);
    }
    const edge = calibration ? noiseEdge(calibration.edges) : analyticEdge(factors);
    const { components, chosenBy } = choose(criteria, p, factors.rank);
    const verdicts = Array.from({ length: factors.rank }, (_, k) => verdict(factors, scores[k], k, k < components));
    const common = verdicts.flatMap(({ kind }, k) => (kind === 'common' ? [k] : []));
    const { title, modality, navigation, spectral, history } = factors;
    return {
      title,
      modality,
      navigation,
      spectral,
      history: [...history, { step: 'decompose.truncation', version: 1, params: p as never }],
      product: 'truncation',
      components,
      kept: common,
      chosenBy,
      criteria,
      verdicts,
      singularValues: factors.singularValues,
      noiseEdge: edge,
      warnings: warningsOf(criteria, verdicts, components, factors),
    };
  },
});

/** Simulated maps on the engine's threads, and beside them cross-validation on this one. */
async function lookAtNoise(
  context: StepContext,
  factors: Factorisation,
  scores: readonly ScoreStatistics[],
  counts: Signal,
  nulls: number,
): Promise<{ calibration: NullCalibration; thinned?: ThinnedFit }> {
  const assumed = provisionalComponents(factors, scores);
  const drawn = await sampleCounts(context, counts);
  const model = await noiseModel(context, factors, assumed);
  const [calibration, thinned] = await Promise.all([
    calibrateNull(context, factors, model, assumed, nulls),
    drawn && fitThinned(drawn, assumed, factors.rank, context.seed),
  ]);
  return { calibration, thinned };
}

/** Raw counts of some pixels, undone of their gain; undefined when they are not whole numbers even then. */
async function sampleCounts(context: StepContext, signal: Signal): Promise<EventsBlock | undefined> {
  const pixels = pixelCount(signal);
  let source: Source = signal.source;
  let taken = pixels;
  if (pixels > NULL_PIXELS) {
    const runs = NULL_PIXELS / SAMPLE_RUN;
    taken = NULL_PIXELS;
    const stride = Math.floor((pixels - SAMPLE_RUN) / (runs - 1));
    source = {
      type: 'mapped',
      map: context.shapeId('sample'),
      args: { stride },
      parents: [source],
      pixels: taken,
      channels: signal.spectral.size,
      kind: sourceKind(source),
    };
  }
  const block = await context.collect(source, { pixels: taken, channels: signal.spectral.size, width: taken });
  return wholeCounts(block, signal.noise, taken === pixels);
}

function wholeCounts(block: Block, noise: Noise, whole: boolean): EventsBlock | undefined {
  if (block.kind === 'events') return block;
  if (block.kind === 'factors' || noise.tag !== 'poisson' || !isScaledCounts(noise)) return undefined;
  if (noise.gain.per === 'pixel' && !whole) return undefined;
  const values = new Float64Array(block.values.length);
  for (let at = 0; at < values.length; at++) {
    const { gain } = noise;
    const g =
      gain.per === 'cube'
        ? gain.value
        : gain.values[gain.per === 'pixel' ? Math.floor(at / block.channels) : at % block.channels];
    values[at] = Math.round(block.values[at] / g);
    if (Math.abs(values[at] - block.values[at] / g) > 1e-3 || values[at] < 0) return undefined;
  }
  return toEvents({ ...block, values } satisfies DenseBlock);
}

function choose(criteria: readonly Criterion[], p: Params, rank: number): { components: number; chosenBy: string } {
  if (p.components !== undefined) return { components: Math.min(p.components, rank), chosenBy: 'the recipe' };
  if (p.criterion !== 'consensus') {
    const chosen = criteria.find(({ id }) => id === p.criterion);
    if (chosen) return { components: Math.max(1, chosen.components), chosenBy: chosen.title };
  }
  const votes = criteria.filter(({ id }) => VOTERS.includes(id)).map(({ components }) => components);
  votes.sort((a, b) => a - b);
  const median = votes.length ? votes[Math.floor((votes.length - 1) / 2)] : 1;
  return { components: Math.max(1, median), chosenBy: 'consensus (median of anisotropy, Moran, parallel analysis)' };
}

function analyticEdge(factors: Factorisation): number {
  return noiseSigma(factors) * (Math.sqrt(factors.validPixels) + Math.sqrt(factors.validChannels));
}

function verdict(
  factors: Factorisation,
  { moran, kurtosis }: ScoreStatistics,
  k: number,
  signal: boolean,
): ComponentVerdict {
  const { singularValues, validPixels, validChannels } = factors;
  const sigma = noiseSigma(factors);
  const ratio = validChannels / validPixels;
  const eigenvalue = sigma > 0 ? square(singularValues[k] / sigma) / validPixels : 0;
  const strength = deBiasedStrength(eigenvalue, ratio);
  const measured = {
    moran,
    kurtosis,
    smoothness: lagOne(factors, k),
    strength,
    overlap: overlapSquared(strength, ratio),
  };
  if (!signal) return { kind: 'noise', ...measured };
  const drift = driftFlag(factors, k);
  if (drift) return { kind: 'common', ...measured, flag: drift };
  if (k === 0 || measured.moran > STRUCTURED) return { kind: 'common', ...measured };
  if (measured.smoothness < SMOOTH && measured.kurtosis < LOCALISED) {
    const flag = 'no spatial structure and a loading that jumps from channel to channel: a gain pattern, not a phase';
    return { kind: 'pattern', ...measured, flag };
  }
  if (measured.kurtosis > LOCALISED) {
    return { kind: 'localised', ...measured, flag: 'carried by a few pixels: left to the residual pass' };
  }
  const flag =
    measured.moran < -STRUCTURED
      ? 'alternates between neighbouring pixels: an artefact of the scan, not a phase'
      : 'no spatial structure: mixed below the pixel size, or drift';
  return { kind: 'common', ...measured, flag };
}

/** Lag-1 autocorrelation of the weighted loading over valid channels. */
function lagOne({ vectors, channelWeights, rank, channels }: Factorisation, k: number): number {
  let product = 0;
  let square = 0;
  let previous = 0;
  for (let j = 0; j < channels; j++) {
    if (channelWeights[j] <= 0) continue;
    const value = vectors[j * rank + k];
    product += value * previous;
    square += value * value;
    previous = value;
  }
  return square > 0 ? product / square : 0;
}

function warningsOf(
  criteria: readonly Criterion[],
  verdicts: readonly ComponentVerdict[],
  components: number,
  factors: Factorisation,
): string[] {
  const warnings: string[] = [];
  const counts = criteria.map((criterion) => criterion.components);
  if (counts.length && Math.max(...counts) - Math.min(...counts) >= DISAGREEMENT) {
    const list = criteria.map(({ title, components: k }) => `${title} ${k}`).join(', ');
    warnings.push(`The criteria disagree by ${Math.max(...counts) - Math.min(...counts)}: ${list}.`);
  }
  verdicts.slice(0, components).forEach((entry, k) => {
    if (entry.flag) warnings.push(`Component ${k + 1}: ${entry.flag}.`);
    else if (entry.overlap < TRUSTED_OVERLAP) {
      warnings.push(
        `Component ${k + 1} overlaps the true one by only cos² = ${entry.overlap.toFixed(2)}: good for a picture, biased for numbers.`,
      );
    }
  });
  const density = factors.pixelCounts.reduce((sum, n) => sum + n, 0) / (factors.validPixels * factors.validChannels);
  if (factors.weighting === 'poisson' && density < SPARSE) {
    warnings.push(
      `Only ${density.toPrecision(2)} counts per channel and occupied pixel: sum pixels and channels first (rebin), or weak phases stay below the detection limit.`,
    );
  }
  if (components === factors.rank) warnings.push(`All ${factors.rank} computed components are signal: compute more.`);
  return warnings;
}
