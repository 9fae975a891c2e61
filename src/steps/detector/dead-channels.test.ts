import { describe, expect, it } from 'vitest';
import { runStep, signalOf } from '../../../test/run-step.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { reasonCode } from '../../signal/mask.ts';
import { poisson, unknownNoise } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';

const [CHANNELS, WIDTH, PIXELS] = [120, 16, 512];
const dead = reasonCode('dead');

type Fault = (value: number, random: CounterRandom) => number;

/** Two phases with a sharp border, lines of five channels, and faults in some channels. */
function made(
  seed: number,
  faults: Readonly<Record<number, Fault>> = {},
  { dose = 1, parts = {} as Partial<Signal> } = {},
): Signal {
  const random = new CounterRandom(seed, 0);
  const values = Float64Array.from({ length: PIXELS * CHANNELS }, (_, at) => {
    const [i, j] = [Math.floor(at / CHANNELS), at % CHANNELS];
    const peak = (place: number, high: number) => high * Math.exp((-4 * Math.LN2 * (j - place) ** 2) / 25);
    const mean = dose * (5 + j / 40 + (i % WIDTH < 7 ? peak(40, 60) : peak(80.4, 90)));
    const value = random.poisson(mean);
    return faults[j]?.(value, random) ?? value;
  });
  return signalOf(values, CHANNELS, WIDTH, parts);
}

const masked = async (params: object, signal: Signal) => {
  const { made: out, notes } = await runStep('detector.dead-channels', params, { in: signal });
  const codes = (out as Signal).mask.channels ?? new Uint8Array(0);
  return { channels: [...codes.keys()].filter((j) => codes[j] === dead), note: notes[0] ?? '' };
};
const LOOK = { line: 5 };

describe('detector.dead-channels', () => {
  it('masks none where none is dead: bright lines, valleys and borders are no faults', async () => {
    for (const dose of [0.02, 1, 50]) {
      for (let seed = 1; seed <= 6; seed++) {
        expect((await masked(LOOK, made(seed, {}, { dose }))).channels, `seed ${seed}, dose ${dose}`).toEqual([]);
      }
    }
    expect((await masked(LOOK, made(7))).note).toBe('no channel is dead');
  });

  it.each<[string, Fault]>([
    ['too dark', () => 0],
    ['too dark', (value, random) => random.binomial(value, 0.5)],
    ['too bright', (value, random) => value + random.poisson(30)],
    ['without noise', (value) => 5 + 0.2 * (value - 5)],
    ['too noisy', (value, random) => value + 40 * random.normal()],
  ])('finds a channel that is %s', async (word, fault) => {
    for (const j of [20, 78]) {
      const { channels, note } = await masked(LOOK, made(8, { [j]: fault }));
      expect(channels).toEqual([j]);
      if (j === 20) expect(note).toBe(`1 of 120 channels are masked: 20 eV ${word}`);
    }
  });

  it('finds neighbours, and does not blame the good ones beside', async () => {
    const zero: Fault = () => 0;
    const hot: Fault = (value) => 20 * value + 50;
    expect((await masked(LOOK, made(9, { 30: zero, 31: zero, 60: hot }))).channels).toEqual([30, 31, 60]);
  });

  it('masks those that are given, and looks for no others where it is told not to', async () => {
    const faulty = made(10, { 20: () => 0 });
    expect((await masked({ ...LOOK, find: false, channels: [3, '0.0501 keV'] }, faulty)).channels).toEqual([3, 50]);
    expect((await masked({ ...LOOK, channels: [3] }, faulty)).channels).toEqual([3, 20]);
    const error = await masked({ channels: [400] }, faulty).catch((caught) => caught);
    expect(isSpectrailError(error, 'input') && error.code).toBe('outside-axis');
  });

  it('takes narrow lines for faults only where lines are said to be wider', async () => {
    const narrow: Fault = (value, random) => value + random.poisson(4);
    const signal = made(11, { 20: narrow });
    expect((await masked({ line: 5 }, signal)).channels).toEqual([20]);
    expect((await masked({ line: 2 }, signal)).channels).toEqual([]);
    // The default is four channels.
    expect((await masked({}, signal)).channels).toEqual((await masked({ line: 4 }, signal)).channels);
  });

  it('takes a number of false alarms', async () => {
    const faint: Fault = (value, random) => value + random.poisson(1.4);
    const counts = { strict: 0, lenient: 0 };
    for (let seed = 20; seed < 30; seed++) {
      const signal = made(seed, { 20: faint });
      counts.strict += (await masked({ ...LOOK, falseAlarms: 1e-12 }, signal)).channels.length;
      counts.lenient += (await masked({ ...LOOK, falseAlarms: 10 }, signal)).channels.length;
    }
    expect(counts.lenient).toBeGreaterThan(counts.strict);
  });

  it('needs no law where there are pixels enough, and says when there are not', async () => {
    const unknown = { parts: { noise: unknownNoise('nobody said') } };
    expect((await masked(LOOK, made(12, { 20: () => 0 }, unknown))).channels).toEqual([20]);
    const camera = made(13, { 20: () => 0 });
    const { block } = camera.source as { block: { values: Float64Array } };
    const values = block.values.map((value) => 2 * value + 100);
    const lit = signalOf(values, CHANNELS, WIDTH, { noise: poisson({ gain: 2, offset: 100 }) });
    expect((await masked(LOOK, lit)).channels).toEqual([20]);
    const one = (noise = poisson()) => signalOf(block.values.slice(0, CHANNELS), CHANNELS, 1, { noise });
    expect((await masked(LOOK, one())).channels).toEqual([]);
    const few = signalOf(block.values.slice(0, CHANNELS), CHANNELS, 1, unknown.parts);
    expect((await masked(LOOK, few)).note).toContain('too few to tell');
  });
});
