import { describe, expect, it } from 'vitest';
import {
  axisErrorTerms,
  axisUncertainty,
  type Calibration,
  describeCalibration,
  explicitAxis,
  rebinAxis,
  sliceAxis,
  uniformAxis,
} from './axis.ts';

/** An offset of 0.1 everywhere, and a scale that is sure at 400. */
const calibration: Calibration = {
  origin: 'two edges',
  uncertainty: Math.hypot(0.1, 0.6),
  errors: {
    positions: [300, 400, 1000],
    curves: [
      { source: 'offset', values: [0.1, 0.1, 0.1] },
      { source: 'scale', values: [-0.1, 0, 0.6] },
    ],
  },
};
const axis = uniformAxis({ role: 'spectral', unit: 'eV', size: 701, offset: 300, calibration });

describe('the error of an axis', () => {
  it('is that of a position: from its curves, between and beyond their positions', () => {
    expect(axisUncertainty(axis, 400)).toBeCloseTo(0.1, 12);
    expect(axisUncertainty(axis, 700)).toBeCloseTo(Math.hypot(0.1, 0.3), 12);
    expect(axisUncertainty(axis, 1600)).toBeCloseTo(Math.hypot(0.1, 1.2), 12);
    expect(axisUncertainty(axis, 200)).toBeCloseTo(Math.hypot(0.1, 0.2), 12);
    expect(axisErrorTerms(axis, 700)).toEqual([
      { source: 'offset', sensitivity: expect.closeTo(0.1, 12) },
      { source: 'scale', sensitivity: expect.closeTo(0.3, 12) },
    ]);
  });

  it('lives on in a part of the axis and in groups of its channels: it belongs to the energy, not to the channel', () => {
    const near = sliceAxis(axis, 50, 151);
    expect(near.calibration?.uncertainty).toBeCloseTo(Math.hypot(0.1, 0.05), 12);
    expect(axisUncertainty(near, 400)).toBeCloseTo(0.1, 12);
    const far = sliceAxis(axis, 600, 701);
    expect(far.calibration?.uncertainty).toBeCloseTo(Math.hypot(0.1, 0.6), 12);
    const coarse = rebinAxis(axis, 100);
    expect(axisUncertainty(coarse, 700)).toBeCloseTo(axisUncertainty(axis, 700)!, 12);
    expect(coarse.calibration!.uncertainty!).toBeLessThan(axis.calibration!.uncertainty!);
    expect(axis.calibration).toBe(calibration);
  });

  it('is the same on a listed axis, whichever way it runs, and of one channel', () => {
    const listed = explicitAxis({ role: 'spectral', positions: [900, 700, 500, 410], calibration });
    expect(sliceAxis(listed, 1, 4).calibration?.uncertainty).toBeCloseTo(Math.hypot(0.1, 0.3), 12);
    expect(sliceAxis(listed, 3, 4).calibration?.uncertainty).toBeCloseTo(Math.hypot(0.1, 0.01), 12);
    expect(sliceAxis(listed, 2, 2).calibration).toBe(calibration);
  });

  it('is one term where no more is known, and none where nothing is', () => {
    const plain = uniformAxis({ role: 'spectral', size: 3, calibration: { origin: 'file', uncertainty: 0.2 } });
    expect(axisErrorTerms(plain, 1)).toEqual([{ source: 'axis: file', sensitivity: 0.2 }]);
    expect(sliceAxis(plain, 0, 1).calibration).toEqual({ origin: 'file', uncertainty: 0.2 });
    expect(axisErrorTerms(uniformAxis({ role: 'spectral', size: 3 }), 1)).toEqual([]);
    expect(
      axisUncertainty(uniformAxis({ role: 'spectral', size: 3, calibration: { origin: 'file' } }), 1),
    ).toBeUndefined();
  });
});

describe('an axis in words', () => {
  it('says what it is tied to, how well, and what it is relative to', () => {
    const of = (calibration?: Calibration) =>
      describeCalibration(uniformAxis({ role: 'spectral', unit: 'eV', size: 3, calibration }));
    expect(of()).toBe('');
    expect(of({ origin: 'file' })).toBe('');
    expect(of({ origin: 'file', uncertainty: 0.1 })).toBe('file, ± 0.10 eV');
    expect(of({ origin: 'C 1s', uncertainty: 0.2, relativeTo: 'C 1s', fitted: true })).toBe(
      'C 1s, ± 0.20 eV, relative to C 1s',
    );
  });
});
