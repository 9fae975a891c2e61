import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../../kernels/index.ts';
import { poisson } from '../../signal/noise.ts';
import type { Setting } from './estimator.ts';
import { backgroundMethod } from './methods.ts';
import { rivalsOf } from './rivals.ts';
import { widthInChannels } from './whole-rows.ts';

const CHANNELS = 300;

/** A bent background with peaks and Poisson noise, at positions 400, 401 …; for photoelectrons with a step below the peak. */
function made(seed = 3): { positions: Float64Array; row: Float64Array } {
  const random = new CounterRandom(seed, 0);
  const positions = Float64Array.from({ length: CHANNELS }, (_, j) => 400 + j);
  const row = positions.map((x) => {
    const peaks = 300 / (1 + ((x - 480) / 5) ** 2) + 500 / (1 + ((x - 590) / 4) ** 2);
    return random.poisson(
      4e5 * (x / 100) ** -4 + 150 * Math.exp(-(((x - 560) / 90) ** 2)) + peaks + (x > 590 ? 60 : 0),
    );
  });
  return { positions, row };
}

const { positions, row } = made();

function settingOf(params: object, more: Partial<Setting> = {}): Setting {
  return { params, positions, unit: 'eV', axis: 'Energy', noise: poisson(), ...more };
}

function estimate(id: string, params: object, more: Partial<Setting> = {}, values = row): Float64Array {
  const method = backgroundMethod(`background.${id}`);
  const setting = settingOf(params, more);
  method.range(setting);
  const out = new Float64Array(CHANNELS);
  method.prepare(setting).estimate(values, 1, out, id === 'local-average' ? made(9).row : undefined);
  return out;
}

const FIT = ['410 eV', '470 eV'];
const SNIP = { width: 20, order: 2, decreasing: true, transform: true, smooth: 2 };
const XPS = { region: [540, 640], ends: 5 };
const LOSS = { region: [540, 690], scale: 'binding', loss: 'universal' };
const X_RAYS = Float64Array.from({ length: CHANNELS }, (_, j) => 0.1 + 0.03 * j);
const CONTINUUM = {
  beam: 20,
  model: 'thin',
  elements: ['Al'],
  specimen: { composition: 'Al2O3', massThickness: 300, takeOff: 30 },
  detector: 'none',
  resolution: 130,
};
const LEARNED = { learned: Float64Array.of(2, 5, ...new Float64Array(61).fill(1)) };

describe('every option of a background changes it', () => {
  it.each<[string, object, object, Partial<Setting>?]>([
    ['power-law', { fit: FIT, method: 'likelihood' }, { method: 'least-squares' }],
    ['power-law', { fit: FIT, method: 'likelihood' }, { method: 'two-area' }],
    ['power-law', { fit: FIT, method: 'likelihood' }, { fit: [0.42, 0.46].map((edge) => `${edge} keV`) }],
    ['power-law-mixture', { fit: FIT, exponents: [2, 4] }, { exponents: [2, 5] }],
    ['power-law-mixture', { fit: FIT, exponents: [2, 4] }, { fit: [420, 470] }],
    ['exponential', { fit: FIT }, { fit: [420, 470] }],
    ['local-average', { fit: FIT, sigma: 2 }, { fit: [420, 470] }],
    ...[
      { beam: '10 keV' },
      { model: 'thick' },
      { model: 'chapman' },
      { elements: ['Al', 'Au'] },
      { fit: [[3, 6]] },
      { specimen: undefined },
      { specimen: { composition: 'AlO', massThickness: 300, takeOff: 30 } },
      { specimen: { composition: 'Al2O3', massThickness: 200, takeOff: 30 } },
      { specimen: { composition: 'Al2O3', massThickness: 300, takeOff: '0.3 rad' } },
      { detector: 'polymer' },
      { detector: 'beryllium' },
      { resolution: 180 },
    ].map((changed): [string, object, object, Partial<Setting>] => [
      'bremsstrahlung',
      CONTINUUM,
      changed,
      { positions: X_RAYS, unit: 'keV' },
    ]),
    ['snip', SNIP, { width: 40 }],
    ['snip', SNIP, { order: 4 }],
    ['snip', SNIP, { decreasing: false }],
    ['snip', SNIP, { transform: false }],
    ['snip', SNIP, { smooth: 0 }],
    ['isrea', { knots: 3 }, { knots: 9 }],
    ['isrea', { knots: 'auto' }, { knots: 9 }, { learned: Float64Array.of(3) }],
    ['polynomial', { degree: 3, method: 'improved' }, { degree: 6 }],
    ['polynomial', { degree: 3, method: 'improved' }, { method: 'modified' }],
    ['polynomial', { degree: 3, method: 'improved' }, { method: 'plain' }],
    ['morphological', { width: 30, method: 'iterated' }, { width: 60 }],
    ['morphological', { width: 30, method: 'iterated' }, { method: 'mean' }],
    ['morphological', { width: 30, method: 'iterated' }, { method: 'rolling-ball' }],
    ['morphological', { width: 30, method: 'iterated' }, { method: 'top-hat' }],
    ['shirley', XPS, { region: [550, 640] }],
    ['shirley', XPS, { ends: 20 }],
    ['tougaard', LOSS, { region: [550, 690] }],
    ['tougaard', LOSS, { scale: 'kinetic' }],
    ['tougaard', LOSS, { loss: { b: 500, c: 300, d: 500 } }],
    ['tougaard', LOSS, { meets: [660, 690] }],
    ['arpls', { stiffness: 1e4 }, { stiffness: 1e6 }],
    ['arpls', { stiffness: 1e6 }, { stiffness: 'auto' }],
    ['arpls', { stiffness: 1e6 }, { stiffness: '0.04 keV' }],
    ['arpls', { stiffness: 1e6 }, { stiffness: 'choose' }, { learned: Float64Array.of(1e4) }],
    ['airpls', { stiffness: 1e4 }, { stiffness: 1e6 }],
    ['asls', { stiffness: 1e4, p: 0.01, offset: true }, { p: 0.1 }],
    ['asls', { stiffness: 1e4, p: 0.01, offset: true }, { offset: false }],
    ['iasls', { stiffness: 1e4, p: 0.01, slope: 1e-4 }, { p: 0.1 }],
    ['iasls', { stiffness: 1e4, p: 0.01, slope: 1e-4 }, { slope: 100 }],
    ['drpls', { stiffness: 1e4, eta: 0.5 }, { eta: 0 }],
    ['aspls', { stiffness: 1e4, steepness: 0.5 }, { steepness: 2 }],
    ['psalsa', { stiffness: 1e4, p: 0.5 }, { p: 0.1 }],
    ['psalsa', { stiffness: 1e4, p: 0.5 }, { height: 5 }],
  ])('%s %j with %j', (id, params, changed, more) => {
    const [usual, other] = [estimate(id, params, more), estimate(id, { ...params, ...changed }, more)];
    expect(usual.every(Number.isFinite)).toBe(true);
    const most = Math.max(...usual.map((value, j) => Math.abs(value - other[j])));
    expect(most).toBeGreaterThan(1e-3);
  });

  it('two power laws take their exponents from what was learned, and its mean spectrum for weights', () => {
    const params = { fit: FIT, low: 20, weights: 'equal' };
    const usual = estimate('two-power-laws', params, LEARNED);
    const steep = estimate('two-power-laws', params, { learned: LEARNED.learned.with(1, 9) });
    const weighed = { learned: LEARNED.learned.map((value, k) => (k < 2 ? value : 1 + k * k)) };
    for (const other of [steep, estimate('two-power-laws', { ...params, weights: 'mean' }, weighed)]) {
      expect(Math.max(...usual.map((value, j) => Math.abs(value - other[j])))).toBeGreaterThan(1e-3);
    }
  });

  it('an axis that is called kinetic is one, where nothing else is said', () => {
    const auto = { ...LOSS, scale: 'auto' };
    const kinetic = estimate('tougaard', { ...LOSS, scale: 'kinetic' });
    expect(estimate('tougaard', auto, { axis: 'Kinetic Energy' })).toEqual(kinetic);
    expect(estimate('tougaard', auto, { axis: 'Binding Energy' })).toEqual(estimate('tougaard', LOSS));
  });
});

describe('backgrounds of whole spectra', () => {
  it('do not see masked channels: they are bridged', () => {
    const masked = new Uint8Array(CHANNELS);
    const broken = row.slice();
    for (const j of [0, 40, 41, 42, CHANNELS - 1]) {
      masked[j] = 1;
      broken[j] = 1e7;
    }
    for (const id of ['arpls', 'isrea', 'polynomial']) {
      const params =
        id === 'arpls' ? { stiffness: 1e5 } : id === 'isrea' ? { knots: 4 } : { degree: 4, method: 'improved' };
      const [whole, bridged] = [estimate(id, params), estimate(id, params, { masked }, broken)];
      for (let j = 0; j < CHANNELS; j++) expect(Math.abs(bridged[j] - whole[j]), `${id} ${j}`).toBeLessThan(40);
    }
  });

  it('of a spectrum that is not finite are 0', () => {
    expect(
      estimate(
        'arpls',
        { stiffness: 1e5 },
        {},
        row.map(() => Number.NaN),
      ),
    ).toEqual(new Float64Array(CHANNELS));
  });

  it('have widths along the axis, also an uneven one, and refuse those that are none', () => {
    expect([...widthInChannels(settingOf({}), '0.01 keV')]).toEqual(new Array(CHANNELS).fill(10));
    const uneven = Float64Array.of(0, 1, 2, 4, 8, 12);
    expect([...widthInChannels(settingOf({}, { positions: uneven, unit: '' }), 4)]).toEqual([4, 4, 3, 1, 1, 1]);
    for (const width of [0, -1, 1e4]) {
      expect(() => widthInChannels(settingOf({}), width)).toThrow(expect.objectContaining({ code: 'bad-width' }));
    }
  });
});

describe('the rivals of a background', () => {
  it.each([
    ['eels', 'power-law', { fit: [430, 470] }, 6],
    ['raman', 'arpls', { stiffness: 'auto' }, 7],
    ['xrd', 'snip', SNIP, 4],
    ['eds', 'snip', SNIP, 3],
    ['eds', 'bremsstrahlung', CONTINUUM, 5],
    ['eds', 'bremsstrahlung', { ...CONTINUUM, specimen: undefined }, 3],
    ['xps', 'shirley', { region: [454, 464], ends: 5 }, 6],
    ['unknown', 'snip', SNIP, 0],
  ] as const)('of %s are fixed, all legal, and differ', (modality, id, params, count) => {
    // Ends of a photoelectron region move by tenths of an electronvolt.
    const finer =
      modality === 'xps'
        ? { positions: positions.map((x) => 400 + (x - 400) * 0.1 + 40) }
        : id === 'bremsstrahlung'
          ? { positions: X_RAYS, unit: 'keV' }
          : {};
    const rivals = rivalsOf(modality, { id: `background.${id}`, setting: settingOf(params, finer) });
    expect(rivals.map(({ label }) => label)).toHaveLength(count);
    const found = rivals.map(({ id: own, setting }) =>
      estimate(own.slice('background.'.length), setting.params as object, finer),
    );
    expect(new Set(found.map((each) => each.join())).size).toBe(count);
  });

  it('leave out what the axis does not allow, and what is not defined where it is asked for', () => {
    const chosen = { id: 'background.power-law', setting: settingOf({ fit: [400, 404] }) };
    expect(rivalsOf('eels', chosen).map(({ label }) => label)).not.toContain('power law, window from 10 eV higher');
    const late = { id: 'background.power-law', setting: settingOf({ fit: [430, 470] }) };
    expect(rivalsOf('eels', late, [35, 60]).map(({ label }) => label)).not.toContain(
      'power law, window from 10 eV higher',
    );
    expect(rivalsOf('eels', late, [40, 60]).map(({ label }) => label)).toContain('power law, window from 10 eV higher');
  });
});
