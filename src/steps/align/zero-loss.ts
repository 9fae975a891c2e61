import { z } from 'zod';
import {
  CENTROID,
  fitPeakShape,
  LOG_PARABOLA,
  locatePeaks,
  MAXIMUM,
  PEAK_FIT,
  type PeakEstimator,
  positionsOf,
  type Reading,
} from '../../kernels/index.ts';
import { defineFold } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { axisIndex } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { type Noise, poisson } from '../../signal/noise.ts';
import type { Shift } from '../../signal/shift.ts';
import { pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import { parseInUnit } from '../../signal/units.ts';
import { windowChannels } from '../reshape/channels.ts';
import { eachRowGroup } from '../row-groups.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import {
  DISPLACEMENTS,
  type Displacements,
  inAxisUnits,
  readoutInCounts,
  shiftOf,
  toCounts,
} from './measured-shift.ts';
import { movedMean, movedSum } from './moved-sum.ts';

const edge = z.union([z.number(), z.string()]);
const params = z.strictObject({
  within: edge.default('5 eV').describe('largest displacement of the peak from 0 eV that is believed'),
  window: z
    .tuple([edge, edge])
    .optional()
    .describe(
      'where the peak is looked for, for example ["-3 eV", "3 eV"]. Default: it is the highest of the whole axis',
    ),
  estimator: z
    .enum(['fit', 'centroid', 'parabola', 'maximum'])
    .default('fit')
    .describe(
      'fit: likelihood of a peak, the most precise; centroid: of what stands above half the maximum; parabola: through the logarithms of three channels; maximum: to the channel',
    ),
  shape: z
    .enum(['gaussian', 'learned'])
    .default('learned')
    .describe(
      'of the fit; learned: tails and asymmetry from the sum of all spectra once they are aligned, for two more passes',
    ),
  saturation: z.number().positive().optional().describe('values from here on are saturated and take no part'),
});
type Params = z.infer<typeof params>;

interface Args {
  readonly estimator: PeakEstimator;
  readonly reading: Reading;
  readonly noise: Noise;
  readonly pixelMask?: Uint8Array;
}

const places = defineFold<Args, Record<string, never>, Displacements>({
  init: () => ({}),
  perPixel: () => DISPLACEMENTS,
  add: ({ estimator, reading, noise }, state, blocks, start, _end, { place, sigma, flag }) => {
    const [{ channels }] = blocks;
    eachRowGroup(blocks, noise, ({ from, count, values }) => {
      const found = positionsOf(count);
      toCounts(values, count, noise, start + from);
      locatePeaks(values, count, channels, found, estimator, reading);
      place.set(found.position, from);
      sigma.set(found.uncertainty, from);
      flag.set(found.flag, from);
    });
    return state;
  },
  merge: (left) => left,
  example: () => ({ args: { estimator: CENTROID, reading: {}, noise: poisson() }, kinds: ['events'] }),
});

export default defineStep<Params>({
  id: 'align.zero-loss',
  version: 1,
  title: 'Zero-loss alignment',
  summary:
    'Finds the zero-loss peak of every spectrum to a fraction of a channel and notes how far beside 0 eV it lies. The values stay as they are: what needs one axis for all pixels has the displacements taken out first.',
  params,
  example: { within: 100, estimator: 'centroid', shape: 'learned' },
  inputs: {
    in: { product: 'signal', doc: 'spectra to align', needs: { modality: ['eels'], shift: 'refuses' } },
    'zero-loss': {
      product: 'signal',
      doc: 'spectra of the same pixels with the zero-loss peak in them: the low-loss half of dual EELS',
      default: 'in',
      needs: { modality: ['eels'], noise: ['poisson', 'unknown'], intensity: ['counts', 'rate'], shift: 'refuses' },
    },
  },
  output: 'signal',
  cite: ['Egerton 2011, Electron Energy-Loss Spectroscopy in the Electron Microscope, 3rd ed., sec. 2.5'],
  shapes: { places, movedSum },
  effect: ({ in: state, 'zero-loss': low }, p) => {
    checkPixels(state as SignalState, low as SignalState);
    const { spectral } = low as SignalState;
    if (p.window) windowChannels(spectral, p.window);
    const within = Math.abs(parseInUnit(p.within, spectral.unit));
    return { ...(state as SignalState), shift: { state: 'expected', within, origin: ORIGIN } };
  },
  cost: ({ in: state }, { estimator, shape }) => ({
    passes: estimator === 'fit' && shape === 'learned' ? 3 : 1,
    keeps: 8 * pixelCount(state as SignalState),
    works: 17 * pixelCount(state as SignalState),
    lane: 0,
  }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const low = inputs['zero-loss'] as Signal;
    const { spectral, noise, mask } = low;
    const [first, end] = p.window ? windowChannels(spectral, p.window) : [0, spectral.size];
    const level = p.saturation !== undefined && noise.tag === 'poisson' ? inCounts(p.saturation, noise) : p.saturation;
    if (level !== undefined && !(level > 0)) {
      throw inputError({
        code: 'saturated-at-rest',
        what: `values of ${p.saturation} are said to be saturated, and lie below the pedestal`,
        expected: 'a level above the pedestal, in the units of the values',
        fix: 'set saturation to the largest value the camera can give, or leave it out',
      });
    }
    const reading: Reading = { first, end, masked: mask.channels, saturation: level, readout: readoutInCounts(noise) };
    const args: Args = { estimator: ESTIMATORS[p.estimator], reading, noise };
    let found = await context.fold<Displacements>('places', args, [low.source], signalGeometry(low));
    if (p.estimator === 'fit' && p.shape === 'learned') {
      const mean = await movedMean(context, low, found, Math.round(axisIndex(spectral, 0)));
      const shape = fitPeakShape(mean, reading);
      if (shape) {
        const learned: Args = { ...args, estimator: { ...PEAK_FIT, shape } as PeakEstimator };
        found = await context.fold<Displacements>('places', learned, [low.source], signalGeometry(low));
      } else context.note('the sum of the spectra shows no peak to learn a shape from: a Gaussian was fitted');
    }
    const shift: Shift = shiftOf(context, {
      ...inAxisUnits(found, spectral, 0),
      within: Math.abs(parseInUnit(p.within, spectral.unit)),
      origin: ORIGIN,
      unit: spectral.unit,
      masked: mask.pixels,
    });
    return withSignal(signal, {
      shift,
      history: [...signal.history, { step: 'align.zero-loss', version: 1, params: p as never }],
    });
  },
});

const ORIGIN = 'the zero-loss peak';
const ESTIMATORS = { fit: PEAK_FIT, centroid: CENTROID, parabola: LOG_PARABOLA, maximum: MAXIMUM } as const;

const inCounts = (value: number, { gain, offset }: Extract<Noise, { tag: 'poisson' }>) =>
  (value - offset) / (gain.per === 'cube' ? gain.value : gain.values.reduce((most, each) => Math.max(most, each), 0));

function checkPixels(state: SignalState, low: SignalState): void {
  const [ours, theirs] = [pixelCount(state), pixelCount(low)];
  if (ours === theirs) return;
  throw inputError({
    code: 'shape-mismatch',
    what: `there are ${ours} spectra to align, and ${theirs} with a zero-loss peak`,
    expected: 'one for each',
    fix: 'crop or rebin both alike',
  });
}
