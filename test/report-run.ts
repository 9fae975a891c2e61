import type { Objection } from '../src/plan/objection.ts';
import type { PlannedNode } from '../src/plan/plan.ts';
import { checkRecipe } from '../src/plan/recipe.ts';
import type { Run } from '../src/plan/run.ts';
import type { Product } from '../src/steps/products.ts';
import type { Step } from '../src/steps/step.ts';

const USES: Readonly<
  Record<string, { use: string; title: string; inputs: Record<string, string>; params: object; added?: string }>
> = {
  pca: {
    use: 'decompose.pca',
    title: 'Principal components',
    inputs: { counts: 'raw' },
    params: { rank: 20, weighting: 'poisson' },
  },
  k: {
    use: 'decompose.truncation',
    title: 'Number of components',
    inputs: { factors: 'pca', counts: 'raw' },
    params: { criterion: 'consensus', nulls: 20 },
  },
  phases: {
    use: 'segment.phases',
    title: 'Phase map',
    inputs: { factors: 'pca', truncation: 'k', counts: 'raw' },
    params: { clusters: 'auto', restarts: 10 },
  },
  residual: {
    use: 'detect.residual',
    title: 'Residual and anomaly map',
    inputs: { counts: 'raw', model: 'phases' },
    params: { falseAlarmRate: 0.01 },
    added: 'compression without a residual pass',
  },
  'cr-window': {
    use: 'measure.window',
    title: 'Window intensity',
    inputs: { counts: 'raw' },
    params: { window: '6.2-6.8 keV' },
  },
};

/** A run that made these products; those that are not inputs are its nodes, in order. */
export function runOf(products: Readonly<Record<string, Product>>, objections: readonly Objection[] = OBJECTIONS): Run {
  const inputs = Object.keys(products).filter((id) => id === 'raw');
  const nodes = Object.keys(products)
    .filter((id) => id !== 'raw')
    .map((id): PlannedNode => {
      const about = USES[id] ?? { use: 'crop', title: 'Crop', inputs: { signal: 'raw' }, params: {} };
      const step = { id: about.use, version: 1, title: about.title } as Step;
      const { use, params, inputs: from, added } = about;
      return {
        id,
        use,
        step,
        params,
        inputs: from,
        states: {},
        output: {} as never,
        cost: { passes: 1, keeps: 0, works: 0, lane: 0 },
        added,
      };
    });
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'Phases of a meteorite',
    description: 'Which phases are there, and is anything hiding between them?',
    seed: 42,
    inputs: Object.fromEntries(inputs.map((name) => [name, {}])),
    steps: nodes.map(({ id, use }) => ({ id, use })),
    overrides: [{ code: 'unaligned-decomposition', reason: 'the detector does not drift in two minutes' }],
  });
  return {
    plan: {
      recipe,
      inputs: {},
      nodes,
      objections,
      stages: [],
      passes: 5,
      memory: { inputs: 0, streamed: false, peak: 0 },
    },
    products,
    trail: nodes.map(({ id, use, params, inputs: from, added }, i) => ({
      id,
      use,
      version: 1,
      params: params as never,
      inputs: from,
      hash: `${i}e5c0ffee`.repeat(8).slice(0, 64),
      seconds: 0.5 + i,
      notes: id === 'pca' ? ['3 channels without counts took no part'] : [],
      added,
    })),
  };
}

const OBJECTIONS: readonly Objection[] = [
  {
    code: 'no-residual-pass',
    severity: 'warning',
    step: 'pca',
    reason:
      'Principal components keeps the common and may erase the rare, and no residual pass stands beside it: one was added',
    cite: 'Potapov & Lubk 2019, Adv. Struct. Chem. Imaging 5, 4',
    fix: 'add a detect.residual step that reads the raw counts and this result',
  },
  {
    code: 'unaligned-decomposition',
    severity: 'error',
    step: 'pca',
    reason: 'the drift of the axis is unmeasured',
    fix: 'measure it',
    overridden: 'the detector does not drift in two minutes',
  },
];
