import { z } from 'zod';
import { shirley } from '../../kernels/index.ts';
import { defineBackground } from './define-background.ts';
import { onRegion, regionChannels, regionEnergies, regionParameter } from './photoelectron-region.ts';

const params = z.strictObject({
  region: regionParameter,
  ends: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('channels at either end of the region whose mean is the level there'),
});
type Params = z.infer<typeof params>;

export default defineBackground<Params>({
  id: 'background.shirley',
  version: 1,
  title: 'Shirley background',
  summary:
    'Takes off a background whose rise is proportional to the peak area at higher kinetic energy, iterated until it stands still. Its ends fix it: they must lie on the background, on no satellite, and the level must rise towards low kinetic energy.',
  params,
  needs: { modality: ['xps'] },
  cite: ['Shirley 1972, Phys. Rev. B 5, 4709', 'Proctor & Sherwood 1982, Anal. Chem. 54, 13'],
  example: { region: [1, 14], ends: 2 },
  range: regionChannels,
  prepare(setting) {
    const energies = regionEnergies(setting);
    const endChannels = Math.min(setting.params.ends, energies.length >> 1);
    // Between levels at both ends it is the same background from whichever end it is counted.
    const options = { energies, scale: 'binding', endChannels } as const;
    return onRegion(setting, (values, rows, channels, out) => {
      const given = values.slice(0, rows * channels);
      shirley(values, rows, channels, options, out);
      for (let row = 0; row < rows; row++) {
        const at = row * channels;
        if (Number.isNaN(out[at])) lineBetweenEnds(given, out, at, channels, endChannels);
      }
    });
  },
});

/** Where the iteration finds no peak, as with a step that is large beside it or long flats, what its ends say is all there is. */
function lineBetweenEnds(values: Float64Array, out: Float64Array, at: number, channels: number, ends: number): void {
  let [first, last] = [0, 0];
  for (let k = 0; k < ends; k++) {
    first += values[at + k] / ends;
    last += values[at + channels - 1 - k] / ends;
  }
  for (let j = 0; j < channels; j++) out[at + j] = first + ((last - first) * j) / (channels - 1);
}
