import { describe, expect, it } from 'vitest';
import { collect } from '../../engines/engine.ts';
import { inlineEngine } from '../../engines/inline.ts';
import { run } from '../../index.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { type DenseBlock, toDense } from '../../signal/block.ts';
import { COUNTS } from '../../signal/intensity.ts';
import { reasonCode } from '../../signal/mask.ts';
import { poisson } from '../../signal/noise.ts';
import { createSignal, type Signal, withSignal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';
import { scatterBasis } from './scatter-basis.ts';

const spectral = (size: number, offset = 0, scale = 1) =>
  uniformAxis({ name: 'Energy', unit: 'eV', role: 'spectral', size, offset, scale });

/** Spectra one after the other, as pixels of one row. */
function spectraOf(rows: readonly (readonly number[])[], parts: Partial<Signal> = {}): Signal {
  const [pixels, channels] = [rows.length, rows[0].length];
  return createSignal({
    title: 'spectra',
    modality: 'raman',
    navigation: [uniformAxis({ name: 'x', role: 'navigation', size: pixels })],
    spectral: spectral(channels),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels, values: Float64Array.from(rows.flat()) } },
    intensity: COUNTS,
    noise: poisson(),
    ...parts,
  });
}

interface Made {
  readonly rows: number[][];
  readonly notes: readonly string[];
  readonly signal: Signal;
}

async function normalise(
  use: string,
  signal: Signal,
  params: object = {},
  others: Record<string, Signal> = {},
): Promise<Made> {
  const names = ['in', ...Object.keys(others)];
  const { products, trail } = await run(
    {
      spectrail: 'recipe/1',
      title: 'One normalisation',
      inputs: Object.fromEntries(names.map((name) => [name, {}])),
      steps: [{ id: 'one', use: `normalise.${use}`, in: Object.fromEntries(names.map((n) => [n, n])), params }],
    } as never,
    { in: signal, ...others },
  );
  const made = products.one as Signal;
  const options = { resolve: resolveShape, geometry: signalGeometry(made) };
  const { values, channels, pixels } = toDense(
    await collect(inlineEngine(resolveShape), made.source, options),
  ) as DenseBlock;
  const rows = Array.from({ length: pixels }, (_, i) => [...values.slice(i * channels, (i + 1) * channels)]);
  return { rows, notes: trail[0].notes, signal: made };
}

const near = (found: readonly number[], wanted: readonly number[]) => {
  expect(found.length).toBe(wanted.length);
  for (const [j, value] of wanted.entries()) expect(found[j]).toBeCloseTo(value, 10);
};

/** A random spectrum of 40 channels with a line of its own. */
function spectrum(seed: number, line = 20): number[] {
  const random = new CounterRandom(seed, 0);
  return Array.from({ length: 40 }, (_, j) => random.poisson(30 + 200 * Math.exp(-(((j - line) / 3) ** 2))));
}

describe('each option counts', () => {
  const row = [1, 2, 3, 6, 8];
  it.each<[string, object, number]>([
    ['total', {}, 20],
    ['total', { window: ['1 eV', '3 eV'] }, 11],
    ['area', {}, 15.5],
    ['area', { window: [1, 3] }, 7],
    ['maximum', {}, 8],
    ['maximum', { window: [0, 2] }, 3],
    ['vector', {}, Math.sqrt(114)],
    ['vector', { window: [1, 2] }, Math.sqrt(13)],
    ['reference', { window: [3, 4] }, 14],
  ])('%s %j divides by %d', async (use, params, divisor) => {
    const { rows, signal } = await normalise(use, spectraOf([row]), params);
    near(
      rows[0],
      row.map((value) => value / divisor),
    );
    expect(signal.intensity.kind).toBe('normalised');
    expect(signal.history.at(-1)).toMatchObject({ step: `normalise.${use}`, version: 1 });
  });

  it('what it was divided by is in the name of the intensity', async () => {
    const { signal } = await normalise('total', spectraOf([row]), { window: [1, 3] });
    expect(signal.intensity).toEqual({ kind: 'normalised', how: 'to the total of 1 to 3' });
  });

  it('SNV: over n − 1, or over n', async () => {
    const deviation = (n: number) => Math.sqrt([9, 4, 1, 4, 16].reduce((a, b) => a + b, 0) / n);
    for (const [option, n] of [
      ['n-1', 4],
      ['n', 5],
    ] as const) {
      const { rows } = await normalise('snv', spectraOf([row]), { deviation: option });
      near(
        rows[0],
        row.map((value) => (value - 4) / deviation(n)),
      );
    }
  });

  it('an area follows a listed and a descending axis', async () => {
    const positions = Float64Array.of(10, 7, 6, 2, 1);
    const listed: Axis = explicitAxis({ name: 'Energy', unit: 'eV', role: 'spectral', positions });
    const { rows } = await normalise('area', spectraOf([row], { spectral: listed }));
    near(
      rows[0],
      row.map((value) => value / (4.5 + 2.5 + 18 + 7)),
    );
    const windowed = await normalise('area', spectraOf([row], { spectral: listed }), { window: [1.5, 6.5] });
    expect(row[2] / windowed.rows[0][2]).toBeCloseTo(18, 10);
    const falling = await normalise('total', spectraOf([row], { spectral: spectral(5, 4, -1) }), { window: [3, 4] });
    expect(row[0] / falling.rows[0][0]).toBeCloseTo(3, 10);
  });

  const [wanted, other] = [spectrum(1), spectrum(2, 30)];
  const slope = wanted.map((_, j) => -1 + (2 * j) / 39);
  const scattered = wanted.map((value, j) => 50 + 2.5 * value + 12 * slope[j] + 8 * slope[j] ** 2 + 0.4 * other[j]);
  const reference = spectraOf([wanted]);

  it('MSC takes off an offset and a factor, and nothing else', async () => {
    const offset = wanted.map((value) => 50 + 2.5 * value);
    near((await normalise('msc', spectraOf([offset]), {}, { reference })).rows[0], wanted);
    const off = (await normalise('msc', spectraOf([scattered]), {}, { reference })).rows[0];
    expect(Math.max(...off.map((value, j) => Math.abs(value - wanted[j])))).toBeGreaterThan(2);
  });

  it('EMSC takes off polynomials up to its order, and interferents where it is told to', async () => {
    const bent = scattered.map((value, j) => value - 0.4 * other[j]);
    near((await normalise('emsc', spectraOf([bent]), {}, { reference })).rows[0], wanted);
    const [first] = (await normalise('emsc', spectraOf([bent]), { order: 1 }, { reference })).rows;
    expect(Math.abs(first[0] - wanted[0])).toBeGreaterThan(0.5);
    const interferents = spectraOf([other]);
    const given = { reference, interferents };
    const full = await normalise('emsc', spectraOf([scattered]), { interferents: 'spectra' }, given);
    near(full.rows[0], wanted);
    expect(full.notes.join()).toContain('1 interferents, of "spectra"');
    const unread = await normalise('emsc', spectraOf([scattered]), {}, given);
    expect(unread.notes.join()).toContain('"interferents" was not read');
    expect(Math.abs(unread.rows[0][30] - wanted[30])).toBeGreaterThan(5);
  });

  it('EMSC: weights of 1/variance make the coefficients as certain as counts allow', async () => {
    const steep = Float64Array.from({ length: 40 }, (_, j) => 2000 * Math.exp(-j / 6) + 20);
    const setting = {
      params: {},
      positions: steep.map((_, j) => j),
      unit: '',
      axis: '',
      noise: poisson(),
      learned: steep,
    };
    const slopeVariance = (byVariance: boolean) => {
      const { operator } = scatterBasis(setting, { order: 1, byVariance }).basis;
      return steep.reduce((sum, mean, j) => sum + operator[j] * operator[j] * mean, 0);
    };
    expect(slopeVariance(true)).toBeLessThan(0.7 * slopeVariance(false));
    const rows = [[...steep.map((mean, j) => mean + 10 * Math.sin(j))]];
    const given = { reference: spectraOf([[...steep]]) };
    const [equal, weighted] = [
      (await normalise('emsc', spectraOf(rows), { order: 1 }, given)).rows[0],
      (await normalise('emsc', spectraOf(rows), { order: 1, weights: 'variance' }, given)).rows[0],
    ];
    expect(Math.abs(equal[0] - weighted[0])).toBeGreaterThan(0.1);
  });

  it('a reference is the mean of its own spectra, or of those that are given, without what is masked', async () => {
    const rows = [spectrum(1), spectrum(2), spectrum(3)];
    const mask = { pixels: Uint8Array.of(0, 0, reasonCode('dead')) };
    const own = await normalise('msc', spectraOf(rows, { mask }));
    expect(own.notes).toContain('the reference is the mean of 2 spectra, those that are normalised');
    const mean = rows[0].map((value, j) => (value + rows[1][j]) / 2);
    near(own.rows[0], (await normalise('msc', spectraOf(rows), {}, { reference: spectraOf([mean]) })).rows[0]);
    const given = await normalise('msc', spectraOf(rows), {}, { reference });
    expect(given.notes).toContain('the reference is the mean of 1 spectra, of the input "reference" (spectra)');
    expect(Math.abs(given.rows[0][5] - own.rows[0][5])).toBeGreaterThan(0.01);
  });

  it('PQN: the median of shares, channel by channel, or the mean', async () => {
    const doses = [1, 3, 0.5, 2, 10];
    const changed = wanted.map((value, j) => (j === 20 ? 40 * value : value));
    const rows = [...doses.map((dose) => wanted.map((value) => dose * value)), changed];
    const { rows: found } = await normalise('pqn', spectraOf(rows));
    for (const k of [1, 2, 3, 4, 5]) for (const j of [0, 10, 39]) expect(found[k][j] / found[0][j]).toBeCloseTo(1, 2);
    expect(found[5][20] / found[0][20]).toBeCloseTo(40, 0);
    const total = wanted.reduce((sum, value) => sum + value, 0);
    expect((found[0][10] * total) / wanted[10]).toBeCloseTo(1, 2);
    const { rows: byMean } = await normalise('pqn', spectraOf(rows), { reference: 'mean' });
    expect(byMean[0][10] / wanted[10]).toBeGreaterThan(2);
    expect(byMean[1][10] / byMean[0][10]).toBeCloseTo(1, 10);
  });

  it('PQN keeps a median to the width of its histogram', async () => {
    const random = new CounterRandom(8, 0);
    const rows = Array.from({ length: 301 }, () => wanted.map((value) => random.poisson(20 * value)));
    const one = [wanted.map((value) => 7 * value)];
    const { rows: found } = await normalise('pqn', spectraOf(one), {}, { reference: spectraOf(rows) });
    const total = one[0].reduce((sum, value) => sum + value, 0);
    for (const [j, value] of found[0].entries()) expect((value * total) / one[0][j]).toBeCloseTo(1, 2);
  });
});

describe('awkward spectra', () => {
  const all = ['total', 'area', 'maximum', 'vector', 'snv', 'msc', 'emsc', 'pqn'];

  it.each(all)('%s: masked channels and pixels do not count, and stay masked', async (use) => {
    const rows = [spectrum(1), spectrum(2), spectrum(3)];
    const mask = {
      pixels: Uint8Array.of(0, reasonCode('dead'), 0),
      channels: Uint8Array.from({ length: 40 }, (_, j) => (j === 20 ? reasonCode('spike') : 0)),
    };
    const spoilt = rows.map((row, i) => row.map((value, j) => (j === 20 ? 1e6 : i === 1 ? 1e5 * j : value)));
    const [clean, dirty] = [
      await normalise(use, spectraOf(rows, { mask })),
      await normalise(use, spectraOf(spoilt, { mask })),
    ];
    expect(dirty.signal.mask).toEqual(mask);
    for (const i of [0, 2]) for (const j of [0, 19, 21, 39]) expect(dirty.rows[i][j]).toBe(clean.rows[i][j]);
  });

  it.each(all)('%s: a spectrum without a scale becomes 0, and the run says how many', async (use) => {
    const rows = [spectrum(1), new Array(40).fill(0), spectrum(2), spectrum(3).map((value) => -value)];
    const { rows: found, notes } = await normalise(
      use,
      spectraOf(rows),
      use === 'pqn' ? { reference: 'mean' } : {},
      ['msc', 'emsc', 'pqn'].includes(use) ? { reference: spectraOf([spectrum(1)]) } : {},
    );
    expect(found[1].every((value) => value === 0)).toBe(true);
    expect(found[0].every(Number.isFinite)).toBe(true);
    const refused = ['vector', 'snv'].includes(use) ? 1 : 2;
    expect(notes.join()).toContain(`${refused} of 4 spectra have no scale`);
  });

  it('the pedestal of a camera is no part of a spectrum', async () => {
    const rows = [spectrum(1), spectrum(2)];
    const camera = spectraOf(
      rows.map((row) => row.map((value) => 2 * value + 100)),
      { noise: poisson({ gain: 2, offset: 100 }) },
    );
    for (const use of all) {
      const [plain, found] = [await normalise(use, spectraOf(rows)), await normalise(use, camera)];
      const scale = ['msc', 'emsc'].includes(use) ? 2 : 1;
      for (const j of [0, 20, 39]) expect(found.rows[1][j] / (scale * plain.rows[1][j])).toBeCloseTo(1, 9);
    }
  });

  it('one spectrum is its own reference', async () => {
    const row = spectrum(1);
    near((await normalise('msc', spectraOf([row]))).rows[0], row);
    near((await normalise('emsc', spectraOf([row]))).rows[0], row);
  });

  it.each<[string, object, string]>([
    ['snv', {}, 'narrow-window'],
    ['area', {}, 'narrow-window'],
    ['msc', {}, 'narrow-window'],
    ['emsc', {}, 'narrow-window'],
    ['reference', { window: [3, 4] }, 'empty-window'],
  ])('%s of one channel is refused: %j %s', async (use, params, code) => {
    await expect(normalise(use, spectraOf([[3]]), params)).rejects.toMatchObject({ code });
  });

  it('few channels are enough where they can tell what is asked', async () => {
    near((await normalise('total', spectraOf([[3]]))).rows[0], [1]);
    near((await normalise('snv', spectraOf([[3, 5]]))).rows[0], [-Math.SQRT1_2, Math.SQRT1_2]);
    near((await normalise('msc', spectraOf([[1, 2, 4]]))).rows[0], [1, 2, 4]);
  });

  it('events and written counts, 10⁹ counts too', async () => {
    const rows = [spectrum(1).map((value) => 1e7 * value)];
    for (const use of all) {
      const { rows: found } = await normalise(use, spectraOf(rows));
      expect(found[0].every(Number.isFinite)).toBe(true);
    }
  });

  it('a logarithm is refused, shares may be normalised again', async () => {
    const signal = spectraOf([spectrum(1)]);
    await expect(normalise('snv', withSignal(signal, { intensity: { kind: 'log' } }))).rejects.toMatchObject({
      code: 'wrong-intensity',
    });
    const shares = withSignal(signal, { intensity: { kind: 'normalised', how: 'elsewhere' } });
    expect((await normalise('snv', shares)).rows).toHaveLength(1);
  });

  it('inputs on another axis, and interferents that cannot be told apart or are not there, are refused', async () => {
    const signal = spectraOf([spectrum(1)]);
    const longer = spectraOf([[...spectrum(1), 1]]);
    const shifted = spectraOf([spectrum(1)], { spectral: spectral(40, 3) });
    for (const reference of [longer, shifted]) {
      await expect(normalise('msc', signal, {}, { reference })).rejects.toMatchObject({ code: 'other-axis' });
    }
    const asked = { interferents: 'spectra' };
    await expect(normalise('emsc', signal, asked)).rejects.toMatchObject({ code: 'bad-interferents' });
    const many = spectraOf(Array.from({ length: 17 }, (_, seed) => spectrum(seed)));
    await expect(normalise('emsc', signal, asked, { interferents: many })).rejects.toMatchObject({
      code: 'bad-interferents',
    });
    await expect(normalise('emsc', signal, asked, { interferents: spectraOf([spectrum(1)]) })).rejects.toMatchObject({
      code: 'shapes-alike',
    });
  });

  it('EMSC says when its shapes are nearly alike', async () => {
    const row = spectrum(1);
    const almost = row.map((value, j) => value + (j % 7 === 0 ? 0.02 * value : 0));
    const interferents = spectraOf([almost]);
    const { notes } = await normalise('emsc', spectraOf([row]), { interferents: 'spectra' }, { interferents });
    expect(notes.join()).toMatch(/nearly alike \(condition number [1-9]e\+[3-9]\)/);
    expect((await normalise('emsc', spectraOf([row]))).notes.join()).not.toContain('alike');
  });

  it('weights of 1/variance are refused where no variance is known', async () => {
    const { signal } = await normalise('total', spectraOf([spectrum(1)]));
    await expect(normalise('emsc', signal, { weights: 'variance' })).rejects.toMatchObject({ code: 'no-variance' });
  });
});

describe('what the run says', () => {
  it('of a reference peak below ten times its error, how many spectra have it', async () => {
    const rows = [spectrum(1), spectrum(2), spectrum(3).map((value) => Math.round(value / 20))];
    const { notes } = await normalise('reference', spectraOf(rows), { window: [15, 25] });
    expect(notes.join()).toContain('in 1 of 3 spectra the reference peak is below 10σ of its error');
    expect((await normalise('reference', spectraOf(rows.slice(0, 2)), { window: [15, 25] })).notes).toEqual([]);
  });

  it('a reference above a background has the error of the counts below it', async () => {
    const flat = (line: number) => Array.from({ length: 40 }, (_, j) => 4000 + (j >= 18 && j <= 22 ? line : 0));
    const background = { id: 'net', use: 'background.polynomial', params: { degree: 0, method: 'plain' } };
    const notesFor = async (line: number) => {
      const { trail } = await run(
        {
          spectrail: 'recipe/1',
          title: 'A line above its background',
          inputs: { counts: {} },
          steps: [background, { id: 'ratio', use: 'normalise.reference', params: { window: [18, 22] } }],
        } as never,
        { counts: spectraOf([flat(line)]) },
      );
      return trail.find(({ id }) => id === 'ratio')?.notes.join();
    };
    // σ of five channels of 4,000 counts is 141: the line stands on 35 of 40 parts of itself.
    expect(await notesFor(200)).toContain('below 10σ');
    expect(await notesFor(2000)).toBe('');
  });
});
