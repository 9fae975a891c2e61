import { describe, expect, it } from 'vitest';
import { blocking, refuseIfBlocked } from '../../src/plan/plan.ts';
import { uniformAxis } from '../../src/signal/axis.ts';
import { isSpectrailError } from '../../src/signal/errors.ts';
import { COUNTS } from '../../src/signal/intensity.ts';
import { poisson, unknownNoise } from '../../src/signal/noise.ts';
import { createSignal, type Signal } from '../../src/signal/signal.ts';
import { PHASE_MAP, planOf, type Steps } from './run-recipe.ts';

const [SIDE, CHANNELS] = [8, 32];

function map(parts: Partial<Signal> = {}): Signal {
  const values = Float64Array.from({ length: SIDE * SIDE * CHANNELS }, (_, i) => i % 3);
  return createSignal({
    modality: 'eds',
    navigation: ['y', 'x'].map((name) => uniformAxis({ name, role: 'navigation', size: SIDE })),
    spectral: uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size: CHANNELS, scale: 0.1 }),
    source: { type: 'memory', block: { kind: 'dense', pixels: SIDE * SIDE, channels: CHANNELS, values } },
    intensity: COUNTS,
    noise: poisson(),
    ...parts,
  });
}

const eels = (parts: Partial<Signal>) =>
  map({
    modality: 'eels',
    spectral: uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size: CHANNELS, scale: 1 }),
    ...parts,
  });

const coreLoss = uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size: CHANNELS, offset: 400 });

const PCA: Steps = [PHASE_MAP[0]];
const WINDOW_ON_MODEL: Steps = [
  ...PHASE_MAP,
  { id: 'line', use: 'measure.window', in: 'model', params: { window: [1, 2] } },
];

describe('illegal orders are refused with a reason and a fix', () => {
  it.each<[string, string, Steps, Signal]>([
    [
      'Poisson-weighted PCA after SNV',
      'normalised-too-early',
      PCA,
      map({ intensity: { kind: 'normalised', how: 'SNV' }, noise: unknownNoise('normalised (SNV)') }),
    ],
    [
      'Poisson-weighted PCA behind the step that makes SNV',
      'normalised-too-early',
      [
        { id: 'snv', use: 'normalise.snv', in: 'counts' },
        { ...PHASE_MAP[0], in: 'snv' },
      ],
      map(),
    ],
    [
      'counts of a camera after a total-count normalisation',
      'normalised-too-early',
      [
        { id: 'shares', use: 'normalise.total', in: 'counts' },
        { id: 'camera', use: 'counts.camera', in: 'shares' },
      ],
      map(),
    ],
    [
      'Anscombe after a total-count normalisation',
      'normalised-too-early',
      [
        { id: 'shares', use: 'normalise.total', in: 'counts' },
        { id: 'stable', use: 'counts.anscombe', in: 'shares' },
      ],
      map(),
    ],
    [
      'SNV of EELS before its background is removed',
      'snv-on-background',
      [{ id: 'snv', use: 'normalise.snv', in: 'counts' }],
      eels({ spectral: coreLoss }),
    ],
    ['Poisson-weighted PCA of values of unknown law', 'poisson-lost', PCA, map({ noise: unknownNoise('filtered') })],
    [
      'Poisson-weighted PCA of counts resampled by sub-channel interpolation',
      'poisson-lost',
      PCA,
      map({
        noise: {
          tag: 'correlated',
          form: { kind: 'band', channels: 2 },
          why: 'interpolated',
          across: { kind: 'independent' },
        },
      }),
    ],
    ['√N errors on a PCA reconstruction', 'sqrt-n-after-denoise', WINDOW_ON_MODEL, map()],
    [
      'decomposition of EELS with 0.5 eV of drift',
      'unaligned-decomposition',
      PCA,
      eels({ shift: { state: 'bounded', within: 0.5, origin: 'stated' } }),
    ],
    [
      'smoothing with σ = 3 px where the smallest declared feature is 2 px',
      'receptive-field',
      [{ id: 'smooth', use: 'spatial.gaussian', in: 'counts', params: { sigma: 3, smallestFeature: 2 } }],
      map(),
    ],
    [
      '√N errors on smoothed counts',
      'sqrt-n-after-denoise',
      [
        { id: 'smooth', use: 'spatial.local-average', in: 'counts', params: { radius: 1 } },
        { id: 'line', use: 'measure.window', params: { window: [1, 2] } },
      ],
      map(),
    ],
    ['PCA of one pixel', 'too-small', PCA, map({ navigation: [], source: oneRow() })],
  ])('%s: %s', async (_name, code, steps, signal) => {
    const plan = await planOf(steps, signal);
    const objection = blocking(plan).find((entry) => entry.code === code);
    expect(objection?.reason.length).toBeGreaterThan(20);
    expect(objection?.fix.length).toBeGreaterThan(10);
    expect(() => refuseIfBlocked(plan)).toThrow(objection?.reason);
  });

  it('an override with a reason lets it run, and the reason stays with the plan', async () => {
    const signal = eels({ shift: { state: 'bounded', within: 0.5, origin: 'stated' } });
    const overrides = [{ code: 'unaligned-decomposition', reason: 'the drift itself is what we look for' }];
    const plan = await planOf(PCA, signal, { overrides });
    expect(blocking(plan)).toEqual([]);
    expect(plan.objections.find(({ code }) => code === 'unaligned-decomposition')?.overridden).toContain(
      'drift itself',
    );
  });

  it('an override of another code does not', async () => {
    const signal = eels({ shift: { state: 'bounded', within: 0.5, origin: 'stated' } });
    const plan = await planOf(PCA, signal, { overrides: [{ code: 'poisson-lost', reason: 'not the matter here' }] });
    expect(blocking(plan)).toHaveLength(1);
  });
});

describe('legal orders run', () => {
  it('EDS: weighted PCA, phases, residual beside it', async () => {
    expect((await planOf(PHASE_MAP, map())).objections).toEqual([]);
  });

  it('counts aligned by whole channels: Poisson-weighted PCA', async () => {
    const aligned = eels({ shift: { state: 'bounded', within: 0, origin: 'aligned to the channel' } });
    expect(blocking(await planOf(PCA, aligned))).toEqual([]);
  });

  it('EELS: power law, then SNV; a low-loss spectrum to its total as it is', async () => {
    const steps: Steps = [
      { id: 'net', use: 'background.power-law', in: 'counts', params: { fit: [402, 412] } },
      { id: 'snv', use: 'normalise.snv', in: 'net' },
      { id: 'edge', use: 'measure.window', in: 'snv', params: { window: [415, 425] } },
    ];
    expect((await planOf(steps, eels({ spectral: coreLoss }))).objections).toEqual([]);
    const total: Steps = [{ id: 'shares', use: 'normalise.total', in: 'counts' }];
    expect((await planOf(total, eels({}))).objections).toEqual([]);
  });

  it('of EELS values whose law does not tell whether a background is in them, SNV warns', async () => {
    const steps: Steps = [{ id: 'snv', use: 'normalise.snv', in: 'counts' }];
    const plan = await planOf(steps, eels({ spectral: coreLoss, noise: unknownNoise('as it came') }));
    expect(plan.objections.map(({ code, severity }) => [code, severity])).toEqual([['snv-on-background', 'warning']]);
  });

  it('scaled counts, because the gain is remembered', async () => {
    const steps: Steps = [
      { id: 'scaled', use: 'scale', in: 'counts', params: { factor: 3.5 } },
      { ...PHASE_MAP[0], in: 'scaled' },
    ];
    expect(blocking(await planOf(steps, map()))).toEqual([]);
  });

  it('unweighted PCA of values of unknown law', async () => {
    const steps: Steps = [{ ...PHASE_MAP[0], params: { weighting: 'none' } }];
    const plan = await planOf(steps, map({ noise: unknownNoise('no gain stated') }));
    expect(blocking(plan).filter(({ step }) => step === 'pca')).toEqual([]);
  });

  it('unmeasured EELS drift is a warning, not a refusal', async () => {
    const plan = await planOf(PCA, eels({}));
    expect(plan.objections.find(({ code }) => code === 'unaligned-decomposition')?.severity).toBe('warning');
    expect(blocking(plan)).toEqual([]);
  });
});

describe('a residual pass stands beside every compression', () => {
  it('is added with what it needs when the recipe has only a decomposition', async () => {
    const plan = await planOf(PCA, map());
    expect(plan.objections.map(({ code }) => code)).toEqual(['no-residual-pass']);
    expect(plan.nodes.filter(({ added }) => added).map(({ use }) => use)).toEqual([
      'decompose.truncation',
      'decompose.reconstruct',
      'detect.residual',
    ]);
  });

  it('uses the truncation the recipe has', async () => {
    const plan = await planOf(PHASE_MAP.slice(0, 3), map());
    expect(plan.nodes.filter(({ added }) => added).map(({ use }) => use)).toEqual([
      'decompose.reconstruct',
      'detect.residual',
    ]);
  });

  it('is not added twice', async () => {
    expect((await planOf(PHASE_MAP, map())).nodes).toHaveLength(PHASE_MAP.length);
  });
});

describe('an array without meaning is not a signal', () => {
  it.each(['spectral', 'intensity', 'noise'])('refused without %s', (part) => {
    try {
      map({ [part]: undefined });
      expect.unreachable();
    } catch (error) {
      expect(isSpectrailError(error, 'input') && error.code).toBe('no-axis');
    }
  });

  it('refused when values and axes disagree, naming both sizes', () => {
    expect(() => map({ source: oneRow() })).toThrow(/1 pixels.*64/s);
  });
});

function oneRow(): Signal['source'] {
  return {
    type: 'memory',
    block: { kind: 'dense', pixels: 1, channels: CHANNELS, values: new Float64Array(CHANNELS).fill(2) },
  };
}
