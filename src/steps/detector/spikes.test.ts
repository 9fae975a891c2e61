import { describe, expect, it } from 'vitest';
import { runStep, signalOf, valuesOf } from '../../../test/run-step.ts';
import { CounterRandom, findSpikes, type SpikeSearch, spikeTail } from '../../kernels/index.ts';
import { toEvents } from '../../signal/block.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { reasonCode } from '../../signal/mask.ts';
import { poisson, unknownNoise } from '../../signal/noise.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';

const [CHANNELS, WIDTH] = [200, 16];
/** Lines of this width, in channels, on a slope. */
const LINE = 5;
const spectrum = (dose: number) => (j: number) => {
  const peak = (at: number, high: number) => high * Math.exp((-4 * Math.LN2 * (j - at) ** 2) / LINE ** 2);
  return dose * (1 + j / 400 + peak(60, 8) + peak(63.4, 5) + peak(140.5, 30));
};

interface Made {
  readonly seed: number;
  readonly pixels?: number;
  readonly mean: (j: number, i: number) => number;
  readonly camera?: { readonly gain: number; readonly offset: number; readonly readout: number };
  readonly spikes?: readonly (readonly [pixel: number, channel: number, counts: number])[];
  readonly parts?: Partial<Signal>;
}

function made({ seed, pixels = 256, mean, camera, spikes = [], parts }: Made): Signal {
  const random = new CounterRandom(seed, 0);
  const { gain, offset, readout } = { gain: 1, offset: 0, readout: 0, ...camera };
  const counts = Float64Array.from({ length: pixels * CHANNELS }, (_, at) =>
    random.poisson(mean(at % CHANNELS, Math.floor(at / CHANNELS))),
  );
  for (const [pixel, channel, more] of spikes) counts[pixel * CHANNELS + channel] += more;
  const values = counts.map((count) => gain * count + offset + (readout ? readout * random.normal() : 0));
  return signalOf(values, CHANNELS, WIDTH, { noise: poisson(camera), ...parts });
}

const clean = async (params: object, signal: Signal) => {
  const run = await runStep('detector.spikes', params, { in: signal });
  const [, values, pixels] = run.notes[0].match(/^(\d+) values in (\d+) of/)!.map(Number);
  return { signal: run.made as Signal, found: { values, pixels }, note: run.notes[0] };
};
const LOOK = { line: LINE, width: 2 };

describe('the chance of a value, whatever the spectrum', () => {
  it('is binomial', () => {
    // P(3 or more of 4 | ½) = 5/16.
    expect(spikeTail(3, 1, 0.5)).toBeCloseTo(5 / 16, 12);
    expect(spikeTail(0, 5, 0.5)).toBe(1);
    expect(spikeTail(1e9, 1e9, 0.5)).toBeGreaterThan(0.4);
    expect(spikeTail(50, -3, 0.5)).toBeLessThan(1e-14);
  });

  it('is never below what is stated on lines of the width, wherever they lie', () => {
    // Without noise: the bound itself. A line of half the width breaks it.
    const search: SpikeSearch = { line: new Float64Array(CHANNELS).fill(LINE), width: 2, chance: 1e-4 };
    const found = new Uint8Array(CHANNELS);
    for (let shift = 0; shift < 1; shift += 0.1) {
      const row = Float64Array.from({ length: CHANNELS }, (_, j) => 1e6 * spectrum(1)(j + shift));
      expect(findSpikes(row, search, found)).toBe(0);
    }
    const narrow = Float64Array.from(
      { length: CHANNELS },
      (_, j) => 100 + 1e5 * Math.exp(-4 * Math.LN2 * ((j - 80) / 2) ** 2),
    );
    expect(findSpikes(narrow, search, found)).toBeGreaterThan(0);
    expect(found[80]).toBe(1);
  });
});

describe('detector.spikes', () => {
  it.each([0.02, 0.3, 5, 200])('raises no more false alarms than it says, at %f counts', async (dose) => {
    // One in 10 000: more is never allowed.
    const allowed = 5.12;
    for (const against of ['spectrum', 'both']) {
      let values = 0;
      for (let seed = 1; seed <= 4; seed++) {
        const signal = made({ seed, mean: spectrum(dose) });
        values += (await clean({ ...LOOK, against, falseAlarms: 100 }, signal)).found.values;
      }
      // Wings are looked at more leniently: a few come with each alarm.
      expect(values).toBeLessThan(4 * allowed + 4 * Math.sqrt(4 * allowed));
    }
  });

  it('takes nothing for a spike in a map without one', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      expect((await clean(LOOK, made({ seed, mean: spectrum(3) }))).found.values).toBe(0);
    }
  });

  it('finds what stands out, on lines too, and draws counts of the law for it', async () => {
    const spikes = Array.from({ length: 60 }, (_, k) => [4 * k + 1, 5 + ((37 * k) % 190), 200] as const);
    const mean = spectrum(4);
    let [sum, squares, expected] = [0, 0, 0];
    let caught = 0;
    for (let seed = 1; seed <= 5; seed++) {
      const { signal, found } = await clean(LOOK, made({ seed, mean, spikes }));
      caught += found.pixels;
      expect(signal.noise).toEqual(poisson());
      const values = await valuesOf(signal);
      for (const [pixel, channel] of spikes) {
        const value = values[pixel * CHANNELS + channel];
        expect(value).toBe(Math.round(value));
        if (channel > 50 && channel < 150) continue;
        sum += value - mean(channel);
        squares += (value - mean(channel)) ** 2;
        expected += mean(channel);
      }
    }
    expect(caught / 300).toBeGreaterThan(0.98);
    // Without bias, and neither without noise: what is drawn has the variance of counts, and that of its mean beside.
    expect(Math.abs(sum) / Math.sqrt(expected)).toBeLessThan(4);
    expect(squares / expected).toBeGreaterThan(0.7);
    expect(squares / expected).toBeLessThan(1.8);
  });

  it('leaves a lone particle alone: its lines are as wide as lines are, or in the pixels around', async () => {
    const particle = (j: number, i: number) =>
      spectrum(2)(j) + (i === 100 ? 400 * Math.exp((-4 * Math.LN2 * (j - 100) ** 2) / LINE ** 2) : 0);
    const { signal } = await clean(LOOK, made({ seed: 3, mean: particle }));
    expect((await valuesOf(signal))[100 * CHANNELS + 100]).toBeGreaterThan(300);
    // A line narrower than said, in every pixel: a spike to each spectrum alone, none in the map.
    const narrow = (j: number) => spectrum(2)(j) + (j === 100 ? 300 : 0);
    const map = made({ seed: 4, mean: narrow });
    expect((await clean(LOOK, map)).found.values).toBe(0);
    expect((await clean({ ...LOOK, against: 'spectrum' }, map)).found.pixels).toBe(256);
  });

  it('finds spikes of several channels where it is told of them', async () => {
    const spikes = [100, 101, 102].map((channel) => [40, channel, 500] as const);
    const signal = made({ seed: 5, mean: () => 4, spikes });
    const wide = await clean({ line: 12, width: 3 }, signal);
    expect(wide.found).toEqual({ values: 3, pixels: 1 });
    const five = [100, 101, 102, 103, 104].map((channel) => [40, channel, 500] as const);
    const wider = made({ seed: 5, mean: () => 4, spikes: five });
    const brightest = async (params: object) => Math.max(...(await valuesOf((await clean(params, wider)).signal)));
    expect(await brightest({ line: 12, width: 1 })).toBeGreaterThan(300);
    expect(await brightest({ line: 20, width: 5 })).toBeLessThan(50);
  });

  it('works on camera values, and on sparse counts, which stay sparse', async () => {
    const camera = { gain: 3, offset: 50, readout: 4 };
    const spikes = [[20, 90, 400]] as const;
    const cleaned = await clean(LOOK, made({ seed: 6, mean: spectrum(10), camera, spikes }));
    expect(cleaned.found.pixels).toBe(1);
    expect(cleaned.signal.noise).toEqual(poisson(camera));
    expect((await valuesOf(cleaned.signal))[20 * CHANNELS + 90]).toBeLessThan(200);
    const dense = made({ seed: 7, mean: spectrum(0.1), spikes: [[20, 90, 60]] });
    const { block } = dense.source as { block: Parameters<typeof toEvents>[0] };
    const sparse = withSignal(dense, { source: { type: 'memory', block: toEvents(block) } });
    const [a, b] = [await clean(LOOK, dense), await clean(LOOK, sparse)];
    expect(a.found.values).toBe(1);
    expect(b.signal.source).toMatchObject({ kind: 'events' });
    expect(await valuesOf(b.signal)).toEqual(await valuesOf(a.signal));
  });

  it('masks the pixels instead, where it is told so, and heeds what is masked', async () => {
    const spikes = [
      [20, 90, 400],
      [30, 91, 400],
    ] as const;
    const channels = new Uint8Array(CHANNELS);
    channels[91] = reasonCode('dead');
    const signal = made({ seed: 8, mean: spectrum(10), spikes, parts: { mask: { channels } } });
    const { signal: masked, found } = await clean({ ...LOOK, replace: 'mask' }, signal);
    expect(found).toEqual({ values: 1, pixels: 1 });
    expect([...(masked.mask.pixels ?? [])].indexOf(reasonCode('spike'))).toBe(20);
    expect(await valuesOf(masked)).toEqual(await valuesOf(signal));
  });

  it('takes a stated number of false alarms, and lines in the unit of the axis', async () => {
    const faint = Array.from({ length: 100 }, (_, k) => [2 * k, 5 + ((37 * k) % 40), 30] as const);
    const signal = made({ seed: 9, mean: spectrum(5), spikes: faint });
    const many = await clean({ ...LOOK, falseAlarms: 5, against: 'spectrum' }, signal);
    const none = await clean({ ...LOOK, falseAlarms: 1e-9, against: 'spectrum' }, signal);
    expect(many.found.pixels).toBeGreaterThan(none.found.pixels + 20);
    expect(many.note).toContain('without any, 5 at most would be expected');
    expect((await clean({ ...LOOK, falseAlarms: 1e5 }, signal)).note).toContain('without any, 5.1 at most');
    const inUnits = await clean({ ...LOOK, line: '0.005 keV', falseAlarms: 5, against: 'spectrum' }, signal);
    expect(inUnits.found).toEqual(many.found);
    expect((await clean({ falseAlarms: 5, against: 'spectrum' }, signal)).found).not.toEqual(many.found);
  });

  it('of one spectrum of few channels finds nothing it could not know, and refuses what it cannot tell', async () => {
    const few = signalOf(Float64Array.of(1, 900, 2), 3, 1, { navigation: [] });
    expect((await clean({ width: 1 }, few)).found.values).toBe(1);
    expect((await clean({ width: 2 }, few)).found.values).toBe(0);
    const huge = signalOf(new Float64Array(64).fill(1e9), 64, 1, { navigation: [] });
    expect((await clean({}, huge)).found.values).toBe(0);
    const refused = async (params: object, signal: Signal) => {
      const error = await clean(params, signal).catch((caught) => caught);
      return isSpectrailError(error) ? error.code : error;
    };
    const signal = made({ seed: 1, mean: spectrum(5) });
    expect(await refused({ line: 2, width: 3 }, signal)).toBe('spike-as-wide-as-line');
    expect(await refused({}, withSignal(signal, { noise: unknownNoise('no idea') }))).toBe('poisson-lost');
  });
});
