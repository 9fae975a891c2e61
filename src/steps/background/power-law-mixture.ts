import { z } from 'zod';
import { type PositiveBasis, portableExp, portableLog, positiveBasis, powerLawRegressor } from '../../kernels/index.ts';
import { defineBackground } from './define-background.ts';
import type { Setting } from './estimator.ts';
import { fitWeights } from './fit-weights.ts';
import { fitParameter, fittedChannels } from './fit-window.ts';
import { positiveEstimator } from './positive.ts';

const params = z.strictObject({
  fit: fitParameter,
  exponents: z
    .array(z.number().min(0).max(20))
    .min(1)
    .max(6)
    .default([2, 3, 4, 6])
    .describe('exponents of the power laws that are mixed, each once'),
});
type Params = z.infer<typeof params>;

function basisOf(setting: Setting<Params>): PositiveBasis {
  const { positions, params: p } = setting;
  const { channels, range } = fittedChannels(setting, p.fit);
  const { reference } = powerLawRegressor(positions, channels);
  const exponents = [...new Set(p.exponents)];
  const shapes = new Float64Array(exponents.length * positions.length);
  for (const [k, exponent] of exponents.entries()) {
    for (let j = range[0]; j < range[1]; j++) {
      shapes[k * positions.length + j] = portableExp(-exponent * portableLog(positions[j] / reference));
    }
  }
  return positiveBasis(shapes, exponents.length, channels, fitWeights(setting, channels));
}

export default defineBackground<Params>({
  id: 'background.power-law-mixture',
  version: 1,
  title: 'Background of mixed power laws',
  summary:
    'Takes off Σ c·E^−r of a few fixed exponents with amounts c ≥ 0, fitted to each spectrum by the likelihood of its counts: behind an earlier edge, whose tail bends the background, where a single power law falls too far. Lies 1–2 % above a background that does not bend.',
  params,
  needs: { modality: ['eels'], intensity: ['counts', 'counts-per-unit', 'rate'] },
  cite: ['Van den Broek, Jannis & Verbeeck 2023, Ultramicroscopy 254, 113830'],
  example: { fit: [2, 9], exponents: [2, 3, 4, 6] },
  range(setting) {
    basisOf(setting);
    return fittedChannels(setting, setting.params.fit).range;
  },
  prepare: (setting) => positiveEstimator(basisOf(setting), fittedChannels(setting, setting.params.fit).range),
});
