import { type ArrayDataset, uniformAxis } from '../src/index.ts';
import { CounterRandom } from '../src/kernels/index.ts';

/**
 * An oxide on a metal, from 400 eV in channels of 1 eV: power-law background, O K everywhere, Ti L on the left; manganese
 * in four pixels.
 */
export function eelsMap(
  width: number,
  channels: number,
): { dataset: ArrayDataset; labels: Uint8Array; rare: readonly number[] } {
  const pixels = width * width;
  const labels = Uint8Array.from({ length: pixels }, (_, i) => ((i % width) + (i / width) * 0.3 < 0.6 * width ? 0 : 1));
  const rare = [9 * width + 8, 9 * width + 9, 10 * width + 8, 10 * width + 9];
  const values = new Uint16Array(pixels * channels);
  const random = new CounterRandom(5, 0);
  const edge = (energy: number, onset: number) =>
    energy < onset ? 0 : ((energy / onset) ** -3 * (1 + Math.exp(-(energy - onset) / 8))) / 2;
  for (let i = 0; i < pixels; i++) {
    random.reset(i);
    for (let j = 0; j < channels; j++) {
      const energy = 400 + j;
      const titanium = labels[i] === 0 ? 12 * edge(energy, 456) : 0;
      const manganese = rare.includes(i) ? 15 * edge(energy, 640) : 0;
      values[i * channels + j] = random.poisson(
        30 * (energy / 400) ** -3 + titanium + 6 * edge(energy, 532) + manganese,
      );
    }
  }
  const navigation = ['y', 'x'].map((name) => uniformAxis({ name, unit: 'nm', role: 'navigation', size: width }));
  const spectral = uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size: channels, offset: 400 });
  const dataset: ArrayDataset = {
    kind: 'array',
    title: 'oxide on metal',
    shape: [width, width, channels],
    dtype: 'uint16',
    axes: [...navigation, spectral],
    values: { kind: 'dense', load: async () => values },
    metadata: { signal_type: 'EELS' },
    original: {},
    warnings: [],
  };
  return { dataset, labels, rare };
}
