import {
  findExcesses,
  type HalfBands,
  halfBandStride,
  logFactorial,
  logPoissonUpperTail,
  type MapPart,
  portableLog,
  project,
  square,
} from '../../kernels/index.ts';
import type { Block } from '../../signal/block.ts';
import { type Factor, gainAt } from '../../signal/noise.ts';

/** How uncertain the model is: Var(expected counts of pixel i in band b) = pixels[i] · bands[b]. */
export interface ModelVariance {
  readonly pixels: Float64Array;
  readonly bands: Float64Array;
}

/** An excess counts only beyond this many σ of the model itself. */
const MODEL_SIGMAS = 2;
/** Least counts a model can predict for a band: keeps a lone count in a truly empty band from being a discovery. */
const LEAST_EXPECTED = 0.01;

/** Sums raw counts and model over half-bands. */
export function sumHalfBands(
  raw: Block,
  model: Block,
  halfBand: Uint16Array,
  halves: number,
  gain: Factor,
  start: number,
  skip: Uint8Array | undefined,
): HalfBands {
  const { pixels, channels } = raw;
  const stride = halfBandStride(halves);
  const observed = new Float32Array(pixels * stride);
  for (let i = 0; i < pixels; i++) {
    if (skip?.[start + i]) continue;
    const row = i * stride;
    if (raw.kind === 'events') {
      for (let e = raw.offsets[i]; e < raw.offsets[i + 1]; e++)
        observed[row + halfBand[raw.channel[e]]] += raw.count[e];
    } else if (raw.kind === 'dense') {
      for (let j = 0; j < channels; j++) {
        observed[row + halfBand[j]] += raw.values[i * channels + j] / gainAt(gain, start + i, j);
      }
    }
  }
  const expected = modelHalfBands(model, halfBand, halves);
  if (skip) for (let i = 0; i < pixels; i++) if (skip[start + i]) expected.fill(0, i * stride, (i + 1) * stride);
  return { observed, expected, halves, stride };
}

/** Model counts per half-band, `halfBandStride` numbers a pixel; for factors without ever forming a spectrum per pixel. */
export function modelHalfBands(model: Block, halfBand: Uint16Array, halves: number): Float32Array {
  const { pixels, channels } = model;
  const stride = halfBandStride(halves);
  const expected = new Float32Array(pixels * stride);
  if (model.kind === 'events') {
    for (let i = 0; i < pixels; i++) {
      for (let e = model.offsets[i]; e < model.offsets[i + 1]; e++) {
        expected[i * stride + halfBand[model.channel[e]]] += model.count[e];
      }
    }
  } else if (model.kind === 'dense') {
    for (let i = 0; i < pixels; i++) {
      for (let j = 0; j < channels; j++) expected[i * stride + halfBand[j]] += model.values[i * channels + j];
    }
  } else {
    const { rank, scores, loadings } = model;
    const summed = new Float64Array(rank * stride);
    for (let j = 0; j < channels; j++) {
      for (let k = 0; k < rank; k++) summed[k * stride + halfBand[j]] += loadings[j * rank + k];
    }
    const rows = { kind: 'dense' as const, pixels, channels: rank, values: scores };
    project(rows, summed, stride, 'single', expected);
  }
  return expected;
}

/** For each scanned pixel: −log₁₀ of its smallest tail probability, the test that gave it, and its misfit. */
export interface ScanResult {
  readonly significance: Float64Array;
  /** band, plus `bands` for the pixel on its own instead of its 3×3 neighbourhood. */
  readonly test: Float64Array;
  readonly residual: Float64Array;
}

/**
 * Tests every band of every pixel, pooled over 3×3 neighbours and alone, for more counts than the model expects.
 * The excess is over an upper bound of the model: its value, at least 0, plus two of its own standard deviations.
 * @param part rows of `counts` begin at its base; rows above and below the scanned pixels must be in them
 */
export function scanMap(counts: HalfBands, variance: ModelVariance, part: MapPart): ScanResult {
  const { start, end } = part;
  const n = end - start;
  const result = { significance: new Float64Array(n), test: new Float64Array(n), residual: new Float64Array(n) };
  const { significance, test } = result;
  findExcesses(counts, part, boundOf(variance, part), (found, whole, real) => {
    for (let at = 0; at < 4 * found; at += 4) {
      const pixel = whole[at] - start;
      const value = significanceBeyond(real[at + 2], real[at + 3], significance[pixel]);
      if (value <= significance[pixel]) continue;
      significance[pixel] = value;
      test[pixel] = whole[at + 1];
    }
  });
  for (let q = start; q < end; q++) {
    result.residual[q - start] = misfit(counts, (q - part.base) * counts.stride, variance.pixels[q], variance.bands);
  }
  return result;
}

/** The largest significance anywhere in the part: what chance reaches, where the counts were drawn from the model. */
export function strongestExcess(counts: HalfBands, variance: ModelVariance, part: MapPart): number {
  let top = 0;
  findExcesses(counts, part, boundOf(variance, part), (found, _whole, real) => {
    for (let at = 0; at < 4 * found; at += 4) top = Math.max(top, significanceBeyond(real[at + 2], real[at + 3], top));
  });
  return top;
}

/** −log₁₀ P(counts ≥ observed) where it can exceed `known`; else 0. */
function significanceBeyond(observed: number, bound: number, known: number): number {
  const n = Math.round(observed);
  // P(X ≥ n) ≥ P(X = n): most candidates end here, without the tail.
  if (bound + logFactorial(n) - n * portableLog(bound) <= known * Math.LN10) return 0;
  return -logPoissonUpperTail(n, bound) / Math.LN10;
}

function boundOf({ pixels, bands }: ModelVariance, { start, end, width, height }: MapPart) {
  const pooled = new Float32Array(end - start);
  const single = new Float32Array(end - start);
  for (let q = start; q < end; q++) {
    const x = q % width;
    pooled[q - start] = Math.sqrt(pooledVariance(pixels, x, (q - x) / width, width, height));
    single[q - start] = Math.sqrt(pixels[q]);
  }
  return { least: LEAST_EXPECTED, bands: bands.map((value) => MODEL_SIGMAS * Math.sqrt(value)), pooled, single };
}

function pooledVariance(pixels: Float64Array, x: number, y: number, width: number, height: number): number {
  let sum = 0;
  for (let yy = Math.max(0, y - 1); yy <= Math.min(height - 1, y + 1); yy++) {
    for (let xx = Math.max(0, x - 1); xx <= Math.min(width - 1, x + 1); xx++) sum += pixels[yy * width + xx];
  }
  return sum;
}

/** Root mean square over non-overlapping bands of (observed − expected)/σ: 1 where noise explains the rest. */
function misfit({ observed, expected, halves }: HalfBands, at: number, pixel: number, bands: Float64Array): number {
  let sum = 0;
  let n = 0;
  for (let h = 0; h < halves; h += 2) {
    const second = h + 1 < halves;
    const o = observed[at + h] + (second ? observed[at + h + 1] : 0);
    const e = expected[at + h] + (second ? expected[at + h + 1] : 0);
    const variance = Math.max(e, LEAST_EXPECTED) + pixel * bands[Math.min(h, bands.length - 1)];
    sum += square(o - e) / variance;
    n++;
  }
  return n > 0 ? Math.sqrt(sum / n) : 0;
}

/** What the model might expect at most: Poisson means are positive, and the model has errors of its own. */
export function upperBound(expected: number, variance: number): number {
  return Math.max(expected, LEAST_EXPECTED) + MODEL_SIGMAS * Math.sqrt(variance);
}
