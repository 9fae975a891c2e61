import { describe, expect, it } from 'vitest';
import {
  apart,
  bring,
  calibration,
  column,
  given,
  PAIR,
  pair,
  recipe,
  rms,
  rowsOf,
  runSteps,
  type Signals,
} from '../../../test/two-instruments.ts';
import { plan } from '../../index.ts';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { DenseBlock } from '../../signal/block.ts';
import { reasonCode } from '../../signal/mask.ts';
import { type Noise, poisson, unknownNoise } from '../../signal/noise.ts';
import { createSignal, pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import { COMPONENTS, simulateInstrumentPair } from '../../simulate/instrument-pair.ts';
import type { Measurements } from '../products.ts';

const METHODS = ['transfer.pds', 'transfer.ds', 'transfer.sst', 'transfer.epo'] as const;

describe('spectra brought over', () => {
  it.each(['transfer.pds', 'transfer.ds', 'transfer.sst'])(
    '%s makes them those of the master but for noise',
    async (use) => {
      const { values, signal, notes } = await bring(use, {}, given);
      expect(apart(values, pair.samples.master)).toBeLessThan(1.6 * pair.parameters.noise);
      expect(signal.history.at(-1)?.step).toBe(use);
      expect(notes[0]).toMatch(/^\d+ components, error of left-out standards 0\.00\d+; noise of a channel × \d/);
    },
  );

  it('predict as well as the master’s own', async () => {
    const predict = (id: string, of: string) => ({
      id,
      use: 'transfer.predict',
      in: { in: of, calibration: 'known', reference: 'reference' },
    });
    const { products } = await runSteps(
      [
        { id: 'over', use: 'transfer.pds', in: PAIR },
        predict('after', 'over'),
        predict('before', 'spectra'),
        predict('there', 'own'),
      ],
      { ...given, ...calibration },
    );
    const truth = Float64Array.from({ length: 60 }, (_, i) => pair.samples.concentrations[i * COMPONENTS]);
    const error = (id: string) => apart(column(products[id] as Measurements, 'Predictions', 'prediction'), truth);
    expect(error('after')).toBeLessThan(1.2 * error('there'));
    expect(error('before')).toBeGreaterThan(5 * error('there'));
    expect((products.after as Measurements).findings[0]).toContain('by 4 components of 40 known samples');
  });

  it('carry the law of their errors: σ²·Σ b² of channels in a band, one wrong map for all', async () => {
    const { signal, notes } = await bring('transfer.pds', { reach: '20 1/cm' }, given);
    expect(signal.noise).toMatchObject({
      tag: 'correlated',
      form: { kind: 'band', channels: 8 },
      across: { kind: 'global' },
    });
    // Clean spectra and the same map: what is left is noise alone.
    const zero = withSignal(given.spectra, {
      source: {
        type: 'memory',
        block: { kind: 'dense', pixels: 60, channels: 200, values: new Float64Array(60 * 200) },
      },
    });
    const { values: plain } = await bring('transfer.pds', { reach: '20 1/cm' }, { ...given, spectra: zero });
    const noisy = withSignal(given.spectra, {
      source: {
        type: 'memory',
        block: { kind: 'dense', pixels: 60, channels: 200, values: noiseRows() },
      },
    });
    const { values } = await bring('transfer.pds', { reach: '20 1/cm' }, { ...given, spectra: noisy });
    const gain = Number(/noise of a channel × ([\d.]+)/.exec(notes[0])?.[1]);
    const deviations = Array.from({ length: 200 }, (_, j) =>
      rms(Array.from({ length: 60 }, (_, i) => values[i * 200 + j] - plain[i * 200 + j])),
    ).sort((a, b) => a - b);
    expect(Math.abs(deviations[100] / gain - 1)).toBeLessThan(0.1);
  });

  it.each(METHODS)('%s weakens what was known of errors, and claims nothing of those nobody knows', async (use) => {
    const law = async (noise: Noise) =>
      (await bring(use, {}, { ...given, spectra: withSignal(given.spectra, { noise }) })).signal.noise;
    expect((await law(poisson())).tag).toBe('correlated');
    expect(await law(unknownNoise('no idea'))).toMatchObject({ tag: 'unknown', across: { kind: 'global' } });
    const full: Noise = { tag: 'correlated', form: { kind: 'full' }, why: 'a test', across: { kind: 'independent' } };
    expect(await law(full)).toMatchObject({ form: { kind: 'full' } });
    const band: Noise = { ...full, form: { kind: 'band', channels: 3 } };
    expect(await law(band)).toMatchObject({
      form: use === 'transfer.pds' ? { kind: 'band', channels: 19 } : { kind: 'full' },
    });
  });

  it.each([
    ['transfer.pds', { reach: 10 }],
    ['transfer.pds', { components: 1 }],
    ['transfer.pds', { components: 'all' }],
    ['transfer.pds', { most: 1 }],
    ['transfer.pds', { choice: 'each' }],
    ['transfer.pds', { shared: '10 1/cm' }],
    ['transfer.pds', { smoothing: 10 }],
    ['transfer.pds', { direction: 'inverse' }],
    ['transfer.pds', { direction: 'inverse', tikhonov: 0.1 }],
    ['transfer.ds', { components: 2 }],
    ['transfer.ds', { components: 'all' }],
    ['transfer.ds', { most: 2 }],
    ['transfer.sst', { components: 2 }],
    ['transfer.sst', { components: 'all' }],
    ['transfer.sst', { most: 2 }],
    ['transfer.epo', { components: 1 }],
  ] as const)('%s does as %j says', async (use, params) => {
    const plain = await bring(use, 'tikhonov' in params ? { direction: 'inverse' } : {}, given);
    const told = await bring(use, params, given);
    expect(apart(plain.values, told.values)).toBeGreaterThan(1e-5);
  });

  it('the wrong way round says its condition number, is worse, and correlates all channels', async () => {
    const { notes, signal, values } = await bring('transfer.pds', { direction: 'inverse' }, given);
    expect(Number(/condition number ([\d.e+]+)/.exec(notes[0])?.[1])).toBeGreaterThan(1000);
    expect(signal.noise).toMatchObject({ form: { kind: 'full' } });
    const needed = await bring('transfer.pds', {}, given);
    expect(apart(values, pair.samples.master)).toBeGreaterThan(1.2 * apart(needed.values, pair.samples.master));
  });

  it('EPO brings both instruments to the same', async () => {
    const own = { ...given, spectra: calibration.own };
    const [a, b] = [
      await bring('transfer.epo', { components: 4 }, given),
      await bring('transfer.epo', { components: 4 }, own),
    ];
    expect(a.notes[1]).toMatch(/^9\d\.\d+ % of the squared differences/);
    expect(apart(a.values, b.values)).toBeLessThan(0.4 * apart(pair.samples.slave, pair.samples.master));
  });

  it('stay masked where they were, and masked standards and channels take no part', async () => {
    const [dead, saturated] = [reasonCode('dead'), reasonCode('saturated')];
    const spoil = (signal: Signal, pixel: number, channel: number, mask: Signal['mask']) => {
      const { block } = signal.source as { block: DenseBlock };
      const values = Float64Array.from(block.values);
      for (let j = 0; j < 200; j++) values[pixel * 200 + j] = 1e6;
      for (let i = 0; i < block.pixels; i++) values[i * 200 + channel] = 1e6;
      return withSignal(signal, { source: { type: 'memory', block: { ...block, values } }, mask });
    };
    const pixels = (count: number, at: number) => Uint8Array.from({ length: count }, (_, i) => (i === at ? dead : 0));
    const channels = Uint8Array.from({ length: 200 }, (_, j) => (j === 50 ? saturated : 0));
    const spoiled: Signals = {
      spectra: spoil(given.spectra, 3, 50, { pixels: pixels(60, 3), channels }),
      slave: spoil(given.slave, 7, 50, { pixels: pixels(30, 7), channels }),
      master: given.master,
    };
    for (const use of METHODS) {
      const { signal, values } = await bring(use, {}, spoiled);
      expect(signal.mask.pixels?.[3], use).toBe(dead);
      const same = use === 'transfer.sst' || use === 'transfer.epo';
      expect(signal.mask.channels?.[50] ?? 0, use).toBe(same ? saturated : 0);
      const clean = await bring(use, {}, given);
      const off = values
        .filter((_, at) => Math.floor(at / 200) !== 3 && at % 200 !== 50)
        .map((value) => Math.abs(value));
      expect(Math.max(...off), use).toBeLessThan(2 * Math.max(...clean.values.map(Math.abs)));
    }
  });
});

function noiseRows(): Float64Array {
  const { samples } = simulateInstrumentPair({ seed: 9, samples: 60, noise: 1 });
  const { samples: clean } = simulateInstrumentPair({ seed: 9, samples: 60, noise: 0 });
  return samples.slave.map((value, i) => value - clean.slave[i]);
}

describe('axes', () => {
  /** The master at every second channel, on a descending axis in another unit. */
  const coarse = (signal: Signal): Signal => {
    const { block } = signal.source as { block: DenseBlock };
    const values = Float64Array.from({ length: block.pixels * 100 }, (_, at) => {
      const [i, j] = [Math.floor(at / 100), 99 - (at % 100)];
      return block.values[i * 200 + 2 * j];
    });
    return createSignal({
      ...signal,
      spectral: explicitAxis({
        name: 'Wavelength',
        unit: 'µm',
        role: 'spectral',
        positions: Float64Array.from({ length: 100 }, (_, j) => 0.4 + 0.01 * (99 - j)),
      }),
      source: { type: 'memory', block: { kind: 'dense', pixels: block.pixels, channels: 100, values } },
    });
  };
  const inNanometres = (signal: Signal) =>
    withSignal(signal, {
      spectral: uniformAxis({ name: 'Wavelength', unit: 'nm', role: 'spectral', size: 200, scale: 5, offset: 400 }),
    });
  const other: Signals = {
    spectra: inNanometres(given.spectra),
    slave: inNanometres(given.slave),
    master: coarse(given.master),
  };

  it.each(['transfer.pds', 'transfer.ds'])(
    '%s goes to another axis, in another unit and the other way round',
    async (use) => {
      const { signal, values } = await bring(use, use === 'transfer.pds' ? { reach: '40 nm' } : {}, other);
      expect(signal.spectral).toEqual(other.master.spectral);
      const { block } = coarse(calibration.own).source as { block: DenseBlock };
      expect(apart(values, block.values as Float64Array)).toBeLessThan(1.6 * pair.parameters.noise);
    },
  );

  it.each(['transfer.sst', 'transfer.epo'])('%s asks for the same channels', async (use) => {
    await expect(bring(use, {}, other)).rejects.toMatchObject({ code: 'another-axis' });
  });

  it('channels of the master that the slave does not reach are masked', async () => {
    const moved = withSignal(given.master, {
      spectral: uniformAxis({ ...given.master.spectral, role: 'spectral', scale: 5, offset: 450 }),
    });
    const { signal } = await bring('transfer.pds', {}, { ...given, master: moved });
    const outside = reasonCode('outside axis');
    expect([...(signal.mask.channels ?? [])].filter((code) => code === outside)).toHaveLength(10);
    expect(signal.mask.channels?.[190]).toBe(outside);
  });

  it('spectra and standards of the slave have one axis', async () => {
    const shifted = withSignal(given.spectra, {
      spectral: uniformAxis({ ...given.spectra.spectral, role: 'spectral', scale: 5, offset: 401 }),
    });
    for (const use of METHODS) {
      await expect(bring(use, {}, { ...given, spectra: shifted })).rejects.toMatchObject({ code: 'another-axis' });
    }
  });
});

it('spectra with displacements of their own are aligned before', async () => {
  const drifting = withSignal(given.spectra, {
    shift: {
      state: 'map',
      offsets: Float64Array.from({ length: 60 }, (_, i) => i / 30),
      uncertainty: 0.1,
      within: 2,
      origin: 'a test',
    },
  });
  const { nodes } = await plan(recipe([{ id: 'over', use: 'transfer.pds', in: PAIR }], given), {
    ...given,
    spectra: drifting,
  });
  expect(nodes.map(({ use }) => use)).toEqual(['align.apply', 'transfer.pds']);
});

describe('what cannot be', () => {
  it('says what is missing, and what to do', async () => {
    const few = { ...given, slave: rowsOf(given.slave, 20) };
    await expect(bring('transfer.pds', {}, few)).rejects.toMatchObject({ code: 'unpaired-standards' });
    const two = { ...given, slave: rowsOf(given.slave, 2), master: rowsOf(given.master, 2) };
    await expect(bring('transfer.ds', {}, two)).rejects.toMatchObject({ code: 'too-few-standards' });
    await expect(bring('transfer.pds', { reach: 400 }, given)).rejects.toMatchObject({ code: 'window-too-wide' });
    await expect(bring('transfer.pds', { reach: '-3 1/cm' }, given)).rejects.toMatchObject({ code: 'bad-window' });
    await expect(bring('transfer.pds', { reach: '3 eV' }, given)).rejects.toMatchObject({ code: 'unit-mismatch' });
    await expect(bring('transfer.pds', { components: 0 }, given)).rejects.toMatchObject({ code: 'bad-parameter' });
  });

  it.each([1, 2, 5])('%i channels, and one spectrum, have an answer', async (n) => {
    const cut = (signal: Signal, count = pixelCount(signal)) => {
      const { block } = signal.source as { block: DenseBlock };
      const values = Float64Array.from(
        { length: count * n },
        (_, at) => block.values[Math.floor(at / n) * 200 + 60 + (at % n)],
      );
      return createSignal({
        ...signal,
        navigation: count === 1 ? [] : signal.navigation,
        spectral: uniformAxis({ name: 'Raman shift', unit: '1/cm', role: 'spectral', size: n, scale: 5, offset: 700 }),
        source: { type: 'memory', block: { kind: 'dense', pixels: count, channels: n, values } },
      });
    };
    for (const use of METHODS) {
      const { values } = await bring(
        use,
        {},
        { spectra: cut(given.spectra, 1), slave: cut(given.slave), master: cut(given.master) },
      );
      expect(values).toHaveLength(n);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  it.each([0, 1e9, -1e9, 1e-9])('values about %d stay numbers', async (level) => {
    const flat = (signal: Signal) => {
      const { block } = signal.source as { block: DenseBlock };
      const values = Float64Array.from(block.values, (value) => (level === 0 ? 0 : level * (1 + 0.01 * value)));
      return withSignal(signal, { source: { type: 'memory', block: { ...block, values } } });
    };
    for (const use of METHODS) {
      const { values } = await bring(
        use,
        {},
        { spectra: flat(given.spectra), slave: flat(given.slave), master: flat(given.master) },
      );
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });
});
