import { describe, expect, it } from 'vitest';
import { isSpectrailError } from '../../signal/errors.ts';
import { CounterRandom } from '../random.ts';
import { activeShirley, SHIRLEY_STATES, type ShirleyOptions, shirley } from './shirley.ts';

const CHANNELS = 160;
const bell = (x: number, sigma: number) => Math.exp((-x * x) / (2 * sigma * sigma));
/** Binding energies, high ones first: the step falls along the row. */
const binding = Float64Array.from({ length: CHANNELS }, (_, j) => 96 - 0.1 * j);
/** Uneven steps. */
const uneven = binding.map((energy, j) => energy - 0.03 * Math.sin(j));

const clean = (j: number) => 200 + 300 / (1 + Math.exp((j - 80) / 4)) + 2000 * bell(j - 80, 8);

function spectrum(seed: number): Float64Array {
  const random = new CounterRandom(seed, 0);
  return Float64Array.from({ length: CHANNELS }, (_, j) => random.poisson(clean(j)));
}

const run = (values: Float64Array, options: Partial<ShirleyOptions> = {}, rows = 1) => {
  const out = new Float64Array(values.length);
  const more = { energies: binding, scale: 'binding', ...options } as const;
  const { states, iterations } = shirley(values, rows, values.length / rows, more, out);
  return { out, states: Array.from(states, (index) => SHIRLEY_STATES[index]), iterations: Array.from(iterations) };
};

describe('Shirley background', () => {
  it('meets the levels at both ends and falls monotonically between', () => {
    const values = spectrum(1);
    const { out, states, iterations } = run(values);
    expect(states).toEqual(['converged']);
    expect(iterations[0]).toBeLessThan(30);
    const mean = (from: number) => values.slice(from, from + 5).reduce((sum, value) => sum + value, 0) / 5;
    expect(out[0]).toBeCloseTo(mean(0), 9);
    expect(out[CHANNELS - 1]).toBeCloseTo(mean(CHANNELS - 5), 9);
    // Above the peak noise may lie below the background; over the peak it must fall.
    for (let j = 60; j < 100; j++) expect(out[j + 1]).toBeLessThan(out[j]);
  });

  it('solves its equation on uneven channels', () => {
    const values = spectrum(2);
    const { out } = run(values, { energies: uneven, tolerance: 1e-13, iterations: 500 });
    const integral = new Float64Array(CHANNELS);
    for (let j = CHANNELS - 2; j >= 0; j--) {
      const both = values[j] - out[j] + values[j + 1] - out[j + 1];
      integral[j] = integral[j + 1] + 0.5 * both * (uneven[j] - uneven[j + 1]);
    }
    for (let j = 0; j < CHANNELS; j++) {
      const expected = out[CHANNELS - 1] + ((out[0] - out[CHANNELS - 1]) * integral[j]) / integral[0];
      expect(Math.abs(out[j] - expected)).toBeLessThan(1e-9 * out[0]);
    }
  });

  it('is the same to the last bit whichever way the axis runs, and on a kinetic scale', () => {
    const values = spectrum(3);
    const { out } = run(values, { energies: uneven });
    const backwards = run(values.slice().reverse(), { energies: uneven.slice().reverse() });
    expect(backwards.out.reverse()).toEqual(out);
    const kinetic = run(values, { energies: uneven.map((energy) => -energy), scale: 'kinetic' });
    expect(kinetic.out).toEqual(out);
  });

  it('the scale decides where the step belongs', () => {
    const values = spectrum(4);
    const { states } = run(values, { scale: 'kinetic' });
    expect(states).toEqual(['falling']);
  });

  it('no option is ignored', () => {
    const values = spectrum(5);
    const usual = run(values);
    const ends = { energies: binding, scale: 'binding' } as const;
    expect(run(values, { ...ends, endChannels: 5, stop: 'relative', tolerance: 1e-5, iterations: 50 })).toEqual(usual);
    for (const options of [{ energies: uneven }, { endChannels: 1 }, { tolerance: 0.1 }, { iterations: 2 }] as const) {
      expect(run(values, options).out).not.toEqual(usual.out);
    }
    expect(run(values, { iterations: 2 })).toMatchObject({ iterations: [2], states: ['not converged'] });
    const stops = (['relative', 'mean-square'] as const).map((stop) => run(values, { stop, tolerance: 1e-3 }));
    expect(stops[0].iterations[0]).toBeLessThan(stops[1].iterations[0]);
  });

  it('says what it cannot do', () => {
    const falling = spectrum(6).reverse();
    const dip = Float64Array.from({ length: CHANNELS }, (_, j) => 900 - j - 600 * bell(j - 80, 20));
    const flat = new Float64Array(CHANNELS).fill(7);
    const gap = spectrum(7);
    gap[3] = Number.NaN;
    const values = Float64Array.from([falling, dip, flat, gap, spectrum(1)].flatMap((row) => Array.from(row)));
    const { out, states } = run(values, {}, 5);
    expect(states).toEqual(['falling', 'no peak', 'converged', 'not finite', 'converged']);
    const row = (i: number) => out.slice(i * CHANNELS, (i + 1) * CHANNELS);
    expect(row(0).every(Number.isFinite)).toBe(true);
    expect(row(1).every(Number.isNaN)).toBe(true);
    expect(row(2)).toEqual(flat);
    expect(row(3).every(Number.isNaN)).toBe(true);
    expect(row(4)).toEqual(run(spectrum(1)).out);
  });

  it('scales with the counts, from 10⁻⁹ to 10⁹', () => {
    const values = spectrum(8);
    const { out } = run(values);
    for (const factor of [2 ** -40, 2 ** 20]) {
      expect(run(values.map((value) => factor * value)).out).toEqual(out.map((value) => factor * value));
    }
  });

  it.each([2, 3, 5, 8])('%d channels', (channels) => {
    const values = Float64Array.from({ length: channels }, (_, j) => clean(40 + (j * 100) / (channels - 1)));
    const { out, states } = run(values, { energies: binding.slice(0, channels), endChannels: 1 });
    // Two channels are their own ends: nothing stands above the background.
    expect(states).toEqual([channels === 2 ? 'no peak' : 'converged']);
    expect(out.every(channels === 2 ? Number.isNaN : Number.isFinite)).toBe(true);
  });

  it.each<[string, Partial<ShirleyOptions>]>([
    ['a short axis', { energies: binding.slice(1) }],
    ['an axis that turns', { energies: binding.map((energy, j) => (j === 7 ? 0 : energy)) }],
    ['no end', { endChannels: 0 }],
    ['ends that overlap', { endChannels: 81 }],
    ['no tolerance', { tolerance: 0 }],
    ['no pass', { iterations: 0 }],
  ])('refuses %s', (_, options) => {
    try {
      run(spectrum(1), options);
      expect.unreachable();
    } catch (error) {
      expect(isSpectrailError(error, 'input')).toBe(true);
    }
  });
});

describe('active Shirley background', () => {
  const peaks = Float64Array.from({ length: CHANNELS }, (_, j) => 50 + 900 * bell(j - 70, 9));
  const options = { factor: 0.004, constant: 50, highKinetic: 'last' } as const;
  const made = (values: Float64Array, more = {}) => {
    const out = new Float64Array(values.length);
    activeShirley(values, 1, values.length, { ...options, ...more }, out);
    return out;
  };

  it('rises by k times the peaks above', () => {
    const background = made(peaks);
    expect(background[CHANNELS - 1]).toBeCloseTo(50, 6);
    for (let j = 0; j + 1 < CHANNELS; j++) {
      expect(background[j] - background[j + 1]).toBeCloseTo(0.004 * (peaks[j] - 50), 9);
    }
  });

  it('no option is ignored', () => {
    const usual = made(peaks);
    expect(made(peaks, { rule: 'sum', width: 1 })).toEqual(usual);
    for (const more of [
      { factor: 0.005 },
      { constant: 49 },
      { highKinetic: 'first' },
      { rule: 'trapezoid' },
      { width: 2 },
    ]) {
      expect(made(peaks, more)).not.toEqual(usual);
    }
    expect(made(peaks.slice().reverse(), { highKinetic: 'first' }).reverse()).toEqual(usual);
    const gap = peaks.map((value, j) => (j === 3 ? Number.NaN : value));
    expect(made(gap).every(Number.isNaN)).toBe(true);
    expect(() => made(peaks, { factor: -1 })).toThrow('from 0');
    expect(() => made(peaks, { width: 0 })).toThrow('above 0');
  });
});
