// Our side of the comparisons of principal components: the step alone, on a simulated map in memory.
import { checkRecipe, planSignals, runPlan, startEngine } from '../../dist/index.js';
import { asSignal } from '../../dist/signal/as-signal.js';
import { simulateEds } from '../../dist/simulate/eds.js';
import { contend } from './contender.mjs';
import { denseDataset } from './map-files.mjs';

await contend(async ({ parameters, dense, components, threads }) => {
  const { dataset } = simulateEds(parameters);
  const counts = await asSignal(dense ? await denseDataset(dataset) : dataset);
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'Leading components',
    inputs: { counts: { modality: 'eds' } },
    steps: [{ id: 'pca', use: 'decompose.pca', in: 'counts', params: { components } }],
  });
  const plan = await planSignals(recipe, { counts });
  // The plan adds a residual pass, which is not what is measured.
  const alone = { ...plan, nodes: plan.nodes.filter(({ added }) => added === undefined) };
  const engine = await startEngine(threads);
  return async () => {
    const { products, trail } = await runPlan(alone, { counts }, engine);
    const [{ seconds, hash }] = trail;
    return { seconds, hashes: { pca: hash }, singularValues: [...products.pca.singularValues] };
  };
});
