import { describe, expect, it } from 'vitest';
import { runStep, signalOf } from '../../../test/run-step.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { reasonCode } from '../../signal/mask.ts';
import { unknownNoise } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';
import type { Measurements } from '../products.ts';

const TRUTH = { gain: 3.2, offset: 100, readout: 5 };

interface Made {
  readonly seed: number;
  readonly pixels?: number;
  readonly channels?: number;
  /** Counts expected: default a smooth spectrum from next to nothing to 900, brighter to the right. */
  readonly mean?: (x: number, j: number) => number;
  readonly spikes?: boolean;
}

const WIDTH = 16;

function camera({ seed, pixels = 512, channels = 256, mean, spikes }: Made, parts: Partial<Signal> = {}): Signal {
  const random = new CounterRandom(seed, 0);
  const smooth = (x: number, j: number) => (0.6 + x / WIDTH) * 700 * Math.exp(-(((j - 170) / 50) ** 2)) + 0.5;
  const expected = mean ?? smooth;
  const values = Float64Array.from({ length: pixels * channels }, (_, at) => {
    const [x, j] = [Math.floor(at / channels) % WIDTH, at % channels];
    const z = TRUTH.gain * random.poisson(expected(x, j)) + TRUTH.offset + TRUTH.readout * random.normal();
    return spikes && random.next() < 0.002 ? z + 5e4 * random.next() : z;
  });
  return signalOf(values, channels, WIDTH, { noise: unknownNoise('nobody said'), ...parts });
}

const measured = async (params: object, inputs: Readonly<Record<string, Signal>>) => {
  const { made } = await runStep('counts.photon-transfer', params, inputs);
  return made as Measurements;
};
const found = (measurements: Measurements, name: string) => {
  const { quantity } = measurements.quantities.find((each) => each.name === name)!;
  return { value: quantity.value, sigma: quantity.random[0].sigma };
};
const refusal = async (run: Promise<unknown>) => {
  const error = await run.then(
    () => undefined,
    (caught) => caught,
  );
  if (!isSpectrailError(error, 'input')) throw error ?? new Error('not refused');
  return error;
};
const KNOWN = { offset: TRUTH.offset };
const dark = (seed: number) => camera({ seed, pixels: 64, mean: () => 0 });

describe('counts.photon-transfer', () => {
  it.each([
    ['neighbouring pixels', KNOWN, () => ({ in: camera({ seed: 1 }) })],
    ['two recordings', KNOWN, () => ({ in: camera({ seed: 2 }), repeat: camera({ seed: 3 }) })],
    ['channels in a row', { ...KNOWN, pairs: 'channels' }, () => ({ in: camera({ seed: 4, pixels: 1024 }) })],
    ['spikes in two of a thousand values', KNOWN, () => ({ in: camera({ seed: 5, spikes: true }) })],
    ['dark frames', {}, () => ({ in: camera({ seed: 6 }), dark: dark(7) })],
  ])('from %s: the gain within 1 %, the readout noise within 5 %', async (_, params, inputs) => {
    const result = await measured(params, inputs());
    const [gain, readout] = [found(result, 'Gain'), found(result, 'Readout noise')];
    expect(Math.abs(gain.value / TRUTH.gain - 1)).toBeLessThan(0.01);
    expect(Math.abs(readout.value / TRUTH.readout - 1)).toBeLessThan(0.05);
    expect(Math.abs(found(result, 'Pedestal').value - TRUTH.offset)).toBeLessThan(0.3);
    expect(gain.sigma).toBeLessThan(0.02 * TRUTH.gain);
    expect(result.warnings).toEqual([]);
    // methods.md 1.3: 1 ± 3√(2/(n − 1)) after the transform, where it stabilises at all: from 10 counts on.
    const [after, n, level] = ['variance stabilised', 'contrasts', 'mean'].map(
      (name) => result.tables[0].columns.find((each) => each.name === name)!.values as Float64Array,
    );
    const bright = [...after.keys()].filter((k) => level[k] > TRUTH.offset + 10 * TRUTH.gain);
    const inside = bright.filter((k) => Math.abs(after[k] - 1) < 3 * Math.sqrt(2 / (n[k] - 1)) + 0.01);
    expect(bright.length).toBeGreaterThan(10);
    expect(inside.length / bright.length).toBeGreaterThan(0.95);
  });

  it('states errors that cover the truth, without bias', { timeout: 60_000 }, async () => {
    const pulls: Record<string, number[]> = { Gain: [], 'Readout noise': [] };
    for (let seed = 100; seed < 160; seed++) {
      const result = await measured(KNOWN, { in: camera({ seed, pixels: 48, channels: 128 }) });
      for (const [name, truth] of [
        ['Gain', TRUTH.gain],
        ['Readout noise', TRUTH.readout],
      ] as const) {
        const { value, sigma } = found(result, name);
        pulls[name].push((value - truth) / sigma);
      }
    }
    for (const list of Object.values(pulls)) {
      const mean = list.reduce((sum, pull) => sum + pull, 0) / list.length;
      const spread = Math.sqrt(list.reduce((sum, pull) => sum + (pull - mean) ** 2, 0) / (list.length - 1));
      expect(Math.abs(mean)).toBeLessThan(3 / Math.sqrt(list.length));
      expect(spread).toBeGreaterThan(0.7);
      expect(spread).toBeLessThan(1.3);
      expect(list.filter((pull) => Math.abs(pull) < 1.96).length / list.length).toBeGreaterThan(0.86);
    }
  });

  it('takes no structure for noise: neither a slope over the map nor one along the axis', async () => {
    const steep = (x: number, j: number) => 40 + 30 * x + 2 * j;
    const result = await measured(KNOWN, { in: camera({ seed: 11, channels: 128, mean: steep }) });
    expect(Math.abs(found(result, 'Gain').value / TRUTH.gain - 1)).toBeLessThan(0.02);
  });

  it('leaves masked pixels and channels out', async () => {
    const spoilt = camera({ seed: 12 });
    const { block } = spoilt.source as { block: { values: Float64Array } };
    for (let i = 0; i < 512; i++) block.values[i * 256 + 180] = 7 * i;
    block.values.fill(1e5, 0, 256);
    const [pixels, channels] = [new Uint8Array(512), new Uint8Array(256)];
    pixels[0] = reasonCode('saturated');
    channels[180] = reasonCode('dead');
    const result = await measured(KNOWN, {
      in: camera({ seed: 12 }, { source: spoilt.source, mask: { pixels, channels } }),
    });
    expect(Math.abs(found(result, 'Gain').value / TRUTH.gain - 1)).toBeLessThan(0.01);
  });

  it('says what it cannot know without a pedestal', async () => {
    const result = await measured({}, { in: camera({ seed: 13 }) });
    expect(result.quantities.map(({ name }) => name)).toEqual(['Gain', 'Variance at a value of 0']);
    expect(result.findings[1]).toContain('give dark frames');
    const { value } = found(result, 'Variance at a value of 0');
    expect(Math.abs(value - (25 - 320))).toBeLessThan(8);
    expect((await measured(KNOWN, { in: camera({ seed: 13 }) })).findings[1]).toMatch(/gain: 3\.[12]\d*, offset: 100,/);
  });

  it('warns of a wrong pedestal', async () => {
    const result = await measured({ offset: 60 }, { in: camera({ seed: 14 }) });
    expect(result.warnings.join(' ')).toContain('the pedestal is too low');
  });

  it('refuses data without different levels of light, and pairs that there are not', async () => {
    const even = await refusal(
      measured(KNOWN, { in: camera({ seed: 15, pixels: 32, channels: 8, mean: () => 0 }) }).then((result) => {
        // By chance a slope of the noise alone: then it is known to be nothing.
        expect(result.warnings.join(' ')).toContain('% only');
        throw new Error('refused in words');
      }),
    ).catch((error) => error);
    expect(even.code === 'no-light-levels' || even.message === 'refused in words').toBe(true);
    expect((await refusal(measured({ pairs: 'frames' }, { in: camera({ seed: 16 }) }))).code).toBe('no-pairs');
    const whole = camera({ seed: 17, pixels: 16, channels: 64 });
    const one = signalOf((whole.source as { block: { values: Float64Array } }).block.values.slice(0, 64), 64, 1);
    expect((await refusal(measured({ pairs: 'pixels' }, { in: one }))).code).toBe('no-pairs');
    expect((await refusal(measured({}, { in: camera({ seed: 1 }), repeat: whole }))).code).toBe('shape-mismatch');
  });
});
