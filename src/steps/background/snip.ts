import { z } from 'zod';
import { snip } from '../../kernels/index.ts';
import { defineBackground } from './define-background.ts';
import { wholeRange, wholeRows, widthInChannels } from './whole-rows.ts';

const params = z.strictObject({
  width: z
    .union([z.number(), z.string()])
    .describe(
      'full width at half maximum of the broadest line, for example "40 1/cm": what is broader is taken for background',
    ),
  order: z
    .union([z.literal(2), z.literal(4), z.literal(6), z.literal(8)])
    .default(2)
    .describe('order of the clipping filter: above 2 for curved backgrounds and steps'),
  decreasing: z.boolean().default(true).describe('clip with the widest window first: smoother'),
  transform: z
    .boolean()
    .default(true)
    .describe('clip ln(ln(√(y + 1) + 1) + 1) of the counts, so that strong and weak lines are cut alike'),
  smooth: z
    .number()
    .int()
    .min(0)
    .max(50)
    .default(2)
    .describe(
      'channels to either side that are averaged beforehand: without it the background lies 2σ below the mean of noise',
    ),
});
type Params = z.infer<typeof params>;

export default defineBackground<Params>({
  id: 'background.snip',
  version: 1,
  title: 'SNIP background',
  summary:
    'Takes off what lies below a spectrum when its lines are clipped in passes of windows up to the width of the broadest: quick, one parameter, for X-ray and diffraction patterns on smooth backgrounds. It lies below the mean of noise, by about 0.9σ with the default smoothing.',
  params,
  needs: { intensity: ['counts', 'counts-per-unit', 'rate'] },
  cite: [
    'Ryan et al. 1988, Nucl. Instrum. Methods B 34, 396',
    'Morháč et al. 1997, Nucl. Instrum. Methods A 401, 113',
    'Morháč & Matoušek 2008, Appl. Spectrosc. 62, 91',
  ],
  example: { width: 2, order: 2, decreasing: true, transform: true, smooth: 1 },
  range(setting) {
    widthInChannels(setting, setting.params.width);
    return wholeRange(setting);
  },
  prepare(setting) {
    const { width, order, decreasing, transform, smooth } = setting.params;
    const windows = widthInChannels(setting, width);
    const halfWindow = windows.every((each) => each === windows[0]) ? windows[0] : windows;
    const options = { halfWindow, order, decreasing, transform, beforehandHalfWindow: smooth };
    return wholeRows(setting, (values, rows, channels, out) => snip(values, rows, channels, options, out));
  },
});
