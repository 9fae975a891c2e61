import { describe, expect, it } from 'vitest';
import { asSignal } from '../../src/signal/as-signal.ts';
import { toDense, toEvents } from '../../src/signal/block.ts';
import { type Signal, withSignal } from '../../src/signal/signal.ts';
import { simulateEds } from '../../src/simulate/eds.ts';
import { runPhaseMap } from './run-recipe.ts';

const SMALL = { height: 48, width: 48, channels: 512, dispersionKeV: 0.02 };

describe('a phase of five pixels', () => {
  it('is erased by the reconstruction and reported by the residual pass, with its element', async () => {
    const { dataset, truth } = simulateEds({ seed: 11, ...SMALL });
    const counts = await asSignal(dataset);
    const { residual, model } = await runPhaseMap(counts);
    const rare = truth.rare?.pixels ?? [];
    const region = residual.regions.find(({ pixels }) => rare.every((pixel) => pixels.includes(pixel)));
    expect(region?.status).toBe('confirmed');
    expect(region?.pixels).toHaveLength(rare.length);
    expect(region?.suggestions[0].element).toBe(truth.rare?.element);
    expect(region?.pValue).toBeLessThan(1e-6);
    expect(region && region.expected / region.observed.value).toBeLessThan(0.1);
    expect(model.noise.tag).toBe('correlated');
    expect(residual.warnings.join()).toContain(`region ${region?.id}`);
  });

  it('is not seen where there is none', async () => {
    const { dataset } = simulateEds({ seed: 12, rare: false, ...SMALL });
    const { residual } = await runPhaseMap(await asSignal(dataset));
    expect(residual.regions.filter(({ status }) => status === 'confirmed')).toEqual([]);
    expect(residual.warnings).toEqual([]);
  });

  it('in a single pixel is reported as unconfirmed', async () => {
    const { dataset } = simulateEds({ seed: 13, rare: false, ...SMALL });
    const counts = await asSignal(dataset);
    const pixel = 10 * SMALL.width + 20;
    const spiked = withLine(counts, pixel, 3.69, 14);
    const { residual } = await runPhaseMap(spiked);
    const region = residual.regions.find(({ pixels }) => pixels.includes(pixel));
    expect(region?.status).toBe('unconfirmed');
    expect(region?.pixels).toEqual([pixel]);
  });

  it('false-alarm rate and band width are what the recipe says', async () => {
    const { dataset } = simulateEds({ seed: 14, rare: false, ...SMALL });
    const counts = await asSignal(dataset);
    const { PHASE_MAP, runSteps } = await import('./run-recipe.ts');
    const threshold = async (params: object) => {
      const steps = [...PHASE_MAP.slice(0, 4), { ...PHASE_MAP[4], params }];
      return ((await runSteps(steps, counts)).products.residual as { threshold: number }).threshold;
    };
    const usual = await threshold({});
    expect(await threshold({ falseAlarmRate: 0.5 })).toBeLessThan(usual - 0.8);
    expect(await threshold({ bandWidth: 2 })).toBeLessThan(usual - 0.3);
  });
});

/** Adds counts around an energy to one pixel, spread like a line. */
function withLine(signal: Signal, pixel: number, energy: number, counts: number): Signal {
  const { source, spectral } = signal;
  if (source.type !== 'memory' || spectral.kind !== 'uniform') throw new Error('simulated maps are in memory');
  const dense = toDense(source.block, 'uint32');
  const centre = Math.round((energy - spectral.offset) / spectral.scale);
  for (let n = 0; n < counts; n++) dense.values[pixel * dense.channels + centre - 2 + (n % 5)]++;
  return withSignal(signal, { source: { type: 'memory', block: toEvents(dense) } });
}
