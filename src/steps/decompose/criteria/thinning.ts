import { CounterRandom, portableLog } from '../../../kernels/index.ts';
import type { EventsBlock } from '../../../signal/block.ts';
import { factorise } from '../factorise.ts';
import { passesInMemory } from '../passes.ts';
import type { CriterionRule } from './criterion.ts';

/** A reconstruction may fall to this share of the rank-one mean, no lower: a Poisson mean is positive. */
const FLOOR = 0.05;
/** Components tried beyond those with spatial structure: from there on the likelihood only falls. */
const BEYOND = 6;

/**
 * Binomial thinning: x₁ ~ Bin(x, ½) and x₂ = x − x₁ are independent Poisson. Components are fitted on x₁ and scored by
 * the Poisson log-likelihood of x₂: no random-matrix theory, no simulated null.
 */
export const thinning: CriterionRule = async ({ factors, null: calibration, sample, seed }) => {
  if (!sample) return undefined;
  const rank = Math.min(factors.rank, (calibration?.assumed ?? factors.rank) + BEYOND);
  const [fitted, held] = thin(sample, seed);
  const found = await factorise(
    passesInMemory(fitted),
    { gain: { per: 'cube', value: 1 } },
    { rank, weighting: 'poisson', steps: 5, seed },
  );
  const gains = heldOutGains(found, held);
  let best = 0;
  let sum = 0;
  let top = 0;
  const statistic = gains.map((gain, k) => {
    sum += gain;
    if (sum > top || k === 0) {
      top = sum;
      best = k + 1;
    }
    return sum;
  });
  return {
    id: 'thinning',
    title: 'Thinning cross-validation',
    components: best,
    reason: `held-out counts of ${sample.pixels} pixels are most likely under ${best === 1 ? '1 component' : `${best} components`}`,
    statistic,
  };
};

function thin(block: EventsBlock, seed: number): [EventsBlock, EventsBlock] {
  const { pixels, channels, offsets, channel, count } = block;
  const random = new CounterRandom(seed, 0);
  const parts = [0, 1].map(() => ({
    offsets: new Uint32Array(pixels + 1),
    channel: new Uint32Array(offsets[pixels]),
    count: new Uint32Array(offsets[pixels]),
    at: 0,
  }));
  const put = (part: (typeof parts)[number], j: number, n: number) => {
    if (n === 0) return;
    part.channel[part.at] = j;
    part.count[part.at++] = n;
  };
  for (let i = 0; i < pixels; i++) {
    random.reset(i);
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const first = random.binomial(count[e], 0.5);
      put(parts[0], channel[e], first);
      put(parts[1], channel[e], count[e] - first);
    }
    for (const part of parts) part.offsets[i + 1] = part.at;
  }
  return parts.map(({ offsets: o, channel: c, count: n, at }) => ({
    kind: 'events' as const,
    pixels,
    channels,
    offsets: o,
    channel: c.subarray(0, at),
    count: n.subarray(0, at),
  })) as [EventsBlock, EventsBlock];
}

/** Gain in Poisson log-likelihood of `held` from each component, the first entry relative to the rank-one mean. */
function heldOutGains(found: Awaited<ReturnType<typeof factorise>>, held: EventsBlock): number[] {
  const { rank, scores, vectors, weights, totals } = found;
  const { channels } = held;
  const total = totals.channels.reduce((sum, c) => sum + c, 0);
  const gains = new Array<number>(rank).fill(0);
  const model = new Float64Array(channels);
  const counts = new Float64Array(channels);
  for (let i = 0; i < held.pixels; i++) {
    if (weights.rows[i] <= 0) continue;
    counts.fill(0);
    for (let e = held.offsets[i]; e < held.offsets[i + 1]; e++) counts[held.channel[e]] = held.count[e];
    model.fill(0);
    let before = logLikelihood(counts, undefined, totals.channels, totals.rows[i] / total);
    for (let k = 0; k < rank; k++) {
      const score = scores[i * rank + k] / weights.rows[i];
      for (let j = 0; j < channels; j++) {
        if (weights.channels[j] > 0) model[j] += (score * vectors[j * rank + k]) / weights.channels[j];
      }
      const after = logLikelihood(counts, model, totals.channels, totals.rows[i] / total);
      gains[k] += after - before;
      before = after;
    }
  }
  return gains;
}

/** Σ_j x ln μ − μ, with μ the model floored at a share of the rank-one mean, or that mean itself. */
function logLikelihood(
  counts: Float64Array,
  model: Float64Array | undefined,
  channelCounts: Float64Array,
  perChannel: number,
): number {
  let sum = 0;
  for (let j = 0; j < counts.length; j++) {
    const mean = channelCounts[j] * perChannel;
    if (mean <= 0) continue;
    const mu = model ? Math.max(model[j], FLOOR * mean) : mean;
    sum -= mu;
    if (counts[j] > 0) sum += counts[j] * portableLog(mu);
  }
  return sum;
}
