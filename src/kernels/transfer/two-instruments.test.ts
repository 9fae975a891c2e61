import { describe, expect, it } from 'vitest';
import { COMPONENTS, type InstrumentPair, simulateInstrumentPair } from '../../simulate/instrument-pair.ts';
import { applyBandedMap } from './banded-map.ts';
import { fitDirect, type PairedStandards } from './direct.ts';
import { fitExternalParameter } from './external-parameter.ts';
import { invertBanded } from './inverse.ts';
import { kennardStone } from './kennard-stone.ts';
import { applyLinearMap, type LinearMap } from './linear-map.ts';
import { fitPiecewise, type PiecewiseOptions } from './piecewise.ts';
import { fitPls, type PlsModel, predictPls } from './pls.ts';
import { fitSlopeBias } from './slope-bias.ts';
import { fitSpectralSpace } from './spectral-space.ts';

/** Acceptance C7 to C9 and B17: two instruments with known concentrations. */
const LEFT_OUT = { halfWidth: 8, components: { most: 6 } } as const;

interface Trial {
  readonly pair: InstrumentPair;
  readonly n: number;
  readonly model: PlsModel;
  readonly rmsep: (spectra: Float64Array) => number;
  /** Standards in the order in which Kennard and Stone choose them. */
  readonly paired: (standards: number) => PairedStandards;
}

const first = ({ concentrations, count }: InstrumentPair['samples']) =>
  Float64Array.from({ length: count }, (_, i) => concentrations[i * COMPONENTS]);

function trialOf(seed: number): Trial {
  const pair = simulateInstrumentPair({ seed });
  const { calibration, samples, standards } = pair;
  const n = pair.parameters.channels;
  const model = fitPls(calibration.master, first(calibration), calibration.count, { components: 4 });
  const truth = first(samples);
  const order = kennardStone(standards.master, standards.count, standards.count).chosen;
  const pick = (rows: Float64Array, k: number) =>
    Float64Array.from({ length: k * n }, (_, at) => rows[order[Math.floor(at / n)] * n + (at % n)]);
  return {
    pair,
    n,
    model,
    rmsep: (spectra) => rms(predictPls(model, spectra, samples.count).map((value, i) => value - truth[i])),
    paired: (k) => ({
      standards: k,
      slave: pick(standards.slave, k),
      from: n,
      master: pick(standards.master, k),
      to: n,
    }),
  };
}

const rms = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

function piecewise(
  { pair, n, paired }: Trial,
  standards: number,
  options: Partial<PiecewiseOptions> = {},
): Float64Array {
  const { map } = fitPiecewise(paired(standards), { ...LEFT_OUT, ...options });
  const out = new Float64Array(pair.samples.count * n);
  applyBandedMap(map, pair.samples.slave, pair.samples.count, out);
  return out;
}

function whole({ pair, n }: Trial, map: LinearMap, spectra = pair.samples.slave): Float64Array {
  const out = new Float64Array(spectra.length);
  applyLinearMap(map, spectra, spectra.length / n, out);
  return out;
}

const trials = [1, 2, 3].map(trialOf);

describe.each(trials.map((trial) => [trial.pair.parameters.seed, trial] as const))('pair %i', (_, trial) => {
  const { pair, rmsep, paired, model } = trial;
  const own = rmsep(pair.samples.master);

  it('predicts on the master to the noise, and untransferred five times worse at least', () => {
    expect(own).toBeLessThan(0.0035);
    expect(rmsep(pair.samples.slave) / own).toBeGreaterThan(5);
  });

  it('is brought over by PDS with 15, 20 and 30 standards to 1.2 times the error of the master', () => {
    const errors = [15, 20, 30].map((k) => rmsep(piecewise(trial, k)) / own);
    for (const error of errors) expect(error).toBeLessThan(1.2);
    // The curve is flat from 15 on.
    expect(Math.max(...errors) - Math.min(...errors)).toBeLessThan(0.1);
  });

  it('is brought over without bias: what is left is noise', () => {
    const truth = first(pair.samples);
    const off = predictPls(model, piecewise(trial, 20), pair.samples.count).map((value, i) => value - truth[i]);
    const bias = off.reduce((sum, value) => sum + value, 0) / off.length;
    expect(Math.abs(bias)).toBeLessThan(0.25 * rms(off));
    // Nor does it depend on the amount.
    const { slope } = fitSlopeBias(
      truth,
      truth.map((value, i) => value + off[i]),
    );
    expect(Math.abs(slope - 1)).toBeLessThan(0.01);
  });

  it('is brought over by DS and SST too, where standards are more than components', () => {
    for (const k of [15, 30]) {
      expect(rmsep(whole(trial, fitDirect(paired(k), { most: 20 }).map)) / own).toBeLessThan(1.2);
      expect(rmsep(whole(trial, fitSpectralSpace(paired(k), { most: 10 }).map)) / own).toBeLessThan(1.2);
    }
    // With fewer standards than components DS is useless.
    expect(rmsep(whole(trial, fitDirect(paired(3), 'all').map)) / own).toBeGreaterThan(5);
  });

  it('has its worst in too few components', () => {
    expect(fitPiecewise(paired(20), LEFT_OUT).components[0]).toBeGreaterThanOrEqual(3);
    expect(rmsep(piecewise(trial, 20, { components: 1 })) / own).toBeGreaterThan(2);
  });

  it('is orthogonalised: a model of what is left predicts on both', () => {
    const { map, share } = fitExternalParameter(paired(20), 4);
    expect(share).toBeGreaterThan(0.98);
    const { calibration, samples } = pair;
    const behind = fitPls(whole(trial, map, calibration.master), first(calibration), calibration.count, {
      components: 4,
    });
    const truth = first(samples);
    const predicted = predictPls(behind, whole(trial, map), samples.count);
    expect(rms(predicted.map((value, i) => value - truth[i])) / own).toBeLessThan(1.3);
  });

  it('is not brought over by slope and bias, whatever the number of standards', () => {
    const truth = first(pair.samples);
    const raw = predictPls(model, pair.samples.slave, pair.samples.count);
    for (const k of [10, 20, 30]) {
      const { slave, master } = paired(k);
      const line = fitSlopeBias(predictPls(model, slave, k), predictPls(model, master, k));
      expect(line.pValue).toBeLessThan(1e-3);
      const error = rms(raw.map((value, i) => line.bias + line.slope * value - truth[i])) / own;
      expect(error).toBeGreaterThan(3);
      expect(error).toBeLessThan(rmsep(pair.samples.slave) / own);
    }
  });

  it('is brought over worse by undoing the map from master to slave, however regularised', () => {
    const { standards, slave, master, from, to } = paired(20);
    const forward = fitPiecewise({ standards, slave: master, from: to, master: slave, to: from }, LEFT_OUT);
    const inverses = [1e-12, 1e-6, 1e-4, 1e-3, 1e-2].map((tikhonov) => invertBanded(forward.map, tikhonov));
    expect(inverses[0].condition).toBeGreaterThan(1e3);
    const errors = inverses.map(({ map }) => rmsep(whole(trial, map)));
    expect(Math.min(...errors)).toBeGreaterThan(1.3 * rmsep(piecewise(trial, 20)));
    expect(errors[0]).toBeGreaterThan(20 * own);
  });
});

it('noise that is not averaged in the standards is paid for', () => {
  const error = (averaged: number) => {
    const { samples, standards } = simulateInstrumentPair({ seed: 4, averaged });
    const n = standards.slave.length / standards.count;
    const { map } = fitPiecewise(
      { standards: standards.count, slave: standards.slave, from: n, master: standards.master, to: n },
      { halfWidth: 8, components: 3 },
    );
    const out = new Float64Array(samples.slave.length);
    applyBandedMap(map, samples.slave, samples.count, out);
    return rms(out.map((value, at) => value - samples.master[at]));
  };
  expect(error(1)).toBeGreaterThan(1.05 * error(16));
});

describe('a classifier of the master', () => {
  it.each([1, 2, 3])('collapses on the slave, and is restored: pair %i', (seed) => {
    const classes = { distance: 0.05, spread: 0.011, share: 0.5 };
    const { calibration, samples, standards } = simulateInstrumentPair({
      seed,
      calibration: 100,
      samples: 1000,
      classes,
    });
    const n = samples.slave.length / samples.count;
    const model = fitPls(calibration.master, Float64Array.from(calibration.labels), calibration.count, {
      components: 4,
    });
    const right = (spectra: Float64Array) => {
      const predicted = predictPls(model, spectra, samples.count);
      return (100 * predicted.filter((value, i) => Number(value > 0.5) === samples.labels[i]).length) / samples.count;
    };
    const { map } = fitPiecewise(
      { standards: standards.count, slave: standards.slave, from: n, master: standards.master, to: n },
      LEFT_OUT,
    );
    const out = new Float64Array(samples.slave.length);
    applyBandedMap(map, samples.slave, samples.count, out);
    const own = right(samples.master);
    expect(own).toBeGreaterThan(97);
    expect(own - right(samples.slave)).toBeGreaterThan(30);
    expect(Math.abs(own - right(out))).toBeLessThan(2);
  });
});
