import { CounterRandom } from '../../src/kernels/index.ts';
import { uniformAxis } from '../../src/signal/axis.ts';
import { COUNTS } from '../../src/signal/intensity.ts';
import { type Noise, poisson, unknownNoise } from '../../src/signal/noise.ts';
import { createSignal, type Signal } from '../../src/signal/signal.ts';

export const HEIGHT = 10;
export const WIDTH = 12;
export const CHANNELS = 16;
const PIXELS = HEIGHT * WIDTH;
const SIZE = PIXELS * CHANNELS;
/** Realisations of the same experiment: a variance is then known to 3.5 %, that of all values together to 0.1 %. */
export const REPEATS = 1600;

/** Expected counts, 0.5 to 40: two spectra, mixed from left to right, of a dose that differs from row to row. */
export const MEANS = Float64Array.from({ length: SIZE }, (_, at) => {
  const [i, j] = [Math.floor(at / CHANNELS), at % CHANNELS];
  const [y, x] = [Math.floor(i / WIDTH), i % WIDTH];
  const share = x / (WIDTH - 1);
  const peak = (centre: number) => Math.exp(-((j - centre) ** 2) / 4);
  const shape = 0.02 + (1 - share) * peak(4) + share * peak(11);
  return Math.min(40, Math.max(0.5, 36 * shape * (0.6 + (0.4 * (y + 1)) / HEIGHT)));
});

let drawn: { counts: Uint8Array; normals: Float32Array } | undefined;

/** Poisson counts and unit normals of every realisation, drawn once for all laws. */
function draws() {
  if (drawn) return drawn;
  const counts = new Uint8Array(REPEATS * SIZE);
  const normals = new Float32Array(REPEATS * SIZE);
  const random = new CounterRandom(11, 0);
  for (let r = 0; r < REPEATS; r++) {
    random.reset(r);
    for (let at = 0; at < SIZE; at++) {
      counts[r * SIZE + at] = random.poisson(MEANS[at]);
      normals[r * SIZE + at] = random.normal();
    }
  }
  drawn = { counts, normals };
  return drawn;
}

/** A law of errors, and the values of one realisation under it. */
export interface Experiment {
  readonly name: string;
  readonly noise: Noise;
  readonly masked?: boolean;
  readonly value: (counts: Uint8Array, normals: Float32Array, at: number) => number;
}

const rising = (size: number, most: number) => Float64Array.from({ length: size }, (_, i) => 0.5 + (most * i) / size);
const perChannel = rising(CHANNELS, 2);
const perPixel = rising(PIXELS, 3);
const independent = { kind: 'independent' } as const;
/** Index of the next channel or pixel of the same row or spectrum; at its end the value itself. */
const nextChannel = (at: number) => (at % CHANNELS < CHANNELS - 1 ? at + 1 : at);
const nextPixel = (at: number) => (Math.floor(at / CHANNELS) % WIDTH < WIDTH - 1 ? at + CHANNELS : at);

export const EXPERIMENTS: readonly Experiment[] = [
  { name: 'pure counts', noise: poisson(), value: (counts, _, at) => counts[at] },
  { name: 'a common gain', noise: poisson({ gain: 2.5 }), value: (counts, _, at) => 2.5 * counts[at] },
  {
    name: 'a gain for each channel',
    noise: poisson({ gain: { per: 'channel', values: perChannel } }),
    value: (counts, _, at) => perChannel[at % CHANNELS] * counts[at],
  },
  {
    name: 'a gain for each pixel',
    noise: poisson({ gain: { per: 'pixel', values: perPixel } }),
    value: (counts, _, at) => perPixel[Math.floor(at / CHANNELS)] * counts[at],
  },
  {
    name: 'pedestal and readout noise, with dead pixels and channels',
    noise: poisson({ gain: 1.5, offset: 100, readout: 3 }),
    masked: true,
    value: (counts, normals, at) => 1.5 * counts[at] + 100 + 3 * normals[at],
  },
  {
    name: 'Gaussian errors',
    noise: { tag: 'gaussian', sigma: 2, across: independent },
    value: (_, normals, at) => MEANS[at] + 2 * normals[at],
  },
  {
    name: 'independent errors of different size',
    noise: { tag: 'diagonal', variance: 'one per value', across: independent },
    value: (_, normals, at) => MEANS[at] + (1 + (at % 5)) * normals[at],
  },
  {
    name: 'errors shared by neighbouring channels',
    noise: { tag: 'correlated', form: { kind: 'band', channels: 1 }, why: 'smoothed', across: independent },
    value: (_, normals, at) => normals[at] + normals[nextChannel(at)],
  },
  {
    name: 'errors shared by neighbouring pixels',
    noise: { tag: 'gaussian', sigma: Math.SQRT2, across: { kind: 'kernel', pixels: 1 } },
    value: (_, normals, at) => (nextPixel(at) === at ? Math.SQRT2 * normals[at] : normals[at] + normals[nextPixel(at)]),
  },
  { name: 'errors of unknown law', noise: unknownNoise('a test'), value: (_, normals, at) => normals[at] },
];

/** The signal of realisation `r`. */
export function realise({ name, noise, masked, value }: Experiment, r: number): Signal {
  const { counts, normals } = draws();
  const [c, n] = [counts, normals].map((all) => all.subarray(r * SIZE, (r + 1) * SIZE)) as [Uint8Array, Float32Array];
  const values = new Float64Array(SIZE);
  for (let at = 0; at < SIZE; at++) values[at] = value(c, n, at);
  return createSignal({
    title: name,
    modality: 'eds',
    navigation: [
      uniformAxis({ name: 'y', role: 'navigation', size: HEIGHT }),
      uniformAxis({ name: 'x', role: 'navigation', size: WIDTH }),
    ],
    spectral: uniformAxis({ name: 'Energy', role: 'spectral', size: CHANNELS }),
    source: { type: 'memory', block: { kind: 'dense', pixels: PIXELS, channels: CHANNELS, values } },
    intensity: COUNTS,
    noise,
    mask: masked
      ? {
          pixels: Uint8Array.from({ length: PIXELS }, (_, i) => (i % 11 === 3 ? 1 : 0)),
          channels: Uint8Array.from({ length: CHANNELS }, (_, j) => (j === 6 ? 1 : 0)),
        }
      : undefined,
  });
}
