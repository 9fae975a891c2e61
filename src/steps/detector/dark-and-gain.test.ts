import { describe, expect, it } from 'vitest';
import { planOf, type Steps } from '../../../test/acceptance/run-recipe.ts';
import { runStep, signalOf, valuesOf } from '../../../test/run-step.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { blocking } from '../../plan/plan.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { reasonCode } from '../../signal/mask.ts';
import { type Noise, poisson, unknownNoise } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';

const [WIDTH, CHANNELS] = [16, 64];
const CAMERA = { gain: 2, offset: 80, readout: 6 };
const dead = reasonCode('dead');

/** Camera values of `mean` counts; a pattern of its own in the pedestal and the sensitivity of each channel. */
function camera(
  seed: number,
  pixels: number,
  mean: (i: number, j: number) => number,
  { pattern = 0, ripple = 0, parts = {} as Partial<Signal> } = {},
): Signal {
  const random = new CounterRandom(seed, 0);
  const { gain, offset, readout } = CAMERA;
  const values = Float64Array.from({ length: pixels * CHANNELS }, (_, at) => {
    const j = at % CHANNELS;
    const counts = random.poisson(mean(Math.floor(at / CHANNELS), j) * (1 + ripple * Math.sin(2.1 * j)));
    return gain * counts + offset + pattern * Math.sin(j) + readout * random.normal();
  });
  return signalOf(values, CHANNELS, WIDTH, { noise: poisson(CAMERA), ...parts });
}

const columnMeans = (values: Float64Array, pixels: number) =>
  Float64Array.from({ length: CHANNELS }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < pixels; i++) sum += values[i * CHANNELS + j] / pixels;
    return sum;
  });
const refusal = async (run: Promise<unknown>) => {
  const error = await run.then(
    () => undefined,
    (caught) => caught,
  );
  if (!isSpectrailError(error, 'input')) throw error ?? new Error('not refused');
  return error;
};

describe('detector.dark', () => {
  const dark = (seed: number, pixels = 32) => camera(seed, pixels, () => 0, { pattern: 30 });

  it('takes off the pattern of the pedestal, and says what its error adds', async () => {
    const { made, notes } = await runStep(
      'detector.dark',
      {},
      {
        in: camera(1, 512, () => 50, { pattern: 30 }),
        dark: dark(2),
      },
    );
    const signal = made as Signal;
    const means = columnMeans(await valuesOf(signal), 512);
    // √(2·100/512 + 36/512 + 36/32) = 1.26 of each channel about 100.
    for (const mean of means) expect(Math.abs(mean - 100)).toBeLessThan(5.5);
    expect(signal.noise).toEqual({
      ...poisson({ gain: 2, readout: 6 * Math.sqrt(1 + 1 / 32) }),
      across: { kind: 'global', rank: 1 },
    });
    expect(notes[0]).toMatch(/dark level is (79|80)\..* σ (5\.9|6)\.?\d*, from 32 frames/);
  });

  it('has the variance it claims over whole experiments: μ + μd·(1 + 1/q)', async () => {
    const [experiments, frames, mean] = [200, 16, 20];
    const seen: number[][] = [[], []];
    for (let e = 0; e < experiments; e++) {
      const { made } = await runStep(
        'detector.dark',
        {},
        {
          in: camera(1000 + 2 * e, 16, () => mean),
          dark: camera(1001 + 2 * e, frames, () => 0),
        },
      );
      const values = await valuesOf(made as Signal);
      seen[0].push(values[5]);
      seen[1].push(values[5 + CHANNELS]);
    }
    const average = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
    const cov = (a: number[], b: number[]) =>
      a.reduce((sum, value, e) => sum + (value - average(a)) * (b[e] - average(b)), 0) / (experiments - 1);
    const claimed = 2 * 2 * mean + 36 * (1 + 1 / frames);
    expect(Math.abs(cov(seen[0], seen[0]) / claimed - 1)).toBeLessThan(4 * Math.sqrt(2 / experiments));
    expect(Math.abs(average(seen[0]) - 2 * mean)).toBeLessThan(4 * Math.sqrt(claimed / experiments));
    // Two pixels share the error of the mean of the frames.
    expect(Math.abs(cov(seen[0], seen[1]) - 36 / frames)).toBeLessThan((4 * claimed) / Math.sqrt(experiments));
  });

  it('refuses dark frames whose noise the law does not know of', async () => {
    const warm = camera(3, 64, () => 30);
    const error = await refusal(runStep('detector.dark', {}, { in: camera(1, 64, () => 50), dark: warm }));
    expect(error.code).toBe('dark-noise-differs');
    expect(error.fix).toMatch(/readout: 12\.\d/);
  });

  it('of counts, or of other laws, claims no more than independent channels', async () => {
    const law = async (noise: Noise) => {
      const { made } = await runStep(
        'detector.dark',
        {},
        {
          in: camera(1, 64, () => 50, { parts: { noise } }),
          dark: camera(2, 64, () => 0, { parts: { noise } }),
        },
      );
      return (made as Signal).noise;
    };
    const across = { kind: 'independent' } as const;
    expect((await law(poisson())).tag).toBe('diagonal');
    expect((await law(unknownNoise('no idea'))).tag).toBe('unknown');
    expect((await law({ tag: 'diagonal', variance: 'known', across })).tag).toBe('diagonal');
    expect(await law({ tag: 'gaussian', sigma: 6, across })).toMatchObject({ sigma: 6 * Math.sqrt(1 + 1 / 64) });
  });

  it('takes a known level off the pedestal, and masks what is masked in the dark', async () => {
    const { made } = await runStep('detector.dark', { level: 80 }, { in: camera(1, 32, () => 50) });
    expect((made as Signal).noise).toEqual(poisson({ gain: 2, readout: 6 }));
    const channels = new Uint8Array(CHANNELS);
    channels[7] = dead;
    const masked = camera(2, 32, () => 0, { parts: { mask: { channels } } });
    const both = await runStep('detector.dark', {}, { in: camera(1, 32, () => 50), dark: masked });
    expect((both.made as Signal).mask.channels?.[7]).toBe(dead);
  });

  it('refuses no dark frames at all, and those of another axis', async () => {
    expect((await refusal(runStep('detector.dark', {}, { in: camera(1, 32, () => 50) }))).code).toBe('no-dark');
    const other = signalOf(new Float64Array(32 * 8), 8, WIDTH);
    expect((await refusal(runStep('detector.dark', {}, { in: camera(1, 32, () => 50), dark: other }))).code).toBe(
      'shape-mismatch',
    );
  });

  it('is followed by the generalised Anscombe transform', async () => {
    const steps: Steps = [
      { id: 'light', use: 'detector.dark', in: 'counts', params: { level: 80 } },
      { id: 'flat', use: 'counts.anscombe' },
    ];
    expect(
      blocking(
        await planOf(
          steps,
          camera(1, 256, () => 50),
        ),
      ),
    ).toEqual([]);
  });
});

describe('detector.gain', () => {
  const ripple = 0.2;
  const sensitivity = (j: number) => 1 + ripple * Math.sin(2.1 * j);
  const flat = (seed: number, light: (j: number) => number = () => 1000, parts: Partial<Signal> = {}) =>
    camera(seed, 256, (_, j) => light(j), { ripple, parts });

  it('makes even what the flat says is even, and says how well it knows', async () => {
    const { made, notes } = await runStep(
      'detector.gain',
      {},
      { in: camera(4, 512, () => 200, { ripple }), flat: flat(5) },
    );
    const means = columnMeans(await valuesOf(made as Signal), 512);
    // Mean sensitivity of the 64 channels is 1 to a per cent; each is known to 0.2 %, each mean to 0.35 %.
    const middle = means.reduce((sum, mean) => sum + mean, 0) / CHANNELS;
    expect(Math.abs(middle / 400 - 1)).toBeLessThan(0.02);
    for (const mean of means) expect(Math.abs(mean / middle - 1)).toBeLessThan(0.02);
    expect((made as Signal).noise).toMatchObject({ tag: 'diagonal', across: { kind: 'global' } });
    expect(notes[0]).toMatch(/known to 0\.[12]\d* % from 256 frames/);
  });

  it('follows a light that is not even where it is told over what width', async () => {
    const light = (j: number) => 800 + 8 * j;
    const uneven = async (params: object) => {
      const { made } = await runStep('detector.gain', params, {
        in: camera(4, 512, () => 200, { ripple }),
        flat: flat(5, light),
      });
      const means = columnMeans(await valuesOf(made as Signal), 512);
      return means[60] / means[3];
    };
    expect(await uneven({})).toBeLessThan(0.75);
    expect(Math.abs((await uneven({ illumination: 31 })) - 1)).toBeLessThan(0.08);
  });

  it('masks channels that see no light', async () => {
    const blind = flat(5, (j) => (j === 9 ? 0 : 1000));
    const { made } = await runStep('detector.gain', {}, { in: camera(4, 64, () => 200), flat: blind });
    expect([...((made as Signal).mask.channels ?? [])].map((code, j) => (code ? j : -1)).filter((j) => j >= 0)).toEqual(
      [9],
    );
    const values = await valuesOf(made as Signal);
    expect(values[9]).toBe(0);
    expect(
      (await refusal(runStep('detector.gain', {}, { in: camera(4, 64, () => 200), flat: flat(5, () => 0) }))).code,
    ).toBe('no-light');
  });

  it('by known gains leaves counts Poisson, with a gain in each channel', async () => {
    const gains = Array.from({ length: CHANNELS }, (_, j) => (j === 3 ? 0 : sensitivity(j)));
    const counts = { noise: poisson() };
    const { made } = await runStep('detector.gain', { gains }, { in: camera(4, 64, () => 200, { parts: counts }) });
    const { noise, mask } = made as Signal;
    expect(noise).toMatchObject({ tag: 'poisson', gain: { per: 'channel' }, offset: 0 });
    expect(noise.tag === 'poisson' && noise.gain.per === 'channel' && noise.gain.values[8]).toBeCloseTo(
      1 / sensitivity(8),
      12,
    );
    expect(mask.channels?.[3]).toBe(dead);
    const behindReadout = await runStep('detector.gain', { gains }, { in: camera(4, 64, () => 200) });
    expect((behindReadout.made as Signal).noise.tag).toBe('diagonal');
    const one = await runStep('detector.gain', { gains: 2 }, { in: camera(4, 64, () => 200) });
    expect((one.made as Signal).noise).toEqual(poisson({ gain: 1, readout: 3 }));
    expect((await valuesOf(one.made as Signal))[0]).toBeLessThan(300);
  });

  it('refuses lists of another length, and no gains at all', async () => {
    const data = { in: camera(4, 32, () => 200) };
    expect((await refusal(runStep('detector.gain', { gains: [1, 2] }, data))).code).toBe('shape-mismatch');
    expect((await refusal(runStep('detector.gain', {}, data))).code).toBe('no-flat');
    expect((await refusal(runStep('detector.gain', { illumination: 1 }, { ...data, flat: flat(5) }))).code).toBe(
      'bad-window',
    );
  });
});
