import { z } from 'zod';
import { halfBandStride } from '../../kernels/index.ts';
import { TILE_PIXELS } from '../../shapes/tile.ts';
import { sliceBlock } from '../../signal/block.ts';
import { inputError } from '../../signal/errors.ts';
import { countGain } from '../../signal/noise.ts';
import { mapShape, pixelCount, type Signal } from '../../signal/signal.ts';
import { convertUnit, isKnownUnit } from '../../signal/units.ts';
import { type Anomalies, originOf } from '../products.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import { type Bands, bandChannels, halfBandOf, makeBands } from './bands.ts';
import { CALIBRATION_PIXELS, chanceExcess, familyWiseThreshold, testsPerPixel } from './calibrate.ts';
import { type Found, modelBlock } from './found.ts';
import { modelHalfBands } from './half-bands.ts';
import { describeRegions, spectra } from './region-spectra.ts';
import { bandEdges } from './regions.ts';
import { structureOf } from './residual-structure.ts';
import { type Scan, type ScanArgs, scan } from './scan.ts';
import type { ModelVariance } from './scan-map.ts';

const params = z.strictObject({
  falseAlarmRate: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.05)
    .describe('probability that a map without anything rare reports a region'),
  bandWidth: z
    .number()
    .positive()
    .optional()
    .describe('width of an energy band in the unit of the axis; default: the width of a line'),
  regions: z.number().int().min(1).max(500).default(20).describe('regions described at most, strongest first'),
  nulls: z.number().int().min(10).max(1000).default(25).describe('simulated maps that calibrate the false-alarm rate'),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'detect.residual',
  version: 1,
  title: 'Residual and anomaly map',
  summary:
    'Looks at what a compression left behind: excesses over the model in energy bands, pooled over 3×3 pixels and alone, at a stated false-alarm rate per map; coherent regions are confirmed, single pixels are not.',
  params,
  inputs: {
    counts: {
      product: 'signal',
      doc: 'the raw counts',
      needs: { noise: ['scaled-counts'], across: ['independent'], shift: 'ignores-within' },
    },
    model: { product: 'signal', doc: 'the reconstruction' },
  },
  output: 'anomalies',
  traits: ['residual-pass'],
  cite: ['Potapov & Lubk 2019, Adv. Struct. Chem. Imaging 5, 4', 'Moran 1950, Biometrika 37, 17'],
  shapes: { scan, chanceExcess, spectra },
  effect: ({ counts, model }) => {
    const a = counts as SignalState;
    const b = model as SignalState;
    if (a.spectral.size !== b.spectral.size || pixelCount(a) !== pixelCount(b)) {
      throw inputError({
        code: 'shape-mismatch',
        what: `counts are ${pixelCount(a)} pixels × ${a.spectral.size} channels, the model ${pixelCount(b)} × ${b.spectral.size}`,
        expected: 'the model of these very counts',
      });
    }
    return { product: 'anomalies', of: a };
  },
  cost: ({ counts }, p) => {
    const state = counts as SignalState;
    const { width } = mapShape(state.navigation);
    const { edges } = makeBands(state.spectral, state.modality, p.bandWidth);
    const pixels = pixelCount(state);
    const row = 4 * halfBandStride(edges.length - 1);
    return {
      passes: 2,
      keeps: 8 * pixels + 24 * p.regions * state.spectral.size,
      // The test of each pixel, and whether it stands out.
      works: 5 * pixels + 2 * row * CALIBRATION_PIXELS,
      // Observed and expected half-bands of a tile and the rows around it, the sums of both, and residuals.
      lane: 5 * row * (TILE_PIXELS + width + 1),
    };
  },
  async run(context, inputs, p): Promise<Anomalies> {
    const signal = inputs.counts as Signal;
    const model = inputs.model as Signal;
    const found = await scanBoth(context, signal, model, p);
    const regions = await describeRegions(context, signal, model, found, p.regions);
    const { moran, warnings } = structureOf(found, regions);
    if (regions.length === p.regions) {
      warnings.push(`Only the ${p.regions} strongest regions are described: the model misses something widespread.`);
    }
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'detect.residual', version: 1, params: p as never }],
      product: 'anomalies',
      significance: found.significance,
      residual: found.residual,
      threshold: found.threshold,
      falseAlarmRate: p.falseAlarmRate,
      regions,
      moran,
      warnings,
    };
  },
});

async function scanBoth(context: StepContext, signal: Signal, model: Signal, p: Params): Promise<Found> {
  const { width, height } = mapShape(signal.navigation);
  const pixels = width * height;
  const { noise, mask } = signal;
  const bands = makeBands(signal.spectral, signal.modality, p.bandWidth, resolutionOf(signal));
  const halfBand = halfBandOf(bands, signal.spectral.size);
  const halves = bands.edges.length - 1;
  const gain = countGain(noise);
  const sources = [signal.source, model.source];
  const modelRows = await calibrationRows(context, model, width, height);
  const expected = modelHalfBands(modelRows.block, halfBand, halves);
  const variance = modelVariance(model, signal, bands, halfBand, pixels);
  const local = {
    ...variance,
    pixels: variance.pixels.subarray(modelRows.first, modelRows.first + modelRows.block.pixels),
  };
  const perPixel = await testsPerPixel(
    context,
    {
      expected,
      variance: local,
      halves,
      width: modelRows.width,
      height: modelRows.height,
      seed: context.seed,
    },
    p.nulls,
  );
  const tests = perPixel * pixels;
  const threshold = familyWiseThreshold(tests, p.falseAlarmRate);
  const args: ScanArgs = { halfBand, halves, variance, gain, skip: mask.pixels, width, height };
  const geometry = { pixels, channels: signal.spectral.size, width };
  const found = await context.fold<Scan>('scan', args, sources, geometry);
  return {
    bands,
    gain,
    ...found,
    tests,
    threshold,
    signal,
  };
}

/** Whole rows of the model from the middle of the map, or a piece of one long row. */
async function calibrationRows(context: StepContext, model: Signal, width: number, height: number) {
  const rows = Math.max(1, Math.min(height, Math.floor(CALIBRATION_PIXELS / width)));
  const columns = Math.min(width, CALIBRATION_PIXELS);
  const first = Math.floor((height - rows) / 2) * width;
  const block = await modelBlock(context, model, width * height);
  return { first, block: sliceBlock(block, first, first + rows * columns), width: columns, height: rows };
}

/** Variance that no excess can outdo: for bands that are not tested. */
const UNTESTED = 1e300;
/** Below this an EDS detector shows the zero peak of its electronics, not the specimen. */
const SOFTEST_LINE_KEV = 0.1;

/** Errors of the model itself, from the low-rank law it carries; none where it carries no such law. */
function modelVariance(
  { noise, source }: Signal,
  { spectral, modality }: Signal,
  bands: Bands,
  halfBand: Uint16Array,
  pixels: number,
): ModelVariance {
  const halves = bands.edges.length - 1;
  const perBand = new Float64Array(Math.max(1, halves - 1));
  const known = noise.tag === 'correlated' && noise.form.kind === 'low-rank' ? noise.form.variance : undefined;
  if (known && source.type === 'memory' && source.block.kind === 'factors') {
    const { rank, loadings } = source.block;
    const summed = new Float64Array(halves * rank);
    for (let j = 0; j < halfBand.length; j++) {
      for (let k = 0; k < rank; k++) summed[halfBand[j] * rank + k] += loadings[j * rank + k];
    }
    for (let b = 0; b < perBand.length; b++) {
      for (let k = 0; k < rank; k++) {
        const both = summed[b * rank + k] + (b + 1 < halves ? summed[(b + 1) * rank + k] : 0);
        perBand[b] += both * both;
      }
    }
  }
  const perPixel = known ?? new Float64Array(pixels);
  if (modality !== 'eds' || !isKnownUnit(spectral.unit)) return { pixels: perPixel, bands: perBand };
  const tested = perBand.map((value, b) => {
    const [, top] = bandEdges(spectral, ...bandChannels(bands, b));
    return convertUnit(top, spectral.unit, 'keV') > SOFTEST_LINE_KEV ? value : UNTESTED;
  });
  // a model without errors of its own still needs a factor for the bands that are not tested
  return { pixels: known ?? perPixel.fill(1e-12), bands: tested };
}

function resolutionOf({ metadata }: Signal): number | undefined {
  const detector = metadata.detector_EDS;
  if (!detector || typeof detector !== 'object' || Array.isArray(detector)) return undefined;
  const value = detector.energy_resolution_MnKa;
  return typeof value === 'number' && value > 50 && value < 500 ? value : undefined;
}
