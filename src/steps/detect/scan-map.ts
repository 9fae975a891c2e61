import { logPoissonUpperTail, square } from '../../kernels/index.ts';
import type { Block } from '../../signal/block.ts';
import { type Factor, gainAt } from '../../signal/noise.ts';

/** Observed and expected counts per pixel and half-band: pixels × halves, row-major; `expected` may be negative. */
export interface HalfBandCounts {
  readonly observed: Float64Array;
  readonly expected: Float64Array;
  readonly halves: number;
}

/** How uncertain the model is: Var(expected counts of pixel i in band b) = pixels[i] · bands[b]. */
export interface ModelVariance {
  readonly pixels: Float64Array;
  readonly bands: Float64Array;
}

/** An excess counts only beyond this many σ of the model itself. */
const MODEL_SIGMAS = 2;
/** Least counts a model can predict for a band: keeps a lone count in a truly empty band from being a discovery. */
const LEAST_EXPECTED = 0.01;
/** Only excesses above this many σ are worth an exact tail probability. */
const WORTH_TESTING = 2;

/** Sums raw counts and model over half-bands. */
export function sumHalfBands(
  raw: Block,
  model: Block,
  halfBand: Uint16Array,
  halves: number,
  gain: Factor,
  start: number,
  skip: Uint8Array | undefined,
): HalfBandCounts {
  const { pixels, channels } = raw;
  const observed = new Float64Array(pixels * halves);
  for (let i = 0; i < pixels; i++) {
    if (skip?.[start + i]) continue;
    const row = observed.subarray(i * halves, (i + 1) * halves);
    if (raw.kind === 'events') {
      for (let e = raw.offsets[i]; e < raw.offsets[i + 1]; e++) row[halfBand[raw.channel[e]]] += raw.count[e];
    } else if (raw.kind === 'dense') {
      for (let j = 0; j < channels; j++) row[halfBand[j]] += raw.values[i * channels + j] / gainAt(gain, start + i, j);
    }
  }
  const expected = modelHalfBands(model, halfBand, halves);
  if (skip) for (let i = 0; i < pixels; i++) if (skip[start + i]) expected.fill(0, i * halves, (i + 1) * halves);
  return { observed, expected, halves };
}

/** Model counts per half-band; for factors without ever forming a spectrum per pixel. */
export function modelHalfBands(model: Block, halfBand: Uint16Array, halves: number): Float64Array {
  const { pixels, channels } = model;
  const expected = new Float64Array(pixels * halves);
  if (model.kind !== 'factors') {
    for (let i = 0; i < pixels; i++) {
      if (model.kind === 'events') {
        for (let e = model.offsets[i]; e < model.offsets[i + 1]; e++) {
          expected[i * halves + halfBand[model.channel[e]]] += model.count[e];
        }
      } else {
        for (let j = 0; j < channels; j++) expected[i * halves + halfBand[j]] += model.values[i * channels + j];
      }
    }
    return expected;
  }
  const { rank, scores, loadings } = model;
  const summed = new Float64Array(halves * rank);
  for (let j = 0; j < channels; j++) {
    for (let k = 0; k < rank; k++) summed[halfBand[j] * rank + k] += loadings[j * rank + k];
  }
  for (let i = 0; i < pixels; i++) {
    for (let h = 0; h < halves; h++) {
      let value = 0;
      for (let k = 0; k < rank; k++) value += scores[i * rank + k] * summed[h * rank + k];
      expected[i * halves + h] = value;
    }
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
 * @param base map index of the first pixel in `counts`; rows above and below the scanned ones must be in it
 */
export function scanMap(
  counts: HalfBandCounts,
  variance: ModelVariance,
  base: number,
  start: number,
  end: number,
  width: number,
  height: number,
): ScanResult {
  const { halves } = counts;
  const bands = Math.max(1, halves - 1);
  const n = end - start;
  const result = { significance: new Float64Array(n), test: new Float64Array(n), residual: new Float64Array(n) };
  const bandSigma = variance.bands.map((value) => MODEL_SIGMAS * Math.sqrt(value));
  const columns = sumColumns(counts, base, start, end, width, height);
  for (let q = start; q < end; q++) {
    const y = Math.floor(q / width);
    const x = q - y * width;
    const middle = (q - columns.first) * halves;
    const left = x > 0 ? middle - halves : -1;
    const right = x < width - 1 ? middle + halves : -1;
    const pooled = Math.sqrt(pooledVariance(variance.pixels, x, y, width, height));
    testBands(columns.observed, columns.expected, middle, left, right, halves, bandSigma, pooled, result, q - start, 0);
    const at = (q - base) * halves;
    const single = Math.sqrt(variance.pixels[q]);
    testBands(counts.observed, counts.expected, at, -1, -1, halves, bandSigma, single, result, q - start, bands);
    result.residual[q - start] = misfit(counts, at, variance.pixels[q], variance.bands);
  }
  return result;
}

/** Root mean square over non-overlapping bands of (observed − expected)/σ: 1 where noise explains the rest. */
function misfit(
  { observed, expected, halves }: HalfBandCounts,
  at: number,
  pixel: number,
  bands: Float64Array,
): number {
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

interface ColumnSums {
  readonly observed: Float64Array;
  readonly expected: Float64Array;
  /** Map index of the first summed pixel: one to the left of the first scanned one. */
  readonly first: number;
}

/** Counts of each pixel with those above and below it: the vertical half of the 3×3 pooling. */
function sumColumns(
  { observed, expected, halves }: HalfBandCounts,
  base: number,
  start: number,
  end: number,
  width: number,
  height: number,
): ColumnSums {
  const first = Math.max(0, start - 1);
  const last = Math.min(width * height, end + 1);
  const sums = {
    observed: new Float64Array((last - first) * halves),
    expected: new Float64Array((last - first) * halves),
    first,
  };
  for (let q = first; q < last; q++) {
    const to = (q - first) * halves;
    for (const from of [q - width, q, q + width]) {
      if (from < 0 || from >= width * height) continue;
      const at = (from - base) * halves;
      for (let h = 0; h < halves; h++) {
        sums.observed[to + h] += observed[at + h];
        sums.expected[to + h] += expected[at + h];
      }
    }
  }
  return sums;
}

function pooledVariance(pixels: Float64Array, x: number, y: number, width: number, height: number): number {
  let sum = 0;
  for (let yy = Math.max(0, y - 1); yy <= Math.min(height - 1, y + 1); yy++) {
    for (let xx = Math.max(0, x - 1); xx <= Math.min(width - 1, x + 1); xx++) sum += pixels[yy * width + xx];
  }
  return sum;
}

/** Tests all bands of one pixel, its columns `left` and `right` added where they exist (≥ 0). */
function testBands(
  observed: Float64Array,
  expected: Float64Array,
  middle: number,
  left: number,
  right: number,
  halves: number,
  bandSigma: Float64Array,
  pixelSigma: number,
  result: ScanResult,
  pixel: number,
  firstTest: number,
): void {
  const bands = Math.max(1, halves - 1);
  let lowerObserved = 0;
  let lowerExpected = 0;
  for (let h = 0; h < halves; h++) {
    let o = observed[middle + h];
    let e = expected[middle + h];
    if (left >= 0) {
      o += observed[left + h];
      e += expected[left + h];
    }
    if (right >= 0) {
      o += observed[right + h];
      e += expected[right + h];
    }
    const band = halves === 1 ? 0 : h - 1;
    const bandObserved = o + lowerObserved;
    const bandExpected = e + lowerExpected;
    lowerObserved = o;
    lowerExpected = e;
    if (band < 0 || band >= bands) continue;
    const bound = Math.max(bandExpected, LEAST_EXPECTED) + pixelSigma * bandSigma[band];
    const excess = bandObserved - bound;
    if (excess <= 0 || excess * excess <= WORTH_TESTING * WORTH_TESTING * bound) continue;
    const significance = -logPoissonUpperTail(Math.round(bandObserved), bound) / Math.LN10;
    if (significance > result.significance[pixel]) {
      result.significance[pixel] = significance;
      result.test[pixel] = firstTest + band;
    }
  }
}

/** What the model might expect at most: Poisson means are positive, and the model has errors of its own. */
export function upperBound(expected: number, variance: number): number {
  return Math.max(expected, LEAST_EXPECTED) + MODEL_SIGMAS * Math.sqrt(variance);
}
