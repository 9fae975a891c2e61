import { describe, expect, it } from 'vitest';
import { inlineEngine } from '../../engines/inline.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { makePlan } from '../../plan/plan.ts';
import { checkRecipe } from '../../plan/recipe.ts';
import { type Run, runPlan } from '../../plan/run.ts';
import { uniformAxis } from '../../signal/axis.ts';
import { type DenseBlock, sliceBlock } from '../../signal/block.ts';
import { COUNTS } from '../../signal/intensity.ts';
import type { ModalityId } from '../../signal/modality.ts';
import { type Noise, poisson } from '../../signal/noise.ts';
import { createSignal, type Signal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';
import type { WindowIntensity } from '../products.ts';
import { signalState } from '../state.ts';

const PIXELS = 400;
const FWHM = 0.8;
const SIGMA = FWHM / 2.35482;

interface Drawn {
  readonly name?: string;
  readonly modality?: ModalityId;
  readonly unit?: string;
  readonly channels: number;
  readonly scale: number;
  readonly offset: number;
  /** Expected counts of a pixel in a channel. */
  readonly mean: (pixel: number, position: number) => number;
  readonly value?: (counts: number) => number;
  readonly noise?: Noise;
}

function drawn(options: Drawn): Signal {
  const { modality = 'eels', unit = 'eV', channels, scale, offset, mean, value = (counts) => counts } = options;
  const random = new CounterRandom(7, 0);
  const values = new Float64Array(PIXELS * channels);
  for (let i = 0; i < PIXELS; i++) {
    random.reset(i);
    for (let j = 0; j < channels; j++) {
      values[i * channels + j] = value(random.poisson(mean(i, offset + j * scale)));
    }
  }
  return createSignal({
    title: options.name,
    modality,
    navigation: [uniformAxis({ role: 'navigation', size: PIXELS })],
    spectral: uniformAxis({ name: 'Energy loss', unit, role: 'spectral', size: channels, scale, offset }),
    source: { type: 'memory', block: { kind: 'dense', pixels: PIXELS, channels, values } },
    intensity: COUNTS,
    noise: options.noise ?? poisson(),
  });
}

/** The same counts, recorded with a gain in each channel. */
function withGains(signal: Signal, gains: Float64Array): Signal {
  const { block } = signal.source as { block: DenseBlock };
  const values = Float64Array.from(block.values, (counts, at) => counts * gains[at % block.channels]);
  return {
    ...signal,
    noise: poisson({ gain: { per: 'channel', values: gains } }),
    source: { type: 'memory', block: { ...block, values } },
  };
}

/** The first pixels alone. */
function cropped(signal: Signal, pixels: number): Signal {
  const { block } = signal.source as { block: DenseBlock };
  return {
    ...signal,
    navigation: [uniformAxis({ role: 'navigation', size: pixels })],
    source: { type: 'memory', block: sliceBlock(block, 0, pixels) },
  };
}

/** Displacements up to 1.5 eV to either side, in no order. */
const DRIFT = Float64Array.from({ length: PIXELS }, (_, i) => (((i * 173) % PIXELS) / (PIXELS - 1)) * 3 - 1.5);

/** Zero-loss peaks of 10⁴ electrons, 0.8 eV broad, with a plasmon of a tenth. */
const lowLoss = (more: Partial<Drawn> = {}) =>
  drawn({
    channels: 200,
    scale: 0.1,
    offset: -5,
    mean: (i, energy) => {
      const z = (energy - DRIFT[i]) / SIGMA;
      return ((1e4 * 0.1) / (SIGMA * 2.5066)) * Math.exp((-z * z) / 2) + 2;
    },
    ...more,
  });

async function aligned(signals: Record<string, Signal>, steps: object[]): Promise<Run> {
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'Alignment',
    inputs: Object.fromEntries(Object.keys(signals).map((name) => [name, {}])),
    steps,
  });
  const states = Object.fromEntries(Object.entries(signals).map(([name, signal]) => [name, signalState(signal)]));
  return runPlan(await makePlan(recipe, states), signals, inlineEngine(resolveShape));
}

const zeroLoss = (params: object = {}, inputs?: object) => ({
  id: 'found',
  use: 'align.zero-loss',
  in: inputs,
  params,
});

const offsetsOf = ({ products }: Run) => {
  const { shift } = products.found as Signal;
  if (shift.state !== 'map') throw new Error('nothing was measured');
  return shift;
};

const rms = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

describe('zero-loss alignment', () => {
  it('finds displacements of ± 1.5 eV within 1.2 of the Cramér–Rao bound, and says how well', async () => {
    const shift = offsetsOf(await aligned({ low: lowLoss() }, [zeroLoss()]));
    const error = rms(shift.offsets.map((offset, i) => offset - DRIFT[i]));
    const bound = SIGMA / Math.sqrt(1e4);
    expect(error).toBeLessThan(1.2 * bound);
    expect(error / shift.uncertainty).toBeGreaterThan(0.9);
    expect(error / shift.uncertainty).toBeLessThan(1.1);
    expect(shift).toMatchObject({ within: 5, origin: 'the zero-loss peak' });
  });

  it.each([
    ['centroid', 3],
    ['parabola', 12],
    ['maximum', 40],
  ])('by %s is rougher, and says so', async (estimator, times) => {
    const shift = offsetsOf(await aligned({ low: lowLoss() }, [zeroLoss({ estimator })]));
    const error = rms(shift.offsets.map((offset, i) => offset - DRIFT[i]));
    const bound = SIGMA / Math.sqrt(1e4);
    expect(error).toBeGreaterThan(1.1 * bound);
    expect(error).toBeLessThan(times * bound);
    expect(shift.uncertainty).toBeGreaterThan(1.1 * bound);
  });

  it('learns a shape with tails from all spectra, and is nearer to the peak then than a Gaussian', async () => {
    const tailed = lowLoss({
      mean: (i, energy) => {
        const z = (energy - DRIFT[i]) / 0.4;
        return energy - DRIFT[i] > 0 ? 700 / (1 + z * z * 0.5) : 700 / (1 + z * z * 2);
      },
    });
    const [plain, learned] = [
      offsetsOf(await aligned({ low: tailed }, [zeroLoss({ shape: 'gaussian' })])),
      offsetsOf(await aligned({ low: tailed }, [zeroLoss()])),
    ];
    const bias = ({ offsets }: typeof plain) =>
      Math.abs(offsets.reduce((sum, offset, i) => sum + offset - DRIFT[i], 0) / PIXELS);
    expect(bias(learned)).toBeLessThan(0.6 * bias(plain));
  });

  it('looks only where it is told to', async () => {
    const plasmon = (energy: number) => 3000 * Math.exp(-((energy - 10) ** 2) / 2);
    const thick = lowLoss({
      mean: (i, energy) => {
        const z = (energy - DRIFT[i]) / SIGMA;
        return 400 * Math.exp((-z * z) / 2) + plasmon(energy) + 2;
      },
    });
    await expect(aligned({ low: thick }, [zeroLoss()])).rejects.toThrow(/do not show the zero-loss peak within ± 5 eV/);
    const shift = offsetsOf(await aligned({ low: thick }, [zeroLoss({ window: ['-4 eV', '4 eV'] })]));
    expect(rms(shift.offsets.map((offset, i) => offset - DRIFT[i]))).toBeLessThan(0.05);
  });

  it('leaves saturated channels out: here they read full scale', async () => {
    const full = 4095;
    const blown = lowLoss({ value: (counts) => (counts >= 900 ? full : counts) });
    const error = async (params: object) =>
      rms(offsetsOf(await aligned({ low: blown }, [zeroLoss(params)])).offsets.map((offset, i) => offset - DRIFT[i]));
    expect(await error({ saturation: full })).toBeLessThan(1.5 * (SIGMA / 100));
    expect(await error({})).toBeGreaterThan(3 * (SIGMA / 100));
  });

  it('gives pixels without a peak the median, and says how many; masked ones are not asked', async () => {
    const some = lowLoss({
      mean: (i, energy) => {
        const z = (energy - DRIFT[i]) / SIGMA;
        return i % 10 === 0 ? 0 : 1000 * Math.exp((-z * z) / 2);
      },
    });
    const run = await aligned({ low: some }, [zeroLoss()]);
    expect(run.trail[0].notes.join()).toMatch(/40 of 400 spectra do not show the zero-loss peak/);
    expect(Math.abs(offsetsOf(run).offsets[10])).toBeLessThan(0.1);
    const pixels = Uint8Array.from({ length: PIXELS }, (_, i) => (i % 10 === 0 ? 1 : 0));
    const masked = await aligned({ low: { ...some, mask: { pixels } } }, [zeroLoss()]);
    expect(masked.trail[0].notes.join()).not.toMatch(/do not show/);
  });

  it('refuses displacements beyond what is believed', async () => {
    await expect(aligned({ low: lowLoss() }, [zeroLoss({ within: '0.2 eV' })])).rejects.toThrow(/within ± 0.2 eV/);
  });

  it('counts electrons, not camera units', async () => {
    const camera = lowLoss({
      value: (counts) => 20 * counts + 300,
      noise: poisson({ gain: 20, offset: 300, readout: 5 }),
    });
    const shift = offsetsOf(await aligned({ low: camera }, [zeroLoss()]));
    const error = rms(shift.offsets.map((offset, i) => offset - DRIFT[i]));
    expect(error).toBeLessThan(1.2 * (SIGMA / 100));
    expect(error / shift.uncertainty).toBeGreaterThan(0.9);
  });

  it('counts electrons in every pixel, also in maps that no group of rows ends on', async () => {
    const few = (noise: Noise, gain: number) => cropped(lowLoss({ value: (counts) => gain * counts, noise }), 100);
    const shift = offsetsOf(await aligned({ low: few(poisson({ gain: 50 }), 50) }, [zeroLoss()]));
    const plain = offsetsOf(await aligned({ low: few(poisson(), 1) }, [zeroLoss()]));
    expect(shift.uncertainty).toBeCloseTo(plain.uncertainty, 9);
    expect(shift.offsets[99]).toBeCloseTo(plain.offsets[99], 9);
  });

  it('aligns the core loss by the low loss of the same pixels, before its edge is measured', async () => {
    const core = drawn({
      name: 'core loss',
      channels: 240,
      scale: 0.25,
      offset: 510,
      mean: (i, energy) => 20 + (energy - DRIFT[i] > 532 ? 60 * Math.exp(-(energy - DRIFT[i] - 532) / 4) : 0),
    });
    const steps = [
      zeroLoss({ within: '2 eV' }, { in: 'core', 'zero-loss': 'low' }),
      { id: 'edge', use: 'measure.window', in: 'found', params: { window: ['532 eV', '534 eV'] } },
    ];
    const { plan, products } = await aligned({ core, low: lowLoss() }, steps);
    expect(plan.nodes.map(({ use }) => use)).toEqual(['align.zero-loss', 'align.apply', 'measure.window']);
    const drifting = await aligned({ core, low: lowLoss() }, [{ ...steps[1], in: 'core' }]);
    // What drifts out of the window is lost; what is dealt out to the two channels beside its place is not, but at the ends.
    const total = (run: Pick<Run, 'products'>) => (run.products.edge as WindowIntensity).total.value;
    const still = drawn({
      channels: 240,
      scale: 0.25,
      offset: 510,
      mean: (_, energy) => 20 + (energy > 532 ? 60 * Math.exp(-(energy - 532) / 4) : 0),
    });
    const truth = total(await aligned({ still }, [{ ...steps[1], in: 'still' }]));
    expect(Math.abs(total({ products }) / truth - 1)).toBeLessThan(0.055);
    expect(Math.abs(total(drifting) / truth - 1)).toBeGreaterThan(0.08);
  });

  it('refuses a low loss of other pixels', async () => {
    const other = createSignal({
      ...lowLoss(),
      navigation: [],
      source: { type: 'memory', block: { kind: 'dense', pixels: 1, channels: 200, values: new Float64Array(200) } },
    });
    await expect(
      aligned({ core: lowLoss(), low: other }, [zeroLoss({}, { in: 'core', 'zero-loss': 'low' })]),
    ).rejects.toThrow(/400 spectra to align, and 1 with/);
  });
});

describe('alignment by correlation', () => {
  const lines = [480, 520.7, 590, 640];
  /** Four lines on a flat background, moved by up to ± 3 1/cm. */
  const raman = (more: Partial<Drawn> = {}) =>
    drawn({
      modality: 'raman',
      unit: '1/cm',
      channels: 240,
      scale: 1,
      offset: 440,
      mean: (i, position) =>
        lines.reduce((sum, at, k) => {
          const z = (position - at - 2 * DRIFT[i]) / 3;
          return sum + (200 / (1 + k)) * Math.exp((-z * z) / 2);
        }, 10),
      ...more,
    });
  const correlation = (params: object = {}, inputs?: object) => ({
    id: 'found',
    use: 'align.correlation',
    in: inputs,
    params,
  });
  /** About the mean: against the mean spectrum of drifting spectra only differences are known. */
  const errorOf = ({ offsets }: { offsets: Float64Array }) => {
    const apart = offsets.map((offset, i) => offset - 2 * DRIFT[i]);
    const mean = apart.reduce((sum, each) => sum + each, 0) / PIXELS;
    return { mean, spread: rms(apart.map((each) => each - mean)) };
  };

  it('finds displacements of ± 3 1/cm to a fiftieth of the width of a line, and says how well', async () => {
    const shift = offsetsOf(await aligned({ raman: raman() }, [correlation()]));
    const { spread } = errorOf(shift);
    expect(spread).toBeLessThan(0.12);
    expect(spread / shift.uncertainty).toBeGreaterThan(0.8);
    expect(spread / shift.uncertainty).toBeLessThan(1.3);
    expect(shift.within).toBe(20);
  });

  it('says how far it may be wrong where counts are few too: the mean of 400 spectra of 60 counts has bumps', async () => {
    const faint = raman({
      mean: (i, position) => {
        const z = (position - 560 - 2 * DRIFT[i]) / 8;
        return 0.05 + (60 / (8 * 2.5066)) * Math.exp((-z * z) / 2);
      },
    });
    // A hot channel that is masked must not be taken for what the counts look like.
    const { block } = faint.source as { block: DenseBlock };
    for (let i = 0; i < PIXELS; i++) block.values[i * 240 + 180] = 5000;
    const channels = new Uint8Array(240);
    channels[180] = 1;
    const shift = offsetsOf(await aligned({ raman: { ...faint, mask: { channels } } }, [correlation()]));
    const { spread } = errorOf(shift);
    expect(spread).toBeLessThan(1.25 * (8 / Math.sqrt(60)));
    expect(spread / shift.uncertainty).toBeGreaterThan(0.85);
    expect(spread / shift.uncertainty).toBeLessThan(1.15);
  });

  it('compares counts with counts where each channel has a gain of its own', async () => {
    const values = Float64Array.from({ length: 240 }, (_, j) => (j % 2 ? 0.4 : 1.6));
    const uneven = withGains(raman(), values);
    const { spread } = errorOf(offsetsOf(await aligned({ raman: uneven }, [correlation()])));
    const plain = errorOf(offsetsOf(await aligned({ raman: raman() }, [correlation()])));
    expect(spread).toBeCloseTo(plain.spread, 6);
  });

  it('is better with a mean that was made anew', async () => {
    const wild = raman({
      mean: (i, position) =>
        lines.reduce((sum, at) => {
          const z = (position - at - 2 * DRIFT[i]) / 1.2;
          return sum + 30 * Math.exp((-z * z) / 2);
        }, 1),
    });
    const once = errorOf(offsetsOf(await aligned({ raman: wild }, [correlation({ rounds: 1 })])));
    const twice = errorOf(offsetsOf(await aligned({ raman: wild }, [correlation({ rounds: 2 })])));
    expect(twice.spread).toBeLessThan(0.8 * once.spread);
  });

  it('against a reference knows where the features belong', async () => {
    const reference = raman({
      mean: (_, position) =>
        lines.reduce((sum, at, k) => {
          const z = (position - at + 1) / 3;
          return sum + (200 / (1 + k)) * Math.exp((-z * z) / 2);
        }, 10),
    });
    const shift = offsetsOf(
      await aligned({ raman: raman(), reference }, [correlation({}, { in: 'raman', reference: 'reference' })]),
    );
    expect(errorOf(shift).mean).toBeCloseTo(1, 1);
  });

  it('compares a window only: lines that chemistry moves are left out', async () => {
    const chemistry = raman({
      mean: (i, position) => {
        const still = Math.exp(-(((position - 520.7 - 2 * DRIFT[i]) / 3) ** 2) / 2);
        const moving = Math.exp(-(((position - 640 + 8 * DRIFT[i]) / 3) ** 2) / 2);
        return 10 + 150 * still + 300 * moving;
      },
    });
    const all = errorOf(offsetsOf(await aligned({ raman: chemistry }, [correlation()])));
    const window = ['490 1/cm', '550 1/cm'];
    const part = errorOf(offsetsOf(await aligned({ raman: chemistry }, [correlation({ window })])));
    expect(part.spread).toBeLessThan(0.2);
    expect(all.spread).toBeGreaterThan(1);
  });

  it('by correlation for values that are no counts, by a parabola where it must be quick', async () => {
    const scaled = raman({
      value: (counts) => counts / 7 - 3,
      noise: { tag: 'unknown', why: 'a test', across: { kind: 'independent' } },
    });
    const plain = errorOf(offsetsOf(await aligned({ raman: scaled }, [correlation()])));
    expect(plain.spread).toBeLessThan(0.2);
    const quick = errorOf(offsetsOf(await aligned({ raman: raman() }, [correlation({ estimator: 'parabola' })])));
    const best = errorOf(offsetsOf(await aligned({ raman: raman() }, [correlation()])));
    expect(quick.spread).not.toBe(best.spread);
    expect(quick.spread).toBeLessThan(0.3);
  });

  it('looks no further than it is told', async () => {
    const run = await aligned({ raman: raman() }, [correlation({ within: '2 1/cm' })]);
    expect(run.trail[0].notes.join()).toMatch(/do not show the features of the reference within ± 2 1\/cm/);
    expect(offsetsOf(run).offsets.every((offset) => Math.abs(offset) <= 2)).toBe(true);
  });

  it('refuses a reference on another axis', async () => {
    const reference = raman({ offset: 441 });
    await expect(
      aligned({ raman: raman(), reference }, [correlation({}, { in: 'raman', reference: 'reference' })]),
    ).rejects.toThrow(/another axis/);
  });
});
