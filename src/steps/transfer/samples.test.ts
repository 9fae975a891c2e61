import { describe, expect, it } from 'vitest';
import {
  apart,
  calibration,
  column,
  given,
  PAIR,
  pair,
  recipe,
  rms,
  rowsOf,
  runSteps,
  type Signals,
  type Step,
  valuesOf,
} from '../../../test/two-instruments.ts';
import { plan } from '../../index.ts';
import { fitPls, predictPls } from '../../kernels/index.ts';
import type { DenseBlock } from '../../signal/block.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { COMPONENTS, pairReference, pairSignal, simulateInstrumentPair } from '../../simulate/instrument-pair.ts';
import type { Measurements } from '../products.ts';

describe('the choice of standards', () => {
  it('names samples, the most distant first, and none that is masked', async () => {
    const masked = withSignal(given.master, {
      mask: { pixels: Uint8Array.from({ length: 30 }, (_, i) => (i < 5 ? 1 : 0)) },
    });
    const { products } = await runSteps([{ id: 'chosen', use: 'transfer.standards', params: { count: 8 } }], {
      master: masked,
    });
    const found = products.chosen as Measurements;
    const samples = column(found, 'Standards', 'sample');
    expect(samples).toHaveLength(8);
    expect(Math.min(...samples)).toBeGreaterThanOrEqual(5);
    expect(found.maps[0].values[samples[0]]).toBe(1);
    const distances = column(found, 'Standards', 'distance');
    expect([...distances.slice(1)]).toEqual([...distances.slice(1)].sort((a, b) => b - a));
  });

  it('takes all where there are fewer, and says so', async () => {
    const { products } = await runSteps([{ id: 'chosen', use: 'transfer.standards', params: { count: 50 } }], {
      master: given.master,
    });
    expect((products.chosen as Measurements).warnings[0]).toContain('30 spectra');
  });
});

describe('predictions', () => {
  const inputs = { ...given, ...calibration };
  const predict = async (params: Record<string, unknown>, changed: Signals = {}) => {
    const { products } = await runSteps(
      [{ id: 'p', use: 'transfer.predict', in: { in: 'own', calibration: 'known', reference: 'reference' }, params }],
      { ...inputs, ...changed },
    );
    return products.p as Measurements;
  };
  const of = (found: Measurements) => column(found, 'Predictions', 'prediction');
  const truth = (c: number) =>
    Float64Array.from({ length: 60 }, (_, i) => pair.samples.concentrations[i * COMPONENTS + c]);

  it('are of the property that is named, by so many components', async () => {
    expect(apart(of(await predict({})), truth(0))).toBeLessThan(0.005);
    expect(apart(of(await predict({ property: 2 })), truth(2))).toBeLessThan(0.005);
    expect(apart(of(await predict({ components: 1 })), truth(0))).toBeGreaterThan(0.02);
    expect(apart(of(await predict({ most: 1 })), truth(0))).toBeGreaterThan(0.02);
    expect(apart(of(await predict({ scale: true })), of(await predict({})))).toBeGreaterThan(1e-5);
    const found = await predict({ unit: '%' });
    expect(found.quantities[0].quantity.unit).toBe('%');
    expect(found.curves[0].traces[0].values[3]).toBeLessThan(0.3 * found.curves[0].traces[0].values[1]);
  });

  it('are refused without properties of every sample, or of one that is not there', async () => {
    await expect(predict({ property: 7 })).rejects.toMatchObject({ code: 'no-such-property' });
    const fewer = rowsOf(calibration.reference, 20);
    await expect(predict({}, { reference: fewer })).rejects.toMatchObject({ code: 'unpaired-reference' });
    const two = { known: rowsOf(calibration.known, 2), reference: rowsOf(calibration.reference, 2) };
    await expect(predict({}, two)).rejects.toMatchObject({ code: 'too-few-samples' });
  });

  it('are of nothing where the property is the same for all, and not a number where a spectrum is masked', async () => {
    const { block } = calibration.reference.source as { block: DenseBlock };
    const same = withSignal(calibration.reference, {
      source: { type: 'memory', block: { ...block, values: new Float64Array(block.values.length).fill(3) } },
    });
    const found = await predict({}, { reference: same });
    expect(found.warnings).toHaveLength(1);
    expect(new Set(of(found))).toEqual(new Set([3]));
    const masked = withSignal(calibration.own, {
      mask: { pixels: Uint8Array.from({ length: 60 }, (_, i) => Number(i === 4)) },
    });
    expect(of(await predict({}, { own: masked }))[4]).toBeNaN();
  });

  it('are corrected by slope and bias, which says that it is not enough', async () => {
    const step = {
      id: 'line',
      use: 'transfer.slope-bias',
      in: { ...PAIR, calibration: 'known', reference: 'reference' },
    };
    const { products } = await runSteps([step], inputs);
    const found = products.line as Measurements;
    const [raw, corrected] = ['untransferred', 'corrected'].map((name) => column(found, 'Predictions', name));
    expect(apart(corrected, truth(0))).toBeLessThan(0.6 * apart(raw, truth(0)));
    expect(found.warnings.join()).toContain('times the error of the model itself');
    expect(found.findings[0]).toContain('they differ from 1 and 0');
    // The same instrument twice: nothing to correct.
    const { products: none } = await runSteps([step], { ...inputs, spectra: calibration.own, slave: given.master });
    expect((none.line as Measurements).findings[0]).toContain('slope 1.000');
    expect((none.line as Measurements).warnings).toEqual([]);
  });
});

describe('without samples measured on both', () => {
  const classes = (share: number) => ({ distance: 0.6, spread: 0.05, share });
  const sets = (share: number, seed = 6): Signals => {
    const made = simulateInstrumentPair({ seed, calibration: 300, samples: 300, classes: classes(share) });
    return { spectra: pairSignal(made, made.samples, 'slave'), master: pairSignal(made, made.calibration, 'master') };
  };
  const coral = { id: 'over', use: 'transfer.coral', in: { in: 'spectra', 'master-samples': 'master' } };

  it('CORAL gives the mean and covariance of the master', async () => {
    const inputs = sets(0.5);
    const { products } = await runSteps([coral], inputs);
    const values = await valuesOf(products.over as Signal);
    const mean = (rows: Float64Array, j: number) =>
      rows.filter((_, at) => at % 200 === j).reduce((a, b) => a + b, 0) / 300;
    const { block } = inputs.master.source as { block: DenseBlock };
    for (const j of [40, 90, 130]) expect(mean(values, j)).toBeCloseTo(mean(block.values as Float64Array, j), 8);
  });

  it('the plan warns whatever the spectra are', async () => {
    const inputs = sets(0.5);
    const { objections } = await plan(recipe([coral], inputs), inputs);
    expect(objections.map(({ code, severity }) => [code, severity])).toEqual([['unpaired-transfer', 'warning']]);
  });

  it('another mix of classes is noticed without labels, the same one is not', async () => {
    const notes = async (share: number, seed: number) => (await runSteps([coral], sets(share, seed))).trail[0].notes;
    for (const seed of [6, 7]) {
      expect((await notes(0.85, seed)).join()).toContain('not of the same mix');
      expect((await notes(0.5, seed)).join()).not.toContain('not of the same mix');
    }
  });

  it('a few known samples show which class was moved', async () => {
    const check = (share: number) => {
      const { labels } = simulateInstrumentPair({
        seed: 6,
        calibration: 300,
        samples: 300,
        classes: classes(share),
      }).samples;
      const some = (label: number) => [...labels.keys()].filter((i) => labels[i] === label).slice(0, 8);
      const onMaster = (label: number) => Array.from({ length: 8 }, (_, i) => 2 * i + label);
      return {
        id: 'check',
        use: 'transfer.check',
        in: { in: 'over', master: 'master' },
        params: { classes: [0, 1].map((label) => ({ in: some(label), master: onMaster(label) })) },
      };
    };
    const found = async (share: number) =>
      (await runSteps([coral, check(share)], sets(share))).products.check as Measurements;
    expect((await found(0.5)).warnings).toEqual([]);
    const moved = await found(0.85);
    expect(moved.warnings.length).toBeGreaterThan(0);
    expect(moved.warnings[0]).toMatch(/^class \d lies \d+ % of the distance between classes towards|away/);
  });

  it('a classifier is restored where the mix is the same, and spoiled where it is not', async () => {
    const right = async (classes: { distance: number; spread: number; share: number }) => {
      const made = simulateInstrumentPair({ seed: 1, calibration: 300, samples: 1000, classes });
      const inputs = {
        spectra: pairSignal(made, made.samples, 'slave'),
        master: pairSignal(made, made.calibration, 'master'),
      };
      const over = await valuesOf((await runSteps([coral], inputs)).products.over as Signal);
      const model = fitPls(made.calibration.master, Float64Array.from(made.calibration.labels), 300, { components: 4 });
      return [made.samples.master, made.samples.slave, over].map((spectra) => {
        const said = predictPls(model, spectra, 1000);
        return said.filter((value, i) => Number(value > 0.5) === made.samples.labels[i]).length / 10;
      });
    };
    const [own, collapsed, restored] = await right({ distance: 0.05, spread: 0.011, share: 0.5 });
    expect(own - collapsed).toBeGreaterThan(30);
    expect(Math.abs(own - restored)).toBeLessThan(2);
    const [, before, after] = await right({ distance: 0.2, spread: 0.03, share: 0.85 });
    expect(before).toBeGreaterThan(97);
    expect(after).toBeLessThan(88);
  });

  it('amounts are not brought over: the means of two sets differ by as much as the instruments, those of two mixes by more', async () => {
    const errors = async (share: number) => {
      const made = simulateInstrumentPair({ seed: 1, calibration: 300, samples: 300, classes: classes(share) });
      const inputs = {
        spectra: pairSignal(made, made.samples, 'slave'),
        master: pairSignal(made, made.calibration, 'master'),
        reference: pairReference(made.calibration),
      };
      const predict = (id: string, of: string) => ({
        id,
        use: 'transfer.predict',
        in: { in: of, calibration: 'master', reference: 'reference' },
      });
      const { products } = await runSteps([coral, predict('after', 'over'), predict('before', 'spectra')], inputs);
      const truth = Float64Array.from({ length: 300 }, (_, i) => made.samples.concentrations[i * COMPONENTS]);
      return (
        apart(column(products.after as Measurements, 'Predictions', 'prediction'), truth) /
        apart(column(products.before as Measurements, 'Predictions', 'prediction'), truth)
      );
    };
    expect(await errors(0.5)).toBeGreaterThan(0.5);
    expect(await errors(0.85)).toBeGreaterThan(4);
  });

  it('shrinkage and samples to learn from count', async () => {
    const inputs = sets(0.5);
    const values = async (step: Step, more: Signals = {}) =>
      valuesOf((await runSteps([step], { ...inputs, ...more })).products.over as Signal);
    const plain = await values(coral);
    expect(apart(plain, await values({ ...coral, params: { shrinkage: 0.5 } }))).toBeGreaterThan(1e-3);
    const learned = { ...coral, in: { ...coral.in, 'slave-samples': 'others' } };
    expect(apart(plain, await values(learned, { others: sets(0.5, 8).spectra }))).toBeGreaterThan(1e-3);
  });
});

describe('a check of pairs', () => {
  it('says how far spectra are from the master’s, before and after', async () => {
    const check = (id: string, of: string) => ({ id, use: 'transfer.check', in: { in: of, master: 'own' } });
    const { products } = await runSteps(
      [{ id: 'over', use: 'transfer.pds', in: PAIR }, check('after', 'over'), check('before', 'spectra')],
      { ...given, own: calibration.own },
    );
    const off = (id: string) => rms(column(products[id] as Measurements, 'Samples', 'difference'));
    expect(off('after')).toBeLessThan(0.3 * off('before'));
    expect((products.after as Measurements).curves[0].traces).toHaveLength(2);
  });

  it('refuses sets that are no pairs, and classes of spectra that are not there', async () => {
    const run = (params: Record<string, unknown>, master: Signal) =>
      runSteps([{ id: 'c', use: 'transfer.check', in: { in: 'spectra', master: 'master' }, params }], {
        ...given,
        master,
      });
    await expect(run({}, given.master)).rejects.toMatchObject({ code: 'unpaired-standards' });
    await expect(run({ classes: [{ in: [60], master: [0] }] }, given.master)).rejects.toMatchObject({
      code: 'no-such-spectrum',
    });
  });
});
