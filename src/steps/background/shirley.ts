import { z } from 'zod';
import { shirley } from '../../kernels/index.ts';
import { defineBackground } from './define-background.ts';
import { energiesOf, onRegion, regionChannels, regionParameter, scaleParameter } from './photoelectron-region.ts';

const params = z.strictObject({
  region: regionParameter,
  scale: scaleParameter,
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
  example: { region: [1, 14], scale: 'kinetic', ends: 2 },
  range: regionChannels,
  prepare(setting) {
    const energies = energiesOf(setting);
    const endChannels = Math.min(setting.params.ends, energies.energies.length >> 1);
    return onRegion(setting, (values, rows, channels, out) => {
      shirley(values, rows, channels, { ...energies, endChannels }, out);
    });
  },
});
