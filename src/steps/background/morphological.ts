import { z } from 'zod';
import { iteratedMorphologicalBaseline, morphologicalBaseline, rollingBall, tophat } from '../../kernels/index.ts';
import { defineBackground } from './define-background.ts';
import { type RowKernel, wholeRange, wholeRows, widthInChannels } from './whole-rows.ts';

const params = z.strictObject({
  width: z
    .union([z.number(), z.string()])
    .describe('width of the window, wider than the broadest peak at its base, for example "80 1/cm"'),
  method: z
    .enum(['iterated', 'mean', 'rolling-ball', 'top-hat'])
    .default('iterated')
    .describe(
      'iterated: mean of dilation and erosion of the opening, until it stands still; mean: once; rolling-ball: the opening, smoothed; top-hat: the opening itself',
    ),
});
type Params = z.infer<typeof params>;

function kernelOf(method: Params['method'], halfWindow: number): RowKernel {
  switch (method) {
    case 'iterated':
      return (values, rows, channels, out) =>
        iteratedMorphologicalBaseline(values, rows, channels, { halfWindow }, out);
    case 'mean':
      return (values, rows, channels, out) => morphologicalBaseline(values, rows, channels, { halfWindow }, out);
    case 'rolling-ball':
      return (values, rows, channels, out) =>
        rollingBall(values, rows, channels, { halfWindow, smoothHalfWindow: Math.ceil(halfWindow / 2) }, out);
    case 'top-hat':
      return (values, rows, channels, out) => tophat(values, rows, channels, { halfWindow }, out);
  }
}

/** On an axis of uneven steps the middle one counts. */
const typical = (widths: Uint32Array) => widths.slice().sort()[widths.length >> 1];

export default defineBackground<Params>({
  id: 'background.morphological',
  version: 1,
  title: 'Morphological background',
  summary:
    'Takes off what a flat window can be slid along below the spectrum. It is made of least values, so it lies below the mean of noise, the more the wider the window is.',
  params,
  needs: {},
  cite: [
    'Perez-Pueyo, Soneira & Ruiz-Moreno 2010, Appl. Spectrosc. 64, 595',
    'Dai et al. 2018, Chemom. Intell. Lab. Syst. 179, 24',
    'Kneen & Annegarn 1996, Nucl. Instrum. Methods B 109, 209',
  ],
  example: { width: 2, method: 'top-hat' },
  range(setting) {
    widthInChannels(setting, setting.params.width);
    return wholeRange(setting);
  },
  prepare(setting) {
    const { width, method } = setting.params;
    return wholeRows(setting, kernelOf(method, Math.max(1, typical(widthInChannels(setting, width)) >> 1)));
  },
});
