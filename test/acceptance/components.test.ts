import { describe, expect, it } from 'vitest';
import { asSignal } from '../../src/signal/as-signal.ts';
import { simulateEds } from '../../src/simulate/eds.ts';
import type { Truncation } from '../../src/steps/products.ts';
import { fivePhaseCube } from './five-phase-cube.ts';
import { PHASE_MAP, runSteps } from './run-recipe.ts';

const TRUNCATED = PHASE_MAP.slice(0, 2);
const QUICK = [PHASE_MAP[0], { ...PHASE_MAP[1], params: { nulls: 8 } }];

describe('the number of components', () => {
  it.each([20, 60, 200, 1000])(
    'is 5 for five phases, one of them in 30 pixels, at %i counts per pixel',
    async (dose) => {
      const { products } = await runSteps(TRUNCATED, fivePhaseCube(dose, 1));
      const { components, criteria } = products.truncation as Truncation;
      expect(components).toBe(5);
      for (const id of ['anisotropy', 'moran', 'parallel']) {
        expect(criteria.find((criterion) => criterion.id === id)?.components, id).toBe(5);
      }
    },
  );

  it.each([2, 3, 4])('is the number of phases for %i phases', async (phases) => {
    const { products } = await runSteps(QUICK, fivePhaseCube(60, 2, phases));
    expect((products.truncation as Truncation).components).toBe(phases);
  });

  it('comes with a warning when criteria differ by two or more, and without when they do not', async () => {
    const sparse = (await runSteps(QUICK, fivePhaseCube(20, 1))).products.truncation as Truncation;
    const counts = sparse.criteria.map(({ components }) => components);
    expect(Math.max(...counts) - Math.min(...counts)).toBeGreaterThanOrEqual(2);
    expect(sparse.warnings.some((text) => text.includes('disagree'))).toBe(true);
    const rich = (await runSteps(QUICK, fivePhaseCube(1000, 1))).products.truncation as Truncation;
    expect(new Set(rich.criteria.map(({ components }) => components))).toEqual(new Set([5]));
    expect(rich.warnings.some((text) => text.includes('disagree'))).toBe(false);
  });

  it('does not take a gain pattern for a phase: flagged in 20 of 20 maps', async () => {
    let flagged = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const { dataset } = simulateEds({
        seed,
        rare: false,
        gainRipple: 0.02,
        dose: 8000,
        height: 32,
        width: 32,
        channels: 256,
        dispersionKeV: 0.04,
      });
      const { products } = await runSteps(QUICK, await asSignal(dataset));
      const { verdicts, kept, components, noiseEdge, singularValues } = products.truncation as Truncation;
      const patterns = verdicts.filter(({ kind }) => kind === 'pattern');
      expect(kept).toHaveLength(4);
      expect(singularValues[components - 1]).toBeGreaterThan(noiseEdge);
      if (patterns.length > 0 && patterns.every(({ moran, smoothness }) => moran < 4 && smoothness < 0.3)) flagged++;
    }
    expect(flagged).toBe(20);
  });

  it('obeys the recipe: a criterion, or a number', async () => {
    const cube = fivePhaseCube(20, 1);
    const choose = async (params: object) =>
      (
        (await runSteps([PHASE_MAP[0], { ...PHASE_MAP[1], params: { nulls: 8, ...params } }], cube)).products
          .truncation as Truncation
      ).components;
    expect(await choose({ criterion: 'malinowski-f' })).toBe(1);
    expect(await choose({ criterion: 'gavish-donoho' })).toBe(3);
    expect(await choose({ components: 7 })).toBe(7);
  });
});
