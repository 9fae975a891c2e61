import { beforeAll, describe, expect, it } from 'vitest';
import { asSignal } from '../../src/signal/as-signal.ts';
import type { Signal } from '../../src/signal/signal.ts';
import { simulateEds } from '../../src/simulate/eds.ts';
import type { Anomalies, PhaseMap, Truncation } from '../../src/steps/products.ts';
import { PHASE_MAP, runSteps } from './run-recipe.ts';

const SCALED = PHASE_MAP.map(({ in: from, ...step }) => ({
  ...step,
  in: JSON.parse(JSON.stringify(from).replaceAll('"counts"', '"scaled"').replaceAll('"scaled":', '"counts":')),
}));

async function withGain(counts: Signal, factor: number) {
  const { products } = await runSteps(
    [{ id: 'scaled', use: 'scale', in: 'counts', params: { factor } }, ...SCALED],
    counts,
  );
  return {
    truncation: products.truncation as Truncation,
    phases: products.phases as PhaseMap,
    residual: products.residual as Anomalies,
  };
}

describe('a gain that is remembered changes nothing', () => {
  let counts: Signal;
  beforeAll(async () => {
    const { dataset } = simulateEds({ seed: 3, height: 32, width: 32, channels: 256, dispersionKeV: 0.04 });
    counts = await asSignal(dataset);
  });

  it.each([2.5, 0.4])('gain %f: the same components, phases in counts, and regions', async (factor) => {
    const [plain, scaled] = [await withGain(counts, 1), await withGain(counts, factor)];
    expect(scaled.truncation.components).toBe(plain.truncation.components);
    expect(scaled.phases.labels).toEqual(plain.phases.labels);
    scaled.phases.phases.forEach((phase, c) => {
      const [sum, expected] = [phase, plain.phases.phases[c]].map(({ counts: n }) => n.reduce((a, b) => a + b, 0));
      expect(sum / expected).toBeCloseTo(1, 9);
    });
    expect(scaled.residual.threshold).toBeCloseTo(plain.residual.threshold, 6);
    expect(scaled.residual.regions.map(({ pixels }) => pixels)).toEqual(
      plain.residual.regions.map(({ pixels }) => pixels),
    );
    expect(scaled.residual.regions[0].observed.value).toBeCloseTo(plain.residual.regions[0].observed.value, 6);
  });
});
