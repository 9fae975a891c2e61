import { labelSums, packOnce, portableExp, project, type Rows } from '../../kernels/index.ts';
import { defineFold } from '../../shapes/shape.ts';
import { toDense } from '../../signal/block.ts';
import type { Factor } from '../../signal/noise.ts';
import { UNLABELLED } from '../products.ts';

export interface AssignArgs {
  /** channels × phases: log of the share of counts in each channel, by the channel's gain where it has one of its own. */
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
  /** phases × channels counts, times the channel's gain where it has one of its own. */
  readonly counts: Float64Array;
}

/** Labels each pixel by multinomial likelihood and sums the raw counts of each phase. */
export const assign = defineFold<AssignArgs, Pick<Assigned, 'counts'>, Omit<Assigned, 'counts'>>({
  init: ({ phases }, { channels }) => ({ counts: new Float64Array(phases * channels) }),
  perPixel: () => ({ labels: { type: 'uint8', width: 1 }, confidence: { type: 'float32', width: 1 } }),
  add: (args, { counts }, [block], start, _end, { labels, confidence }) => {
    const { phases, skip, keep, gain } = args;
    const { pixels } = block;
    const rows = block.kind === 'factors' ? toDense(block) : block;
    const units = new Float64Array(pixels).fill(gain.per === 'cube' ? gain.value : 1);
    if (gain.per === 'pixel') units.set(gain.values.subarray(start, start + pixels));
    const likelihood = likelihoods(rows, args, units);
    labels.fill(UNLABELLED);
    for (let i = 0; i < pixels; i++) {
      if (skip[start + i]) continue;
      const at = i * phases;
      let best = 0;
      for (let c = 1; c < phases; c++) if (likelihood[at + c] > likelihood[at + best]) best = c;
      const label = keep ? args.labels[start + i] : best;
      labels[i] = label;
      confidence[i] = phases > 1 ? margin(likelihood, at, phases, label) : 1;
    }
    labelSums(rows, labels, units, counts);
    return { counts };
  },
  merge: (left, right) => {
    for (let at = 0; at < left.counts.length; at++) left.counts[at] += right.counts[at];
    return left;
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

/** Σ_j counts_ij · log share_cj: pixels × phases. A gain of each channel is in the shares already. */
function likelihoods(rows: Rows, { logShares, phases }: AssignArgs, units: Float64Array): Float64Array {
  const likelihood = new Float64Array(rows.pixels * phases);
  project(rows, packOnce(rows, logShares, phases, 'double'), likelihood);
  for (let i = 0, at = 0; i < rows.pixels; i++) for (let c = 0; c < phases; c++) likelihood[at++] /= units[i];
  return likelihood;
}

/** Probability of a label against the best of the others. */
function margin(likelihood: Float64Array, at: number, phases: number, label: number): number {
  let other = -Infinity;
  for (let c = 0; c < phases; c++) if (c !== label && likelihood[at + c] > other) other = likelihood[at + c];
  return 1 / (1 + portableExp(other - likelihood[at + label]));
}
