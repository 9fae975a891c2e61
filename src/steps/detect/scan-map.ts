import {
  findExcesses,
  type HalfBandRows,
  logFactorial,
  logPoissonUpperTail,
  type MapPart,
  portableLog,
} from '../../kernels/index.ts';

/** How uncertain the model is: Var(expected counts of pixel i in band b) = pixels[i] · bands[b]. */
export interface ModelVariance {
  readonly pixels: Float64Array;
  readonly bands: Float64Array;
}

/** An excess counts only beyond this many σ of the model itself. */
export const MODEL_SIGMAS = 2;
/** Least counts a model can predict for a band: keeps a lone count in a truly empty band from being a discovery. */
export const LEAST_EXPECTED = 0.01;

/** For each scanned pixel: −log₁₀ of its smallest tail probability, and the test that gave it. */
export interface ScanResult {
  readonly significance: Float32Array;
  /** band, plus `bands` for the pixel on its own instead of its 3×3 neighbourhood. */
  readonly test: Float32Array;
}

/**
 * Tests every band of every pixel, pooled over 3×3 neighbours and alone, for more counts than the model expects.
 * The excess is over an upper bound of the model: its value, at least 0, plus two of its own standard deviations.
 * @param part rows of `counts` begin at its base; rows above and below the scanned pixels must be in them
 */
export function scanMap(rows: HalfBandRows, variance: ModelVariance, part: MapPart): ScanResult {
  const { start, end } = part;
  const n = end - start;
  const significance = new Float64Array(n);
  const test = new Float32Array(n);
  findExcesses(rows, part, boundOf(variance, part), (found, whole, real) => {
    for (let at = 0; at < 4 * found; at += 4) {
      const pixel = whole[at] - start;
      const value = significanceBeyond(real[at + 2], real[at + 3], significance[pixel]);
      if (value <= significance[pixel]) continue;
      significance[pixel] = value;
      test[pixel] = whole[at + 1];
    }
  });
  return { significance: Float32Array.from(significance), test };
}

/** The largest significance anywhere in the part: what chance reaches, where the counts were drawn from the model. */
export function strongestExcess(rows: HalfBandRows, variance: ModelVariance, part: MapPart): number {
  let top = 0;
  findExcesses(rows, part, boundOf(variance, part), (found, _whole, real) => {
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

/** Variance per column of the residual: that of the band its two half-bands make. */
export function columnVariances({ bands }: ModelVariance, columns: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, b) => bands[Math.min(2 * b, bands.length - 1)]);
}
