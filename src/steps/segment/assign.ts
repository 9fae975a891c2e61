import { portableExp } from '../../kernels/index.ts';
import { defineFold } from '../../shapes/shape.ts';
import { type Factor, gainAt } from '../../signal/noise.ts';
import { UNLABELLED } from '../products.ts';

export interface AssignArgs {
  /** phases × channels: log of the share of counts in each channel. */
  readonly logShares: Float64Array;
  readonly phases: number;
  /** Non-zero: no phase. */
  readonly skip: Uint8Array;
  /** Current labels: phase spectra are summed under these when `keep` is set, else under the new ones. */
  readonly labels: Uint8Array;
  readonly keep: boolean;
  readonly gain: Factor;
}

export interface Assigned {
  readonly labels: Uint8Array;
  readonly confidence: Float32Array;
  /** phases × channels counts. */
  readonly counts: Float64Array;
}

/** Labels each pixel by multinomial likelihood and sums the raw counts of each phase. */
export const assign = defineFold<AssignArgs, Assigned>({
  init: ({ phases }, { channels }) => ({
    labels: new Uint8Array(0),
    confidence: new Float32Array(0),
    counts: new Float64Array(phases * channels),
  }),
  add: (args, { counts }, [block], start) => {
    const { logShares, phases, skip, keep, gain } = args;
    const { pixels, channels } = block;
    const labels = new Uint8Array(pixels).fill(UNLABELLED);
    const confidence = new Float32Array(pixels);
    const likelihood = new Float64Array(phases);
    for (let i = 0; i < pixels; i++) {
      if (skip[start + i]) continue;
      likelihood.fill(0);
      const each = (j: number, value: number) => {
        for (let c = 0; c < phases; c++) likelihood[c] += value * logShares[c * channels + j];
      };
      if (block.kind === 'events') {
        for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++) {
          each(block.channel[e], block.count[e] / gainAt(gain, start + i, block.channel[e]));
        }
      } else if (block.kind === 'dense') {
        for (let j = 0; j < channels; j++) {
          const value = block.values[i * channels + j];
          if (value !== 0) each(j, value / gainAt(gain, start + i, j));
        }
      }
      let best = 0;
      for (let c = 1; c < phases; c++) if (likelihood[c] > likelihood[best]) best = c;
      const label = keep ? args.labels[start + i] : best;
      labels[i] = label;
      confidence[i] = phases > 1 ? margin(likelihood, label) : 1;
      if (label === UNLABELLED) continue;
      const row = counts.subarray(label * channels, (label + 1) * channels);
      if (block.kind === 'events') {
        for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++) {
          row[block.channel[e]] += block.count[e] / gainAt(gain, start + i, block.channel[e]);
        }
      } else if (block.kind === 'dense') {
        for (let j = 0; j < channels; j++) row[j] += block.values[i * channels + j] / gainAt(gain, start + i, j);
      }
    }
    return { labels, confidence, counts };
  },
  merge: (left, right) => {
    const labels = new Uint8Array(left.labels.length + right.labels.length);
    labels.set(left.labels);
    labels.set(right.labels, left.labels.length);
    const confidence = new Float32Array(labels.length);
    confidence.set(left.confidence);
    confidence.set(right.confidence, left.confidence.length);
    for (let at = 0; at < left.counts.length; at++) left.counts[at] += right.counts[at];
    return { labels, confidence, counts: left.counts };
  },
  example: ({ pixels, channels }) => ({
    args: {
      logShares: Float64Array.from({ length: 2 * channels }, (_, at) => -1 - (at % 7) / 7),
      phases: 2,
      skip: new Uint8Array(pixels),
      labels: new Uint8Array(pixels),
      keep: false,
      gain: { per: 'cube', value: 1 },
    },
    kinds: ['events'],
  }),
});

/** Probability of a label against the best of the others. */
function margin(likelihood: Float64Array, label: number): number {
  let other = -Infinity;
  for (let c = 0; c < likelihood.length; c++) if (c !== label && likelihood[c] > other) other = likelihood[c];
  return 1 / (1 + portableExp(other - likelihood[label]));
}
