import { CounterRandom } from '../src/kernels/index.ts';
import { lines } from '../src/reference/index.ts';
import type { ReportInput } from '../src/report/index.ts';
import { type Axis, axisValues, uniformAxis } from '../src/signal/axis.ts';
import { COUNTS } from '../src/signal/intensity.ts';
import { poisson } from '../src/signal/noise.ts';
import { createSignal, type Signal } from '../src/signal/signal.ts';
import {
  type Anomalies,
  type Factorisation,
  originOf,
  type PhaseMap,
  type Product,
  type Region,
  type Truncation,
  type WindowIntensity,
} from '../src/steps/products.ts';
import { runOf } from './report-run.ts';

export interface FixtureOptions {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: number;
  readonly title?: string;
  readonly spectralUnit?: 'keV' | 'eV';
}

const PHASES: readonly {
  readonly name: string;
  readonly elements: readonly string[];
  readonly weights: readonly number[];
}[] = [
  { name: 'phase 1', elements: ['Si', 'O'], weights: [1, 0.6] },
  { name: 'phase 2', elements: ['Fe', 'Ni', 'S'], weights: [0.7, 0.3, 0.6] },
  { name: 'phase 3', elements: ['Ca', 'Al', 'Si', 'O'], weights: [0.4, 0.4, 0.5, 0.5] },
  { name: 'phase 4', elements: ['Ti', 'Fe', 'O'], weights: [0.5, 0.4, 0.5] },
];
const DOSE = 120;

/** A map of four phases with a speck of chromium, its products made by short cuts: enough to draw, not to publish. */
export function reportFixture(options: FixtureOptions = {}): ReportInput {
  const { height = 64, width = 64, channels = 1024, title = 'Meteorite, area 3', spectralUnit = 'keV' } = options;
  const perKeV = spectralUnit === 'eV' ? 1000 : 1;
  const spectral = uniformAxis({
    name: 'X-ray energy',
    unit: spectralUnit,
    role: 'spectral',
    size: channels,
    scale: (10.24 / channels) * perKeV,
    offset: 0.05 * perKeV,
  });
  const navigation: Axis[] = [
    uniformAxis({ name: 'y', unit: 'nm', role: 'navigation', size: height, scale: 4 }),
    uniformAxis({ name: 'x', unit: 'nm', role: 'navigation', size: width, scale: 4 }),
  ];
  const energies = axisValues(spectral).map((value) => value / perKeV);
  const models = PHASES.map(({ elements, weights }) => phaseSpectrum(energies, elements, weights));
  const labels = phaseLabels(height, width);
  const speck = speckPixels(height, width);
  const chromium = phaseSpectrum(energies, ['Cr'], [1]);
  const values = new Float64Array(height * width * channels);
  const random = new CounterRandom(7, 0);
  for (let i = 0; i < height * width; i++) {
    random.reset(i);
    for (let j = 0; j < channels; j++) {
      const extra = speck.includes(i) ? 0.35 * chromium[j] : 0;
      values[i * channels + j] = random.poisson(DOSE * (models[labels[i]][j] + extra));
    }
  }
  const signal = createSignal({
    title,
    modality: 'eds',
    navigation,
    spectral,
    source: { type: 'memory', block: { kind: 'dense', pixels: height * width, channels, values } },
    intensity: COUNTS,
    noise: poisson(),
    metadata: { beam_energy_keV: 200, dwell_time_s: 0.002, beam_current_nA: 0.5, instrument: 'Titan' },
  });
  const factors = factorsOf(signal, values, models);
  const products: Record<string, Product> = {
    raw: signal,
    pca: factors,
    k: truncationOf(factors),
    phases: phasesOf(signal, values, labels),
    residual: anomaliesOf(signal, values, labels, models, speck),
    'cr-window': windowOf(signal, values),
  };
  return {
    run: runOf(products),
    inputs: [{ name: 'raw', signal, file: { name: 'area3.bcf', bytes: 13_482_112, sha256: 'ab12cd34'.repeat(8) } }],
    software: { spectrail: '0.1.0', runtime: 'Node 20.20.2', engine: 'threads (2)' },
    truth: { labels, names: ['glass', 'sulphide', 'feldspar', 'ilmenite'] },
    created: '2026-01-02T03:04:05.000Z',
  };
}

function phaseSpectrum(energies: Float64Array, elements: readonly string[], weights: readonly number[]): Float64Array {
  const spectrum = energies.map((e) => (e > 0.15 ? (0.25 * Math.exp(-e / 2.5)) / energies.length : 0));
  const step = energies.length > 1 ? energies[1] - energies[0] : 1;
  elements.forEach((element, n) => {
    for (const { energyKeV, weight, family } of lines(element)) {
      const sigma = Math.sqrt(0.04 ** 2 + 0.0007 * energyKeV) / 1.2;
      const area = weights[n] * weight * (family === 'L' ? 0.3 : 0.5);
      energies.forEach((e, j) => {
        spectrum[j] +=
          (area * step * Math.exp(-0.5 * ((e - energyKeV) / sigma) ** 2)) / (sigma * Math.sqrt(2 * Math.PI));
      });
    }
  });
  return spectrum;
}

function phaseLabels(height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const y = Math.floor(i / width) / height;
    const x = (i % width) / width;
    if ((x - 0.7) ** 2 + (y - 0.3) ** 2 < 0.035) return 1;
    if (Math.abs(x - y + 0.35) < 0.06) return 3;
    return y > 0.62 + 0.08 * Math.sin(9 * x) ? 2 : 0;
  });
}

function speckPixels(height: number, width: number): number[] {
  const at = Math.floor(height * 0.4) * width + Math.floor(width * 0.45);
  const offsets = height > 3 && width > 3 ? [0, 1, width, width + 1, 2 * width] : [0];
  return offsets.map((offset) => at + offset).filter((i) => i < height * width);
}

function factorsOf(signal: Signal, values: Float64Array, models: readonly Float64Array[]): Factorisation {
  const channels = signal.spectral.size;
  const pixels = values.length / channels;
  const pixelCounts = new Float64Array(pixels);
  const channelCounts = new Float64Array(channels);
  for (let i = 0; i < pixels; i++) {
    for (let j = 0; j < channels; j++) {
      pixelCounts[i] += values[i * channels + j];
      channelCounts[j] += values[i * channels + j];
    }
  }
  const total = pixelCounts.reduce((a, b) => a + b, 0);
  const rowWeights = pixelCounts.map((n) => (n > 0 ? Math.sqrt(total / pixels / n) : 0));
  const channelWeights = channelCounts.map((n) => (n > 0 ? Math.sqrt(pixels / n) : 0));
  const random = new CounterRandom(3, 9);
  const wanted = Math.min(8, channels, pixels);
  const basis = Array.from({ length: wanted }, (_, k) => {
    const model = models[k - 1];
    return Float64Array.from({ length: channels }, (_, j) =>
      k === 0 ? channelCounts[j] * channelWeights[j] : k <= 4 ? model[j] * channelWeights[j] : random.normal(),
    );
  });
  const rank = orthonormalise(basis, 5);
  const scores = new Float64Array(pixels * rank);
  const vectors = new Float64Array(channels * rank);
  const singularValues = new Float64Array(rank);
  let totalSquares = 0;
  for (let k = 0; k < rank; k++) for (let j = 0; j < channels; j++) vectors[j * rank + k] = basis[k][j];
  for (let i = 0; i < pixels; i++) {
    for (let j = 0; j < channels; j++) {
      const z = rowWeights[i] * channelWeights[j] * values[i * channels + j];
      totalSquares += z * z;
      for (let k = 0; k < rank; k++) scores[i * rank + k] += z * vectors[j * rank + k];
    }
    for (let k = 0; k < rank; k++) singularValues[k] += scores[i * rank + k] ** 2;
  }
  return {
    ...originOf(signal),
    product: 'factors',
    pixels,
    channels,
    rank,
    weighting: 'poisson',
    intensity: { kind: 'counts' },
    singularValues: singularValues.map(Math.sqrt),
    scores: Float32Array.from(scores),
    vectors,
    mask: signal.mask,
    shift: signal.shift,
    rowWeights,
    channelWeights,
    pixelCounts,
    channelCounts,
    validPixels: rowWeights.filter((w) => w > 0).length,
    validChannels: channelWeights.filter((w) => w > 0).length,
    totalSquares,
  };
}

/** Gram–Schmidt in place; leaves out vector `skip`, which depends on those before it, and returns how many are left. */
function orthonormalise(basis: Float64Array[], skip: number): number {
  if (basis.length > skip) basis.splice(skip - 1, 1);
  basis.forEach((vector, k) => {
    for (let other = 0; other < k; other++) {
      const dot = vector.reduce((sum, value, j) => sum + value * basis[other][j], 0);
      for (let j = 0; j < vector.length; j++) vector[j] -= dot * basis[other][j];
    }
    const norm = Math.hypot(...vector) || 1;
    for (let j = 0; j < vector.length; j++) vector[j] /= norm;
  });
  return basis.length;
}

function truncationOf(factors: Factorisation): Truncation {
  const { singularValues, rank } = factors;
  const components = Math.min(4, rank);
  const noise = Math.sqrt(factors.validPixels) + Math.sqrt(factors.validChannels);
  const values = Array.from(singularValues);
  const criterion = (id: string, title: string, k: number, statistic: number[], threshold?: number) => ({
    id,
    title,
    components: Math.min(k, rank),
    reason: `${k} values exceed ${threshold?.toPrecision(4) ?? 'their minimum'} (99.9 % of simulated noise)`,
    statistic,
    threshold,
  });
  return {
    ...originOf(factors as never as Signal),
    product: 'truncation',
    components,
    kept: [0, 1, 2].filter((k) => k < components),
    chosenBy: 'consensus (median of anisotropy, Moran, parallel analysis)',
    criteria: [
      criterion(
        'anisotropy',
        'Anisotropy of score plots',
        4,
        values.map((_, k) => (k < 4 ? 0.6 - 0.1 * k : 0.05)),
        0.08,
      ),
      criterion(
        'moran',
        'Moran z of score maps',
        4,
        values.map((_, k) => (k < 4 ? 90 - 20 * k : 0.7 - 0.5 * (k % 2))),
        4,
      ),
      criterion('parallel', 'Parallel analysis', 4, values, noise),
      criterion('gavish-donoho', 'Gavish–Donoho threshold', 3, values, noise * 1.4),
      criterion(
        'malinowski-ind',
        'Malinowski indicator function',
        5,
        values.map((_, k) => 1e-5 * (1 + (k - 4) ** 2)),
      ),
      criterion(
        'malinowski-f',
        'Malinowski F-test',
        4,
        values.map((_, k) => (k < 4 ? 10 ** (-3 * (5 - k)) : Number.NaN)),
        0.05,
      ),
    ],
    verdicts: values.map((s, k) => ({
      kind: k < 3 ? 'common' : k === 3 ? 'localised' : 'noise',
      kurtosis: k === 3 ? 41 : 0.2,
      moran: k < 4 ? 90 - 20 * k : 0.7,
      smoothness: k < 4 ? 0.95 - 0.05 * k : -0.02,
      overlap: k < 4 ? 0.99 - 0.06 * k : 0,
      strength: k < 4 ? s ** 2 / factors.pixels : 0,
      flag: k === 3 ? 'no spatial structure: perhaps a drift, a spike or a phase of very few pixels' : undefined,
    })),
    singularValues,
    noiseEdge: noise,
    warnings: ['The criteria disagree by 2: Gavish–Donoho threshold 3, Malinowski indicator function 5.'],
  };
}

function phasesOf(signal: Signal, values: Float64Array, labels: Uint8Array): PhaseMap {
  const channels = signal.spectral.size;
  const phases = PHASES.map(({ name, elements }, index) => {
    const counts = new Float64Array(channels);
    let pixels = 0;
    labels.forEach((label, i) => {
      if (label !== index) return;
      pixels++;
      for (let j = 0; j < channels; j++) counts[j] += values[i * channels + j];
    });
    return { name, pixels, fraction: pixels / labels.length, counts, elements };
  });
  const random = new CounterRandom(5, 5);
  const confidence = Float32Array.from(labels, () => 1 - 0.4 * random.next() ** 6);
  return { ...originOf(signal), product: 'phases', labels, phases, confidence, warnings: [] };
}

function anomaliesOf(
  signal: Signal,
  values: Float64Array,
  labels: Uint8Array,
  models: readonly Float64Array[],
  speck: readonly number[],
): Anomalies {
  const channels = signal.spectral.size;
  const perKeV = signal.spectral.unit === 'eV' ? 1000 : 1;
  const band: [number, number] = [5.33 * perKeV, 5.49 * perKeV];
  const random = new CounterRandom(11, 2);
  const significance = Float32Array.from(labels, (_, i) =>
    speck.includes(i) ? 7 + 4 * random.next() : -Math.log10(random.next()),
  );
  const residual = Float32Array.from(labels, () => 3 * random.normal());
  const region = (id: number, status: Region['status'], pixels: readonly number[], suggest: boolean): Region => {
    const counts = new Float64Array(channels);
    const model = new Float64Array(channels);
    for (const i of pixels) {
      for (let j = 0; j < channels; j++) {
        counts[j] += values[i * channels + j];
        model[j] += DOSE * models[labels[i]][j];
      }
    }
    return {
      id,
      status,
      pixels,
      centre: [Math.floor(pixels[0] / 64) + 0.8, (pixels[0] % 64) + 0.4],
      band,
      observed: {
        value: 47,
        unit: 'counts',
        random: [{ name: 'counting', sigma: Math.sqrt(47) }],
        systematic: [],
        trail: 'residual',
      },
      expected: 9.3,
      pValue: status === 'confirmed' ? 3.2e-14 : 0.034,
      excess: counts.map((n, j) => n - model[j]),
      counts,
      model,
      suggestions: suggest
        ? [
            {
              element: 'Cr',
              line: 'Cr_Ka',
              energy: 5.411 * perKeV,
              reason: 'Cr_Ka at 5.411 keV lies in the band',
              score: 1,
            },
            { element: 'V', line: 'V_Kb', energy: 5.427 * perKeV, reason: 'V_Ka is missing', score: 0.21 },
          ]
        : [],
    };
  };
  const pixels = labels.length;
  return {
    ...originOf(signal),
    product: 'anomalies',
    significance,
    residual,
    threshold: 5.6,
    falseAlarmRate: 0.01,
    regions: [
      region(1, 'confirmed', speck, true),
      region(2, 'unconfirmed', [Math.floor(pixels * 0.8)], false),
      ...(pixels > 1000 ? [region(3, 'confirmed', block(64, 8, 40, 9, 6), true)] : []),
    ],
    moran: { worstBand: 3.2, limit: 4, band },
    warnings: [],
  };
}

function block(width: number, row: number, column: number, rows: number, columns: number): number[] {
  return Array.from(
    { length: rows * columns },
    (_, i) => (row + Math.floor(i / columns)) * width + column + (i % columns),
  );
}

function windowOf(signal: Signal, values: Float64Array): WindowIntensity {
  const channels = signal.spectral.size;
  const map = Float64Array.from({ length: values.length / channels }, (_, i) => {
    let sum = 0;
    for (let j = Math.floor(channels * 0.6); j < Math.floor(channels * 0.66); j++) sum += values[i * channels + j];
    return sum;
  });
  const total = map.reduce((a, b) => a + b, 0);
  const scale = signal.spectral.unit === 'eV' ? 1000 : 1;
  return {
    ...originOf(signal),
    product: 'window',
    window: [6.2 * scale, 6.8 * scale],
    map,
    sigma: map.map(Math.sqrt),
    total: {
      value: total,
      unit: 'counts',
      random: [{ name: 'counting', sigma: Math.sqrt(total) }],
      systematic: [{ source: 'detector efficiency', sensitivity: -0.02 * total }],
      trail: 'cr-window',
    },
  };
}
