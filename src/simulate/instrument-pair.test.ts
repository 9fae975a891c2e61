import { expect, it } from 'vitest';
import {
  COMPONENTS,
  INSTRUMENT_PAIR,
  pairReference,
  pairSignal,
  secondInstrument,
  simulateInstrumentPair,
} from './instrument-pair.ts';

const small = { channels: 100, calibration: 8, standards: 5, samples: 40 };

it('equal parameters give equal spectra, another seed others', () => {
  const [a, b, c] = [1, 1, 2].map((seed) => simulateInstrumentPair({ ...small, seed }));
  expect(a.samples).toEqual(b.samples);
  expect(a.samples.slave).not.toEqual(c.samples.slave);
});

it('spectra are the sum of their components on a baseline, with noise as stated', () => {
  const { samples, components } = simulateInstrumentPair({ ...small, noise: 0 });
  const noisy = simulateInstrumentPair({ ...small, noise: 0.01, averaged: 25 });
  const rest = Float64Array.from({ length: 100 }, (_, j) => {
    let sum = samples.master[j];
    for (let c = 0; c < COMPONENTS; c++) sum -= samples.concentrations[c] * components[c * 100 + j];
    return sum;
  });
  // What is left is the baseline: half as high at its end.
  expect(rest[99] / rest[0]).toBeCloseTo(1 - 99 / 200, 9);
  const deviation = (a: Float64Array, b: Float64Array) =>
    Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0) / a.length);
  expect(deviation(noisy.samples.slave, samples.slave)).toBeCloseTo(0.01, 3);
  const clean = simulateInstrumentPair({ ...small, noise: 0 }).standards;
  expect(deviation(noisy.standards.master, clean.master)).toBeCloseTo(0.002, 3);
});

it('the second instrument shifts, blurs with a tail, ripples and adds an offset', () => {
  const line = Float64Array.from({ length: 101 }, (_, j) => (j === 50 ? 1 : 0));
  const seen = (changes: object) =>
    secondInstrument(101, { shift: 0, blur: 1.5, tail: 0, ripple: 0, offset: 0, ...changes })(line);
  const moment = (values: Float64Array, power: number, about = 0) =>
    values.reduce((sum, v, j) => sum + v * (j - 50 - about) ** power, 0) / values.reduce((sum, v) => sum + v, 0);
  expect(moment(seen({}), 1)).toBeCloseTo(0, 9);
  expect(Math.sqrt(moment(seen({}), 2))).toBeCloseTo(1.5, 2);
  expect(moment(seen({ shift: 0.4 }), 1)).toBeCloseTo(0.4, 3);
  const tailed = seen({ tail: 0.5 });
  expect(moment(tailed, 3, moment(tailed, 1))).toBeGreaterThan(1);
  expect(seen({ offset: 0.2 })[0]).toBeCloseTo(0.2, 9);
  const flat = (ripple: number) =>
    secondInstrument(101, { shift: 0, blur: 1, tail: 0, ripple, offset: 0 })(new Float64Array(101).fill(1));
  expect(Math.max(...flat(0.05))).toBeCloseTo(1.05, 2);
});

it('classes are told apart by the first component, in the shares that are asked for', () => {
  const { samples, calibration } = simulateInstrumentPair({
    ...small,
    classes: { distance: 0.6, spread: 0.01, share: 0.25 },
  });
  expect(samples.labels.reduce((sum, label) => sum + label, 0)).toBe(10);
  expect(calibration.labels.reduce((sum, label) => sum + label, 0)).toBe(4);
  for (const [i, label] of samples.labels.entries()) {
    expect(samples.concentrations[i * COMPONENTS]).toBeCloseTo(label ? 0.8 : 0.2, 1);
  }
});

it('sets become signals with their law of errors', () => {
  const pair = simulateInstrumentPair(small);
  expect(pairSignal(pair, pair.standards, 'slave', true).noise).toMatchObject({ tag: 'gaussian', sigma: 0.0025 });
  expect(pairSignal(pair, pair.samples, 'master').noise).toMatchObject({ sigma: INSTRUMENT_PAIR.noise });
  expect(pairReference(pair.samples).spectral.size).toBe(COMPONENTS);
});

it.each([
  [{ channels: 3 }],
  [{ samples: 0 }],
  [{ standards: 2.5 }],
  [{ noise: -1 }],
  [{ difference: { ...INSTRUMENT_PAIR.difference, blur: 0 } }],
  [{ difference: { ...INSTRUMENT_PAIR.difference, tail: 1 } }],
])('%j is refused', (parameters) => {
  expect(() => simulateInstrumentPair(parameters)).toThrow(/simulated instruments/);
});
