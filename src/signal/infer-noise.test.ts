import { describe, expect, it } from 'vitest';
import { inferNoise } from './infer-noise.ts';

describe('the noise of a file', () => {
  it.each([
    [{ whole: true, min: 0 }, 'eds', 'counts: whole numbers, smallest 0, from an EDS detector'],
    [{ whole: true, events: true }, 'eds', 'counts: a stream of events, from an EDS detector'],
    [{ whole: true }, 'xrd', 'counts: unsigned integers'],
    [{ whole: true, min: 3 }, 'xps', 'counts: whole numbers, smallest 3'],
    [
      { whole: true, min: 3 },
      'eels',
      'counts: whole numbers, smallest 3; the gain of the camera is not stated: 1 is assumed',
    ],
  ] as const)('of %j, %s, is that of counts: %s', (facts, modality, evidence) => {
    expect(inferNoise(facts, modality, 'Intensity (Counts)')).toMatchObject({
      noise: { tag: 'poisson' },
      intensity: { kind: 'counts' },
      evidence,
    });
  });

  it.each([
    [{ whole: true, min: -3 }, undefined, 'whole numbers down to -3'],
    [{ whole: false, min: 0 }, 'X-rays (Counts)', 'not whole numbers'],
    [{ whole: true, min: 0 }, 'Intensity (Counts/s)', 'a rate'],
    [{ whole: true, min: 0 }, 'cps', 'a rate'],
    [{ whole: true, min: 0 }, 'Absorbance', 'no counts'],
    [{ whole: true, min: 0 }, 'log(1/R)', 'no counts'],
    [{ whole: true, min: 0 }, 'mu', 'no counts'],
  ] as const)('of %j called %s is unknown: %s', (facts, quantity, why) => {
    const found = inferNoise(facts, 'unknown', quantity);
    expect(found.noise).toMatchObject({ tag: 'unknown', why: expect.stringContaining(why) });
    expect(found.evidence).toContain(why);
  });

  it.each([
    ['Intensity (Counts/s)', 'rate'],
    ['Transmission', 'dimensionless'],
    ['machine counts', 'counts'],
  ])('the values of "%s" are %s', (quantity, kind) => {
    expect(inferNoise({ whole: true, min: 0 }, 'raman', quantity).intensity.kind).toBe(kind);
  });
});
