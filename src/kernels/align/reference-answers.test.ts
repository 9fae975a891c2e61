import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peakWidths } from './peak-width.ts';
import { positionsOf } from './positions.ts';
import { shiftAgainst } from './shift-against.ts';
import { locatePeaks, MAXIMUM } from './zero-loss.ts';

/** Reference answers of independent tools; without them these tests are skipped. */
const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden`;
const present = existsSync(folder);
const cases = (topic: string, kind: string) =>
  present ? readdirSync(`${folder}/${topic}`).filter((name) => name.startsWith(`${kind}--`)) : [];
const read = (topic: string, name: string) => JSON.parse(readFileSync(`${folder}/${topic}/${name}`, 'utf8'));

describe.skipIf(!present)('reference answers', () => {
  it.each(cases('eels', 'zlp'))('place and width of a zero-loss peak: %s', (name) => {
    const { input, expected, tolerance } = read('eels', name);
    const counts = Float64Array.from(input.counts);
    const scale = input.energy[1] - input.energy[0];
    const near = (actual: number, wanted: number) =>
      expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(tolerance.abs + tolerance.rel * Math.abs(wanted));
    const found = positionsOf(1);
    locatePeaks(counts, 1, counts.length, found, MAXIMUM);
    near(input.energy[0] + scale * found.position[0], expected.centre_maximum);
    locatePeaks(counts, 1, counts.length, found, { kind: 'parabola', of: 'counts' });
    near(input.energy[0] + scale * found.position[0], expected.centre_parabola);
    const width = new Float64Array(1);
    for (const how of ['spline', 'linear'] as const) {
      for (const [key, share] of [
        ['fwhm', 0.5],
        ['fwtm', 0.1],
      ] as const) {
        peakWidths(counts, 1, counts.length, share, how, width);
        const wanted = expected[`${key}_${how}`];
        if (wanted === null) expect(width[0]).toBeNaN();
        else near(scale * width[0], wanted);
      }
    }
  });

  it.each(cases('alignment', 'shift'))('%s', (name) => {
    const { input, expected, parameters, tolerance } = read('alignment', name);
    const { offset } = parameters;
    const reference = Float64Array.from(input.reference, (value: number) => value - offset);
    const rows = input.spectra.length;
    const values = Float64Array.from(input.spectra.flat(), (value: number) => value - offset);
    for (const estimator of ['likelihood', 'correlation', 'parabola'] as const) {
      const out = positionsOf(rows);
      shiftAgainst(values, rows, reference, out, { limit: 12, estimator });
      for (let i = 0; i < rows; i++) {
        expect(Math.abs(out.position[i] - expected.shift_true[i]), estimator).toBeLessThanOrEqual(tolerance.abs);
        expect(out.flag[i]).toBe(0);
      }
    }
    // With the reference itself as the spectrum the uncertainty is the Cramér–Rao bound.
    const own = positionsOf(1);
    shiftAgainst(reference, 1, reference, own, { limit: 12 });
    const bound = expected.cramer_rao_stderr_single_spectrum;
    expect(Math.abs(own.uncertainty[0] - bound)).toBeLessThanOrEqual(
      tolerance.keys.cramer_rao_stderr_single_spectrum.rel * bound,
    );
  });

  it('the correlation takes any pedestal', () => {
    const { input, expected } = read('alignment', 'shift--negative-offset.json');
    const out = positionsOf(input.spectra.length);
    shiftAgainst(Float64Array.from(input.spectra.flat()), 2, Float64Array.from(input.reference), out, {
      limit: 12,
      estimator: 'correlation',
    });
    expect(out.position[0]).toBeCloseTo(expected.shift_true[0], 1);
    expect(out.position[1]).toBeCloseTo(expected.shift_true[1], 1);
  });
});
