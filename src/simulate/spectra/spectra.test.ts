import { describe, expect, it } from 'vitest';
import {
  evaluateLogLinear,
  FITTED_WIDTH,
  fitLogLinear,
  powerLawRegressor,
  tougaard,
  UNIVERSAL_LOSS,
} from '../../kernels/index.ts';
import { axisValues } from '../../signal/axis.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { SIMULATED_SPECTRA, simulateSpectrum } from './index.ts';

describe.each(SIMULATED_SPECTRA)('the simulated spectrum of %s', (modality) => {
  it('is the sum of its parts, which are never negative, to the last digits', () => {
    const { parts, mean, spectral } = simulateSpectrum(modality, { dose: 3 });
    expect(new Set(parts.map(({ kind }) => kind))).toEqual(new Set(['background', 'signal']));
    for (let j = 0; j < spectral.size; j++) {
      const sum = parts.reduce((total, { values }) => total + values[j], 0);
      expect(Math.abs(sum - mean[j])).toBeLessThanOrEqual(1e-9 * Math.max(1, mean[j]));
      for (const { values } of parts) expect(values[j]).toBeGreaterThanOrEqual(0);
    }
  });

  it('has Poisson counts of that mean, others with every seed', () => {
    const seeds = 40;
    const drawn = Array.from({ length: seeds }, (_, seed) => simulateSpectrum(modality, { seed }));
    const { mean } = drawn[0];
    expect(simulateSpectrum(modality, { seed: 3 }).counts).toEqual(drawn[3].counts);
    let [square, count] = [0, 0];
    for (const { counts } of drawn) {
      for (let j = 0; j < mean.length; j++) {
        if (mean[j] < 1e-3) continue;
        square += (counts[j] - mean[j]) ** 2 / mean[j];
        count++;
      }
    }
    expect(Math.abs(square / count - 1)).toBeLessThan(0.03);
  });

  it('grows with the dose', () => {
    const [one, ten] = [1, 10].map((dose) => simulateSpectrum(modality, { dose }).mean);
    for (let j = 0; j < one.length; j += 17) expect(ten[j]).toBeCloseTo(10 * one[j], 9);
  });
});

it('the losses of photoelectrons are those that the universal cross section takes off again', () => {
  const { parts, spectral } = simulateSpectrum('xps');
  const sumOf = (names: readonly string[]) => {
    const sum = new Float64Array(spectral.size);
    for (const { name, values } of parts)
      if (names.includes(name)) for (let j = 0; j < sum.length; j++) sum[j] += values[j];
    return sum;
  };
  const losses = sumOf(['inelastic losses']);
  const measured = sumOf(['Fe 2p', 'satellites', 'inelastic losses']);
  const found = new Float64Array(spectral.size);
  const energies = axisValues(spectral);
  tougaard(measured, 1, spectral.size, { energies, scale: 'binding', loss: UNIVERSAL_LOSS }, found);
  // It takes the tails of the lines at the end of the axis for a level that is not theirs.
  for (const [j, value] of losses.entries())
    expect(Math.abs(value - found[j])).toBeLessThan(0.05 * Math.max(...losses));
});

it('the edge of oxygen stands on a power law that can be fitted before it', () => {
  const { mean, parts, spectral } = simulateSpectrum('eels');
  const energies = axisValues(spectral);
  const channels = Int32Array.from(energies.keys()).filter((j) => energies[j] >= 420 && energies[j] <= 520);
  const { t, window } = powerLawRegressor(energies, channels);
  const fitted = new Float64Array(FITTED_WIDTH);
  fitLogLinear(mean, 1, mean.length, window, { law: 'poisson' }, fitted);
  const out = new Float64Array(mean.length);
  evaluateLogLinear({ fitted, t }, 1, out);
  const [{ values }] = parts;
  for (let j = 0; j < mean.length; j += 50) expect(Math.abs(out[j] / values[j] - 1)).toBeLessThan(0.005);
});

it('what there is no model of, or no such dose, is refused', () => {
  for (const ask of [
    () => simulateSpectrum('xas'),
    () => simulateSpectrum('eels', { dose: Number.NaN }),
    () => simulateSpectrum('eels', { dose: 0 }),
    () => simulateSpectrum('eels', { seed: -1 }),
  ]) {
    expect(ask).toThrow(expect.objectContaining({ kind: 'input' }));
    try {
      ask();
    } catch (error) {
      expect(isSpectrailError(error)).toBe(true);
    }
  }
});
