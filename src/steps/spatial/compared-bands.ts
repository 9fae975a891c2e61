import { anscombe, countBands } from '../../kernels/index.ts';
import { type Block, readRow } from '../../signal/block.ts';
import { inputError } from '../../signal/errors.ts';
import { gainAt, type Noise } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';
import type { StepContext } from '../step.ts';
import { meanCounts } from './mean-counts.ts';

/** Bands of neighbouring channels that pixels are compared in. */
export interface Bands {
  /** Channels that count in none. */
  readonly channelMask?: Uint8Array;
  /** Channels first ≤ j < end of band k are ends[k − 1] ≤ j < ends[k]. */
  readonly ends: Int32Array;
}

/** Band sums of unit variance, pixels × bands: 2√(N + 3/8) of counts, the sum over σ of Gaussian values. */
export function bandFeatures(
  { ends, channelMask }: Bands,
  noise: Noise,
  block: Block,
  firstPixel: number,
): Float64Array {
  const features = new Float64Array(block.pixels * ends.length);
  const row = new Float64Array(block.channels);
  const { offset = 0, readout = 0 } = noise.tag === 'poisson' ? noise : {};
  for (let i = 0; i < block.pixels; i++) {
    readRow(block, i, row);
    for (let k = 0, j = 0; k < ends.length; k++) {
      let [sum, variance, channels] = [0, 0, 0];
      for (; j < ends[k]; j++) {
        if (channelMask?.[j]) continue;
        const gain = noise.tag === 'poisson' ? gainAt(noise.gain, firstPixel + i, j) : 1;
        sum += (row[j] - offset) / gain;
        variance += (readout / gain) * (readout / gain);
        channels++;
      }
      features[i * ends.length + k] =
        noise.tag === 'gaussian'
          ? sum / (noise.sigma * Math.sqrt(channels || 1))
          : // Readout noise looks like counts on a small pedestal (Snyder, Hammoud & White 1993).
            anscombe(Math.max(SMALLEST, sum + variance));
    }
  }
  return features;
}

/** Counts below it have no root. */
const SMALLEST = -0.375;

/**
 * Bands that hold enough counts in a mean pixel for their transform to have unit variance; of Gaussian values equal numbers of
 * channels.
 * @throws SpectrailError `input/too-few-counts` where a whole mean spectrum does not hold as many.
 */
export async function comparedBands(
  context: StepContext,
  signal: Signal,
  { bands, bandCounts }: { bands: number; bandCounts: number },
): Promise<Int32Array> {
  const { noise, spectral, source } = signal;
  if (noise.tag === 'gaussian') {
    const number = Math.min(bands, spectral.size);
    return Int32Array.from({ length: number }, (_, k) => Math.round(((k + 1) * spectral.size) / number));
  }
  const counts = await meanCounts(context, signal, source, noise);
  const total = counts.reduce((sum, value) => sum + value, 0);
  if (total >= bandCounts) return countBands(counts, bandCounts, bands);
  throw inputError({
    code: 'too-few-counts',
    what: `a mean pixel holds ${Number(total.toPrecision(3))} counts, too few to compare pixels by`,
    expected: `at least ${bandCounts} counts a pixel`,
    fix: 'sum pixels first (rebin), or smooth with fixed weights (spatial.gaussian)',
  });
}
