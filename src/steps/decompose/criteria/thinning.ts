import { type ComponentModel, CounterRandom, poissonGains } from '../../../kernels/index.ts';
import { defineSmall } from '../../../shapes/shape.ts';
import type { EventsBlock } from '../../../signal/block.ts';
import { type Factors, factorise } from '../factorise.ts';
import { passesInMemory } from '../passes.ts';
import type { CriterionRule } from './criterion.ts';

/** A reconstruction may fall to this share of the rank-one mean, no lower: a Poisson mean is positive. */
const FLOOR = 0.05;
const COLUMNS = 16;
/** Components tried beyond those with spatial structure: from there on the likelihood only falls. */
const BEYOND = 6;

/** Components of one half of the counts, and the other half. */
export interface ThinnedFit {
  readonly found: Factors;
  readonly held: EventsBlock;
}

/**
 * Splits counts in halves and fits components to one, where the caller stands, after it has let go of what it waits for:
 * beside work on other threads it costs no time.
 */
export async function fitThinned(
  sample: EventsBlock,
  assumed: number,
  rank: number,
  seed: number,
): Promise<ThinnedFit> {
  await new Promise((resolve) => setTimeout(resolve));
  const [fitted, held] = thin(sample, seed);
  const wanted = Math.min(rank, assumed + BEYOND);
  const found = await factorise(
    passesInMemory(fitted),
    { gain: { per: 'cube', value: 1 } },
    { rank: wanted, block: Math.max(wanted, COLUMNS), weighting: 'poisson', steps: 5, seed },
  );
  return { found, held };
}

/**
 * Binomial thinning: x₁ ~ Bin(x, ½) and x₂ = x − x₁ are independent Poisson. Components are fitted on x₁ and scored by
 * the Poisson log-likelihood of x₂: no random-matrix theory, no simulated null.
 */
export const thinning: CriterionRule = async ({ thinned, context }) => {
  if (!thinned) return undefined;
  const { found, held } = thinned;
  const pieces = await context.small<Float64Array>('heldOut', heldOutArgs(found, held), Math.ceil(held.pixels / PIECE));
  const gains = Array.from({ length: found.rank }, (_, k) => pieces.reduce((sum, piece) => sum + piece[k], 0));
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
    reason: `held-out counts of ${held.pixels} pixels are most likely under ${best === 1 ? '1 component' : `${best} components`}`,
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

interface HeldOutArgs {
  readonly held: EventsBlock;
  readonly model: ComponentModel;
}

/** Pixels of one piece of work. */
const PIECE = 1024;

/** What each component of the fitted half adds to the likelihood of the held half; piece p looks at pixels p·1024 and on. */
export const heldOut = defineSmall<HeldOutArgs, Float64Array>({
  run: ({ held, model }, piece) => poissonGains(held, model, piece * PIECE, Math.min(held.pixels, (piece + 1) * PIECE)),
  example: ({ channels }) => {
    const held: EventsBlock = {
      kind: 'events',
      pixels: 2,
      channels,
      offsets: Uint32Array.of(0, 1, 2),
      channel: Uint32Array.of(0, channels - 1),
      count: Uint32Array.of(3, 1),
    };
    const model: ComponentModel = {
      rank: 2,
      scores: Float64Array.of(1, 0.1, 2, -0.3),
      spectra: Float64Array.from({ length: 2 * channels }, (_, j) => 1 + (j % 3)),
      channelCounts: new Float64Array(channels).fill(4),
      pixelShares: new Float64Array(2).fill(0.5),
      floor: FLOOR,
    };
    return { args: { held, model }, kinds: [], pieces: 1 };
  },
});

function heldOutArgs(found: Factors, held: EventsBlock): HeldOutArgs {
  const { rank, scores, vectors, weights, totals } = found;
  const { channels, pixels } = held;
  const total = totals.channels.reduce((sum, c) => sum + c, 0);
  const spectra = new Float64Array(rank * channels);
  for (let j = 0; j < channels; j++) {
    if (weights.channels[j] <= 0) continue;
    for (let k = 0; k < rank; k++) spectra[k * channels + j] = vectors[j * rank + k] / weights.channels[j];
  }
  const perPixel = new Float64Array(pixels * rank);
  for (let i = 0; i < pixels; i++) {
    if (weights.rows[i] <= 0) continue;
    for (let k = 0; k < rank; k++) perPixel[i * rank + k] = scores[i * rank + k] / weights.rows[i];
  }
  const pixelShares = totals.rows.map((counts, i) => (weights.rows[i] > 0 ? counts / total : 0));
  const model = { rank, scores: perPixel, spectra, channelCounts: totals.channels, pixelShares, floor: FLOOR };
  return { held, model };
}
