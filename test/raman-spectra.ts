import { CounterRandom } from '../src/kernels/index.ts';

/** Spectra with their true baselines, rows one after the other. */
export interface RamanSpectra {
  readonly rows: number;
  readonly channels: number;
  readonly truth: Float64Array;
  readonly counts: Float64Array;
}

/**
 * The recipe at which baselines of Raman spectra are compared: 40 spectra of 1000 channels, a curved fluorescence of a
 * Gaussian and an exponential up to some 4000 counts, ten Lorentzians of half-width 3 to 9 channels and height 40 to 200,
 * Poisson noise. What it leaves open is chosen so that its table comes out: 800 counts, a Gaussian of 2500–3000 at channel
 * 400–600 with σ of 250–350, and an exponential of 600–1200 over 300–500 channels; peaks anywhere but in the outer 30
 * channels.
 */
export function ramanSpectra(): RamanSpectra {
  const [rows, channels] = [40, 1000];
  const truth = new Float64Array(rows * channels);
  const counts = new Float64Array(rows * channels);
  for (let row = 0; row < rows; row++) {
    const random = new CounterRandom(24, row);
    const within = (a: number, b: number) => a + (b - a) * random.next();
    const [centre, width, height] = [within(400, 600), within(250, 350), within(2500, 3000)];
    const [start, decay] = [within(600, 1200), within(300, 500)];
    const peaks = Array.from({ length: 10 }, () => [within(30, 970), within(3, 9), within(40, 200)]);
    for (let i = 0; i < channels; i++) {
      const at = row * channels + i;
      truth[at] = 800 + height * Math.exp(-(((i - centre) / width) ** 2) / 2) + start * Math.exp(-i / decay);
      const lines = peaks.map(([c, half, tall]) => tall / (1 + ((i - c) / half) ** 2));
      counts[at] = random.poisson(lines.reduce((sum, line) => sum + line, truth[at]));
    }
  }
  return { rows, channels, truth, counts };
}

/** Root mean square error of each spectrum's baseline, and its mean error. */
export function baselineErrors(baselines: Float64Array, { rows, channels, truth }: RamanSpectra) {
  return Array.from({ length: rows }, (_, row) => {
    let [square, mean] = [0, 0];
    for (let at = row * channels; at < (row + 1) * channels; at++) {
      square += (baselines[at] - truth[at]) ** 2 / channels;
      mean += (baselines[at] - truth[at]) / channels;
    }
    return { rmse: Math.sqrt(square), bias: mean };
  });
}

/** The middle one of some numbers. */
export const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Median over the spectra of both. */
export function typicalErrors(baselines: Float64Array, spectra: RamanSpectra): { rmse: number; bias: number } {
  const each = baselineErrors(baselines, spectra);
  return { rmse: median(each.map(({ rmse }) => rmse)), bias: median(each.map(({ bias }) => bias)) };
}
