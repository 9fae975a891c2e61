#!/usr/bin/env node
// Draws the pictures of the documentation from simulations of its own (run `npm run build` first).
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inlineEngine } from '../dist/engines/inline.js';
import {
  arpls,
  asls,
  CounterRandom,
  derivativeLoading,
  evaluateLogLinear,
  FITTED_WIDTH,
  fitLogLinear,
  modPoly,
  portableExp,
  portableLog,
  powerLawRegressor,
  snip,
  square,
  standardVariate,
} from '../dist/kernels/index.js';
import { makePlan } from '../dist/plan/plan.js';
import { checkRecipe } from '../dist/plan/recipe.js';
import { runPlan } from '../dist/plan/run.js';
import { spectrum } from '../dist/report/figures/spectrum.js';
import { axisValues, uniformAxis } from '../dist/signal/axis.js';
import { COUNTS } from '../dist/signal/intensity.js';
import { poisson } from '../dist/signal/noise.js';
import { createSignal } from '../dist/signal/signal.js';
import { SIMULATED_SPECTRA, simulateSpectrum } from '../dist/simulate/spectra/index.js';
import { resolveShape } from '../dist/steps/index.js';
import { loadingInCounts } from '../dist/steps/products.js';
import { signalState } from '../dist/steps/state.js';

const [RAW, TRUTH, RED, BLUE, GREEN] = ['#8a949e', '#1c2127', '#d55e00', '#0072b2', '#009e73'];
const SIZE = { width: 900, height: 230, scale: 'linear' };

/** Every picture of docs/images that is drawn, by its file name. */
export async function docFigures() {
  return { ...modalities(), ...baselines(), ...edge(), ...variates(), ...(await drift()) };
}

/** What one spectrum of each modality is made of: its backgrounds one on the other, and the signal on top. */
function modalities() {
  return Object.fromEntries(
    SIMULATED_SPECTRA.map((modality) => {
      const { parts, mean, counts, spectral, title } = simulateSpectrum(modality);
      const backgrounds = parts.filter(({ kind }) => kind === 'background');
      const below = new Float64Array(mean.length);
      const stacked = backgrounds.map(({ name, values }, k) => {
        for (let j = 0; j < below.length; j++) below[j] += values[j];
        return { y: below.slice(), colour: [BLUE, GREEN, '#cc79a7'][k], name: k === 0 ? name : `+ ${name}` };
      });
      const signals = parts.filter(({ kind }) => kind === 'signal').map(({ name }) => name);
      const unit = spectral.unit ? ` (${spectral.unit})` : '';
      return [
        `parts-${modality}.svg`,
        spectrum({
          ...SIZE,
          scale: modality === 'eds' || modality === 'xrd' ? 'sqrt' : 'linear',
          x: axisValues(spectral),
          xLabel: `${spectral.name}${unit}`,
          yLabel: 'counts',
          traces: [
            { y: counts, colour: RAW, name: 'counts: the mean and noise' },
            { y: mean, colour: TRUTH, name: `mean: ${signals.join(', ')} on top`, thin: true },
            ...stacked.reverse(),
          ],
          alt: `${title}: counts with their noise, their mean, and below it ${backgrounds.map(({ name }) => name).join(', ')}`,
        }),
      ];
    }),
  );
}

/** Fluorescence 20 to 50 times as strong as the lines on it, counts. */
function raman() {
  const n = 1000;
  const random = new CounterRandom(4, 0);
  const x = Float64Array.from({ length: n }, (_, j) => 400 + 1.4 * j);
  const lines = [
    [520, 5, 900],
    [620, 7, 350],
    [700, 6, 500],
    [810, 8, 250],
    [990, 6, 800],
    [1005, 7, 450],
    [1180, 9, 300],
    [1340, 10, 420],
    [1590, 9, 650],
  ];
  const background = x.map(
    (at) => 3000 + 9000 * portableExp(-square((at - 950) / 420)) + 2500 * portableExp(-(at - 400) / 260),
  );
  const peaks = x.map((at) =>
    lines.reduce((sum, [centre, width, height]) => sum + height / (1 + square((at - centre) / width)), 0),
  );
  const counts = x.map((_, j) => random.poisson(background[j] + peaks[j]));
  return { n, x, background, peaks, counts };
}

function baselines() {
  const { n, x, background, peaks, counts } = raman();
  const shared = { ...SIZE, x, xLabel: 'Raman shift (1/cm)' };
  const into = (work) => {
    const out = new Float64Array(n);
    work(out);
    return out;
  };
  const less = (baseline) => counts.map((value, j) => value - baseline[j]);
  const draw = (name, estimates, view) => ({
    [`${name}.svg`]: spectrum({
      ...shared,
      yLabel: 'counts',
      traces: [
        { y: counts, colour: RAW, name: 'counts' },
        { y: background, colour: TRUTH, name: 'true background', thin: true },
        ...estimates.map(({ label, colour, y }) => ({ y, colour, name: label })),
      ],
      alt: `Raman counts, their true background and ${estimates.map(({ label }) => label).join(', ')}`,
    }),
    [`${name}-net.svg`]: spectrum({
      ...shared,
      yLabel: 'counts above the baseline',
      view,
      traces: [
        ...estimates.map(({ label, colour, y }) => ({ y: less(y), colour, name: label, thin: true })),
        { y: peaks, colour: TRUTH, name: 'true lines' },
      ],
      alt: `What is left above ${estimates.map(({ label }) => label).join(', ')}, and the true lines`,
    }),
  });
  const stiffness = (lambda) => into((out) => asls(counts, n, out, { lambda, p: 0.01, maxIterations: 50 }));
  return {
    ...draw(
      'baseline-stiffness',
      [
        { label: 'AsLS, λ = 10: too soft', colour: RED, y: stiffness(10) },
        { label: 'λ = 10⁵', colour: GREEN, y: stiffness(1e5) },
        { label: 'λ = 10⁷: too stiff', colour: BLUE, y: stiffness(1e7) },
      ],
      [940, 1070],
    ),
    ...draw('baseline-methods', [
      { label: 'cubic polynomial', colour: BLUE, y: into((out) => modPoly(counts, 1, n, { degree: 3 }, out)) },
      {
        label: 'SNIP, 24 channels',
        colour: RED,
        y: into((out) => snip(counts, 1, n, { halfWindow: 24, smoothHalfWindow: 3 }, out)),
      },
      { label: 'arPLS', colour: GREEN, y: into((out) => arpls(counts, n, out, { lambda: 1e5, maxIterations: 50 })) },
    ]),
  };
}

/** An edge at 532 eV; fitted before it, and into it. */
function edge() {
  const n = 400;
  const random = new CounterRandom(6, 0);
  const x = Float64Array.from({ length: n }, (_, j) => 400 + j);
  const power = (energy, exponent) => portableExp(-exponent * portableLog(energy / 400));
  const background = x.map((energy) => 4000 * power(energy, 3));
  const signal = x.map((energy) =>
    energy < 532 ? 0 : 900 * power(energy / 1.33, 3) * (1 - 0.4 * portableExp(-(energy - 532) / 12)),
  );
  const counts = x.map((_, j) => random.poisson(background[j] + signal[j]));
  const fitted = (from, to) => {
    const channels = Int32Array.from({ length: to - from }, (_, k) => from - 400 + k);
    const { t, window } = powerLawRegressor(x, channels);
    const fit = new Float64Array(FITTED_WIDTH);
    fitLogLinear(counts, 1, n, window, { law: 'poisson' }, fit);
    const out = new Float64Array(n);
    evaluateLogLinear({ fitted: fit, t }, 1, out);
    return out;
  };
  const traces = [
    { label: 'fitted 440–525 eV', colour: GREEN, y: fitted(440, 525) },
    { label: '480–545 eV: into the edge', colour: RED, y: fitted(480, 545) },
    { label: '515–530 eV: too short', colour: BLUE, y: fitted(515, 530) },
  ];
  return {
    'edge-window.svg': spectrum({
      ...SIZE,
      x,
      xLabel: 'Energy loss (eV)',
      yLabel: 'counts above the power law',
      traces: [
        ...traces.map(({ label, colour, y }) => ({
          y: counts.map((value, j) => value - y[j]),
          colour,
          name: label,
          thin: true,
        })),
        { y: signal, colour: TRUTH, name: 'true edge' },
      ],
      alt: 'An edge above power laws of a good fit window, of one that reaches into the edge, and of one that is too short',
    }),
  };
}

/** How SNV spectra of the same edge differ when their backgrounds do. */
function variates() {
  const n = 240;
  const x = Float64Array.from({ length: n }, (_, j) => 360 + j);
  const snv = standardVariate(new Float64Array(n).fill(1));
  const random = new CounterRandom(8, 0);
  const variate = (exponent) => {
    const out = x.map((energy) => {
      const background = 400_000 * portableExp(-exponent * portableLog(energy / 360));
      const above = energy < 530 ? 0 : 6_000 + 8_000 * portableExp(-square((energy - 534) / 3) / 2);
      return random.poisson(background + above);
    });
    snv.normalise(out, out);
    return out;
  };
  const spectra = [2.4, 3.2, 4].map(variate);
  const less = (k) => spectra[k].map((value, j) => value - (spectra[0][j] + spectra[1][j] + spectra[2][j]) / 3);
  return {
    'snv-on-background.svg': spectrum({
      ...SIZE,
      x,
      xLabel: 'Energy loss (eV)',
      yLabel: 'SNV, less the mean',
      traces: [
        { y: less(0), colour: BLUE, name: 'exponent 2.4' },
        { y: less(1), colour: GREEN, name: '3.2' },
        { y: less(2), colour: RED, name: '4' },
      ],
      alt: 'Three spectra with the same edge on backgrounds of different exponents, after SNV, less their mean: they differ everywhere',
    }),
  };
}

/** Two lines on an axis that drifts by 0.6 eV over a map: the second component is the slope of the mean. */
async function drift() {
  const [side, n] = [32, 160];
  const random = new CounterRandom(9, 0);
  const values = new Uint16Array(side * side * n);
  const x = Float64Array.from({ length: n }, (_, j) => 450 + j / 10);
  for (let i = 0; i < side * side; i++) {
    random.reset(i);
    const offset = 0.6 * (Math.floor(i / side) / (side - 1) - 0.5);
    for (let j = 0; j < n; j++) {
      const line = (at, width) => portableExp(-square((x[j] - offset - at) / width) / 2);
      values[i * n + j] = random.poisson(8 + 60 * line(456, 0.6) + 30 * line(461.5, 0.9));
    }
  }
  const counts = createSignal({
    modality: 'eels',
    navigation: [side, side].map((size) => uniformAxis({ role: 'navigation', size })),
    spectral: uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size: n, scale: 0.1, offset: 450 }),
    source: { type: 'memory', block: { kind: 'dense', pixels: side * side, channels: n, values } },
    intensity: COUNTS,
    noise: poisson(),
  });
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'Components',
    inputs: { counts: {} },
    steps: [{ id: 'pca', use: 'decompose.pca', params: { components: 3 } }],
  });
  const plan = await makePlan(recipe, { counts: signalState(counts) });
  const nodes = plan.nodes.slice(0, 1);
  const { products } = await runPlan({ ...plan, nodes }, { counts }, inlineEngine(resolveShape));
  const loading = loadingInCounts(products.pca, 1);
  const mean = products.pca.channelCounts.map((sum) => sum / (side * side));
  const { correlation, shift } = derivativeLoading(mean, loading, x, 1);
  const slope = mean.map(
    (_, j) =>
      -(mean[Math.min(n - 1, j + 1)] - mean[Math.max(0, j - 1)]) / (x[Math.min(n - 1, j + 1)] - x[Math.max(0, j - 1)]),
  );
  const scale = shift * Math.sign(-correlation);
  return {
    'drift-loading.svg': spectrum({
      ...SIZE,
      x,
      xLabel: 'Energy loss (eV)',
      yLabel: 'counts per pixel',
      traces: [
        { y: mean.map((value) => value / 4), colour: RAW, name: 'mean spectrum / 4' },
        { y: loading, colour: BLUE, name: 'second component', step: true },
        {
          y: slope.map((value) => value * scale),
          colour: RED,
          name: `slope of the mean × ${shift.toFixed(2)} eV`,
          thin: true,
        },
      ],
      alt: 'The second component of a map whose axis drifts, on the slope of the mean spectrum',
    }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, svg] of Object.entries(await docFigures())) {
    writeFileSync(new URL(`../docs/images/${name}`, import.meta.url), `${svg}\n`);
    console.log(`docs/images/${name}`);
  }
}
