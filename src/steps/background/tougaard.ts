import { z } from 'zod';
import { threeParameterLoss, tougaard, tougaardResponse, UNIVERSAL_LOSS } from '../../kernels/index.ts';
import { explicitAxis } from '../../signal/axis.ts';
import { windowChannels } from '../reshape/channels.ts';
import { defineBackground } from './define-background.ts';
import type { Setting } from './estimator.ts';
import { energiesOf, onRegion, regionChannels, regionParameter, scaleParameter } from './photoelectron-region.ts';

const edge = z.union([z.number(), z.string()]);
const params = z.strictObject({
  region: regionParameter,
  scale: scaleParameter,
  loss: z
    .union([
      z.literal('universal'),
      z.strictObject({
        b: z.number().positive().describe('B, eV²'),
        c: z.number().describe('C, eV²'),
        d: z.number().min(0).describe('D, eV²'),
      }),
    ])
    .default('universal')
    .describe(
      'universal: B·T/(C + T²)² with B = 2866 eV² and C = 1643 eV², for most metals; {b, c, d}: B·T/((C − T²)² + D·T²), for solids with narrow plasmons',
    ),
  meets: z
    .tuple([edge, edge])
    .optional()
    .describe(
      'where the background is to meet the spectrum, 30–50 eV below the peak: B is adjusted to it. Default: B stays',
    ),
});
type Params = z.infer<typeof params>;

/** Channels to be met, counted from the start of the region. */
function metChannels(setting: Setting<Params>): readonly [from: number, to: number] | undefined {
  const { positions, unit, params: p } = setting;
  if (!p.meets) return undefined;
  const [first, end] = regionChannels(setting);
  const axis = explicitAxis({ positions: positions.slice(first, end), unit, role: 'spectral' });
  return windowChannels(axis, p.meets);
}

export default defineBackground<Params>({
  id: 'background.tougaard',
  version: 1,
  title: 'Tougaard background',
  summary:
    'Takes off the electrons that lost energy on their way out, from the spectrum itself and a cross-section of losses. Needs 30–50 eV below the peak at low kinetic energy; physics, where Shirley is a rule.',
  params,
  needs: { modality: ['xps'] },
  cite: ['Tougaard 1988, Surf. Interface Anal. 11, 453', 'Tougaard 1997, Surf. Interface Anal. 25, 137'],
  example: { region: [1, 14], scale: 'kinetic', loss: 'universal' },
  range(setting) {
    metChannels(setting);
    return regionChannels(setting);
  },
  prepare(setting) {
    const { loss: given } = setting.params;
    const loss = given === 'universal' ? UNIVERSAL_LOSS : threeParameterLoss(given.b, given.c, given.d);
    const meets = metChannels(setting);
    const options = { ...energiesOf(setting), loss, meets };
    return onRegion(
      setting,
      (values, rows, channels, out) => {
        tougaard(values, rows, channels, options, out);
      },
      meets ? undefined : (row, sum, out) => out.set(tougaardResponse(row.length, options, sum)),
    );
  },
});
