import { CounterRandom } from '../../src/kernels/index.ts';
import { uniformAxis } from '../../src/signal/axis.ts';
import { toEvents } from '../../src/signal/block.ts';
import { COUNTS } from '../../src/signal/intensity.ts';
import { poisson } from '../../src/signal/noise.ts';
import { createSignal, type Signal } from '../../src/signal/signal.ts';

const SIDE = 64;
const CHANNELS = 400;
/** (centre, height, σ) in channels; the last phase is rare. */
const PEAKS: readonly (readonly (readonly [number, number, number])[])[] = [
  [
    [60, 1, 6],
    [120, 0.3, 6],
  ],
  [
    [90, 1, 6],
    [200, 0.5, 7],
  ],
  [
    [150, 0.8, 6],
    [260, 0.4, 7],
  ],
  [
    [60, 0.5, 6],
    [230, 0.8, 7],
  ],
  [
    [310, 1.2, 7],
    [90, 0.3, 6],
  ],
];

/**
 * 64 × 64 × 400 Poisson counts of two to five phases with a thickness that varies: two or three blurred columns, a disc of
 * radius 8 and a rare disc of 30 pixels.
 */
export function fivePhaseCube(countsPerPixel: number, seed: number, phases = 5): Signal {
  const spectra = PEAKS.map(spectrumOf);
  const values = new Uint16Array(SIDE * SIDE * CHANNELS);
  const random = new CounterRandom(seed, 0);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [y, x] = [Math.floor(i / SIDE), i % SIDE];
    const share = abundances(y, x, phases);
    const dose = countsPerPixel * (1 + 0.3 * Math.sin(x / 15));
    random.reset(i);
    for (let j = 0; j < CHANNELS; j++) {
      const mean = share.reduce((sum, a, p) => sum + a * spectra[p][j], 0);
      values[i * CHANNELS + j] = random.poisson(dose * mean);
    }
  }
  return createSignal({
    title: `${phases} phases, ${countsPerPixel} counts per pixel`,
    navigation: ['y', 'x'].map((name) => uniformAxis({ name, role: 'navigation', size: SIDE })),
    spectral: uniformAxis({ name: 'channel', role: 'spectral', size: CHANNELS }),
    source: { type: 'memory', block: toEvents({ kind: 'dense', pixels: SIDE * SIDE, channels: CHANNELS, values }) },
    intensity: COUNTS,
    noise: poisson(),
  });
}

function spectrumOf(peaks: (typeof PEAKS)[number]): Float64Array {
  const spectrum = Float64Array.from({ length: CHANNELS }, (_, j) =>
    peaks.reduce(
      (sum, [c, h, s]) => sum + h * Math.exp(-((j - c) ** 2) / (2 * s * s)),
      0.3 * Math.exp(-j / 150) + 0.02,
    ),
  );
  const area = spectrum.reduce((sum, value) => sum + value, 0);
  return spectrum.map((value) => value / area);
}

function abundances(y: number, x: number, phases: number): number[] {
  if (phases >= 5 && (y - 48) ** 2 + (x - 50) ** 2 <= 9.6) return [0, 0, 0, 0, 1];
  if (phases >= 4 && (y - 20) ** 2 + (x - 30) ** 2 <= 64) return [0, 0, 0, 1, 0];
  const shares = [0, 0, 0, 0, 0];
  for (const dx of [-1, 0, 1]) {
    const column = Math.min(SIDE - 1, Math.max(0, x + dx));
    const phase = column < 20 ? 0 : column < 44 || phases < 3 ? 1 : 2;
    shares[phase] += 1 / 3;
  }
  return shares;
}
