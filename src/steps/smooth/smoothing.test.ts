import { describe, expect, it } from 'vitest';
import { axisOf, runStep, signalOf, valuesOf } from '../../../test/run-step.ts';
import { applyToRow, CounterRandom, savitzkyGolay } from '../../kernels/index.ts';
import { explicitAxis } from '../../signal/axis.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { reasonCode } from '../../signal/mask.ts';
import { type Noise, poisson, unknownNoise } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';

const [CHANNELS, WIDTH] = [40, 6];
const counts = (() => {
  const random = new CounterRandom(2, 0);
  return Float64Array.from({ length: 4 * WIDTH * CHANNELS }, (_, at) => random.poisson(30 + (at % CHANNELS)));
})();
const map = (parts?: Partial<Signal>) => signalOf(counts, CHANNELS, WIDTH, parts);
const smoothed = async (params: object, parts?: Partial<Signal>) => {
  const { made, notes } = await runStep('smooth.savitzky-golay', params, { in: map(parts) });
  return { signal: made as Signal, values: await valuesOf(made as Signal), notes };
};
const refusal = async (run: Promise<unknown>) => {
  const error = await run.then(
    () => undefined,
    (caught) => caught,
  );
  if (!isSpectrailError(error, 'input')) throw error ?? new Error('not refused');
  return error;
};

describe('smooth.savitzky-golay', () => {
  it('takes its window in the unit of the axis or another, to the next odd number of channels', async () => {
    const five = (await smoothed({ window: 5 })).values;
    expect((await smoothed({ window: 4 })).values).toEqual(five);
    expect((await smoothed({ window: '0.005 keV' })).values).toEqual(five);
    expect((await smoothed({ window: 7 })).values).not.toEqual(five);
    const wide = { spectral: axisOf(CHANNELS, -0.5, 100) };
    expect((await smoothed({ window: 2.5 }, wide)).values).toEqual(five);
  });

  it('is the kernel, with every option', async () => {
    const windows = new Uint32Array(CHANNELS).fill(9);
    const positions = Float64Array.from({ length: CHANNELS }, (_, j) => j);
    const seen = new Set<string>();
    for (const options of [
      { order: 2, derivative: 0, ends: 'interp' },
      { order: 4, derivative: 0, ends: 'interp' },
      { order: 2, derivative: 1, ends: 'interp' },
      { order: 2, derivative: 0, ends: 'mirror' },
      { order: 2, derivative: 0, ends: 'nearest' },
      { order: 2, derivative: 0, ends: 'constant' },
      { order: 2, derivative: 0, ends: 'wrap' },
    ] as const) {
      const { values } = await smoothed({ window: 9, ...options });
      const row = new Float64Array(CHANNELS);
      applyToRow(savitzkyGolay(positions, { windows, ...options }), counts.slice(0, CHANNELS), row);
      expect(values.slice(0, CHANNELS)).toEqual(row);
      seen.add(row.join());
    }
    expect(seen.size).toBe(7);
  });

  it('says that errors are shared over the window, and how much less they are', async () => {
    const { signal, notes } = await smoothed({ window: 9, ends: 'mirror' });
    expect(signal.noise).toMatchObject({ tag: 'correlated', form: { kind: 'band', channels: 8 } });
    expect(signal.intensity).toEqual({ kind: 'counts' });
    // Σh² of nine channels and degree 2 is 59/231.
    expect(notes[0]).toContain(`lessened to ${Math.sqrt(59 / 231).toFixed(2)} `);
    expect((await smoothed({ window: 9 })).signal.noise).toMatchObject({ form: { channels: 12 } });
    expect((await smoothed({ window: 9, derivative: 1 })).signal.intensity.kind).toBe('dimensionless');
    const banded: Noise = {
      tag: 'correlated',
      form: { kind: 'band', channels: 2 },
      why: 'before',
      across: { kind: 'kernel', pixels: 3 },
    };
    expect((await smoothed({ window: 9, ends: 'mirror' }, { noise: banded })).signal.noise).toMatchObject({
      form: { channels: 10 },
      across: { kind: 'kernel', pixels: 3 },
    });
    expect((await smoothed({ window: 9 }, { noise: unknownNoise('no idea') })).signal.noise.tag).toBe('unknown');
  });

  it('leaves masked channels out, and refuses where too few are left', async () => {
    const channels = new Uint8Array(CHANNELS);
    channels[10] = reasonCode('dead');
    const spoilt = counts.map((value, at) => (at % CHANNELS === 10 ? 1e6 : value));
    const { made } = await runStep(
      'smooth.savitzky-golay',
      { window: 5 },
      { in: signalOf(spoilt, CHANNELS, WIDTH, { mask: { channels } }) },
    );
    const values = await valuesOf(made as Signal);
    expect(Math.max(...values)).toBeLessThan(200);
    expect((made as Signal).mask.channels?.[10]).toBe(reasonCode('dead'));
    channels.fill(reasonCode('dead'), 9, 12);
    const error = await refusal(smoothed({ window: 5, order: 3 }, { mask: { channels } }));
    expect(error.code).toBe('bad-window');
    expect(error.what).toContain('3 unmasked channels');
  });

  it('refuses windows that are none, with what would do', async () => {
    expect((await refusal(smoothed({ window: 400 }))).code).toBe('bad-width');
    expect((await refusal(smoothed({ window: '3 nm' }))).code).toBe('unit-mismatch');
    expect((await refusal(smoothed({ window: 3, order: 4 }))).code).toBe('bad-window');
    expect((await refusal(smoothed({ window: 5, derivative: 3 }))).code).toBe('bad-window');
  });
});

describe('resample', () => {
  const resampled = async (params: object, parts?: Partial<Signal>) => {
    const { made } = await runStep('resample', params, { in: map(parts) });
    return { signal: made as Signal, values: await valuesOf(made as Signal) };
  };
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

  it('conserves counts, whatever the new axis', async () => {
    for (const params of [{ spacing: 2.5 }, { spacing: '0.4 eV' }, { edges: [-0.5, 3, 3.3, 20, 39.5] }, {}]) {
      const { values } = await resampled(params);
      expect(Math.abs(sum(values) - sum(counts))).toBeLessThan(1e-6);
    }
  });

  it('makes the axis that was asked for, in the direction of the old one', async () => {
    expect((await resampled({ spacing: 2, first: 1, channels: 5 })).signal.spectral).toMatchObject({
      size: 5,
      scale: 2,
      offset: 1,
    });
    const descending = { spectral: axisOf(CHANNELS, -1, 39) };
    const { signal, values } = await resampled({ spacing: 4 }, descending);
    expect(signal.spectral).toMatchObject({ size: 10, scale: -4, offset: 37.5 });
    expect(values[0]).toBeCloseTo(sum(counts.slice(0, 4)), 9);
    const { signal: listed } = await resampled({ edges: [0, 1, 4] });
    expect(listed.spectral).toMatchObject({ kind: 'explicit', positions: Float64Array.of(0.5, 2.5) });
  });

  it('makes a uniform axis out of a listed one', async () => {
    const positions = Float64Array.from({ length: CHANNELS }, (_, j) => j + 0.3 * Math.sin(j));
    const uneven = { spectral: explicitAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', positions }) };
    const { signal, values } = await resampled({ spacing: 1.5 }, uneven);
    expect(signal.spectral.kind).toBe('uniform');
    // 24 counts per pixel or so lie in the rest that makes no whole channel.
    expect(sum(values)).toBeGreaterThan(0.95 * sum(counts));
  });

  it('masks what the old axis does not cover, and what a masked channel goes into', async () => {
    const channels = new Uint8Array(CHANNELS);
    channels[9] = reasonCode('dead');
    const { signal } = await resampled({ first: -3, spacing: 2, channels: 12 }, { mask: { channels } });
    const outside = reasonCode('outside axis');
    // Channels at −3, −1 (half outside), 1, 3 …; channel 9 lies in that at 9, from 8 to 10.
    expect([...(signal.mask.channels ?? [])]).toEqual([outside, outside, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
  });

  it('keeps the law of whole channels, and gives it up where one is divided', async () => {
    const law = async (params: object, noise: Noise = poisson()) => (await resampled(params, { noise })).signal.noise;
    expect(await law({ spacing: 4 })).toEqual(poisson());
    expect(await law({ edges: [-0.5, 1.5, 39.5] })).toEqual(poisson());
    expect(await law({ spacing: 4 }, poisson({ gain: 2, offset: 10, readout: 3 }))).toEqual(
      poisson({ gain: 2, offset: 40, readout: 6 }),
    );
    expect((await law({ edges: [-0.5, 1.5, 39.5] }, poisson({ offset: 10 }))).tag).toBe('diagonal');
    expect(await law({ spacing: 2.5 })).toMatchObject({ tag: 'correlated', form: { kind: 'band', channels: 1 } });
    expect(await law({ spacing: 0.4 })).toMatchObject({ tag: 'correlated', form: { kind: 'band', channels: 2 } });
    expect((await law({ spacing: 4 }, unknownNoise('no idea'))).tag).toBe('unknown');
  });

  it('averages densities, and divides neither logarithms nor stabilised counts', async () => {
    const per = { intensity: { kind: 'counts-per-unit', unit: 'eV' } } as const;
    const { values } = await resampled({ spacing: 4 }, per);
    expect(values[0]).toBeCloseTo(sum(counts.slice(0, 4)) / 4, 9);
    expect((await refusal(resampled({}, { intensity: { kind: 'log' } }))).code).toBe('not-additive');
    expect((await refusal(resampled({}, { intensity: { kind: 'stabilised', readout: 0 } }))).code).toBe('not-additive');
  });

  it('refuses edges that do not ascend and axes without channels', async () => {
    for (const params of [{ edges: [3, 2] }, { edges: [1] }, { spacing: 100 }, { spacing: -1 }, { first: 500 }]) {
      expect((await refusal(resampled(params))).code).toBe('bad-edges');
    }
  });
});
