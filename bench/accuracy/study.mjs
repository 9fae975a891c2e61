// One simulated map through the recipe, compared with its truth and with a classifier that knows the true spectra.
import { inlineEngine } from '../../dist/engines/inline.js';
import { adjustedRand, subspaceAngle } from '../../dist/kernels/index.js';
import { makePlan } from '../../dist/plan/plan.js';
import { checkRecipe } from '../../dist/plan/recipe.js';
import { runPlan } from '../../dist/plan/run.js';
import { asSignal } from '../../dist/signal/as-signal.js';
import { hash } from '../../dist/signal/hash.js';
import { simulateEds } from '../../dist/simulate/eds.js';
import { factorise } from '../../dist/steps/decompose/factorise.js';
import { passesInMemory } from '../../dist/steps/decompose/passes.js';
import { resolveShape } from '../../dist/steps/index.js';
import { signalState } from '../../dist/steps/state.js';

const BULK = 4;
/** The phase around the rare one. */
const HOST = 2;
const recipe = checkRecipe({
  spectrail: 'recipe/1',
  title: 'accuracy of the phase map',
  inputs: { counts: { modality: 'eds' } },
  steps: [
    { id: 'pca', use: 'decompose.pca', in: 'counts' },
    { id: 'truncation', use: 'decompose.truncation', in: { factors: 'pca', counts: 'counts' } },
    { id: 'phases', use: 'segment.phases', in: { factors: 'pca', truncation: 'truncation', counts: 'counts' } },
    { id: 'model', use: 'decompose.reconstruct', in: { factors: 'pca', truncation: 'truncation' } },
    { id: 'residual', use: 'detect.residual', in: { counts: 'counts', model: 'model' } },
  ],
});

export async function studySeed({ seed, parameters }) {
  const { dataset, truth } = simulateEds({ seed, ...parameters });
  const counts = await asSignal(dataset);
  const plan = await makePlan(recipe, { counts: signalState(counts) });
  const { products } = await runPlan(plan, { counts }, inlineEngine(resolveShape));
  const { truncation, phases, residual, model } = products;
  const bulk = Array.from(truth.labels.keys()).filter((i) => truth.labels[i] < BULK);
  const known = classify(counts.source.block, truth.phases.slice(0, BULK));
  const found = majority(phases.labels, truth.labels, bulk);
  const [a, b] = truth.pair.phases;
  const merge = (label) => (label === b ? a : label);
  const score = (labels, pixels, relabel = (label) => label) =>
    adjustedRand(
      pixels.map((i) => relabel(truth.labels[i])),
      pixels.map((i) => relabel(labels[i])),
    );
  const inPair = bulk.filter((i) => truth.labels[i] === a || truth.labels[i] === b);
  const rare = new Set(truth.rare?.pixels ?? []);
  const hits = residual.regions.filter(
    (region) => region.status === 'confirmed' && region.pixels.some((i) => rare.has(i)),
  );
  const kinds = truncation.verdicts.map(({ kind }) => kind);
  const localised = kinds.filter((kind) => kind === 'localised').length;
  return {
    seed,
    ari: adjustedRand(
      bulk.map((i) => truth.labels[i]),
      bulk.map((i) => phases.labels[i]),
    ),
    oracle: score(known, bulk),
    ariMerged: score(found, bulk, merge),
    oracleMerged: score(known, bulk, merge),
    pair: score(phases.labels, inPair),
    pairOracle: score(known, inPair),
    rightK:
      truncation.kept.length === BULK &&
      truncation.components - BULK === localised &&
      localised <= (rare.size > 0 ? 1 : 0),
    found: hits.length > 0,
    named: hits.some((region) => region.suggestions[0]?.element === truth.rare?.element),
    falseRegions: residual.regions.filter((region) => !region.pixels.some((i) => rare.has(i))).length,
    gate: residual.warnings.length > 0,
    recovered: rare.size ? recovered(truth, counts, model.source.block) : 0,
  };
}

/**
 * Hash of all results of the recipe on the first map of the study: equal for equal code. Printed by the study and by the
 * benches, so that what is claimed of accuracy and of speed can be seen to come from the same program.
 */
export async function calibration() {
  const { dataset } = simulateEds({ seed: 1, dose: 100, rare: true });
  const counts = await asSignal(dataset);
  const plan = await makePlan(recipe, { counts: signalState(counts) });
  const { trail } = await runPlan(plan, { counts }, inlineEngine(resolveShape));
  return hash(trail.map((entry) => entry.hash));
}

/** Per pixel the phase whose true spectrum makes its counts most likely. */
function classify(block, phases) {
  const logs = phases.map(({ mean }) => {
    const total = mean.reduce((sum, value) => sum + value, 0);
    return mean.map((value) => Math.log(Math.max(value / total, 1e-300)));
  });
  const labels = new Uint8Array(block.pixels);
  for (let i = 0; i < block.pixels; i++) {
    const likelihood = logs.map(() => 0);
    for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++) {
      logs.forEach((log, c) => {
        likelihood[c] += block.count[e] * log[block.channel[e]];
      });
    }
    labels[i] = likelihood.indexOf(Math.max(...likelihood));
  }
  return labels;
}

/** Found labels renamed to the true phase that most of their pixels belong to. */
function majority(labels, truth, pixels) {
  const tally = new Map();
  for (const i of pixels) {
    const counts = tally.get(labels[i]) ?? new Array(BULK).fill(0);
    counts[truth[i]]++;
    tally.set(labels[i], counts);
  }
  const name = new Map([...tally].map(([label, counts]) => [label, counts.indexOf(Math.max(...counts))]));
  return labels.map((label) => name.get(label) ?? label);
}

/** Share of the rare line's excess over its surroundings that the reconstruction keeps. */
function recovered(truth, counts, model) {
  const { offset, scale } = counts.spectral;
  const centre = (truth.rare.energyKeV - offset) / scale;
  const [first, end] = [Math.round(centre - 10), Math.round(centre + 11)];
  const inLine = (pixels) => {
    let sum = 0;
    for (const i of pixels) {
      for (let j = first; j < end; j++) {
        for (let k = 0; k < model.rank; k++)
          sum += model.scores[i * model.rank + k] * model.loadings[j * model.rank + k];
      }
    }
    return sum / pixels.length;
  };
  const host = Array.from(truth.labels.keys()).filter((i) => truth.labels[i] === HOST);
  return (inLine(truth.rare.pixels) - inLine(host)) / truth.rare.countsPerPixel;
}

/** Poisson-weighted counts as a dense matrix, the weighted true spectra, and the angle our decomposition reaches. */
export async function weightedMatrix(seed) {
  const { dataset, truth } = simulateEds({ seed, rare: false });
  const { source } = await asSignal(dataset);
  const { block } = source;
  const found = await factorise(
    passesInMemory(block),
    { gain: { per: 'cube', value: 1 } },
    { rank: 20, block: 16, weighting: 'poisson', steps: 8, seed },
  );
  const { rows, channels } = found.weights;
  const z = new Float64Array(block.pixels * block.channels);
  for (let i = 0; i < block.pixels; i++) {
    for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++) {
      const j = block.channel[e];
      z[i * block.channels + j] = rows[i] * channels[j] * block.count[e];
    }
  }
  const truthBasis = new Float64Array(block.channels * BULK);
  truth.phases.slice(0, BULK).forEach(({ mean }, c) => {
    for (let j = 0; j < block.channels; j++) truthBasis[j * BULK + c] = channels[j] * mean[j];
  });
  const top = new Float64Array(block.channels * BULK);
  for (let j = 0; j < block.channels; j++)
    for (let k = 0; k < BULK; k++) top[j * BULK + k] = found.vectors[j * found.rank + k];
  const ours = subspaceAngle(truthBasis, top, block.channels, BULK);
  return { shape: [block.pixels, block.channels, BULK, BULK], z, truth: truthBasis, ours };
}
