import { run } from '../../src/index.ts';
import { CounterRandom } from '../../src/kernels/index.ts';
import { uniformAxis } from '../../src/signal/axis.ts';
import { COUNTS } from '../../src/signal/intensity.ts';
import { poisson } from '../../src/signal/noise.ts';
import { createSignal } from '../../src/signal/signal.ts';
import type { WindowIntensity } from '../../src/steps/products.ts';

const ENERGIES = Float64Array.from({ length: 280 }, (_, j) => 440 + 0.5 * j);
const EDGE = [530, 579.75] as const;
const inEdge = (energy: number) => energy >= EDGE[0] && energy <= EDGE[1];

export const METHODS: Readonly<Record<string, { readonly use: string; readonly params: object }>> = {
  'power law': { use: 'background.power-law', params: {} },
  LCPL: { use: 'background.two-power-laws', params: {} },
  'LBA, σ = 2': { use: 'background.local-average', params: { sigma: 2 } },
  'LBA, σ = 3': { use: 'background.local-average', params: { sigma: 3 } },
};

/** Shares of the background in the edge window that the edge has where there is one. */
export const SHARES = [0.002, 0.005, 0.01, 0.02] as const;

export interface Study {
  readonly side: number;
  /** Counts per channel of 0.5 eV at 480 eV. */
  readonly counts: number;
  readonly fit: readonly [number, number];
  readonly maps: number;
  /** How the exponent differs over the map. */
  readonly field: 'smooth' | 'interface';
  readonly methods?: readonly string[];
}

export interface Detection {
  /** Mean of net over background counts where there is no edge. */
  readonly bias: number;
  /** Scatter of the net counts where there is no edge, in √N of the background. */
  readonly scatter: number;
  /** Share of the background that is found in 95 of 100 pixels, where 5 of 100 without it are: 3.29 scatters (L. Currie 1968). */
  readonly limit: number;
  /** Area under the ROC curve of net/σ, for each of the shares. */
  readonly areas: readonly number[];
}

/** Share of the flatter of two power laws, E^−2.4 beside E^−3.4. */
function flatter(x: number, y: number, side: number, field: Study['field']): number {
  if (field === 'interface') return x < side / 2 ? 0.15 : 0.85;
  return 0.5 + 0.35 * Math.sin((2 * Math.PI * x) / side) * Math.cos((2 * Math.PI * y) / side);
}

/** Oblique stripes four pixels wide: half of the map, whatever the background. */
const hasEdge = (x: number, y: number) => ((x + 2 * y) >> 2) % 2 === 1;

/** Detection maps of one trace edge under each method, on the same maps. */
export async function detectionStudy(study: Study): Promise<Readonly<Record<string, Detection>>> {
  const { methods = Object.keys(METHODS), maps } = study;
  const found = methods.map(() => ({ bias: 0, square: 0, nulls: 0, counts: 0, areas: SHARES.map(() => 0) }));
  for (let seed = 1; seed <= maps; seed++) {
    const { signal, expected } = map(study, seed);
    const { side } = study;
    const edges = SHARES.map((share, s) => {
      const random = new CounterRandom(900 + s, seed);
      return expected.map((counts, i) =>
        hasEdge(i % side, Math.floor(i / side)) ? random.poisson(share * counts) : 0,
      );
    });
    for (const [m, name] of methods.entries()) {
      const { use, params } = METHODS[name];
      const { products } = await run(
        {
          spectrail: 'recipe/1',
          title: 'A trace edge',
          inputs: { core: {} },
          steps: [
            { id: 'net', use, in: 'core', params: { fit: study.fit, ...params } },
            { id: 'edge', use: 'measure.window', params: { window: EDGE } },
          ],
        } as never,
        { core: signal },
      );
      const { map: net, sigma } = products.edge as WindowIntensity;
      const into = found[m];
      for (let i = 0; i < net.length; i++) {
        into.bias += net[i] / expected[i];
        into.square += (net[i] * net[i]) / expected[i];
        into.counts += expected[i];
        into.nulls++;
      }
      // The edge lies behind the fit window: its counts add to the net ones and to their variance, and to nothing else.
      for (const [s, edge] of edges.entries()) {
        const score = net.map((value, i) => (value + edge[i]) / Math.sqrt(sigma[i] * sigma[i] + edge[i]));
        into.areas[s] += areaUnderCurve(score, (i) => hasEdge(i % side, Math.floor(i / side))) / maps;
      }
    }
  }
  return Object.fromEntries(
    methods.map((name, m) => {
      const { bias, square, nulls, counts, areas } = found[m];
      const scatter = Math.sqrt(square / nulls);
      return [name, { bias: bias / nulls, scatter, limit: (3.29 * scatter) / Math.sqrt(counts / nulls), areas }];
    }),
  );
}

function map({ side, counts, field }: Study, seed: number) {
  const random = new CounterRandom(77, seed);
  const channels = ENERGIES.length;
  const values = new Float64Array(side * side * channels);
  const expected = new Float64Array(side * side);
  const [flat, steep] = [2.4, 3.4].map((r) => ENERGIES.map((energy) => (energy / 480) ** -r));
  for (let i = 0; i < side * side; i++) {
    const share = flatter(i % side, Math.floor(i / side), side, field);
    for (let j = 0; j < channels; j++) {
      const background = counts * (share * flat[j] + (1 - share) * steep[j]);
      values[i * channels + j] = random.poisson(background);
      if (inEdge(ENERGIES[j])) expected[i] += background;
    }
  }
  const signal = createSignal({
    modality: 'eels',
    navigation: ['y', 'x'].map((name) => uniformAxis({ name, role: 'navigation', size: side })),
    spectral: uniformAxis({ name: 'E', unit: 'eV', role: 'spectral', size: channels, offset: 440, scale: 0.5 }),
    source: { type: 'memory', block: { kind: 'dense', pixels: side * side, channels, values } },
    intensity: COUNTS,
    noise: poisson(),
  });
  return { signal, expected };
}

/** Probability that a pixel with the edge scores above one without. */
function areaUnderCurve(scores: Float64Array, positive: (i: number) => boolean): number {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  let [ranks, positives] = [0, 0];
  for (const [rank, i] of order.entries()) {
    if (!positive(i)) continue;
    ranks += rank + 1;
    positives++;
  }
  const pairs = positives * (scores.length - positives);
  return (ranks - (positives * (positives + 1)) / 2) / pairs;
}
