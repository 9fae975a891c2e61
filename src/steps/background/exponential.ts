import { z } from 'zod';
import { exponentialRegressor } from '../../kernels/index.ts';
import { defineBackground } from './define-background.ts';
import { fitWeights } from './fit-weights.ts';
import { fitParameter, fittedChannels } from './fit-window.ts';
import { logLinearEstimator } from './log-linear.ts';

const params = z.strictObject({ fit: fitParameter });
type Params = z.infer<typeof params>;

export default defineBackground<Params>({
  id: 'background.exponential',
  version: 1,
  title: 'Exponential background',
  summary:
    'Takes off A·e^−E/τ, fitted to each spectrum in a window before the edge by the likelihood of its counts: for edges below about 100 eV, or close after another edge, where no power law holds.',
  params,
  needs: { modality: ['eels'], intensity: ['counts', 'counts-per-unit', 'rate'] },
  cite: ['Egerton 2011, Electron Energy-Loss Spectroscopy in the Electron Microscope, 3rd ed., sec. 4.4'],
  example: { fit: [2, 9] },
  range: (setting) => {
    const { channels, range } = fittedChannels(setting, setting.params.fit);
    exponentialRegressor(setting.positions, channels);
    return range;
  },
  prepare(setting) {
    const { channels, range } = fittedChannels(setting, setting.params.fit);
    return logLinearEstimator(exponentialRegressor(setting.positions, channels), fitWeights(setting, channels), range);
  },
});
