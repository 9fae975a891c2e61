import { describe, expect, it } from 'vitest';
import { inlineEngine } from '../../engines/inline.ts';
import { BOLTZMANN_EV, CounterRandom, fermiStep } from '../../kernels/index.ts';
import { makePlan } from '../../plan/plan.ts';
import { checkRecipe } from '../../plan/recipe.ts';
import { runPlan } from '../../plan/run.ts';
import { axisValue, uniformAxis } from '../../signal/axis.ts';
import { COUNTS } from '../../signal/intensity.ts';
import { poisson } from '../../signal/noise.ts';
import { createSignal, type Signal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';
import { signalState } from '../state.ts';

interface Edge {
  /** Where the axis has the Fermi level. */
  readonly at?: number;
  readonly height?: number;
  readonly temperature?: number;
  readonly sigma?: number;
  readonly kinetic?: boolean;
  readonly unit?: string;
  readonly seed?: number;
}

function metal({
  at = 0.31,
  height = 900,
  temperature = 300,
  sigma = 0.2,
  kinetic = false,
  unit = 'eV',
  seed = 1,
}: Edge = {}): Signal {
  const random = new CounterRandom(7, seed);
  const size = 200;
  const [offset, scale] = kinetic ? [1478, 0.05] : [-4, 0.05];
  const perUnit = unit === 'keV' ? 1e-3 : 1;
  const values = Float64Array.from({ length: size }, (_, j) => {
    const energy = (kinetic ? 1 : -1) * (offset + scale * j - at);
    return random.poisson(10 + height * fermiStep(energy, BOLTZMANN_EV * temperature, sigma));
  });
  return createSignal({
    modality: 'xps',
    spectral: uniformAxis({ unit, role: 'spectral', size, offset: offset * perUnit, scale: scale * perUnit }),
    source: { type: 'memory', block: { kind: 'dense', pixels: 1, channels: size, values } },
    intensity: COUNTS,
    noise: poisson(),
  });
}

async function run(signal: Signal, params: object, standard?: Signal) {
  const inputs: Record<string, Signal> = standard ? { counts: signal, standard } : { counts: signal };
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'A Fermi edge',
    inputs: Object.fromEntries(Object.keys(inputs).map((name) => [name, {}])),
    steps: [
      {
        id: 'one',
        use: 'calibrate.fermi-edge',
        in: standard ? { in: 'counts', standard: 'standard' } : 'counts',
        params,
      },
    ],
  });
  const states = Object.fromEntries(Object.entries(inputs).map(([name, each]) => [name, signalState(each)]));
  const done = await runPlan(await makePlan(recipe, states), inputs, inlineEngine(resolveShape));
  return { signal: done.products.one as Signal, notes: done.trail[0].notes.join(' ') };
}

const window = ['-2 eV', '2.5 eV'];

describe('the Fermi edge of a metal', () => {
  it('is at 0 of the corrected axis, within the error it claims, which is its own', async () => {
    let squares = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const before = metal({ seed });
      const { signal } = await run(before, { window });
      const off = axisValue(signal.spectral, 0) - (-4 - 0.31);
      const claimed = signal.spectral.calibration!.uncertainty!;
      squares += (off / claimed) ** 2 / 8;
      expect(Math.abs(off)).toBeLessThan(0.02);
      expect(claimed).toBeLessThan(0.01);
      expect(signal.source).toBe(before.source);
      expect(signal.noise).toEqual(before.noise);
    }
    expect(Math.sqrt(squares)).toBeLessThan(1.8);
  });

  it('of another spectrum moves an axis just the same, and has the resolution without the temperature', async () => {
    const { signal, notes } = await run(metal({ height: 0 }), { window }, metal({ height: 20000 }));
    expect(axisValue(signal.spectral, 0)).toBeCloseTo(-4.31, 2);
    expect(notes).toMatch(/resolution 0\.47\d? ± .* at 300 K/);
    const cold = await run(metal({ height: 20000 }), { window, temperature: 0 });
    expect(cold.notes).toMatch(/resolution 0\.4[89]\d? /);
  });

  it('on a kinetic axis is where photon energy and work function put it', async () => {
    const params = { window: [1480, 1485.5], position: '1482.3 eV', scale: 'kinetic' };
    const { signal } = await run(metal({ kinetic: true, at: 1482.6 }), params);
    expect(axisValue(signal.spectral, 0)).toBeCloseTo(1477.7, 1);
    await expect(run(metal({ kinetic: true, at: 1482.6 }), { ...params, scale: 'binding' })).rejects.toMatchObject({
      code: 'reference-not-found',
    });
  });

  it('is found in keV as in eV, from another start of the resolution', async () => {
    const { signal } = await run(metal({ unit: 'keV' }), { window, resolution: '0.9 eV' });
    const inVolts = await run(metal(), { window });
    expect(1000 * axisValue(signal.spectral, 0)).toBeCloseTo(axisValue(inVolts.signal.spectral, 0), 5);
  });

  it('is refused where there is none, in a window of a few channels, and for settings that cannot be', async () => {
    await expect(run(metal({ height: 0 }), { window })).rejects.toThrowError(/clean metal/);
    await expect(run(metal(), { window: [0, 0.2] })).rejects.toMatchObject({ code: 'reference-not-found' });
    await expect(run(metal(), { window: [50, 60] })).rejects.toMatchObject({ code: 'empty-window' });
    await expect(run(metal(), { window, resolution: 0 })).rejects.toMatchObject({ code: 'bad-resolution' });
  });
});
